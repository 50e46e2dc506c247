#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: smp
# timeout: 120
# gro_flush_timeout of the link lets GRO hold a segment for longer than one poll. A
# super-packet of the same flow, which passes GRO by, comes up behind it all the same.
. "$(dirname "$0")/../../lib/test.sh"

net_pair
tunnel_sealed
relay n_py b lane.py "${ns[a]}" cv0 "${outer4[a]}" "$port"
is "no receive errors" 0 "$(stat a cv0 rx_errors)"
finish
