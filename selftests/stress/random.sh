#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: smp
# timeout: 240
# Nine processes do at random what administrators, programs and attackers can do, to 18 links in
# six namespaces that are all peers of each other, with traffic of all shapes (random_run.py).
# When they have done all ways work again within 40 s, and once all is taken down nothing is
# left behind. CV_SEED, or SEED=N of make, repeats what was done; the moments
# differ. CV_ONLY, CV_AVOID and CV_WITH name operations.
. "$(dirname "$0")/../lib/stress.sh"
. "$test_dir/../vm/guest-lib.sh"

seed=${CV_SEED:-$((RANDOM * 32768 + RANDOM))}
ok "SEED=$seed, $seconds s"
export CV_LOG=$tmp/log

# Orphaned TCP sockets keep their namespace for as long as their timers have backed off to,
# up to two minutes: there may be none.
orphans=/proc/sys/net/ipv4/tcp_max_orphans
before=$(cat $orphans)
echo -1 >$orphans
defer "echo $before >$orphans"
# The kernel makes room for huge pages otherwise, which takes an emulated CPU minutes.
compaction=/proc/sys/vm/compaction_proactiveness
if [ -w $compaction ]; then
	defer "echo $(cat $compaction) >$compaction"
	echo 0 >$compaction
fi

random() { relay "${python[@]}" "$test_dir/random_run.py" "$@"; }

# gone: every namespace is, for a reason that is shown otherwise.
no_namespaces()
{
	vm_no_netns && return
	ip netns list
	grep -E 'TCP|UDP|RAW' /proc/net/sockstat
	lsns -t net 2>&1
	return 1
}

# What the kernel allocates once is no leak.
random warm
soon "warm-up: no namespace is left" 20 no_namespaces
nothing_left
memory=$(kernel_kib)

random run "$seed" "$seconds"
soon "random operations: no namespace is left" 20 no_namespaces
if [ "$failed" -gt 0 ]; then
	stuck | sed 's/^/# /'
	note "the last operations:"
	grep -v ' restored$' "$CV_LOG" | tail -n 25 | sed 's/^/#   /'
fi
nothing_left
less_than()
{
	local more

	more=$(($(kernel_kib) - memory))
	echo "$more KiB more"
	[ $more -le "$1" ]
}
soon "random operations: kernel memory grows by 16 MiB at most" 20 less_than 16384
finish
