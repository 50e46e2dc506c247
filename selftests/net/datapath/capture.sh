#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# timeout: 90
# What tcpdump and tc see on the link: whole inner IP packets, each once, in both
# directions; and mirrored copies that do no harm.
. "$(dirname "$0")/../../lib/test.sh"

net_pair
tunnel_pair
works "ping at first" ping_ok a 10.77.0.2

n b tcpdump -n -U -i cv0 -w "$tmp/b.pcap" 2>"$tmp/tcpdump" &
dump=$!
defer "end_process $dump"
wait_for 10 grep -q "listening on" "$tmp/tcpdump"
matches "tcpdump shows link-type RAW" "link-type RAW" "$(cat "$tmp/tcpdump")"
works "ping under tcpdump" ping_ok a 10.77.0.2 -s 1000
works "ping under tcpdump, IPv6" ping_ok a fd77::2 -s 1000
seen() { [ "$(n b tcpdump -n -r "$tmp/b.pcap" "$1" 2>/dev/null | wc -l)" -ge "$2" ]; }
wait_for 10 seen "icmp6 or icmp" 12 || :
end_process "$dump"
for what in "icmp and icmp[0] == 8 and src 10.77.0.1" "icmp and icmp[0] == 0 and dst 10.77.0.1" \
	"icmp6 and ip6[40] == 128 and src fd77::1" "icmp6 and ip6[40] == 129 and dst fd77::1"; do
	is "captured: $what" 3 "$(n b tcpdump -n -r "$tmp/b.pcap" "$what" 2>/dev/null | wc -l)"
done
matches "captured: icmp of length 1008" "length 1008" \
	"$(n b tcpdump -n -r "$tmp/b.pcap" icmp 2>/dev/null)"

# Copies of everything, to two other devices, while TCP runs.
for mirror in in out; do
	ipn b link add "m$mirror" type dummy
	ipn b link set "m$mirror" mtu 65535 up
done
n b tc qdisc add dev cv0 clsact
n b tc filter add dev cv0 ingress matchall action mirred egress mirror dev min
n b tc filter add dev cv0 egress matchall action mirred egress mirror dev mout
in0=$(stat b min tx_bytes) out0=$(stat b mout tx_bytes)
works "ping with mirrors" ping_ok a 10.77.0.2 -s 100
is "ping with mirrors: bytes in are mirrored" 384 "$(($(stat b min tx_bytes) - in0))"
is "ping with mirrors: bytes out are mirrored" 384 "$(($(stat b mout tx_bytes) - out0))"
works "TCP with mirrors" tcp a b 10.77.0.2 2000000
between "TCP with mirrors: bytes in are mirrored" 2000000 4000000 \
	"$(($(stat b min tx_bytes) - in0))"

# Redirected instead of received: the stack gets nothing, the other device all.
n b tc filter replace dev cv0 ingress prio 1 matchall action mirred egress redirect dev min
n b tc filter show dev cv0 ingress >/dev/null
in0=$(stat b min tx_packets)
fails "ingress redirected to another device: no ping" ping_once a 10.77.0.2
taken() { [ "$(stat b min tx_packets)" -gt "$in0" ]; }
soon "ingress redirected to another device: the packet is there" 5 taken
finish
