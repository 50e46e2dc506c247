#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: icount
# timeout: 90
# needs: python3
# Packets that wait for a handshake: 128 at most, the oldest goes first, and those
# left arrive in their order.
. "$(dirname "$0")/../../lib/test.sh"

net_pair
tunnel_pair
ipn b link set cv0 down
relay py staged.py numbered "${ns[a]}" "${ns[b]}" cv0 200
is "more than 128 packets staged: no transmit errors" 0 "$(stat a cv0 tx_errors)"

# A staged packet does not hold memory of the program that sent it.
ipn b link set cv0 down
ipn a link set cv0 down
ipn a link set cv0 up
ipn a route replace 10.77.0.2/32 dev cv0
relay py staged.py zerocopy "${ns[a]}" "${ns[b]}" cv0

# A staged packet holds neither its socket nor, by that, the namespace.
ipn b link set cv0 down
ipn a link set cv0 down
ipn a link set cv0 up
ipn a route replace 10.77.0.2/32 dev cv0
n_py a send.py 10.77.0.2 4000
drop_all
soon "a namespace with a staged packet ends at once" 5 module_gone "$kind"

modprobe "$kind"
net_pair
tunnel_pair
ipn b link set cv0 down
n_py a staged.py leave
drop_all
soon "a namespace with staged packets of MSG_ZEROCOPY ends at once" 5 module_gone "$kind"
finish
