#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# timeout: 120
# ECN and DSCP, inside and outside, in every combination; AF41 for handshakes.
. "$(dirname "$0")/../../lib/test.sh"

#     a ─ va ── ra ─ r ─ rb ── vb ─ b      r relays, as the endpoint of both
for outer in 4 6; do
	net_routed
	case $outer in
	4) for_a=192.0.2.254 for_b=198.51.100.254 ;;
	6) for_a=2001:db8:2::fe for_b=2001:db8:51::fe ;;
	esac
	tunnel_pair outer=$outer endpoint=none
	tun_set a cv0 peer "${pub[b]}" endpoint "$(hostport $for_a 5001)"
	tun_set b cv0 peer "${pub[a]}" endpoint "$(hostport $for_b 5002)"
	declare -n outer_of=outer$outer
	relay py ecn.py "${ns[a]}" "${ns[r]}" "${ns[b]}" $for_a $for_b 5001 5002 \
		"${outer_of[a]}" "${outer_of[b]}" "$port"
	is "IPv$outer: no receive errors at b" 0 "$(stat b cv0 rx_errors)"
	drop_all
done
finish
