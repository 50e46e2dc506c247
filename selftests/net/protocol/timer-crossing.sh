#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: icount
# timeout: 120
# Both ends have packets to send and no session, and their initiations cross on the way. Each end
# that gave its own up for the other's would leave both without an answer: so a link keeps one for
# a second, and there is a session in the time of one handshake, also with wireguard.ko, which gives
# up its own. On a longer way both are undone, and with packets coming all the while each end may
# try again in the same moment; a jitter must keep them from crossing for ever. Each retry crosses
# with a chance of one in two on the long way here, and comes after 8 s at most.
. "$(dirname "$0")/../../lib/test.sh"

# count NAME: initiations and responses that its host sends. sent NAME TYPE: how many.
count()
{
	n "$1" nft -f - <<-END
		table inet count {
			chain out {
				type filter hook output priority 0;
				udp dport $port @th,64,8 1 counter comment "type 1"
				udp dport $port @th,64,8 2 counter comment "type 2"
			}
		}
	END
}
sent() { n "$1" nft list chain inet count out | sed -n "s/.*packets \([0-9]*\) .*type $2.*/\1/p"; }
crossed() { [ "$(sent a 1) $(sent a 2) $(sent b 1) $(sent b 2)" = "1 1 1 1" ]; }

# crossing DELAY-MS INTERVAL-S SECONDS KIND: packets both ways without a session, at intervals
# below the delay; a session with a link of KIND within SECONDS.
crossing()
{
	local delay=$1 interval=$2 limit=$3 other=$4 end begun what="$1 ms, $4"

	net_pair
	tunnel_pair b="$other"
	for end in a b; do
		n $end tc qdisc add dev v$end root netem delay "${delay}ms" limit 100000
		count $end
	done
	begun=$(now_ms)
	n a ping -q -i "$interval" 10.77.0.2 >/dev/null 2>&1 &
	defer "end_process $!"
	n b ping -q -i "$interval" 10.77.0.1 >/dev/null 2>&1 &
	defer "end_process $!"
	soon "$what: the first initiations cross" 4 crossed
	soon "$what: a session though the first initiations crossed" "$limit" \
		n a ping -q -c 1 -W 5 10.77.0.2
	note "$what: $(($(now_ms) - begun)) ms"
	drop_all
}

# through_rekeying KIND: packets each way, from before the crossing to after the next handshake.
through_rekeying()
{
	local end what="50 ms, $1, to the next session"

	net_pair
	tunnel_pair b="$1"
	for end in a b; do
		n $end tc qdisc add dev v$end root netem delay 50ms limit 100000
		count $end
	done
	n a ping -q -i 0.2 -c 650 10.77.0.2 >"$tmp/a" 2>&1 &
	first=$!
	n b ping -q -i 0.2 -c 650 10.77.0.1 >"$tmp/b" 2>&1 &
	second=$!
	soon "$what: the first initiations cross" 4 crossed
	wait $first $second || :
	for end in a b; do
		matches "$what: $end loses nothing" ', 0% packet loss' "$(cat "$tmp/$end")"
	done
	is "$what: one end alone has begun the next one" 3 "$(($(sent a 1) + $(sent b 1)))"
	drop_all
}

if [ "$kind" = culvert ]; then
	through_rekeying culvert
	for other in culvert wireguard; do
		need_module $other
		crossing 10 0.005 2 $other
		crossing 400 0.05 3 $other
	done
fi
crossing 1100 0.05 100 "$kind"
finish
