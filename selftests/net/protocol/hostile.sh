#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: icount
# mode[inner]: one
# mode[load]: smp
# mode[load-ipv6]: smp
# mode[log]: one
# timeout: 120
# timeout[inner]: 90
# timeout[load]: 180
# timeout[load-ipv6]: 180
# timeout[log]: 90
# needs: python3
# cases: cookie datagrams initiation initiation-ipv6 inner load load-ipv6 log response
# What an attacker or a broken peer may send is dropped and counted, and has no effect:
#
#   cookie       cookie replies, forged and true, to initiations and to responses
#   datagrams    datagrams that no peer would send
#   initiation   initiations that are wrong, replayed, of strangers, or too many
#   inner        authentic data whose inner packet is wrong
#   load         a flood of initiations: cookies, their binding, the limit of a source, which
#                is a /64 with IPv6
#   log          what anybody can send without end does not fill the log
#   response     responses that are wrong, replayed, or come too late
. "$(dirname "$0")/../../lib/test.sh"

net_pair
tunnel_end
# With debugging on there is a line for each kind, but not for each packet.
[ "$CV_CASE" != log ] || [ ! -w /sys/kernel/debug/dynamic_debug/control ] ||
	echo "module $kind +p" >/sys/kernel/debug/dynamic_debug/control
case $CV_CASE in
*-ipv6) to=${outer6[a]} ;;
*) to=${outer4[a]} ;;
esac
relay n_py b hostile.py "${CV_CASE%-ipv6}" "${ns[a]}" cv0 "$to" "$port"
finish
