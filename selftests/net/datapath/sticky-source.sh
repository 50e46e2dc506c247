#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# timeout: 120
# The source address: a peer is answered from the address that it spoke to, as long
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
		works "IPv$outer: a peer speaks to $to" ping_ok a 10.77.0.2
		is "IPv$outer: and is answered from there" "$(hostport $to)" "$(seen_at_a)"
		works "IPv$outer: now b speaks" ping_ok b 10.77.0.1
		is "IPv$outer: from the same address" "$(hostport $to)" "$(seen_at_a)"
	done

	# The address goes away: another one serves, and the peer follows.
	tun_set a cv0 peer "${pub[b]}" endpoint "$(hostport $third)"
	works "IPv$outer: ping by the third address" ping_ok a 10.77.0.2
	session=$(peer_handshake a cv0 b)
	ipn b addr del $third/$length dev vb
	works "IPv$outer: that is gone: b speaks" ping_ok b 10.77.0.1
	matches "IPv$outer: from one that it has" "^($(hostport $first | sed 's/[][]/\\&/g')|$(
		hostport $second | sed 's/[][]/\\&/g'))\$" "$(seen_at_a)"
	is "IPv$outer: in the same session" "$session" "$(peer_handshake a cv0 b)"
	works "IPv$outer: and a speaks" ping_ok a 10.77.0.2
	drop_all
done

# Two ways between the hosts: answers leave where the peer's packets came in, as long
# as the address says so; when that way is gone, by the other.
#
#     a ─ va ───── vb ─ b        198.51.100.0/24
#     a ─ wa ───── wb ─ b        203.0.113.0/24
net_pair
wire a wa b wb
addr a wa 203.0.113.1/24
addr b wb 203.0.113.2/24
tunnel_pair endpoint=none
tun_set a cv0 peer "${pub[b]}" endpoint "203.0.113.2:$port"
works "the second way: ping" ping_ok a 10.77.0.2
is "the second way: b knows it" "203.0.113.1:$port" "$(peer_endpoint b cv0 a)"
# Another route at b, to the same host, by the first way and its address.
ipn b route add 203.0.113.1/32 via 198.51.100.1 dev vb src 198.51.100.2
works "b's routing prefers the first way: ping" ping_ok b 10.77.0.1
works "b's routing prefers the first way: ping from a" ping_ok a 10.77.0.2
isnt "a still knows b" "" "$(seen_at_a)"
finish
