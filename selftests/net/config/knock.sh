#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: icount
# timeout: 120
# needs: python3
# cases: verdicts limits wireguard
# Who is no peer and begins a handshake, and a program that decides:
#
#   verdicts     let in, refused, too late, by the wrong program, with what was recorded
#   limits       how many are kept and how often, and what nobody may have
#   wireguard    the kernel's own driver knocks, and is let in by its first initiation
. "$(dirname "$0")/../../lib/test.sh"

net_pair
tunnel_end
if [ "$CV_CASE" = wireguard ]; then
	tun_new b wg0 wireguard
	tun_set b wg0 peer "${pub[a]}" endpoint "$(hostport "${outer4[a]}")" allowed-ips 10.77.0.1/32
	addr b wg0 10.77.9.9/16
	ipn b link set wg0 up
	export CV_STRANGER=${pub[b]}
fi
relay n_py b knock.py "$CV_CASE" "${ns[a]}" cv0 "${outer4[a]}" "$port"
finish
