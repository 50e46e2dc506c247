#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: smp
# timeout: 150
# Every setting changed under traffic both ways: peers, keys, endpoints, allowed IPs,
# ports, marks, MTU, the link's state; traffic comes back each time.
. "$(dirname "$0")/../lib/stress.sh"

disturbances=9
net_pair
tunnel_pair
psk other
key spare
# A retry of the handshake comes after 5 s; after lost keys it may take two.
retry=12

peers_of_a()
{
	for _ in 1 2 3; do
		tun_set a cv0 peer "${pub[b]}" remove || return
		tun_set a cv0 peer "${pub[b]}" endpoint "$(hostport "${outer4[b]}")" \
			allowed-ips 10.77.0.2/32,fd77::2/128 || return
	done
}

# Another peer takes the allowed IPs, and they come back.
allowed_ips()
{
	tun_set b cv0 peer "${pub[spare]}" allowed-ips 10.77.0.1/32 || return
	tun_set b cv0 peer "${pub[a]}" allowed-ips "" || return
	tun_set b cv0 peer "${pub[a]}" allowed-ips 10.77.0.1/32,fd77::1/128 || return
	tun_set b cv0 peer "${pub[spare]}" remove
}

keys()
{
	tun_set b cv0 private-key "$tmp/spare.key" || return
	tun_set b cv0 private-key "$tmp/b.key"
}

preshared_keys()
{
	tun_set a cv0 peer "${pub[b]}" preshared-key "$1" || return
	tun_set b cv0 peer "${pub[a]}" preshared-key "$1"
}
preshared()
{
	preshared_keys "$tmp/other.psk" || return
	# The next handshake is one with it.
	keys
}

# To unused addresses, and back.
endpoints()
{
	tun_set a cv0 peer "${pub[b]}" endpoint 198.51.100.77:9 || return
	tun_set b cv0 peer "${pub[a]}" endpoint 198.51.100.78:9 || return
	tun_set a cv0 peer "${pub[b]}" endpoint "$(hostport "${outer4[b]}")" || return
	tun_set b cv0 peer "${pub[a]}" endpoint "$(hostport "${outer4[a]}")"
}

# From IPv4 outside to IPv6 and back.
families()
{
	tun_set a cv0 peer "${pub[b]}" endpoint "$(hostport "${outer6[b]}")" || return
	ping_once a 10.77.0.2 >"$tmp/ping" 2>&1
	tun_set a cv0 peer "${pub[b]}" endpoint "$(hostport "${outer4[b]}")"
}

ports()
{
	local i

	for i in 1 2 3; do
		tun_set a cv0 listen-port $((port + i)) fwmark $i || return
	done
	tun_set a cv0 listen-port "$port" fwmark off
}

mtus()
{
	local mtu

	for mtu in 1280 9000 576 1420; do
		ipn a link set cv0 mtu $mtu || return
		ipn b link set cv0 mtu $mtu || return
	done
	# IPv6 has gone from the link with an MTU that is too small for it.
	n a sysctl -qw net.ipv6.conf.cv0.disable_ipv6=0 &&
		n b sysctl -qw net.ipv6.conf.cv0.disable_ipv6=0
}

down_and_up()
{
	ipn b link set cv0 down || return
	ipn b link set cv0 up || return
	ipn a link set cv0 down || return
	ipn a link set cv0 up
}

traffic_start
works "traffic both ways at first" flows 20
disturb "peers removed and added" $retry peers_of_a
disturb "allowed IPs moved to another peer and back" $retry allowed_ips
disturb "private keys changed" $retry keys
disturb "pre-shared keys changed" $retry preshared
preshared_keys /dev/null
disturb "endpoints changed" $retry endpoints
disturb "IPv6 outside, then IPv4" $retry families
disturb "ports and marks changed" $retry ports
disturb "MTU changed" $retry mtus
disturb "links set down and up" $retry down_and_up
traffic_good
is "after all changes: one peer at a" 1 "$(tun_show a cv0 peers | wc -l)"
is "after all changes: one peer at b" 1 "$(tun_show b cv0 peers | wc -l)"

# The links are deleted under the same traffic.
works "a link is deleted under traffic" ipn a link del cv0
works "the other link is deleted under traffic" ipn b link del cv0
traffic_stop
drop_all
nothing_left
finish
