#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# An outer packet that waits somewhere below, still counted to the socket inside, does not
# keep the inner connection tracked.
#
#     a ─ va ── ta ─ m ─ tb ── vb ─ b       m: a bridge; tb is shaped to 8 bit/s
. "$(dirname "$0")/../../lib/test.sh"

need_module sch_tbf
ns_new a m b
wire a va m ta
wire m tb b vb
ipn m link add name br0 type bridge
ipn m link set ta master br0
ipn m link set tb master br0
ipn m link set br0 up
addr a va 198.51.100.1/24
addr b vb 198.51.100.2/24
outer4=([a]=198.51.100.1 [b]=198.51.100.2)
tunnel_pair
works "ping at first" ping_ok a 10.77.0.2
n a nft -f - <<-'END'
	table ip t {
		chain out {
			type filter hook output priority 0
			ct state new counter accept
		}
	}
END
n a sysctl -qw net.netfilter.nf_conntrack_udp_timeout=1 \
	net.netfilter.nf_conntrack_icmp_timeout=1
# Not netem, which takes packets from their sockets.
n m tc qdisc add dev tb root tbf rate 8bit burst 1600 limit 20000
n a "${python[@]}" -c '
import socket
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
# Each longer than the last: so no two share a super-packet, which the shaper would split.
for size in range(100, 500, 20):
    sock.sendto(b"x" * size, ("10.77.0.2", 9))
'
waits() { [ "$(n m tc -s -j qdisc show dev tb | sed -n 's/.*"qlen":\([0-9]*\).*/\1/p')" -gt 0 ]; }
soon "outer packets wait in the shaper" 10 waits
# Listing the connections removes those that are over; one that is held still counts.
tracked()
{
	n a cat /proc/net/nf_conntrack >/dev/null
	n a cat /proc/sys/net/netfilter/nf_conntrack_count
}
none_tracked() { [ "$(tracked)" = 0 ]; }
soon "outer packets wait: no inner connection is tracked" 10 none_tracked
works "outer packets still wait in the shaper" waits
finish
