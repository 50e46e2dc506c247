#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: icount
# timeout: 300
# The machine is put to sleep under traffic both ways, by /sys/power/pm_test: no key from
# before may be used after it, and traffic comes back. The two deepest of its levels,
# "processors" and "core", are nothing that a network device is told of, and an emulated
# machine whose clock counts instructions does not come back from them.
. "$(dirname "$0")/../lib/stress.sh"

test_level=/sys/power/pm_test
if [ ! -w $test_level ]; then
	skip "suspend" "this kernel has no $test_level"
	finish
fi
# Seconds that a test suspend lasts.
echo 1 >/sys/module/suspend/parameters/pm_test_delay
defer "echo none >$test_level"
levels=(freezer devices platform)
disturbances=${#levels[@]}
net_pair
tunnel_pair
watch_indices

suspend()
{
	local begun ended

	echo "$1" >$test_level || return
	begun=$(now_ms)
	echo mem >/sys/power/state ||
		{ echo "suspend as far as $1 failed: $(dmesg | tail -n 3)"; return 1; }
	ended=$(now_ms)
	only_new_sessions "$begun" "$ended"
}

traffic_start
works "traffic both ways at first" flows 20
for level in "${levels[@]}"; do
	disturb "suspended as far as $level" 10 suspend "$level"
done
traffic_good
traffic_stop
drop_all
nothing_left
finish
