#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: smp
# timeout: 150
# What a link makes of the packets it is to send, super-packets above all: opened by
# the kernel's own wireguard at the other end, each must come out byte for byte as
# hardware would have cut it, all checksums finished.
. "$(dirname "$0")/../../lib/test.sh"

# at MTU CASE...: with links of that MTU.
at()
{
	local mtu=$1

	shift
	net_pair $((mtu + 80))
	tunnel_pair b=wireguard mtu="$mtu"
	n b ethtool -K cv0 gro off
	# For packets that a forwards.
	net_behind a 1
	tun_set b cv0 peer "${pub[a]}" \
		allowed-ips 10.77.0.1/32,fd77::1/128,10.1.0.0/24,fd01::/64
	ipn b route add 10.1.0.0/24 dev cv0
	ipn b -6 route add fd01::/64 dev cv0
	works "MTU $mtu: ping at first" ping_ok a 10.77.0.2
	works "MTU $mtu: ping at first, IPv6 inside" ping_ok a fd77::2
	relay py segments.py "${ns[a]}" "${ns[b]}" "${ns[host]}" "$mtu" "$@"
	is "MTU $mtu: nothing was dropped at a" 0 "$(stat a cv0 tx_dropped)"
	drop_all
}

at 1420 plain maxseg options ecn udp_super udp_large forwarded
at 9000 plain udp_super
at 1280 plain udp_super
finish
