#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: smp
# timeout: 90
# Every allocation of setup and teardown fails once, by /proc/self/fail-nth of a kernel
# that has fault injection (KERNEL=debug): the first, then the second, and so on until
# none was left to fail. Then each step refuses that the module says may do so, by
# fail_function, in requests and in traffic. Each time there is an error, and then it works;
# nothing leaks. With CV_QUICK only some of the allocations of loading the module fail.
. "$(dirname "$0")/../lib/stress.sh"

if [ ! -e /proc/self/fail-nth ]; then
	skip "failing allocations" "this kernel has no fault injection: see KERNEL=debug"
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
relay py faults.py "$kind"
net_pair
tunnel_pair
# A step refuses under traffic; the protocol's retries make up for it.
for step in cv_session_create cv_batch_create; do
	py faults.py "$kind" $step "$tmp/$step" >"$tmp/refused" 2>&1 &
	step_pid=$!
	wait_for 20 test -e "$tmp/$step" || :
	works "$step() refuses under traffic: ping" wait_for 20 ping_ok a 10.77.0.2
	wait $step_pid || :
	relay cat "$tmp/refused"
done
drop_all
nothing_left
is "the kernel's log has no complaints" "" "$(complaints)"
dmesg --clear
finish
