#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: icount
# timeout: 120
# needs: python3
# cases: expiry known dropin
# Peers as programs make and look at them, by family culvert:
#
#   expiry       peers that are removed when they have been idle for as long as was asked
#   known        names, packets, drops, sessions: what a dump and an event say of a peer
#   dropin       as known, for a link of kind wireguard, of which family wireguard says nothing new
[ "$CV_CASE" != dropin ] || export CV_KIND=wireguard CV_TOOL=wg CV_REPLACE=1
. "$(dirname "$0")/../../lib/test.sh"

net_pair
tunnel_end
relay n_py b peers.py "$CV_CASE" "${ns[a]}" cv0 "${outer4[a]}" "$port"
finish
