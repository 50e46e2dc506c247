#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# timeout: 90
# needs: python3
# Authentic data whose inner packet is wrong.
. "$(dirname "$0")/lib.sh"

net_pair
tun_new a cv0
tun_set a cv0 listen-port "$port"
addr a cv0 10.77.0.1/16 fd77::1/64
ipn a link set cv0 up
relay n_py b hostile.py inner "${ns[a]}" cv0 "${outer4[a]}" "$port"
finish
