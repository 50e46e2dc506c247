#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: smp
# timeout: 180
# With the kernel's own wireguard.ko at the other end: either end begins, with and
# without a pre-shared key, over IPv4 and IPv6; ping, UDP and TCP both ways.
. "$(dirname "$0")/../../lib/test.sh"

# one ROLE OUTER PSK: a is the link under test, b the kernel's own. Only the one
# that begins knows where the other is.
one()
{
	local role=$1 outer=$2 psk=$3 name knows=b

	name="$role, IPv$outer, ${psk:+with a pre-shared key}"
	name=${name%, }
	[ "$role" = initiator ] || knows=a
	net_pair
	tunnel_pair a="$kind" b=wireguard outer="$outer" ${psk:+psk=1} endpoint=$knows
	is "$name: no session before there is traffic" 0 "$(peer_handshake a cv0 b)"
	if [ "$role" = initiator ]; then
		works "$name: the first ping, from a" ping_ok a 10.77.0.2
	else
		works "$name: the first ping, from b" ping_ok b 10.77.0.1
	fi
	matches "$name: a knows b's endpoint" ":$port\$" "$(peer_endpoint a cv0 b)"
	matches "$name: b knows a's endpoint" ":$port\$" "$(peer_endpoint b cv0 a)"
	works "$name: ping IPv4" ping_ok a 10.77.0.2
	works "$name: ping IPv4 back" ping_ok b 10.77.0.1
	works "$name: ping IPv6" ping_ok a fd77::2
	works "$name: UDP" udp a b fd77::2 0 1 16 1000 1372 4000 60000
	works "$name: UDP back" udp b a 10.77.0.1 0 1 16 1000 1392 4000 60000
	works "$name: TCP both ways at once" tcp a b 10.77.0.2 2000000
	works "$name: TCP both ways at once, IPv6" tcp b a fd77::1 1000000
	is "$name: no receive errors at a" 0 "$(stat a cv0 rx_errors)"
	is "$name: no receive errors at b" 0 "$(stat b cv0 rx_errors)"
	drop_all
}

one initiator 4 ''
one responder 4 psk
one responder 6 ''
one initiator 6 psk

# A wrong pre-shared key: the static keys are right, and yet there is no session.
net_pair
tunnel_pair a="$kind" b=wireguard psk=1
psk other
tun_set a cv0 peer "${pub[b]}" preshared-key "$tmp/other.psk"
fails "different pre-shared keys: no ping" ping_ok a 10.77.0.2 -c 2 -W 2
is "different pre-shared keys: no session at a" 0 "$(peer_handshake a cv0 b)"
isnt "different pre-shared keys: handshakes are sent to b" 0 "$(peer_tx a cv0 b)"
tun_set a cv0 peer "${pub[b]}" preshared-key "$tmp/shared.psk"
soon "the same pre-shared key again: ping" 20 ping_once a 10.77.0.2
finish
