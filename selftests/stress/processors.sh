#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: smp
# timeout: 150
# The processors change under traffic both ways: one goes off and comes on, what receives
# is steered here and there, senders and receivers move. No lane and no queue that keeps
# an order may stall: each must go on within two seconds, with nothing to push it.
. "$(dirname "$0")/../lib/stress.sh"

disturbances=5
cpu=/sys/devices/system/cpu/cpu1/online
if [ "$(nproc)" -lt 2 ] || [ ! -w $cpu ]; then
	skip "processors change" "needs two, one of which can be turned off"
	finish
fi
net_pair
tunnel_pair
defer "echo 1 >$cpu"
# The kernel patches its own code when the first packet is to be steered, and when the last
# one was. An emulated processor that executes it just then loops in the breakpoint of
# that for ever (QEMU 7.2 with a thread for each; seen in a ksoftirqd, with the bytes there
# in order again). With one queue steered all the while there is no first and no last.
lo=/sys/class/net/lo/queues/rx-0/rps_cpus
echo 1 >$lo
defer "echo 0 >$lo"

off_and_on()
{
	echo 0 >$cpu || return
	flows 10 || { echo "no traffic both ways within 10 s on one processor"; return 1; }
	echo 1 >$cpu
}

# No pause: what was queued for it is moved with it.
off_and_on_at_once()
{
	local i

	for i in 1 2 3 4; do
		echo 0 >$cpu || return
		echo 1 >$cpu || return
	done
}

# steer MASK-OUTSIDE MASK-INSIDE: which processors go on with what comes in.
steer()
{
	local end

	for end in a b; do
		echo "$1" | n_sys $end tee "/sys/class/net/v$end/queues/rx-0/rps_cpus" || return
		echo "$2" | n_sys $end tee /sys/class/net/cv0/queues/rx-0/rps_cpus || return
	done
}

steering()
{
	local masks

	for masks in "1 2" "2 1" "2 2" "3 3"; do
		# shellcheck disable=SC2086 # two words
		steer $masks || return
		flows 2 || { echo "no traffic both ways within 2 s of steering $masks"; return 1; }
	done
}

# Senders and receivers move from one processor to the other.
migrating()
{
	local pid i

	for i in 1 2 3; do
		for pid in $traffic_pid $(cat "/proc/$traffic_pid/task/$traffic_pid/children"); do
			taskset -p $((1 + (i + pid) % 2)) "$pid" || return
		done
		flows 2 || { echo "no traffic both ways within 2 s of moving"; return 1; }
	done
	for pid in $traffic_pid $(cat "/proc/$traffic_pid/task/$traffic_pid/children"); do
		taskset -p 3 "$pid" || return
	done
}

# Nothing may be on its way to the processor that goes off. A CPU that steers a packet to
# another puts it into that one's backlog, marks the backlog as scheduled, and sends an IPI at
# the end of its own softirq; if the other is offline by then, the mark stays, and all that is
# ever put there waits for good (Linux 6.1, net_rps_send_ipi() and dev_cpu_dead(); seen
# with NAPI_STATE_SCHED, on no list, 200 packets). Hence traffic first, after steering.
all_at_once()
{
	steer 1 1 || return
	flows 2 || { echo "no traffic both ways within 2 s of steering to one"; return 1; }
	echo 0 >$cpu || return
	steer 3 2 || return
	echo 1 >$cpu || return
	steer 2 1 || return
	migrating || return
	steer 0 0
}

traffic_start
works "traffic both ways at first" flows 20
# A floor of load that does not wait for answers.
n a ping -q -f -s 1200 10.77.0.2 >/dev/null 2>&1 &
defer "end_process $!"
n b ping -q -f -s 200 10.77.0.1 >/dev/null 2>&1 &
defer "end_process $!"
disturb "a processor goes off and comes on" 5 off_and_on
disturb "a processor goes off and on at once" 5 off_and_on_at_once
disturb "receiving is steered" 2 steering
disturb "senders and receivers move" 2 migrating
disturb "hotplug, steering and moving at once" 5 all_at_once
traffic_good

# After the traffic has ended what each queue still holds comes out without a push: the last
# datagram of a burst arrives although nothing follows it.
for end in $(jobs -p); do
	end_process "$end"
done
traffic_stop
works "after the disturbances: TCP" tcp a b 10.77.0.2 500000
for round in $(seq 1 20); do
	n a ping -q -n -c 1 -W 2 -s $((round * 60)) 10.77.0.2 >"$tmp/ping" 2>&1 || break
done
is "after the disturbances: single pings answered, of 20" 20 "$round"
drop_all
nothing_left
finish
