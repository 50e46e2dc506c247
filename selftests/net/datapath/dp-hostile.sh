#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: smp
# timeout: 150
# Batches with something bad in them: it alone is lost. As one super-packet, as GRO has
# made it of single datagrams, under tcpdump, and over IPv6.
. "$(dirname "$0")/../../lib/test.sh"

# batches TITLE OUTER CASES: on a fresh pair of hosts; `before` prepares them.
batches()
{
	local -n outer_of=outer$2

	net_pair
	need_module wireguard
	tun_new a cv0
	tun_set a cv0 listen-port "$port"
	addr a cv0 10.77.0.1/24
	ipn a link set cv0 up
	ipn a route add 10.77.101.0/24 dev cv0
	ipn a route add 10.77.102.0/24 dev cv0
	before
	relay n_py b batches.py "${ns[a]}" cv0 "${outer_of[a]}" "$port" "$1" "$3"
	drop_all
}

before() { :; }
batches "" 4 all
batches "IPv6 outside" 6 few

before()
{
	n b ethtool -K vb tx-udp-segmentation off
	n a ethtool -K va gro on
}
batches "merged by GRO" 4 few

before()
{
	n a tcpdump -n -i any -w "$tmp/any.pcap" 2>"$tmp/tcpdump" &
	defer "end_process $!"
	wait_for 10 grep -q "listening on" "$tmp/tcpdump"
}
batches "under tcpdump" 4 few
finish
