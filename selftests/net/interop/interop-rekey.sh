#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: icount
# timeout: 150
# With the kernel's own wireguard.ko at the other end, through a rekey at 120 s and
# the end of a session at 180 s, whichever end began.
. "$(dirname "$0")/../../lib/test.sh"

# age: seconds since the handshake that a knows of.
age() { echo $(($(n a date +%s) - $(peer_handshake a cv0 b))); }

# pings FROM TO COUNT: one a second; prints how many came back.
pings()
{
	n "$1" ping -q -n -i 1 -c "$3" -W 1 "$2" |
		sed -n 's/.* \([0-9]*\) received.*/\1/p'
}

# until_age SECONDS: asleep, which costs nothing here; polling would.
until_age() { sleep $(($1 - $(age))); }

# through_rekey NAME FROM TO: FROM begins and goes on pinging.
through_rekey()
{
	local name=$1 from=$2 to=$3 before first

	net_pair
	tunnel_pair a="$kind" b=wireguard endpoint="$([ "$from" = a ] && echo b || echo a)"
	works "$name, rekey: ping at first" ping_ok "$from" "$to"
	# wireguard.ko sets its timer after it has sent an initiation. On a preemptible kernel
	# the answer can come before that, and five seconds later it tries again for nothing.
	sleep 6
	first=$(peer_handshake a cv0 b)
	is "$name, rekey: none of 105 pings in 105 s is lost" 105 "$(pings "$from" "$to" 105)"
	is "$name, rekey: no new handshake in 105 s" "$first" "$(peer_handshake a cv0 b)"
	is "$name, rekey: none of the next 20 pings is lost" 20 "$(pings "$from" "$to" 20)"
	before=$(peer_handshake a cv0 b)
	between "$name, rekey: age of the old session at the new handshake, s" 119 125 \
		$((before - first))
	is "$name, rekey: none of 60 pings up to the old one's end is lost" 60 \
		"$(pings "$from" "$to" 60)"
	is "$name, rekey: only one new handshake" "$before" "$(peer_handshake a cv0 b)"
	reason "$name: no unknown index" a cv0 rx_unknown_index 0
	reason "$name: no bad tag" a cv0 rx_bad_tag 0
	reason "$name: no replay" a cv0 rx_replay 0
	is "$name, rekey: no receive errors at b" 0 "$(stat b cv0 rx_errors)"
	drop_all
}

# through_expiry NAME FROM TO: no handshake gets through after the first; the
# session goes on to 180 s, then ends, and comes back when handshakes may pass.
through_expiry()
{
	local name=$1 from=$2 to=$3 first

	net_pair
	tunnel_pair a="$kind" b=wireguard
	works "$name, expiry: ping at first" ping_ok "$from" "$to"
	first=$(peer_handshake a cv0 b)
	n b nft -f - <<-END
		table inet t {
			chain in {
				type filter hook input priority 0
				udp length { 100, 156 } counter drop
			}
		}
	END
	until_age 60
	works "$name, handshakes blocked: ping after 60 s" ping_ok "$from" "$to"
	until_age 160
	works "$name, handshakes blocked: ping after 160 s" ping_ok "$from" "$to"
	until_age 174
	works "$name, handshakes blocked: ping after 174 s" ping_ok "$from" "$to"
	until_age 184
	fails "$name, handshakes blocked: no ping after 184 s" ping_once "$from" "$to"
	is "$name, handshakes blocked: no new handshake" "$first" "$(peer_handshake a cv0 b)"
	n b nft delete table inet t
	soon "$name, handshakes pass again: ping" 20 ping_once "$from" "$to"
	works "$name, handshakes pass again: pings from a" ping_ok a 10.77.0.2
	works "$name, handshakes pass again: pings from b" ping_ok b 10.77.0.1

	first=$(peer_handshake a cv0 b)
	sleep 600
	works "$name, ten idle minutes: ping" ping_ok "$from" "$to"
	isnt "$name, ten idle minutes: a new handshake" "$first" "$(peer_handshake a cv0 b)"
	works "$name, ten idle minutes: TCP" tcp a b 10.77.0.2 200000
	drop_all
}

through_rekey "initiator" a 10.77.0.2
through_rekey "responder" b 10.77.0.1
through_expiry "initiator" a 10.77.0.2
through_expiry "responder" b 10.77.0.1
finish
