#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# timeout: 120
# The source address: a peer is answered from the address that it sent to, as long
# as that address is there and leads out where its packets came in.
. "$(dirname "$0")/../../lib/test.sh"

seen_at_a() { peer_endpoint a cv0 b; }

for outer in 4 6; do
	net_pair
	case $outer in
	4) first=198.51.100.2 second=198.51.100.3 third=198.51.100.4 length=24 ;;
	6) first=2001:db8:51::2 second=2001:db8:51::3 third=2001:db8:51::4 length=64 ;;
	esac
	addr b vb $second/$length $third/$length
	tunnel_pair outer=$outer endpoint=none
	for to in $second $third $first; do
		tun_set a cv0 peer "${pub[b]}" endpoint "$(hostport $to)"
		works "IPv$outer: a pings by $to" ping_ok a 10.77.0.2
		is "IPv$outer: a pings by $to: answered from there" "$(hostport $to)" "$(seen_at_a)"
		works "IPv$outer: b pings after a did by $to" ping_ok b 10.77.0.1
		is "IPv$outer: b pings after a did by $to: from there" "$(hostport $to)" \
			"$(seen_at_a)"
	done

	# The address is deleted: another one is used, and the peer follows.
	tun_set a cv0 peer "${pub[b]}" endpoint "$(hostport $third)"
	works "IPv$outer: a pings by b's third address" ping_ok a 10.77.0.2
	session=$(peer_handshake a cv0 b)
	ipn b addr del $third/$length dev vb
	works "IPv$outer: b's third address deleted: b pings" ping_ok b 10.77.0.1
	matches "IPv$outer: b's third address deleted: from another of b's" \
		"^($(hostport $first | sed 's/[][]/\\&/g')|$(
		hostport $second | sed 's/[][]/\\&/g'))\$" "$(seen_at_a)"
	is "IPv$outer: b's third address deleted: no new handshake" "$session" \
		"$(peer_handshake a cv0 b)"
	works "IPv$outer: b's third address deleted: a pings" ping_ok a 10.77.0.2
	drop_all
done

# Two wires between the hosts: answers leave where the peer's packets came in, as long
# as the address says so; when that wire is gone, by the other.
#
#     a ─ va ───── vb ─ b        198.51.100.0/24
#     a ─ wa ───── wb ─ b        203.0.113.0/24
net_pair
wire a wa b wb
addr a wa 203.0.113.1/24
addr b wb 203.0.113.2/24
tunnel_pair endpoint=none
tun_set a cv0 peer "${pub[b]}" endpoint "203.0.113.2:$port"
works "by the second wire: ping" ping_ok a 10.77.0.2
is "by the second wire: b learns a's address there" "203.0.113.1:$port" "$(peer_endpoint b cv0 a)"
# Another route at b, to the same host, by the first wire and its address.
ipn b route add 203.0.113.1/32 via 198.51.100.1 dev vb src 198.51.100.2
works "b's routing prefers the first wire: b pings" ping_ok b 10.77.0.1
works "b's routing prefers the first wire: a pings" ping_ok a 10.77.0.2
isnt "b's routing prefers the first wire: a has an endpoint for b" "" "$(seen_at_a)"
finish
