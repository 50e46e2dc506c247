#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# timeout: 90
# The listen port: given, chosen, taken, changed while packets fly.
. "$(dirname "$0")/../../lib/test.sh"

listens() { n "$1" ss -Hulna "sport = :$2" | wc -l; }

net_pair
tun_new a cv0
is "link down, no port set: none is shown" 0 "$(tun_show a cv0 listen-port)"
ipn a link set cv0 up
chosen=$(tun_show a cv0 listen-port)
between "link up, no port set: one is chosen" 1024 65535 "$chosen"
is "link up, no port set: the port is open for IPv4 and IPv6" 2 "$(listens a "$chosen")"
ipn a link set cv0 down
is "link down: the chosen port is closed" 0 "$(listens a "$chosen")"
tun_set a cv0 listen-port 4444
is "port set while the link is down: shown" 4444 "$(tun_show a cv0 listen-port)"
is "port set while the link is down: not yet open" 0 "$(listens a 4444)"
ipn a link set cv0 up
is "port set while the link is down: open once the link is up" 2 "$(listens a 4444)"
tun_set a cv0 listen-port 4445
is "port set while the link is up: open" 2 "$(listens a 4445)"
is "port set while the link is up: the old one is closed" 0 "$(listens a 4444)"
tun_set a cv0 listen-port 0
between "set listen-port 0: a free port is chosen" 1024 65535 "$(tun_show a cv0 listen-port)"

# Ports that are taken: by another link, by IPv4 only, by IPv6 only.
ipn a link add cv1 type "$kind"
ipn a link set cv1 up
tun_set a cv0 listen-port 4444
before=$(tun_show a cv1 listen-port)
fails_with "port of another link: refused" "[Aa]ddress.*in use" \
	tun_set a cv1 listen-port 4444
is "port of another link: the old port is shown" "$before" "$(tun_show a cv1 listen-port)"
is "port of another link: the old port is still open" 2 "$(listens a "$before")"
for family in 4 6; do
	address=0.0.0.0
	[ $family = 4 ] || address=::
	bg n a "${python[@]}" -c '
import socket, sys, time
family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
sock = socket.socket(family, socket.SOCK_DGRAM)
if ":" in sys.argv[1]:
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
sock.bind((sys.argv[1], int(sys.argv[2])))
time.sleep(1000)' $address 555$family
	wait_for 20 eval "[ \"\$(listens a 555$family)\" = 1 ]"
	fails_with "IPv$family port of a program: refused" "[Aa]ddress.*in use" \
		tun_set a cv1 listen-port 555$family
	is "IPv$family port of a program: the old port is shown" "$before" \
		"$(tun_show a cv1 listen-port)"
	is "IPv$family port of a program: no socket of the link's is left" 1 \
		"$(listens a 555$family)"
	# Set while the link is down, it fails when the link is taken up.
	ipn a link set cv1 down
	works "IPv$family port of a program: accepted while the link is down" \
		tun_set a cv1 listen-port 555$family
	fails_with "IPv$family port of a program: the link cannot be set up" "[Aa]ddress.*in use" \
		ipn a link set cv1 up
	works "IPv$family port of a program: set another port" \
		tun_set a cv1 listen-port "$before"
	works "IPv$family port of a program: set up with another port" ipn a link set cv1 up
done
drop_all

# Other namespaces have ports of their own: both ends of a tunnel use the same one.
# The port changes while a transfer goes on; the other end follows as soon as it is sent
# something. The sender may have sent all it had, and a TCP that only receives sends nothing
# more when what acknowledges it goes to a port that is closed: hence pings, for as long.
# What is sent to a port that has just been closed is lost, so each change waits until the
# transfer has gone on since the last: else every retransmission might meet the next one.
net_pair
tunnel_pair
works "the same port in two namespaces: ping" ping_ok a 10.77.0.2
first=$(peer_handshake b cv0 a)
tcp a b 10.77.0.2 2000000 >"$tmp/tcp" 2>&1 &
transfer=$!
defer end_process $transfer
bg n a ping -q -i 0.2 10.77.0.2
changes=0
while kill -0 $transfer 2>/dev/null; do
	changes=$((changes + 1))
	received=$(peer_rx a cv0 b)
	tun_set a cv0 listen-port $((6000 + changes % 100))
	wait_for 30 eval "[[ \$(peer_endpoint b cv0 a) = *:$((6000 + changes % 100)) ]] &&
		[ \$(peer_rx a cv0 b) -gt $((received + 20000)) ] ||
		! kill -0 $transfer 2>/dev/null" || :
done
works "TCP while the port changed $changes times" wait $transfer
works "TCP while the port changed: ping afterwards" ping_ok a 10.77.0.2
works "TCP while the port changed: ping back afterwards" ping_ok b 10.77.0.1
is "changes of the port bring no new handshake" "$first" "$(peer_handshake b cv0 a)"
finish
