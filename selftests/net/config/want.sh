#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: icount
# timeout: 120
# needs: python3
# cases: verdicts limits refusals removal forwarded dropin
# Packets for which there is no peer, or that has no endpoint, and a program that is asked:
#
#   verdicts     a peer gets the allowed IP or an endpoint: what waits is sent
#   limits       how many wait, how often the program is asked, and who it is
#   refusals     nothing comes of it: the sender learns it as without a program
#   removal      the link is set down, moved or deleted while packets wait
#   forwarded    they are another host's, with and without NAT
#   dropin       the first two on a link of kind wireguard
[ "$CV_CASE" != dropin ] || export CV_KIND=wireguard CV_REPLACE=1
. "$(dirname "$0")/../../lib/test.sh"

net_pair
tunnel_pair
tun_set a cv0 peer "${pub[b]}" remove
ipn a route add 10.78.0.0/16 dev cv0
if [ "$CV_CASE" = forwarded ]; then
	net_behind a 1
	addr b cv0 10.78.0.2/32
	tun_set b cv0 peer "${pub[a]}" allowed-ips 10.77.0.1/32,fd77::1/128,10.1.0.0/16
	ipn b route add 10.1.0.0/16 dev cv0
	export CV_HOST=${ns[host]}
fi
export CV_FAR=${ns[b]} CV_FAR_KEY=${pub[b]}
relay n_py a want.py "$CV_CASE" "${ns[a]}" cv0 "${outer4[b]}" "$port"
finish
