#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# timeout: 150
# A peer whose endpoint is behind another peer of the same link: its messages go through
# both. A peer that is its own next hop gets none, and a ring of peers ends.
#
#     a ─ cv0 ──────────── b ─ cv0 ─── cv1
#         10.77.0.1            .2      10.78.0.2, fd78::2: peer c, at 10.77.0.2 or fd77::2
. "$(dirname "$0")/../../lib/test.sh"

inner_port=$((port + 1))

# nested ENDPOINT: of c; neither peer has a session yet.
nested()
{
	drop_all
	net_pair
	tunnel_pair
	key c
	ipn b link add cv1 type "$kind"
	tun_set b cv1 private-key "$tmp/c.key" listen-port "$inner_port" \
		peer "${pub[a]}" allowed-ips 10.78.0.1/32,fd78::1/128
	tun_set a cv0 peer "${pub[c]}" endpoint "$1" allowed-ips 10.78.0.2/32,fd78::2/128
	addr a cv0 10.78.0.1/24 fd78::1/64
	addr b cv1 10.78.0.2/24 fd78::2/64
	ipn b link set cv1 up
}

for endpoint in 10.77.0.2 fd77::2; do
	nested "$(hostport $endpoint $inner_port)"
	works "c at $endpoint: one ping makes both sessions" ping_once a 10.78.0.2 -W 10
	works "c at $endpoint: ping over IPv6" ping_ok a fd78::2
	is "c at $endpoint: messages to it have a's inner source" \
		"$(hostport ${endpoint/%2/1} $port)" "$(peer_endpoint b cv1 a)"
	works "c at $endpoint: pings of the MTU" ping_ok a 10.78.0.2 -s 1392
	works "c at $endpoint: TCP" tcp a b 10.78.0.2 500000
	works "c at $endpoint: UDP" udp a b fd78::2 0 1 500 1372 3000
	works "c at $endpoint: TCP to b" tcp a b 10.77.0.2 500000
	reason "c at $endpoint: no loop" a cv0 tx_loop 0
done

# Allowed IPs and endpoints change under cached routes.
tun_set a cv0 peer "${pub[c]}" allowed-ips 10.78.0.2/32,fd77::2/128
fails "c is its own next hop: no ping" ping_once a 10.78.0.2
works "c is its own next hop: counted as tx_loop" dropped a cv0 tx_loop 1
tun_set a cv0 peer "${pub[c]}" endpoint "$(hostport 10.78.0.2 $inner_port)"
fails "c is its own next hop, by IPv4: no ping" ping_once a 10.78.0.2
tun_set a cv0 peer "${pub[b]}" allowed-ips 10.77.0.2/32,fd77::2/128 \
	peer "${pub[c]}" endpoint "$(hostport 10.77.0.2 $inner_port)"
soon "c is behind b again: ping" 20 ping_once a 10.78.0.2

# messages: that have left the link for either peer.
messages()
{
	n a "$tool" show cv0 transfer | awk '{ bytes += $3 } END { print bytes }'
}
quiet()
{
	local before

	before=$(messages)
	read -rt 0.5 <> <(:) || :
	[ "$(messages)" = "$before" ]
}

# ring NAME: b is behind c, and c behind b.
ring()
{
	local before loops

	before=$(messages)
	loops=$(drops a cv0 tx_loop)
	tun_set a cv0 peer "${pub[b]}" endpoint "$(hostport 10.78.0.2)"
	fails "$1: no ping" n a ping -q -n -c 20 -i 0.02 -W 1 10.78.0.2
	soon "$1: no more messages are sent" 30 quiet
	works "$1: counted as tx_loop" dropped a cv0 tx_loop $((loops + 1))
	between "$1: bytes sent for 20 pings" 0 70000 $(($(messages) - before))
	tun_set a cv0 peer "${pub[b]}" endpoint "$(hostport "${outer4[b]}")"
	soon "$1 undone: ping" 20 ping_once a 10.78.0.2
}
ring "a ring of peers"
n a tc qdisc add dev cv0 root pfifo
soon "with a queueing discipline: ping" 20 ping_once a 10.78.0.2
works "with a queueing discipline: TCP" tcp a b 10.78.0.2 500000
ring "a ring of peers with a queueing discipline"
works "after rings of peers the link can be deleted" ipn a link del cv0
finish
