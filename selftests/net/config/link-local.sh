#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# timeout: 120
# No link-local address is ever generated on a link, whatever the namespace's default says:
# not after up, not when the MTU falls below 1280 and rises again, not when IPv6 is turned
# off and on, not in another namespace. One that is asked for is added.
. "$(dirname "$0")/../../lib/test.sh"

# monitor_starts NAME: all address messages of that namespace go to $tmp/bg.out. The
# monitor listens once it has seen an address of the loopback device.
monitor_starts()
{
	bg n "$1" ip monitor address
	wait_for 20 monitor_sees "$1"
}

monitor_sees()
{
	ipn "$1" addr replace 127.0.0.9/32 dev lo
	ipn "$1" addr del 127.0.0.9/32 dev lo
	grep -q '127[.]0[.]0[.]9' "$tmp/bg.out"
}

link_locals() { ipn "$1" -6 -o addr show dev cv0 scope link | awk '{ print $4 }'; }
gen_mode() { n_sys "$1" cat /proc/sys/net/ipv6/conf/cv0/addr_gen_mode; }

# none NAME WHERE: no link-local address on cv0, and later requests make none.
none()
{
	is "$1: no link-local address" "" "$(link_locals "$2")"
	is "$1: addr_gen_mode is none" 1 "$(gen_mode "$2")"
}

# forget_ipv6 [MTU]: the kernel destroys what it keeps of IPv6 for the link, and makes it
# anew by the namespace's default.
forget_ipv6()
{
	ipn a link set cv0 mtu "${1:-1279}"
	ipn a link set cv0 mtu 1420
}

test_mode()
{
	local name="default mode $1" secret=2001:db8::1

	ns_new a c
	[ "$1" != 2 ] || n a sysctl -qw net.ipv6.conf.default.stable_secret=$secret
	n a sysctl -qw net.ipv6.conf.default.addr_gen_mode="$1"
	n c sysctl -qw net.ipv6.conf.default.addr_gen_mode="$1"
	monitor_starts a
	tun_new a cv0
	ipn a link set cv0 up
	none "$name: up" a

	forget_ipv6
	none "$name: MTU 1279 and back" a
	ipn a link set cv0 mtu 1280
	ipn a link set cv0 mtu 1420
	none "$name: MTU 1280 and back" a
	forget_ipv6 68
	forget_ipv6 576
	none "$name: MTU 68, 576 and back" a
	ipn a link set cv0 down
	ipn a link set cv0 up
	none "$name: down and up" a
	ipn a link set cv0 mtu 1000 down
	ipn a link set cv0 up
	ipn a link set cv0 mtu 1420
	none "$name: MTU 1000 while down, up, and back" a
	ipn a link set cv0 down mtu 1000
	ipn a link set cv0 mtu 1420
	ipn a link set cv0 up
	none "$name: MTU 1000 and back while down, up" a

	n a sysctl -qw net.ipv6.conf.cv0.disable_ipv6=1
	n a sysctl -qw net.ipv6.conf.cv0.disable_ipv6=0
	none "$name: IPv6 off and on" a
	n a sysctl -qw net.ipv6.conf.all.disable_ipv6=1
	forget_ipv6
	n a sysctl -qw net.ipv6.conf.all.disable_ipv6=0
	none "$name: IPv6 off, MTU 1279 and back, on" a
	n a sysctl -qw net.ipv6.conf.default.disable_ipv6=1
	forget_ipv6
	n a sysctl -qw net.ipv6.conf.default.disable_ipv6=0 net.ipv6.conf.cv0.disable_ipv6=0
	none "$name: IPv6 off by default, MTU 1279 and back, on" a

	ipn a link del cv0
	ipn a link add cv0 mtu 1000 type "$kind"
	ipn a link set cv0 up
	ipn a link set cv0 mtu 1420
	none "$name: made with MTU 1000, up, and back" a
	is "$name: ip monitor saw no link-local address" "" "$(grep 'fe80' "$tmp/bg.out" || :)"

	end_process "$bg_pid"
	monitor_starts c
	ipn a link set cv0 netns "${ns[c]}"
	ipn c link set cv0 up
	none "$name: in another netns" c
	ipn c link set cv0 mtu 1279
	ipn c link set cv0 mtu 1420
	none "$name: in another netns, MTU 1279 and back" c
	is "$name: in another netns, ip monitor saw no link-local address" "" \
		"$(grep 'fe80' "$tmp/bg.out" || :)"
	drop_all
}

# What is asked for is not refused, by netlink or by ioctl.
test_asked_for()
{
	local made

	net_pair
	tunnel_pair
	works "ping over IPv6" ping_ok a fd77::2
	forget_ipv6
	works "a link-local address by netlink" ipn a addr add fe80::1/64 dev cv0
	works "a link-local address by ioctl" n_py a address_ioctl.py cv0 fe80::2 64
	is "both link-local addresses are there" "fe80::1/64 fe80::2/64" \
		"$(link_locals a | sort | xargs)"
	forget_ipv6
	works "MTU 1279 and back: a link-local address by ioctl" \
		n_py a address_ioctl.py cv0 fe80::2 64
	is "MTU 1279 and back: that address is there" fe80::2/64 "$(link_locals a)"
	addr a cv0 fd77::1/64
	works "MTU 1279 and back: ping over IPv6" ping_ok a fd77::2
	forget_ipv6
	works "addrgenmode random is accepted" ipn a link set cv0 addrgenmode random
	ipn a link set cv0 mtu 1400
	made=$(gen_mode a)
	is "addrgenmode random stays at another MTU" 3 "$made"
	drop_all
}

for mode in 0 1 2 3; do
	test_mode $mode
done
test_asked_for
finish
