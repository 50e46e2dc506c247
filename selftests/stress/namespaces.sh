#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: smp
# timeout: 150
# Links moved between namespaces, namespaces deleted and the module unloaded and loaded
# again, each under traffic both ways: it comes back, and nothing is left behind.
. "$(dirname "$0")/../lib/stress.sh"

disturbances=4
retry=12
serial=0

# set_up: two ends, a tunnel, traffic.
set_up()
{
	net_pair
	ns_new c
	tunnel_pair
	traffic_start
}

# Away and back: the sockets stay where they were, addresses go with each move.
move()
{
	ipn a link set cv0 netns "${ns[c]}" || return
	addr c cv0 10.77.0.1/24 fd77::1/64 || return
	ipn c link set cv0 up || return
	wait_for $retry ping_once c 10.77.0.2 || { echo "no ping from where it was moved to"; return 1; }
	ipn c link set cv0 netns "${ns[a]}" || return
	addr a cv0 10.77.0.1/24 fd77::1/64 || return
	ipn a link set cv0 up
}

# pour: packets both ways as fast as they go, sent by processes that end with their
# namespace.
pour()
{
	local before

	traffic_stop
	before=$(stat a cv0 rx_packets) || return
	n a ping -q -f -s 1000 10.77.0.2 >/dev/null 2>&1 &
	n b ping -q -f -s 100 10.77.0.1 >/dev/null 2>&1 &
	wait_for 15 received a $((before + 50)) || { echo "no packets: $(drop_counts)"; return 1; }
}
received() { [ "$(stat "$1" cv0 rx_packets)" -ge "$2" ]; }

delete_namespace()
{
	pour || return
	ns_drop "$1" || return
	drop_all
	set_up
}
delete_a() { delete_namespace a; }
delete_b() { delete_namespace b; }

# Traffic in flight, then all is gone at once, the module too.
reload()
{
	pour || return
	serial=$((serial + 1))
	case $((serial % 3)) in
	0) ipn a link del cv0 && ipn b link del cv0 || return ;;
	1) ns_drop a && ns_drop b ;;
	2) ipn b link del cv0 || return; ns_drop a ;;
	esac
	# At once: as soon as its refcount is 0, with packets still in flight.
	wait_for 30 rmmod "$kind" || { rmmod "$kind"; return 1; }
	modprobe "$kind" || return
	drop_all
	set_up
}

set_up
works "traffic both ways at first" flows 20
disturb "a link is moved away and back" $retry move
traffic_good
disturb "the namespace of one end is deleted" 20 delete_a
disturb "the namespace of the other end is deleted" 20 delete_b
disturb "the module is unloaded right after traffic, and loaded" 20 reload
traffic_good
traffic_stop
drop_all
nothing_left

# Unloading and loading leak no memory: no more is in use after six cycles than after two.
cycle()
{
	set_up
	wait_for 20 flows 20 || return
	traffic_stop
	drop_all
	wait_for 30 module_gone "$kind" && modprobe "$kind"
}
works "cycle 1: set-up, traffic, unloading and loading" cycle
works "cycle 2: set-up, traffic, unloading and loading" cycle
before=$(kernel_kib)
for i in 1 2 3 4; do
	works "cycle $((i + 2)): set-up, traffic, unloading and loading" cycle
done
# Namespaces are freed in a while, and pages per CPU come and go.
less_than() { [ "$(kernel_kib)" -le $((before + $1)) ]; }
soon "cycles 3 to 6: kernel memory grows by 2 MiB at most" 20 less_than 2048
finish
