#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# timeout: 90
# What the netlink commands do: set and its flags, dumps over many messages, dumps
# that are disturbed.
. "$(dirname "$0")/../../lib/test.sh"

ns_new a
tun_new a cv0
ipn a link set cv0 up
relay n_py a netlink_requests.py commands
relay n_py a netlink_requests.py dumps
finish
