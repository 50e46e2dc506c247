#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: smp
# timeout: 120
# memory: 384
# A machine with little memory, of which something else takes all that there is again and
# again, under traffic both ways: packets may be lost, and traffic comes back as soon as
# there is some; nothing leaks and nothing breaks.
. "$(dirname "$0")/../lib/stress.sh"

# The kernel makes room for huge pages meanwhile, which takes an emulated CPU minutes.
echo 0 >/proc/sys/vm/compaction_proactiveness
disturbances=2
net_pair
tunnel_pair
retry=12

# eat LEAVE-KIB: takes memory till so much is left, holds it a while and lets go.
eat() { py eat.py "$1"; }

# Links and peers made without memory may fail, with the right error; never half made.
make_things()
{
	local out eater status=0

	eat 20000 >"$tmp/eat" 2>&1 &
	eater=$!
	while kill -0 "$eater" 2>/dev/null; do
		if out=$(ip link add cvx type "$kind" 2>&1); then
			ip link del cvx || status=1
		elif ! grep -qE 'allocate memory|No buffer space' <<<"$out"; then
			echo "expected a link or \"Cannot allocate memory\", got $out"
			status=1
		fi
	done
	wait "$eater" || { cat "$tmp/eat"; return 1; }
	return $status
}

traffic_start
works "traffic both ways at first" flows 20
disturb "memory is taken and given back" $retry eat 20000
disturb "links are made without memory" $retry make_things
traffic_good
traffic_stop
drop_all
nothing_left
finish
