#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: icount
# timeout: 120
# needs: python3
# cases: candidates follow dropin
# timeout[dropin]: 240
# Several ways to a peer, seen from the other end, which is at several addresses:
#
#   candidates   where an initiation goes, in which order, and when
#   follow       where a peer may be followed to, and what is dropped
#   dropin       both at a link of kind wireguard
[ "$CV_CASE" != dropin ] || export CV_KIND=wireguard CV_REPLACE=1
. "$(dirname "$0")/../../lib/test.sh"

net_pair
# The places where the peer may be: one for the way in use, the others for candidates.
for place in 3 4 5 6; do
	addr b vb "198.51.100.$place/24" "2001:db8:51::$place/64"
done
# A place that can be lost.
ns_new c
wire a vac c vc
addr a vac 203.0.113.1/24
addr c vc 203.0.113.2/24
tunnel_end
export CV_LOST=${ns[c]} CV_OURS=${ns[b]}
relay n_py b ways.py "$CV_CASE" "${ns[a]}" cv0 "${outer4[a]}" "$port"
finish
