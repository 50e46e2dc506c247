# SPDX-License-Identifier: GPL-2.0
# What the guest's own scripts (guest, suite-guest, demo-guest) share: the checks
# of the kernel's health between and after scripts. boot looks for the same words.
# shellcheck shell=bash

# What a healthy kernel does not say.
vm_bad_words='BUG: |kernel BUG at|Oops|Kernel panic|general protection fault'
vm_bad_words+='|WARNING: (CPU|possible|suspicious|bad|inconsistent|[Nn]ested|held|lock|at )'
vm_bad_words+='|INFO: task .* blocked|rcu: INFO|self-detected stall|soft lockup|LOCKUP'
vm_bad_words+='|KASAN|KCSAN|UBSAN|KFENCE: |refcount_t: |unregister_netdevice: waiting'
vm_bad_words+='|inconsistent lock state|suspicious RCU usage|scheduling while atomic'
vm_bad_words+='|sleeping function called|unable to handle|double fault|Call Trace:'
vm_bad_words+='|list_(add|del) corruption|[Bb]ad page state|NETDEV WATCHDOG'
vm_bad_words+='|slab-out-of-bounds|[^/]use-after-free|Objects remaining in'
vm_bad_words+='|ODEBUG: |ref_tracker: |pagealloc: |locking correctness validator'
vm_bad_words+='|kmemleak: (Cannot|Memory pool|Too many)'
# Said too where it was not asked for, which is no fault.
grep -qw kmemleak=off /proc/cmdline ||
	vm_bad_words+='|kmemleak: Kernel memory leak detector dis'

# poll SECONDS COMMAND...: repeats COMMAND until it works; fails after SECONDS.
poll()
{
	local end=$((SECONDS + $1))

	shift
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		read -rt 0.05 <> <(:) || :
	done
}

vm_has_systemd() { [ -d /run/systemd/system ]; }

# Prints /proc/PID of each process that may be what a script has left.
vm_processes()
{
	local group pid

	if ! vm_has_systemd; then
		printf '%s\n' /proc/[0-9]*
		return
	fi
	# Services are systemd's to end; the script's own processes share its group.
	IFS=: read -r _ _ group </proc/self/cgroup
	while read -r pid; do
		echo "/proc/$pid"
	done <"/sys/fs/cgroup$group/cgroup.procs"
}

# Kills what a script has left running: every process with a user's memory but
# this one and its parents, which are the only ones the VM needs.
vm_kill_rest()
{
	local pid keep=" 1 $$ $BASHPID $PPID ${vm_keep_pids:-} " found

	# These come when asked, stay for a while, and have a network namespace each.
	! vm_has_systemd || systemctl stop systemd-hostnamed systemd-localed systemd-timedated
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		found=0
		for pid in $(vm_processes); do
			pid=${pid#/proc/}
			case $keep in *" $pid "*) continue ;; esac
			[ -e "/proc/$pid/exe" ] || continue	# a kernel thread
			kill -9 "$pid" 2>/dev/null && found=1
		done
		[ "$found" = 1 ] || return 0
		read -rt 0.02 <> <(:) || :
	done
}

# True when no network namespace but the first exists, in use or on its way out.
# The kernel shows no list of them; but it counts them against a limit, and lets go
# of the count only after the last device and hook of a namespace has gone.
vm_no_netns()
{
	local limit=/proc/sys/user/max_net_namespaces old free=1

	read -r old <$limit
	echo 1 >$limit
	unshare --net true 2>/dev/null || free=0
	echo "$old" >$limit
	# The one that unshare made must have gone again before others count.
	[ "$free" = 1 ]
}

# dmesg without what others do wrong.
vm_dmesg() { dmesg | vm_without_nft | vm_without_races | vm_without_expected; }

# Without the lines that the test says its own doing makes: see expect_log in lib/test.sh.
vm_expected_log=/run/culvert-expected-log
vm_without_expected()
{
	if [ -s "$vm_expected_log" ]; then
		grep -vEf "$vm_expected_log" || :
	else
		cat
	fi
}

# Without nft's reports of lists walked outside of RCU (CONFIG_PROVE_RCU_LIST): it holds the
# mutex by which they change, and 6.1 does not tell the kernel so.
vm_without_nft()
{
	awk '
		/WARNING: suspicious RCU usage/ { inside = 1; theirs = 0 }
		!inside { print; next }
		{ text = text $0 "\n" }
		/net\/netfilter\/nf(_tables_api|t_set_[a-z]+)\.c:[0-9]+ RCU-list traversed/ { theirs = 1 }
		/<\/TASK>/ {
			if (!theirs)
				printf "%s", text
			text = ""
			inside = 0
		}
		END { printf "%s", text }'
}

# Without the races that culvert has no part in: a kernel that is built to report
# all of them (CONFIG_KCSAN_STRICT) has many of its own. A report is what is between two
# lines of "="; culvert has a part in it when one of the accesses, or a caller of it or of
# that, is its own, and not merely what an interrupt came into. Whoever asks for the time
# meets timekeeping_advance(): readers of its clocks try again when it was at work; and
# whoever queues a work item again meets move_linked_works(), which looks at other bits of
# its flags than the one that is set (6.1). An interrupt that copies out of a packet counts
# current->pagefault_disabled up and down again, wherever the task is in a copy of its own.
vm_without_races()
{
	awk '
		function flush() {
			if (!race || ours)
				printf "%s", text
			text = ""
			race = ours = frames = known = 0
		}
		/==========$/ && !inside { flush() }
		{ text = text $0 "\n" }
		/BUG: KCSAN/ {
			race = 1
			known = /[ ]timekeeping_advance( |$)/ ||
				/ in (move_linked_works \/ queue_work_on|queue_work_on \/ move_linked_works)$/ ||
				/ in copy_page_from_iter_atomic \/ skb_copy_bits$/
		}
		/ bytes by / { frames = 3; next }
		frames > 0 {
			frames--
			if (/ asm_/)
				frames = 0
			else if (/\[culvert\]/ && !known)
				ours = 1
		}
		/==========$/ { inside = !inside }
		!inside { flush() }
		END { flush() }'
}

# Prints the memory that nothing points to any more, where the kernel can tell
# (CONFIG_DEBUG_KMEMLEAK). For when culvert has been unloaded, or what it forgot could
# still be its own.
vm_leaks()
{
	local file=/sys/kernel/debug/kmemleak found

	[ -w $file ] && ! grep -qw kmemleak=off /proc/cmdline || return 0
	# It says nothing about what is younger than five seconds, nor about what it has
	# seen change since it looked last.
	read -rt 6 <> <(:) || :
	if ! { echo scan && echo scan; } >$file 2>/dev/null; then
		echo "kmemleak does not scan: has it run out of memory?"
		return
	fi
	# Loaded again, the module is where it was, so that its addresses have names again.
	modprobe culvert 2>/dev/null
	# The kernel's own: a cache that cannot be made keeps its name (sysfs_slab_add).
	found=$(awk '
		/^unreferenced/ { if (text !~ / sysfs_slab_add/) printf "%s", text; text = "" }
		{ text = text $0 "\n" }
		END { if (text !~ / sysfs_slab_add/) printf "%s", text }' $file | head -n 100)
	rmmod culvert 2>/dev/null
	[ -z "$found" ] || printf 'memory leaked:\n%s\n' "$found"
}

# Prints what is wrong with the kernel, one finding a line; nothing when all is well.
vm_check()
{
	local deadline=${1:-30} name taint

	read -r taint </proc/sys/kernel/tainted
	# 32 bad page, 128 oops, 512 warning, 16384 soft lockup
	if [ $((taint & (32 | 128 | 512 | 16384))) -ne 0 ]; then
		echo "the kernel warned or oopsed (taint $taint)"
	fi
	for name in /run/netns/*; do
		[ -e "$name" ] || continue
		echo "network namespace ${name##*/} was left behind"
		ip netns del "${name##*/}"
	done
	poll "$deadline" vm_no_netns ||
		echo "a network namespace is still in the kernel after $deadline s"
	if [ -d /sys/module/culvert ]; then
		for name in $(ip -o link show type culvert | sed 's/^[0-9]*: \([^:@]*\).*/\1/'); do
			echo "link $name was left behind"
			ip link del "$name"
		done
		poll "$deadline" rmmod culvert 2>/run/vm/rmmod ||
			echo "culvert cannot be unloaded: $(cat /run/vm/rmmod)"
	fi
	if vm_dmesg | grep -qE "$vm_bad_words"; then
		echo "the kernel log has warnings or errors:"
		vm_dmesg | grep -E -m 5 -A 30 "$vm_bad_words" | head -n 80
	fi
}
