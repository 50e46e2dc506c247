#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: icount
# timeout: 120
# needs: python3
# cases: clock expiry handshake keepalive persistent rekey slots
# What a link sends by itself, and when:
#
#   clock        clocks that step, machines that sleep, cookies that grow old
#   expiry       sessions end at 180 s, keys at 540 s
#   handshake    new handshakes after 15 s, retries every 5 s, giving up after 90 s
#   keepalive    passive keepalives: 10 s after data that got no answer
#   persistent   persistent keepalives: at once, at their interval, over down and up
#   rekey        rekeying at 120 s on send and 165 s on receive, by the initiator only
#   slots        previous, current and next session; link down ends them all
. "$(dirname "$0")/../../lib/test.sh"

net_pair
tunnel_end
relay n_py b timers.py "$CV_CASE" "${ns[a]}" cv0 "${outer4[a]}" "$port"
finish
