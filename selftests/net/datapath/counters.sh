#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: icount
# timeout: 90
# needs: python3
# cases: ipv4=counters ipv6 dropin=dropin-counters dropin-ipv6=dropin-counters-ipv6
# Packets and bytes of `ip -s link` and of the peer, exactly; reasons for drops and
# where each is summed up. A link of kind culvert counts inner packets; one of kind wireguard
# whole messages, and handshakes and keepalives too. In the cases "dropin" culvert serves
# links of kind wireguard, which count as wireguard.ko's do; "ipv6" is outside, where the
# kernel counts in a place of its own.
case $CV_CASE in
dropin*) export CV_KIND=wireguard CV_TOOL=wg CV_REPLACE=1 ;;
esac
. "$(dirname "$0")/../../lib/test.sh"

case $CV_CASE in
*ipv6) outer=6 ;;
*) outer=4 ;;
esac

net_pair
tunnel_pair outer=$outer
ipn a -6 addr flush dev cv0
ipn b -6 addr flush dev cv0
declare -A at=()
names="tx_packets tx_bytes rx_packets rx_bytes tx_errors tx_dropped rx_errors rx_dropped"
snapshot()
{
	local name

	for name in $names; do
		at[$name]=$(stat "$1" cv0 "$name")
	done
}
# grew TEST END NAME BY
grew() { is "$1: $3 at $2" "$4" "$(($(stat "$2" cv0 "$3") - at[$3]))"; }

# either CULVERT WIREGUARD: the value for the kind under test.
either() { if [ "$kind" = culvert ]; then echo "$1"; else echo "$2"; fi; }

# The first ping brings a handshake; the packet itself waits for it.
snapshot a
works "first ping" n a ping -q -c 1 -W 5 10.77.0.2
is "first ping: a's bytes sent to b: initiation and data" $((148 + 32 + 96)) "$(peer_tx a cv0 b)"
is "first ping: a's bytes received from b: response and data" $((92 + 32 + 96)) "$(peer_rx a cv0 b)"
is "first ping: b's bytes received from a: initiation and data" $((148 + 32 + 96)) \
	"$(peer_rx b cv0 a)"
is "first ping: b's bytes sent to a: response and data" $((92 + 32 + 96)) "$(peer_tx b cv0 a)"
grew "first ping" a tx_packets "$(either 1 2)"
grew "first ping" a tx_bytes "$(either 84 $((148 + 32 + 96)))"
grew "first ping" a rx_packets "$(either 1 2)"
grew "first ping" a rx_bytes "$(either 84 $((92 + 32 + 96)))"

before=$(peer_tx a cv0 b)
snapshot a
n a ping -q -c 10 -i 0.01 -s 100 10.77.0.2 >/dev/null
grew "10 pings of 128 bytes" a tx_packets 10
grew "10 pings of 128 bytes" a rx_packets 10
grew "10 pings of 128 bytes" a rx_bytes "$(either 1280 1600)"
grew "10 pings of 128 bytes" a tx_bytes "$(either 1280 1600)"
grew "10 pings of 128 bytes" a tx_errors 0
is "10 pings of 128 bytes: bytes sent to the peer" 1600 "$(($(peer_tx a cv0 b) - before))"
before=$(peer_tx a cv0 b)
n a ping -q -c 1 -s 1392 10.77.0.2 >/dev/null
is "a packet of the MTU is not padded past it" $((32 + 1420)) \
	"$(($(peer_tx a cv0 b) - before))"
before=$(peer_tx a cv0 b)
snapshot a
n a ping -q -c 1 -s 1389 10.77.0.2 >/dev/null
grew "a packet of 1417 bytes" a tx_bytes "$(either 1417 $((32 + 1420)))"
grew "a packet of 1417 bytes" a rx_bytes "$(either 1417 $((32 + 1420)))"
is "a packet of 1417 bytes is padded to the MTU" $((32 + 1420)) "$(($(peer_tx a cv0 b) - before))"

snapshot a
sent=${at[tx_packets]} sent_bytes=${at[tx_bytes]}
got=$(stat b cv0 rx_packets) got_bytes=$(stat b cv0 rx_bytes)
works "a TCP transfer" tcp a b 10.77.0.2 2000000
is "TCP: packets sent by a are packets received by b" "$(($(stat a cv0 tx_packets) - sent))" \
	"$(($(stat b cv0 rx_packets) - got))"
is "TCP: bytes sent by a are bytes received by b" "$(($(stat a cv0 tx_bytes) - sent_bytes))" \
	"$(($(stat b cv0 rx_bytes) - got_bytes))"
[ "$kind" = culvert ] ||
	is "TCP: tx_bytes of the link are the peer's bytes sent" "$(peer_tx a cv0 b)" \
		"$(stat a cv0 tx_bytes)"
between "TCP: packets, not super-packets, are counted" 1460 3200 \
	"$(($(stat a cv0 tx_packets) - sent))"
grew "TCP" a tx_errors 0
grew "TCP" a tx_dropped 0
grew "TCP" a rx_errors 0

# A keepalive is bytes of the peer, but no packet of a link of kind culvert.
snapshot a
before=$(peer_tx a cv0 b)
tun_set a cv0 peer "${pub[b]}" persistent-keepalive 1000
has_sent() { [ "$(peer_tx a cv0 b)" != "$before" ]; }
wait_for 5 has_sent
is "a keepalive: bytes sent to the peer" 32 "$(($(peer_tx a cv0 b) - before))"
grew "a keepalive" a tx_packets "$(either 0 1)"
grew "a keepalive" a tx_bytes "$(either 0 32)"
tun_set a cv0 peer "${pub[b]}" persistent-keepalive off

if [ "$kind" != culvert ] || [ $outer = 6 ]; then
	finish
fi

# sums TEST END REASON COUNTER COMMAND...: one more in both.
sums()
{
	local name=$1 end=$2 why=$3 sum=$4 reason_before sum_before

	shift 4
	reason_before=$(drops "$end" cv0 "$why")
	sum_before=$(stat "$end" cv0 "$sum")
	"$@" >/dev/null 2>&1 || :
	if wait_for 5 dropped "$end" cv0 "$why" $((reason_before + 1)); then
		is "$name: counted once as $why" $((reason_before + 1)) "$(drops "$end" cv0 "$why")"
		is "$name: counted once in $sum" $((sum_before + 1)) "$(stat "$end" cv0 "$sum")"
	else
		fail "$name: counted once as $why" $((reason_before + 1)) \
			"$(drops "$end" cv0 "$why"); $(n "$end" ethtool -S cv0 | grep -v ': 0$')"
	fi
}
send_udp() { n_py "$1" send.py "$2" "$3" "${4:-1}"; }

ipn a route add 10.50.0.0/16 dev cv0
sums "send to an address without a peer" a tx_no_peer tx_errors send_udp a 10.50.0.1 4000
key far
tun_set a cv0 peer "${pub[far]}" allowed-ips 10.51.0.0/16
ipn a route add 10.51.0.0/16 dev cv0
sums "send to a peer without an endpoint" a tx_no_endpoint tx_errors send_udp a 10.51.0.1 4000
sums "send an ethertype that is not IP" a tx_not_ip tx_errors n_py a send.py --raw cv0 0x88cc
sums "send IP version 6 with the ethertype of IPv4" a tx_not_ip tx_errors n_py a send.py --raw cv0 \
	0x0800 60
sums "receive a short datagram" b rx_short rx_length_errors send_udp a 198.51.100.2 "$port" 2
sums "receive another short datagram" b rx_short rx_errors send_udp a 198.51.100.2 "$port" 2
sums "receive an unknown message type" b rx_unknown_type rx_frame_errors send_udp a 198.51.100.2 \
	"$port" 300
# No route to the endpoint any more.
tun_set a cv0 peer "${pub[b]}" endpoint 203.0.113.9:1
sums "send to a peer without a route to its endpoint" a tx_no_route tx_errors send_udp a 10.77.0.2 \
	4000
# An initiation to a link without a private key.
key none
ipn b link set cv0 down
ipn b link del cv0
ipn b link add cv0 type culvert
tun_set b cv0 listen-port "$port"
ipn b link set cv0 up
tun_set a cv0 peer "${pub[b]}" endpoint "$(hostport 198.51.100.2)"
ipn a link set cv0 down
ipn a link set cv0 up
ipn a route replace 10.77.0.2/32 dev cv0
sums "initiation, no private key" b hs_no_private_key rx_errors send_udp a 10.77.0.2 4000
finish
