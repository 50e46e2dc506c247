#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: smp
# timeout: 120
# test-modules: clone
# The kernel is told that its virtual machine is a clone of another, under traffic both
# ways: two machines with the same keys and counters would use every nonce twice, so no
# session from before may send after it; and traffic comes back.
. "$(dirname "$0")/../lib/stress.sh"

module=$CULVERT_BUILD/test-modules/$(uname -r)/cv_test_clone.ko
if ! insmod "$module" 2>"$tmp/insmod"; then
	fail "the test module is loaded" "success" "$(cat "$tmp/insmod")"
	finish
fi
defer "rmmod cv_test_clone"
net_pair
tunnel_pair
watch_indices

clone()
{
	local begun ended

	head -c 16 /dev/urandom >"$tmp/id"
	begun=$(now_ms)
	dd if="$tmp/id" of=/dev/cv_clone bs=16 status=none || return
	ended=$(now_ms)
	only_new_sessions "$begun" "$ended"
}

traffic_start
works "traffic both ways at first" flows 20
disturb "the VM is cloned" 10 clone

# Again and again during handshakes: no session from before may stay.
many()
{
	local i

	for i in 1 2 3 4 5 6 7 8 9 10; do
		dd if="$tmp/id" of=/dev/cv_clone bs=16 status=none || return
		breathe
	done
	clone
}
disturb "the VM is cloned ten times in a row" 15 many
traffic_good
traffic_stop
drop_all
nothing_left
finish
