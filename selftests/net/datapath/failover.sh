#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# slow[wireguard]: as the case culvert, with another implementation at the other end
# slow[go]: as the case culvert, with another implementation at the other end
# slow[queues]: as the case culvert, with four queues
# slow[slow]: uplinks of 10 Mbit/s are filled
# timeout: 200
# mode[culvert]: smp
# mode[queues]: smp
# cases: wireguard culvert go slow queues
# timeout[go]: 300
# Two ways between a and b, and a peer that is moved from one to the other under load in both
# directions: by a request, which loses nothing; when the way in use is dead; and when it has no
# route. At the other end is wireguard.ko, culvert or wireguard-go, which know of no other way.
# In the case "slow" the ways are uplinks of 10 Mbit/s with fq_codel, full of TCP; in the case
# "queues" each has four transmit queues, and threads that receive.
#
#     a ─ va1 198.51.100.1 ─────── vb1 198.51.100.2 ─ b
#       └ va2 203.0.113.1 ──────── vb2 203.0.113.2 ──┘
. "$(dirname "$0")/../../lib/test.sh"

one=198.51.100.2:$port
two=203.0.113.2:$port

# far_end: cv0 of b, which is what the case says.
far_end()
{
	key a
	if [ "$CV_CASE" = go ]; then
		need_module tun
		[ -c /dev/net/tun ] || { mkdir -p /dev/net; mknod /dev/net/tun c 10 200; }
		key b
		bg n b env WG_PROCESS_FOREGROUND=1 LOG_LEVEL=error wireguard-go --foreground cv0
		wait_for 60 n b wg show cv0
		far=wg
	else
		case $CV_CASE in
		wireguard) tun_new b cv0 wireguard ;;
		*) tun_new b cv0 ;;
		esac
		far=$tool
	fi
	n b "$far" set cv0 private-key "$tmp/b.key" listen-port "$port" \
		peer "${pub[a]}" allowed-ips 10.77.0.1/32
	addr b cv0 10.77.0.2/24 up
}

# near_end KIND: cv0 of a, which knows the first way.
near_end()
{
	tun_new a cv0 "$1"
	tun_set a cv0 listen-port "$port" peer "${pub[b]}" endpoint "$one" \
		allowed-ips 10.77.0.2/32
	addr a cv0 10.77.0.1/24 up
}

# wire_queues NUMBER: a way whose queues belong to CPUs in turn.
wire_queues()
{
	local place i cpus

	cpus=$(nproc)
	ip link add "va$1" netns "${ns[a]}" numtxqueues 4 numrxqueues 4 up type veth \
		peer name "vb$1" netns "${ns[b]}" numtxqueues 4 numrxqueues 4
	for place in a b; do
		ipn $place link set "v$place$1" up
		n $place ethtool -K "v$place$1" gro on
		for ((i = 0; i < 4; i++)); do
			n_sys $place sh -c "printf %x $((1 << (i % cpus))) \
				>/sys/class/net/v$place$1/queues/tx-$i/xps_cpus"
		done
		n_sys $place sh -c "echo 1 >/sys/class/net/v$place$1/threaded"
	done
}

net_two_ways()
{
	local place number

	ns_new a b
	if [ "$CV_CASE" = queues ]; then
		wire_queues 1
		wire_queues 2
	else
		wire a va1 b vb1
		wire a va2 b vb2
	fi
	addr a va1 198.51.100.1/24
	addr b vb1 198.51.100.2/24
	addr a va2 203.0.113.1/24
	addr b vb2 203.0.113.2/24
	if [ "$CV_CASE" = slow ]; then
		for place in a b; do
			for number in 1 2; do
				slow_uplink $place "v$place$number"
			done
		done
	fi
	far_end
}

# moved_while_full: TCP each way for half as long again as the peer is moved to and fro.
moved_while_full()
{
	local bulk ended=well

	tcp a b 10.77.0.2 40000000 >"$tmp/tcp" 2>&1 &
	bulk=$!
	defer "end_process $bulk"
	relay py failover.py requests "${ns[a]}" "${ns[b]}" cv0 "${pub[b]}" "$one" "$two"
	works "TCP goes on all the while" kill -0 $bulk
	wait $bulk || ended="with status $?: $(cat "$tmp/tcp")"
	is "TCP while the peer is moved: it ends" well "$ended"
	is "messages that the replay window has refused" "0 0" \
		"$(drops a cv0 rx_replay) $(drops b cv0 rx_replay)"
}

# transfers: until they are to stop; each has both directions checked.
transfers()
{
	until [ -e "$tmp/stop" ]; do
		tcp a b 10.77.0.2 3000000 || return
	done
}

# The way in use dies, and comes back when the peer has left it.
tcp_over_ways_that_die()
{
	local dead was transfers serial status=0

	tun_set a cv0 peer "${pub[b]}" silent 1
	transfers >"$tmp/tcp" 2>&1 &
	transfers=$!
	defer end_process $transfers
	for serial in 1 2; do
		was=$(peer_endpoint a cv0 b)
		[ "$was" = "$one" ] && dead=1 || dead=2
		n a tc qdisc replace dev va$dead root netem loss 100%
		n b tc qdisc replace dev vb$dead root netem loss 100%
		moved() { [ "$(peer_endpoint a cv0 b)" != "$was" ]; }
		soon "TCP over ways that die, way $serial: the peer moves to the other" 30 moved
		n a tc qdisc del dev va$dead root
		n b tc qdisc del dev vb$dead root
	done
	: >"$tmp/stop"
	wait $transfers || status=$?
	is "TCP over ways that die: errors" 0 "$status$(grep -v ' bytes each way in ' "$tmp/tcp")"
}

net_two_ways
near_end "$kind"
works "a session by the first way" ping_ok a 10.77.0.2
if [ "$kind:$CV_CASE" = culvert:slow ]; then
	moved_while_full
	is "no receive errors at a" 0 "$(stat a cv0 rx_errors)"
elif [ "$kind" = culvert ]; then
	relay py failover.py moves "${ns[a]}" "${ns[b]}" cv0 "${pub[b]}" "$one" "$two"
	[ "$CV_CASE" != wireguard ] || tcp_over_ways_that_die
	is "no receive errors at a" 0 "$(stat a cv0 rx_errors)"
fi
# For comparison: wireguard.ko has one endpoint, and stays there.
if [ "$CV_CASE" = wireguard ]; then
	drop_all
	net_two_ways
	near_end wireguard
	works "wireguard.ko: a session by the first way" ping_ok a 10.77.0.2
	relay py failover.py stays "${ns[a]}" "${ns[b]}" cv0 "${pub[b]}" "$one" "$two"
fi
finish
