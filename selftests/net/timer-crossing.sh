#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: icount
# timeout: 120
# Both ends have packets to send and no session, and their initiations cross on the way,
# which undoes both. With packets coming all the while each end may try again in the same
# moment; a jitter must keep them from crossing for ever. Of three retries each has a chance
# of one in fifteen to cross again.
. "$(dirname "$0")/lib.sh"

net_pair
tunnel_pair
for end in a b; do
	n $end tc qdisc add dev v$end root netem delay 10ms limit 100000
done

# crossed: both ends have refused an answer, since they had undone their own initiation.
crossed() { dropped a cv0 hs_unknown_index 1 && dropped b cv0 hs_unknown_index 1; }

# In turn, 10 ms apart at most: less than a message is under way.
n a ping -q -i 0.005 10.77.0.2 >/dev/null 2>&1 &
defer "end_process $!"
n b ping -q -i 0.005 10.77.0.1 >/dev/null 2>&1 &
defer "end_process $!"
soon "the first initiations cross" 3 crossed
begun=$(now_ms)
soon "there is a session in spite of that" 18 n a ping -q -c 1 -W 0.2 10.77.0.2
note "$(($(now_ms) - begun)) ms after they crossed"
finish
