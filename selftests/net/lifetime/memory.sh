#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: icount
# timeout: 120
# needs: python3
# What an idle peer costs: at most 1 KiB with its one allowed IP, no thread; and
# how long it takes to get rid of many.
. "$(dirname "$0")/../../lib/test.sh"

ns_new a
tun_new a cv0
ipn a link set cv0 up
relay n_py a memory.py cv0 20000
finish
