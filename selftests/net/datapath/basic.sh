#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: smp
# mode[dropin]: one
# timeout: 180
# cases: own=basic dropin=dropin-basic
# IPv4 and IPv6 inside and outside, all four: ping, UDP and TCP, every byte checked. In the
# case "dropin" with wg(8) on links of kind wireguard, which are culvert's.
[ "$CV_CASE" != dropin ] || export CV_KIND=wireguard CV_TOOL=wg CV_REPLACE=1
. "$(dirname "$0")/../../lib/test.sh"

for outer in 4 6; do
	net_pair
	tunnel_pair outer=$outer
	for inner in 4 6; do
		case $inner in
		4) there=10.77.0.2 back=10.77.0.1 ;;
		6) there=fd77::2 back=fd77::1 ;;
		esac
		name="IPv$inner in IPv$outer"
		works "$name: ping" ping_ok a $there
		works "$name: ping back" ping_ok b $back
		works "$name: ping with nothing but a header" ping_ok a $there -s 0
		works "$name: UDP of many sizes" udp a b $there 0 1 15 16 17 255 1000 1232 1372 1392
		works "$name: UDP in inner fragments" udp a b $there 1500 4000 20000 60000
		works "$name: TCP" tcp a b $there 3000000
		works "$name: TCP back" tcp b a $back 1000000
	done
	is "IPv$outer outside: no receive errors at a" 0 "$(stat a cv0 rx_errors)"
	is "IPv$outer outside: no receive errors at b" 0 "$(stat b cv0 rx_errors)"
	drop_all
done
finish
