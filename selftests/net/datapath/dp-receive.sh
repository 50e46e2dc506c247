#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: smp
# timeout: 120
# What a link makes of batches of segments that come in as UDP super-packets: rebuilt
# or not, what is handed up and what is forwarded are the packets that were sealed.
. "$(dirname "$0")/../../lib/test.sh"

#     b (sealer) ─ vb ── va ─ a ═ cv0, e1 ── e0 ─ host, and nothing behind it
net_pair
tunnel_sealed
ns_new host
wire a e1 host e0
addr a e1 10.2.0.1/24 fd02::1/64
addr host e0 10.2.0.2/24 fd02::2/64
ipn a route add 10.9.0.0/24 via 10.2.0.2
ipn a -6 route add fd09::/64 via fd02::2
n a sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
# Between two ends of a veth pair packets wait for each processor by itself, so that what
# one forwards may overtake what another forwarded just before: one is enough there.
echo 1 | n_sys host tee /sys/class/net/e0/queues/rx-0/rps_cpus >/dev/null
# The host gets what a wire would carry: cut up and summed by a.
n a ethtool -K e1 tx off sg off tso off gso off
relay n_py b rebuild.py "${ns[a]}" cv0 "${outer4[a]}" "$port" "${ns[host]}"
is "no receive errors" 0 "$(stat a cv0 rx_errors)"
finish
