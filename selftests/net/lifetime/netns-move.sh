#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: smp
# timeout: 120
# A link that moves: its socket stays in the namespace it was born in, so that a
# container with no other link reaches the world through it; what happens when
# either namespace ends.
. "$(dirname "$0")/../../lib/test.sh"

sockets() { n "$1" ss -Hulna "sport = :$port" | wc -l; }

#     c (cv0, nothing else)      a ─ va ───── vb ─ b (cv0)
#        └── socket in a ──────┘
into_container()
{
	net_pair
	ns_new c
	tun_new a cv0
	tun_new b cv0
	tun_set a cv0 listen-port "$port" peer "${pub[b]}" \
		endpoint "$(hostport "${outer4[b]}")" allowed-ips 10.77.0.2/32,fd77::2/128
	tun_set b cv0 listen-port "$port" peer "${pub[a]}" \
		endpoint "$(hostport "${outer4[a]}")" allowed-ips 10.77.0.1/32,fd77::1/128
	addr b cv0 10.77.0.2/24 fd77::2/64
	ipn b link set cv0 up
	ipn a link set cv0 netns "${ns[c]}"
	addr c cv0 10.77.0.1/24 fd77::1/64
	ipn c link set cv0 up
}

into_container
fails "the link is not where it was born" ipn a link show cv0
works "the container pings through it" ping_ok c 10.77.0.2
works "and is pinged" ping_ok b 10.77.0.1
works "TCP over IPv6" tcp c b fd77::2 1000000
works "UDP" udp b c 10.77.0.1 0 1 1000 1392 20000
is "its sockets are where it was born: one a family" 2 "$(sockets a)"
is "it has none in the container" 0 "$(sockets c)"
is "the container has no other way out" "" \
	"$(ipn c -br link show | sed 's/[@ ].*//' | grep -vxE 'lo|cv0' || :)"
matches "the link says where its socket is" "link-netns" "$(ipn c link show cv0)"

ipn c link set cv0 down
is "down: no sockets" 0 "$(sockets a)"
ipn c link set cv0 up
is "up again: sockets where it was born" 2 "$(sockets a)"
soon "up again: a ping" 20 ping_once c 10.77.0.2

tun_set c cv0 listen-port $((port + 1))
is "a new port is opened where it was born" 1 \
	"$(n a ss -Hulna4 "sport = :$((port + 1))" | wc -l)"
works "the other end follows" ping_ok c 10.77.0.2
is "the other end has seen it" "${outer4[a]}:$((port + 1))" "$(peer_endpoint b cv0 a)"

ipn c link set cv0 netns "${ns[a]}"
ipn a link set cv0 up
addr a cv0 10.77.0.1/24
soon "moved back home: a ping" 20 ping_once a 10.77.0.2
is "moved back home: one socket a family" 2 "$(n a ss -Hulna "sport = :$((port + 1))" | wc -l)"
ipn a link set cv0 netns "${ns[c]}"
ipn c link set cv0 name wan0
ipn c link set wan0 up
addr c wan0 10.77.0.1/24
soon "moved and renamed: a ping" 20 ping_once c 10.77.0.2
is "moved and renamed: the peer is known by the new name" "${pub[b]}" "$(tun_show c wan0 peers)"

# The container ends: the link goes with it, and so do the sockets.
ns_drop c
sockets_gone() { [ "$(n a ss -Hulna "sport = :$((port + 1))" | wc -l)" = 0 ]; }
soon "the container ends: so do the sockets" 30 sockets_gone
drop_all

# The birth namespace ends while the link lives in another.
into_container
works "before the end: a ping" ping_ok c 10.77.0.2
bg n c ping -q -n -i 0.01 10.77.0.2
ns_drop a
no_carrier() { ! carrier c cv0; }
soon "its birth namespace ends: the link has no carrier" 30 no_carrier
fails "there is no way out any more" ping_once c 10.77.0.2
is "the link is still there" "${pub[b]}" "$(tun_show c cv0 peers)"
works "it can be taken down" ipn c link set cv0 down
fails "it cannot be taken up: there is no place for a socket" ipn c link set cv0 up
works "it can be deleted" ipn c link del cv0
finish
