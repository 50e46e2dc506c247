#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# timeout: 120
# MTU edges: the default, the least, one byte too many, and the greatest that UDP
# can carry, through outer fragmentation.
. "$(dirname "$0")/../../lib/test.sh"

# big NAME ADDRESS BYTES: an inner packet of BYTES arrives, and so does its answer.
big()
{
	local header=28

	case $2 in *:*) header=48 ;; esac
	works "$1" ping_ok a "$2" -s $(($3 - header)) -c 2 -i 0.2 -W 10
}

net_pair
tunnel_pair
is "the default MTU" 1420 "$(n_sys a cat /sys/class/net/cv0/mtu)"
fails "an MTU of 65536 is refused" ipn a link set cv0 mtu 65536
fails "an MTU of 67 is refused" ipn a link set cv0 mtu 67

big "IPv4: a packet of the MTU" 10.77.0.2 1420
works "IPv4: a packet of the MTU, not to be fragmented" \
	ping_ok a 10.77.0.2 -s 1392 -M "do"
fails_with "IPv4: one byte more than the MTU, not to be fragmented: refused" \
	"[Mm]essage too long" \
	n a ping -n -c 1 -W 1 -s 1393 -M "do" 10.77.0.2
big "IPv4: one byte more than the MTU goes in fragments" 10.77.0.2 1421
big "IPv6: a packet of the MTU" fd77::2 1420
fails_with "IPv6: one byte more than the MTU, not to be fragmented: refused" \
	"[Mm]essage too long" \
	n a ping -n -c 1 -W 1 -s 1373 -M "do" fd77::2
big "IPv6: one byte more than the MTU goes in fragments" fd77::2 1421

# Sizes around multiples of 16, where padding must not reach past the MTU.
for mtu in 1419 1405 1409 1280; do
	ipn a link set cv0 mtu $mtu
	ipn b link set cv0 mtu $mtu
	before=$(peer_rx b cv0 a)
	big "MTU $mtu: a packet of the MTU" 10.77.0.2 $mtu
	# Two packets, ours 32 bytes each, and no padding.
	is "MTU $mtu: a packet of the MTU is not padded past it" $((2 * (mtu + 32))) \
		$(($(peer_rx b cv0 a) - before))
	big "MTU $mtu: a packet of one byte less" 10.77.0.2 $((mtu - 1))
	works "MTU $mtu: TCP" tcp a b fd77::2 300000
done

# A route may have a smaller MTU than the link: nothing is padded past that either.
ipn a link set cv0 mtu 1300
ipn b link set cv0 mtu 1300
ipn a route add 10.77.0.2/32 dev cv0 mtu 1299
ipn b route add 10.77.0.1/32 dev cv0 mtu 1299
ipn a -6 route add fd77::2/128 dev cv0 mtu 1285
ipn b -6 route add fd77::1/128 dev cv0 mtu 1285
for bytes in 1297 1299; do
	before=$(peer_rx b cv0 a)
	big "a route of MTU 1299: a packet of $bytes" 10.77.0.2 $bytes
	is "a route of MTU 1299: a packet of $bytes is padded to 1299" $((2 * (1299 + 32))) \
		$(($(peer_rx b cv0 a) - before))
done
before=$(peer_rx b cv0 a)
big "an IPv6 route of MTU 1285: a packet of 1281" fd77::2 1281
is "an IPv6 route of MTU 1285: a packet of 1281 is padded to 1285" $((2 * (1285 + 32))) \
	$(($(peer_rx b cv0 a) - before))
works "a route of MTU 1299: TCP" tcp a b 10.77.0.2 300000
works "an IPv6 route of MTU 1285: TCP" tcp a b fd77::2 300000
ipn a route del 10.77.0.2/32 dev cv0
ipn b route del 10.77.0.1/32 dev cv0
ipn a -6 route del fd77::2/128 dev cv0
ipn b -6 route del fd77::1/128 dev cv0

ipn a link set cv0 mtu 68
ipn b link set cv0 mtu 68
big "MTU 68: a packet of 68" 10.77.0.2 68
big "MTU 68: a packet of 69, in fragments" 10.77.0.2 69
works "MTU 68: UDP" udp a b 10.77.0.2 0 1 40 41 400 1000 3000
drop_all

# The greatest: IPv4 outside leaves 65475 bytes for the inner packet, IPv6 20 more.
# (An IPv4 packet has its length in 16 bits, an IPv6 packet only its payload's.)
greatest()
{
	local outer=$1 limit=$2 sent

	net_pair
	tunnel_pair outer="$outer" mtu=65535
	works "MTU 65535 over IPv$outer: a session" ping_ok a 10.77.0.2
	big "MTU 65535 over IPv$outer: an IPv4 packet of $((limit - 1))" 10.77.0.2 $((limit - 1))
	big "MTU 65535 over IPv$outer: an IPv4 packet of $limit" 10.77.0.2 "$limit"
	big "MTU 65535 over IPv$outer: an IPv6 packet of $limit" fd77::2 "$limit"
	reason "MTU 65535 over IPv$outer: packets up to $limit" a cv0 tx_too_long 0
	sent=$(stat a cv0 tx_packets)
	fails "MTU 65535 over IPv$outer: an IPv4 packet of $((limit + 1)) is not sent" \
		ping_once a 10.77.0.2 -s $((limit + 1 - 28))
	reason "MTU 65535 over IPv$outer: one byte too many" a cv0 tx_too_long 1
	fails "MTU 65535 over IPv$outer: an IPv6 packet of $((limit + 1)) is not sent" \
		ping_once a fd77::2 -s $((limit + 1 - 48))
	reason "MTU 65535 over IPv$outer: one byte too many, IPv6" a cv0 tx_too_long 2
	[ "$kind" != culvert ] ||
		is "MTU 65535 over IPv$outer: packets too long are in tx_errors" 2 \
			"$(stat a cv0 tx_errors)"
	is "MTU 65535 over IPv$outer: packets too long are not in tx_packets" "$sent" \
		"$(stat a cv0 tx_packets)"
	works "MTU 65535 over IPv$outer: UDP" udp a b 10.77.0.2 1000 30000 65000 $((limit - 28))
	# A segment of the link's MTU is too long; the answer to it says what is not.
	works "MTU 65535 over IPv$outer: TCP over IPv4" tcp a b 10.77.0.2 3000000
	works "MTU 65535 over IPv$outer: TCP over IPv6" tcp a b fd77::2 3000000
	drop_all
}
greatest 4 65475
greatest 6 65495
finish
