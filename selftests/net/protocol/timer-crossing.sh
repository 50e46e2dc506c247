#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: icount
# timeout: 120
# Both ends have packets to send and no session, and their initiations cross on the way,
# which undoes both. With packets coming all the while each end may try again in the same
# moment; a jitter must keep them from crossing for ever. Of three retries each has a chance
# of one in fifteen to cross again. On a long way, one by satellite or to a machine that is
# slow, initiations cross that are a third of a second apart, which is all the jitter that a
# retry has: after a crossing an end waits for longer.
. "$(dirname "$0")/../../lib/test.sh"

# crossed: both ends have refused a response, since the peer's initiation replaced theirs.
crossed() { dropped a cv0 hs_unknown_index 1 && dropped b cv0 hs_unknown_index 1; }

# crossing DELAY-MS INTERVAL-S SECONDS: packets both ways without a session, at intervals
# below the delay; a session within SECONDS.
crossing()
{
	local delay=$1 interval=$2 limit=$3 end begun

	net_pair
	tunnel_pair
	for end in a b; do
		n $end tc qdisc add dev v$end root netem delay "${delay}ms" limit 100000
	done
	n a ping -q -i "$interval" 10.77.0.2 >/dev/null 2>&1 &
	defer "end_process $!"
	n b ping -q -i "$interval" 10.77.0.1 >/dev/null 2>&1 &
	defer "end_process $!"
	soon "$delay ms delay: the first initiations cross" 3 crossed
	begun=$(now_ms)
	soon "$delay ms delay: a session though the first initiations crossed" "$limit" \
		n a ping -q -c 1 -W 1 10.77.0.2
	note "$(($(now_ms) - begun)) ms after they crossed"
	drop_all
}

crossing 10 0.005 18
# Each retry crosses with a chance of three in ten, and comes after 8 s at most.
crossing 400 0.05 60
finish
