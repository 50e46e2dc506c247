#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# timeout: 120
# Roaming: the other end follows to a new address, port or address family, without a
# new handshake and with a TCP connection going on.
. "$(dirname "$0")/../../lib/test.sh"

net_routed
tunnel_pair endpoint=b
works "before roaming: ping" ping_ok a 10.77.0.2
is "before roaming: b learns a's endpoint" "192.0.2.1:$port" "$(peer_endpoint b cv0 a)"
first=$(peer_handshake b cv0 a)

# A new address replaces the old one.
move_to()
{
	ipn a addr flush dev va scope global
	addr a va "$1" "$2"
	ipn a route replace default via 192.0.2.254
	ipn a -6 route replace default via 2001:db8:2::fe
}
move_to 192.0.2.77/24 2001:db8:2::77/64
works "a new address: ping" ping_ok a 10.77.0.2
is "a new address: the endpoint follows" "192.0.2.77:$port" "$(peer_endpoint b cv0 a)"
works "a new address: ping back" ping_ok b 10.77.0.1

tun_set a cv0 listen-port 40404
works "a new port: ping" ping_ok a 10.77.0.2
is "a new port: the endpoint follows" "192.0.2.77:40404" "$(peer_endpoint b cv0 a)"
works "a new port: ping back" ping_ok b 10.77.0.1

tun_set a cv0 peer "${pub[b]}" endpoint "$(hostport "${outer6[b]}")"
works "to IPv6: ping" ping_ok a 10.77.0.2
is "to IPv6: the endpoint follows" "[2001:db8:2::77]:40404" "$(peer_endpoint b cv0 a)"
works "to IPv6: ping back" ping_ok b 10.77.0.1
move_to 192.0.2.99/24 2001:db8:2::99/64
works "a new IPv6 address: ping" ping_ok a 10.77.0.2
is "a new IPv6 address: the endpoint follows" "[2001:db8:2::99]:40404" \
	"$(peer_endpoint b cv0 a)"
tun_set a cv0 peer "${pub[b]}" endpoint "$(hostport "${outer4[b]}")"
works "back to IPv4: ping" ping_ok a 10.77.0.2
is "back to IPv4: the endpoint follows" "192.0.2.99:40404" "$(peer_endpoint b cv0 a)"

is "roaming brings no new handshake" "$first" "$(peer_handshake b cv0 a)"

# A transfer goes on while the address changes over and over. What was under way to the
# old address is lost, so TCP gets the time to recover before the next change: an address
# that is left as soon as it is known would keep it waiting longer each time. (Should that
# take 15 s, a new handshake is due: so the session was looked at before.)
tcp a b 10.77.0.2 15000000 >"$tmp/tcp" 2>&1 &
transfer=$!
defer end_process $transfer
moves=0
ended() { ! kill -0 $transfer 2>/dev/null; }
seen() { ended || [[ $(peer_endpoint b cv0 a) = "192.0.2.$((100 + moves)):40404" ]]; }
recovered() { ended || [ "$(stat b cv0 rx_bytes)" -gt $((received + 100000)) ]; }
while ! ended && [ $moves -lt 10 ]; do
	moves=$((moves + 1))
	move_to "192.0.2.$((100 + moves))/24" "2001:db8:2::$((100 + moves))/64"
	wait_for 30 seen || :
	received=$(stat b cv0 rx_bytes)
	wait_for 30 recovered || :
done
# In this shell, whose child it is.
wait $transfer && result="ended well" || result="status $?: $(cat "$tmp/tcp")"
is "TCP over $moves new addresses" "ended well" "$result"
between "TCP over new addresses: how many there were" 2 1000000 $moves
works "after roaming: ping" ping_ok a 10.77.0.2
is "no receive errors at b" 0 "$(stat b cv0 rx_errors)"
finish
