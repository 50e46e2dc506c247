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

# complaints: what a healthy kernel does not say, but for the stacks that it prints when a
# cache cannot be made for want of memory, and for kmemleak's own want of it.
complaints()
{
	# shellcheck source=selftests/vm/guest-lib.sh
	(. /run/vm/guest-lib.sh; dmesg | grep -v 'kmemleak: Cannot allocate' |
		grep -E "${vm_bad_words/|Call Trace:/}" | head -n 5)
}

dmesg --clear
relay py ../stress/faults.py "$kind"
nothing_left
is "the kernel has nothing to complain of" "" "$(complaints)"
dmesg --clear
finish
