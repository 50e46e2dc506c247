#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: smp
# timeout: 180
# needs: python3
# The same over IPv6, whose sources are limited by /64, as hostile-load.sh over IPv4.
. "$(dirname "$0")/lib.sh"

net_pair
tun_new a cv0
tun_set a cv0 listen-port "$port"
addr a cv0 10.77.0.1/16 fd77::1/64
ipn a link set cv0 up
relay n_py b hostile.py load "${ns[a]}" cv0 "${outer6[a]}" "$port"
finish
