#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: smp
# A guest behind a tap is forwarded into the tunnel with wrong values of csum_start:
# nothing is read or written outside the packet, and impossible values are refused.
. "$(dirname "$0")/../../lib/test.sh"

modprobe tun
net_pair
tunnel_pair
works "ping at first" ping_ok a 10.77.0.2
n a sysctl -qw net.ipv4.ip_forward=1
tun_set b cv0 peer "$(n b "$tool" show cv0 peers)" allowed-ips 10.77.0.1/32,fd77::1/128,192.0.2.0/24

# Before the IP header (the link-layer header counts), past the end, and right.
before=$(drops a cv0 tx_segment_failed)
said=$(n_sys a "${python[@]}" "$test_dir/tap.py" guest 192.0.2.1 10.77.0.2 \
	0 20 0 0 14 600 100 6 34 6)
note "the tap: ${said//$'\n'/ }"
taken=$(head -n 4 <<<"$said" | grep -cx taken || :)
all_counted()
{
	[ "$kind" != culvert ] || [ "$(drops a cv0 tx_segment_failed)" = $((before + taken)) ]
}
is "a packet with the right csum_start: the tap takes it" taken "$(tail -n 1 <<<"$said")"
soon "wrong csum_start, if the tap takes it: tx_segment_failed" 5 all_counted
works "after wrong values of csum_start: ping" ping_ok a 10.77.0.2
works "after wrong values of csum_start: TCP" tcp a b 10.77.0.2 100000
finish
