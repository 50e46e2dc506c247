#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: smp
# timeout: 120
# A link that moves: its socket stays in the namespace it was born in, so that a
# container with no other link has a way out through it; and either namespace ends.
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
	tunnel_moved c
}

into_container
fails "moved link: not in its birth netns" ipn a link show cv0
works "moved link: ping from the container" ping_ok c 10.77.0.2
works "moved link: ping to the container" ping_ok b 10.77.0.1
works "moved link: TCP over IPv6" tcp c b fd77::2 1000000
works "moved link: UDP" udp b c 10.77.0.1 0 1 1000 1392 20000
is "moved link: one socket per family in its birth netns" 2 "$(sockets a)"
is "moved link: no socket in the container" 0 "$(sockets c)"
is "the container has no devices but lo and cv0" "" \
	"$(ipn c -br link show | sed 's/[@ ].*//' | grep -vxE 'lo|cv0' || :)"
matches "moved link: ip link shows link-netns" "link-netns" "$(ipn c link show cv0)"

ipn c link set cv0 down
is "moved link, down: no sockets" 0 "$(sockets a)"
ipn c link set cv0 up
is "moved link, up again: sockets in its birth netns" 2 "$(sockets a)"
soon "moved link, up again: ping" 20 ping_once c 10.77.0.2

tun_set c cv0 listen-port $((port + 1))
is "moved link, new port: open in its birth netns" 1 \
	"$(n a ss -Hulna4 "sport = :$((port + 1))" | wc -l)"
works "moved link, new port: ping" ping_ok c 10.77.0.2
is "moved link, new port: b has learned it" "${outer4[a]}:$((port + 1))" "$(peer_endpoint b cv0 a)"

ipn c link set cv0 netns "${ns[a]}"
ipn a link set cv0 up
addr a cv0 10.77.0.1/24
soon "moved back: ping" 20 ping_once a 10.77.0.2
is "moved back: one socket per family" 2 "$(n a ss -Hulna "sport = :$((port + 1))" | wc -l)"
ipn a link set cv0 netns "${ns[c]}"
ipn c link set cv0 name wan0
ipn c link set wan0 up
addr c wan0 10.77.0.1/24
soon "moved and renamed: ping" 20 ping_once c 10.77.0.2
is "moved and renamed: the peer is shown under the new name" "${pub[b]}" "$(tun_show c wan0 peers)"

# The container ends: the link goes with it, and so do the sockets.
ns_drop c
sockets_gone() { [ "$(n a ss -Hulna "sport = :$((port + 1))" | wc -l)" = 0 ]; }
soon "the container ends: the link's sockets are closed" 30 sockets_gone
drop_all

# The birth namespace ends while the link lives in another.
into_container
works "before the birth netns ends: ping" ping_ok c 10.77.0.2
bg n c ping -q -n -i 0.01 10.77.0.2
ns_drop a
no_carrier() { ! carrier c cv0; }
soon "birth netns ended: the link has no carrier" 30 no_carrier
fails "birth netns ended: no ping" ping_once c 10.77.0.2
is "birth netns ended: the link is there with its peer" "${pub[b]}" "$(tun_show c cv0 peers)"
works "birth netns ended: the link can be taken down" ipn c link set cv0 down
fails "birth netns ended: the link cannot be taken up" ipn c link set cv0 up
works "birth netns ended: the link can be deleted" ipn c link del cv0
finish
