#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# timeout: 90
# needs: python3
# What anybody can send without end does not fill the log.
. "$(dirname "$0")/lib.sh"

net_pair
tun_new a cv0
tun_set a cv0 listen-port "$port"
addr a cv0 10.77.0.1/16 fd77::1/64
ipn a link set cv0 up
# With debugging on there is a line for each kind, but not for each packet.
[ ! -w /sys/kernel/debug/dynamic_debug/control ] ||
	echo "module $kind +p" >/sys/kernel/debug/dynamic_debug/control
relay n_py b hostile.py log "${ns[a]}" cv0 "${outer4[a]}" "$port"
finish
