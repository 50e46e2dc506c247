#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: smp
# timeout: 240
# test-modules: hold
# On suspend, the keys of all sessions have been wiped before the module's notifier returns:
# those of peers being removed, of links being deleted and of batches in flight, too. The
# function tracer and a kprobe show it.
. "$(dirname "$0")/../../lib/test.sh"

hold=$CULVERT_BUILD/test-modules/$(uname -r)/cv_test_hold.ko
parameters=/sys/module/cv_test_hold/parameters
tracing=/sys/kernel/tracing
test_level=/sys/power/pm_test
idle=300

[ -e $tracing/kprobe_events ] || mount -t tracefs none $tracing 2>/dev/null || :
if [ ! -w $test_level ] || [ ! -w $tracing/kprobe_events ]; then
	skip "sessions are wiped before suspend" \
		"this kernel has no $test_level or no $tracing/kprobe_events"
	finish
fi
if ! grep -qw function $tracing/available_tracers; then
	skip "sessions are wiped before suspend" "this kernel has no function tracer"
	finish
fi

unhold() { [ ! -d /sys/module/cv_test_hold ] || rmmod cv_test_hold; }
held() { [ "$(cat $parameters/calls)" -ge 1 ]; }
# A kprobe at cv_session_free() would miss those that a softirq frees while it interrupts a call
# that is held, which is in a kprobe, too.
watch()
{
	echo 'r:cv_ready culvert:cv_link_pm_notify' >$tracing/kprobe_events
	echo cv_session_free >$tracing/set_ftrace_filter
	echo function >$tracing/current_tracer
	echo >$tracing/trace
	echo 1 >$tracing/events/kprobes/enable
}
unwatch()
{
	echo 0 >$tracing/events/kprobes/enable
	echo nop >$tracing/current_tracer
	echo >$tracing/set_ftrace_filter
	echo >$tracing/kprobe_events
}

# freed: sessions freed before the module was ready, and after it.
freed()
{
	awk '/cv_ready/ && !after { after = 1 }
		/: cv_session_free / { n[after + 0]++ }
		END { print after ? n[0] + 0 " " n[1] + 0 : "not asked" }' $tracing/trace
}

remove_all() { : >"$tmp/none"; n a "$tool" setconf cv0 "$tmp/none"; }
delete_link() { ipn a link del cv0 >/dev/null 2>&1 & }
nothing() { :; }

# slept NAME FUNCTION MS HOW: suspended as far as the freezer, right after HOW, while
# FUNCTION takes MS longer.
slept()
{
	local name=$1 function=$2 ms=$3 how=$4

	defer unhold
	net_pair
	tunnel_crowded "$tmp/peers"
	watch
	insmod "$hold" functions="$function" ms="$ms"
	if [ "$function" = cv_seal_batch ]; then
		n a ping -q -n -c 1 -W 1 10.77.0.2 >/dev/null 2>&1 &
	fi
	"$how"
	wait_for 20 held
	works "$name: suspended as far as the freezer" sleep_a_little
	is "$name: 2 sessions freed before the notifier returns, 0 after" "2 0" "$(freed)"
	echo 0 >$parameters/ms
	unwatch
	wait || :
	drop_all
}
sleep_a_little() { echo freezer >$test_level && echo mem >/sys/power/state; }

idle_peers "$tmp/peers" "$idle"
echo 1 >/sys/module/suspend/parameters/pm_test_delay
slept "sessions in use" cv_seal_batch 1500 nothing
slept "all peers removed" cv_timers_shutdown 15 remove_all
slept "link deleted" cv_timers_shutdown 15 delete_link
echo none >$test_level
finish
