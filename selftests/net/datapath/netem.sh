#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# slow: links that lose and delay, for seconds each
# timeout: 200
# A path that loses, delays, swaps and doubles packets: the contents stay right and
# the session lives. Also when the first handshake meets such a path.
. "$(dirname "$0")/../../lib/test.sh"

# netem WORD...: both directions of the wire.
netem()
{
	n a tc qdisc replace dev va root netem "$@"
	n b tc qdisc replace dev vb root netem "$@"
}

# over NAME WORD...: traffic over a path of this kind; no new session, but for one that
# is due by the age of the last, as on a machine with other things to do.
over()
{
	local name=$1 first last

	shift
	netem "$@"
	first=$(peer_handshake a cv0 b)
	works "$name: TCP" tcp a b 10.77.0.2 300000
	works "$name: TCP over IPv6" tcp b a fd77::1 300000
	last=$(peer_handshake a cv0 b)
	[ $((last - first)) -lt 120 ] || first=$last
	is "$name: no new handshake" "$first" "$last"
	n a tc qdisc del dev va root
	n b tc qdisc del dev vb root
}

net_pair
tunnel_pair
works "a clean path: ping" ping_ok a 10.77.0.2
over "2% loss" loss 2%
reason "2% loss" a cv0 rx_bad_tag 0
over "every third packet delayed and overtaken" delay 3ms reorder 66% 50%
reason "packets overtaken at a" a cv0 rx_replay 0
reason "packets overtaken at b" b cv0 rx_replay 0
before=$(drops b cv0 rx_replay)
over "10% doubled" duplicate 10%
if [ "$kind" = culvert ]; then
	between "10% doubled: the second of a pair is counted as rx_replay" $((before + 1)) \
		1000000 \
		"$(drops b cv0 rx_replay)"
fi

# No inner packet may come twice: 100 pings, every one doubled, no DUP!.
netem duplicate 100%
got=$(n a ping -n -c 100 -i 0.01 -W 5 10.77.0.2 || :)
matches "every packet doubled: 100 pings are answered" "100 received" "$got"
is "every packet doubled: no ping is answered twice" "" "$(grep -o 'DUP!' <<<"$got" | head -n 1)"
over "loss, delay, swaps and doubles at once" \
	loss 1% delay 2ms 1ms duplicate 5% reorder 80%
before=$(drops b cv0 rx_bad_tag)
over "corrupted bits" corrupt 1%
# Outer checksums sort out most; that never shows inside.
if [ "$kind" = culvert ]; then
	note "tags found bad: $(($(drops b cv0 rx_bad_tag) - before))"
fi
drop_all

# Handshake messages get lost as well: the retry brings the session about.
net_pair
tunnel_pair
# Two messages must get through, once in every 5 s: half of the attempts come to nothing,
# and all of 24 in one run of sixteen million.
netem loss 30%
bg n a ping -q -n -i 0.2 10.77.0.2
both() { has_session a cv0 b && has_session b cv0 a; }
soon "30% loss from the start: both ends get a session" 120 both
netem loss 0%
soon "the path is clean again: ping" 20 ping_once a 10.77.0.2
works "the path is clean again: TCP" tcp a b 10.77.0.2 300000
finish
