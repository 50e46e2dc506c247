#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: smp
# timeout: 180
# With wireguard-go, the protocol in user space, at the other end: either end
# begins.
. "$(dirname "$0")/../../lib/test.sh"

# go_up: a userspace link cv0 in b, set up by its own tool over its own socket.
go_up()
{
	need_module tun
	[ -c /dev/net/tun ] || { mkdir -p /dev/net; mknod /dev/net/tun c 10 200; }
	key b
	bg n b env WG_PROCESS_FOREGROUND=1 LOG_LEVEL=error wireguard-go --foreground cv0
	wait_for 30 n b wg show cv0
	n b wg set cv0 listen-port "$port" private-key "$tmp/b.key"
	addr b cv0 10.77.0.2/24 fd77::2/64
	ipn b link set cv0 mtu 1420 up
}

# one ROLE OUTER PSK: as in interop-wireguard.
one()
{
	local role=$1 outer=$2 psk=$3 name
	local -a more_a=() more_b=()

	name="$role, IPv$outer, ${psk:+with a pre-shared key}"
	name=${name%, }
	net_pair
	go_up
	tun_new a cv0
	if [ -n "$psk" ]; then
		psk shared
		more_a+=(preshared-key "$tmp/shared.psk")
		more_b+=(preshared-key "$tmp/shared.psk")
	fi
	local -n outer_of=outer$outer
	if [ "$role" = initiator ]; then
		more_a+=(endpoint "$(hostport "${outer_of[b]}")")
	else
		more_b+=(endpoint "$(hostport "${outer_of[a]}")")
	fi
	tun_set a cv0 listen-port "$port" peer "${pub[b]}" "${more_a[@]}" \
		allowed-ips 10.77.0.2/32,fd77::2/128
	n b wg set cv0 peer "${pub[a]}" "${more_b[@]}" allowed-ips 10.77.0.1/32,fd77::1/128
	addr a cv0 10.77.0.1/24 fd77::1/64
	ipn a link set cv0 up
	if [ "$role" = initiator ]; then
		works "$name: the first ping, from a" ping_ok a 10.77.0.2
	else
		works "$name: the first ping, from b" ping_ok b 10.77.0.1
	fi
	works "$name: ping IPv6" ping_ok a fd77::2
	works "$name: UDP" udp a b fd77::2 0 1 16 1000 1372 4000
	works "$name: UDP back" udp b a 10.77.0.1 0 1 16 1000 1392 4000
	works "$name: TCP both ways at once" tcp a b 10.77.0.2 1000000
	works "$name: TCP both ways at once, IPv6" tcp b a fd77::1 1000000
	is "$name: no receive errors at a" 0 "$(stat a cv0 rx_errors)"
	drop_all
}

one initiator 4 ''
one responder 6 psk
finish
