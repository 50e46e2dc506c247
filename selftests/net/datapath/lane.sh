#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: smp
# timeout: 120
# gro_flush_timeout of the link lets GRO hold a segment for longer than one poll. A
# super-packet of the same flow, which passes GRO by, comes up behind it all the same.
. "$(dirname "$0")/../../lib/test.sh"

net_pair
need_module wireguard
tun_new a cv0
tun_set a cv0 listen-port "$port"
addr a cv0 10.77.0.1/24 fd77::1/64
ipn a link set cv0 up
ipn a route add 10.77.1.0/24 dev cv0
ipn a -6 route add fd77:1::/64 dev cv0

relay n_py b lane.py "${ns[a]}" cv0 "${outer4[a]}" "$port"
is "no receive errors" 0 "$(stat a cv0 rx_errors)"
finish
