#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: icount
# timeout: 120
# needs: python3
# cases: config session listeners dropin
# What listeners are told, by the groups of family culvert:
#
#   config       device and peers that requests change, and what is lost
#   session      sessions, endpoints, silence; no more than ten a second of a kind
#   listeners    a thousand of them
#   dropin       as config, where requests come to family wireguard, for a link of that kind
[ "$CV_CASE" != dropin ] || export CV_KIND=wireguard CV_TOOL=wg CV_REPLACE=1
. "$(dirname "$0")/../../lib/test.sh"

net_pair
tunnel_end
export CV_OURS=${ns[b]}
relay n_py b events.py "$CV_CASE" "${ns[a]}" cv0 "${outer4[a]}" "$port"
finish
