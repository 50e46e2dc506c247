#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: icount
# timeout: 120
# needs: python3
# The private key is set, changed or removed while the link is up, and peers are removed
# and added again: packets that wait for the key are sent at once, and the 5 s between two
# initiations of one identity do not delay the next identity.
. "$(dirname "$0")/../../lib/test.sh"

# Well below the 5 s between two initiations, and enough for two lost pings.
soon_s=3

# pair: a tunnel like tunnel_pair's; a has no key yet.
pair()
{
	drop_all
	net_pair
	key a
	tun_new b cv0
	ipn a link add cv0 type "$kind"
	set_b a
	tun_set b cv0 listen-port "$port"
	tun_set a cv0 listen-port "$port" peer "${pub[b]}" allowed-ips 10.77.0.2/32 \
		endpoint "$(hostport "${outer4[b]}")"
	addr a cv0 10.77.0.1/24
	addr b cv0 10.77.0.2/24
	ipn a link set cv0 up
	ipn b link set cv0 up
}
set_a() { tun_set a cv0 private-key "$tmp/$1.key"; }
# set_b KEY [OLD]: at b, a is the peer with this key; the one with the old key is removed.
set_b()
{
	[ -z "${2:-}" ] || tun_set b cv0 peer "${pub[$2]}" remove
	tun_set b cv0 peer "${pub[$1]}" allowed-ips 10.77.0.1/32 \
		endpoint "$(hostport "${outer4[a]}")"
}
session() { [ "$(field "$1" cv0 latest-handshakes "$2")" != 0 ]; }
# pings NAME END ADDRESS
pings() { soon "$1: a ping from $2 at once" "$soon_s" ping_once "$2" "$3"; }

pair
fails "a has no private key: no ping" ping_once a 10.77.0.2
set_a a
soon "a's key is set: a waiting ping starts a session at once" "$soon_s" session a b

pair
tun_set a cv0 peer "${pub[b]}" persistent-keepalive 600
set_a a
soon "a's key is set: persistent keepalive starts a session at once" "$soon_s" session a b

pair
tun_set b cv0 peer "${pub[a]}" persistent-keepalive 600
n b ping -q -c 1 -W 1 10.77.0.1 >/dev/null 2>&1 || :
is "a has no private key: b's initiation brings no session" 0 "$(field b cv0 latest-handshakes a)"
set_a a
pings "a's key is set after b's initiation" a 10.77.0.2

# a was the initiator of the handshake before, or the responder.
for first in "a 10.77.0.2" "b 10.77.0.1"; do
	pair
	set_a a
	# shellcheck disable=SC2086 # words
	pings "${first% *} initiates" $first
	key new
	set_b new a
	set_a new
	pings "${first% *} initiates, a's key changes" a 10.77.0.2
	key newer
	set_b newer new
	set_a newer
	pings "${first% *} initiates, a's key changes again" b 10.77.0.1
	set_a new
	set_b new newer
	pings "${first% *} initiates, a's key changes back before b knows it" a 10.77.0.2
done

pair
key new
set_a a
works "ping before a's key changes" ping_ok a 10.77.0.2
set_a new
fails "a's new key is unknown to b: no ping" ping_once a 10.77.0.2
set_a a
soon "a's key changes back: a ping from b at once" "$soon_s" ping_once b 10.77.0.1
pings "a's key changes back" a 10.77.0.2

pair
set_a a
works "ping before a's key is removed" ping_ok a 10.77.0.2
tun_set a cv0 private-key /dev/null
fails "a's key is removed: no ping" ping_once a 10.77.0.2
set_a a
pings "a's removed key is set again" a 10.77.0.2

# Data has come to a, and it has sent nothing since: 10 s later a keepalive is due. No data goes
# then under the new key, which b does not know yet, so that the next initiation is not put off.
pair
set_a a
works "ping before data that is not answered" ping_ok b 10.77.0.1
n a sysctl -qw net.ipv4.icmp_echo_ignore_all=1
fails "data that is not answered: no ping comes back" ping_once b 10.77.0.1
came_ms=$(now_ms)
key new
set_a new
sent=$(peer_tx a cv0 b)
wait_for 30 eval '[ "$(now_ms)" -gt $((came_ms + 10500)) ]'
is "a's key changes while a keepalive is due: bytes sent by a until b knows the key" "$sent" \
	"$(peer_tx a cv0 b)"
set_b new a
pings "a's key changes while a keepalive is due" a 10.77.0.2

for end in a b; do
	pair
	set_a a
	works "ping before a peer is removed at $end" ping_ok a 10.77.0.2
	if [ $end = a ]; then
		tun_set a cv0 peer "${pub[b]}" remove
		tun_set a cv0 peer "${pub[b]}" allowed-ips 10.77.0.2/32 \
			endpoint "$(hostport "${outer4[b]}")"
		pings "a's peer is removed and added again" a 10.77.0.2
	else
		set_b a a
		pings "b's peer is removed and added again" b 10.77.0.1
	fi
done
finish
