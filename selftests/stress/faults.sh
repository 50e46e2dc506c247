#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: smp
# timeout: 150
# Every allocation of setup and teardown fails once, by /proc/self/fail-nth of a kernel
# that has fault injection (KERNEL=debug): the first, then the second, and so on until
# none was left to fail. Each time there is an error, and then it works; nothing leaks.
. "$(dirname "$0")/lib.sh"

if [ ! -e /proc/self/fail-nth ]; then
	skip "allocations fail" "this kernel has no fault injection: see KERNEL=debug"
	finish
fi
relay py ../stress/faults.py "$kind"
nothing_left
finish
