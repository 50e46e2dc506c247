#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: smp
# kmemleak: off
# timeout: 300
# One peer's messages leave and arrive in the order of their counters, and TCP inside sends
# no spurious retransmissions, over each kind of outer path: a veth pair, whose packets
# go through the backlog of the CPU that sends; one with NAPI of its own; one whose packets
# are steered to other CPUs; one with a transmit queue for each CPU, of which one is slow, and
# a thread that receives from each, by the link's own socket and by a program's; a bridge;
# macvlan. One stream each way, and both at once.
. "$(dirname "$0")/../../lib/test.sh"

cpus=$(nproc)
# The faults that it looks for make fifty spurious retransmissions in a second.
seconds=1
[ "${CV_SLOW:-1}" -le 1 ] || seconds=2
enough=100

path_veth() { net_pair; }

path_napi()
{
	net_pair
	n a ethtool -K va gro on
	n b ethtool -K vb gro on
}

path_steered()
{
	net_pair
	n_sys a sh -c "printf %x $(((1 << cpus) - 1)) >/sys/class/net/va/queues/rx-0/rps_cpus"
	n_sys b sh -c "printf %x $(((1 << cpus) - 1)) >/sys/class/net/vb/queues/rx-0/rps_cpus"
}

path_queues()
{
	local i place

	ns_new a b
	ip link add va netns "${ns[a]}" numtxqueues "$cpus" numrxqueues "$cpus" type veth \
		peer name vb netns "${ns[b]}" numtxqueues "$cpus" numrxqueues "$cpus"
	addr a va 198.51.100.1/24
	addr b vb 198.51.100.2/24
	outer4=([a]=198.51.100.1 [b]=198.51.100.2)
	for place in a b; do
		ipn $place link set v$place up
		n $place ethtool -K v$place gro on tso off tx-udp-segmentation off
		for ((i = 0; i < cpus; i++)); do
			n_sys $place sh -c "printf %x $((1 << i)) \
				>/sys/class/net/v$place/queues/tx-$i/xps_cpus"
		done
		n_sys $place sh -c "echo 1 >/sys/class/net/v$place/threaded"
	done
	need_module sch_netem
	n a tc qdisc add dev va root handle 1: mq
	n a tc qdisc add dev va parent 1:1 handle 11: netem delay 1ms limit 10000
}

path_adopted() { path_queues; }

# hand_in: a program's socket for the link of a; it is the program's as long as this test lasts.
hand_in()
{
	local line

	coproc holder { py ../config/adopt.py hold "${ns[a]}" "${ns[a]}" 198.51.100.1 4500; }
	holder_pid=$holder_PID
	defer "end_process $holder_pid"
	read -r -t 60 -u "${holder[0]}" line || line=nothing
	is "a program has handed in its socket" "handed in" "$line"
}

path_bridge()
{
	ns_new a m b
	wire a va m toa
	wire m tob b vb
	ipn m link add name br0 type bridge
	ipn m link set toa master br0
	ipn m link set tob master br0
	ipn m link set br0 up
	addr a va 198.51.100.1/24
	addr b vb 198.51.100.2/24
	outer4=([a]=198.51.100.1 [b]=198.51.100.2)
}

path_macvlan()
{
	local place

	ns_new a m b
	need_module macvlan
	wire m toa m tob
	for place in a b; do
		ipn m link add link toa name v$place netns "${ns[$place]}" type macvlan mode bridge
		ipn $place link set v$place up
	done
	addr a va 198.51.100.1/24
	addr b vb 198.51.100.2/24
	outer4=([a]=198.51.100.1 [b]=198.51.100.2)
}

# stream WORDS...: iperf3 for some seconds; prints what has arrived.
stream()
{
	n a iperf3 -c 10.77.0.2 -t "$seconds" "$@" >"$tmp/iperf3" 2>&1 || return
	awk '/receiver/ { print $(NF - 2), $(NF - 1) }' "$tmp/iperf3" | paste -sd, | sed 's/,/, /'
}

# watch: order.py looks at what leaves and enters a and b, from here on.
watch()
{
	local line

	coproc watcher { exec "${python[@]}" "$test_dir/order.py" "${ns[a]}" va "${ns[b]}" vb; }
	# bash forgets it when it ends.
	watcher_pid=$watcher_PID
	defer "end_process $watcher_pid"
	read -r -t 60 -u "${watcher[0]}" line && [ "$line" = ready ]
}

# look: frames and inversions at va and vb, and spurious retransmissions, since the last look.
look()
{
	echo look >&"${watcher[1]}"
	read -r -t 60 -u "${watcher[0]}" "$@"
}

listens() { [ -n "$(n b ss -Hltn 'sport = :5201')" ]; }

# in_order NAME FRAMES INVERTED: at most one message in 100,000, and none in a short run.
in_order()
{
	if [ "$2" -le "$enough" ]; then
		fail "$1" "more than $enough frames" "$2"
	elif [ "$3" -le $(($2 / 100000)) ]; then
		ok "$1"
	else
		fail "$1" "at most $(($2 / 100000)) of $2 frames" "$3"
	fi
}

# Two flows inside have two hashes, also in front of the receiver's CPUs (RPS) and its GRO,
# where these are on: there each flow is in order, and the tunnel's messages need not be.
# iperf3 has always two, of which one is for control.
tells_flows_apart() { [[ $1 == steered || $1 == queues || $1 == adopted ]]; }

# one_way PATH WORD: one stream, or two with --bidir.
one_way()
{
	local out out_bad in in_bad again all_out=0 all_out_bad=0 all_in=0 all_in_bad=0 spurious=0
	local round got name="$1: TCP ${2:-one way}"

	# On a machine that is busy with other things one second may be too few frames.
	for round in 1 2 3; do
		# shellcheck disable=SC2086 # none or one
		got=$(stream $2) || fail "$name" "traffic" "$(cat "$tmp/iperf3")"
		look out out_bad in in_bad again
		all_out=$((all_out + out)) all_out_bad=$((all_out_bad + out_bad))
		all_in=$((all_in + in)) all_in_bad=$((all_in_bad + in_bad))
		spurious=$((spurious + again))
		note "$name, $round: $got; out: $out frames, $out_bad inverted;" \
			"in: $in frames, $in_bad inverted"
		[ $all_out -le $enough ] || [ $all_in -le $enough ] || break
	done
	between "$name: spurious TCP retransmissions" -1000 0 $spurious
	in_order "$name: messages leave in order" $all_out $all_out_bad
	tells_flows_apart "$1" ||
		in_order "$name: messages arrive in order" $all_in $all_in_bad
}

one_path()
{
	local way

	"path_$1"
	tunnel_pair
	[ "$1" != adopted ] || hand_in
	works "$1: ping at first" ping_ok a 10.77.0.2
	n b iperf3 -s >"$tmp/server" 2>&1 &
	defer "end_process $!"
	wait_for 10 listens
	watch
	for way in "" -R --bidir; do
		one_way "$1" "$way"
	done
	drop_all
	unset 'pub[a]' 'pub[b]'
}

for path in ${CV_PATHS:-veth napi steered queues adopted bridge macvlan}; do
	one_path "$path"
done
finish
