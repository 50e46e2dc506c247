#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: smp
# timeout: 150
# Peers that expire by the thousand, while at that moment they are removed, replaced, added again
# or kept, their link is set down or deleted, its namespace ends or the module is unloaded, under
# traffic both ways by a peer that must not expire. Each peer that was added is told to be removed
# once, and nothing is left behind.
. "$(dirname "$0")/../lib/stress.sh"

disturbances=3
retry=15
seed=${CV_SEED:-$((RANDOM * 32768 + RANDOM))}

set_up()
{
	net_pair
	tunnel_pair
	traffic_start
}

# expire: in the background, till expired.
expire()
{
	"${python[@]}" "$test_dir/expiry.py" run "${ns[a]}" "${ns[b]}" "$seed" \
		>"$tmp/expiry" 2>&1 &
	expiry_pid=$!
	defer "end_process $expiry_pid"
	wait_for 60 grep -q '^# seed' "$tmp/expiry"
}

# expired: what there is to say of all that has been told.
expired()
{
	local status=0

	kill -TERM "$expiry_pid" || :
	wait "$expiry_pid" || status=$?
	relay cat "$tmp/expiry"
	is "the program that makes peers expire runs to its end" 0 "$status"
}

running() { kill -0 "$expiry_pid" || { cat "$tmp/expiry"; return 1; }; }

set_down()
{
	ipn a link set cv0 down && ipn a link set cv0 up
}

# unload: peers of both ends expire, all is gone at once, and so is the module.
unload()
{
	traffic_stop
	py expiry.py unload "${ns[a]}" "${ns[b]}" || return
	modprobe "$kind" || return
	drop_all
	set_up
}

set_up
works "traffic both ways at first" flows 20
expire
disturb "peers expire, and what may happen to them does at that moment" $retry running
disturb "their link is set down and up" $retry set_down
expired
disturb "the module is unloaded as peers expire, and loaded" 20 unload
traffic_good
traffic_stop
drop_all
nothing_left
finish
