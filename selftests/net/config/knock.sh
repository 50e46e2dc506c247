#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: icount
# timeout: 120
# needs: python3
# cases: verdicts limits crowded ipv6 wireguard go dropin
# timeout[crowded]: 300
# Who is no peer and begins a handshake, and a program that decides:
#
#   verdicts     let in, refused, too late, by the wrong program, with what was recorded
#   limits       how many are kept and how often, and what nobody may have
#   crowded      half the room is taken: strangers need a cookie, peers do not
#   ipv6         how many are kept of one network, and how often, by IPv6
#   wireguard    the kernel's own driver knocks, and is let in by its first initiation
#   go           so does wireguard-go
#   dropin       as verdicts, at a link of kind wireguard
[ "$CV_CASE" != dropin ] || export CV_KIND=wireguard CV_REPLACE=1
. "$(dirname "$0")/../../lib/test.sh"

net_pair
tunnel_end
to=${outer4[a]}

# who_knocks DEV CLIENT: a client that a does not know, and that has a as its peer.
who_knocks()
{
	n b wg set "$1" peer "${pub[a]}" endpoint "$(hostport "${outer4[a]}")" \
		allowed-ips 10.77.0.1/32
	addr b "$1" 10.77.9.9/16
	ipn b link set "$1" up
	export CV_STRANGER=${pub[b]} CV_CLIENT=$2
}

# go_new: wg0 in b, in user space.
go_new()
{
	need_module tun
	[ -c /dev/net/tun ] || { mkdir -p /dev/net; mknod /dev/net/tun c 10 200; }
	key b
	bg n b env WG_PROCESS_FOREGROUND=1 LOG_LEVEL=error wireguard-go --foreground wg0
	wait_for 60 n b wg show wg0
	n b wg set wg0 private-key "$tmp/b.key"
}

case $CV_CASE in
crowded)
	# Any address of it is b's.
	ipn b route add local 10.66.0.0/16 dev lo
	ipn a route add 10.66.0.0/16 via "${outer4[b]}"
	;;
ipv6)
	n b sysctl -qw net.ipv6.ip_nonlocal_bind=1
	ipn b route add local 2001:db8:66::/48 dev lo
	ipn a route add 2001:db8:66::/48 via "${outer6[b]}"
	to=${outer6[a]}
	# Or the first ones would wait for each other's address and come as one burst.
	wait_for 10 ping_once b "$to"
	;;
wireguard)
	tun_new b wg0 wireguard
	who_knocks wg0 wireguard.ko
	;;
go)
	go_new
	who_knocks wg0 wireguard-go
	;;
esac
relay n_py b knock.py "$CV_CASE" "${ns[a]}" cv0 "$to" "$port"
finish
