#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: icount
# timeout: 120
# needs: python3
# The private key comes, changes or goes while the link is up, and peers are removed and
# added anew: what waits for the key goes at once, and that no two initiations of one
# identity come within 5 s holds up nothing of the next.
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
# set_b KEY [OLD]: b knows a by this key, and no more by the old one.
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
fails "no key: no ping" ping_once a 10.77.0.2
set_a a
soon "the key comes: the ping that waits brings a session" "$soon_s" session a b

pair
tun_set a cv0 peer "${pub[b]}" persistent-keepalive 600
set_a a
soon "the key comes: so does the persistent keepalive, and a session" "$soon_s" session a b

pair
tun_set b cv0 peer "${pub[a]}" persistent-keepalive 600
n b ping -q -c 1 -W 1 10.77.0.1 >/dev/null 2>&1 || :
is "a has no key: b's initiation was in vain" 0 "$(field b cv0 latest-handshakes a)"
set_a a
pings "the key comes after the other's initiation" a 10.77.0.2

# a was the initiator of the handshake before, or the responder.
for first in "a 10.77.0.2" "b 10.77.0.1"; do
	pair
	set_a a
	# shellcheck disable=SC2086 # words
	pings "$first first" $first
	key new
	set_b new a
	set_a new
	pings "$first first, a's key changes" a 10.77.0.2
	key newer
	set_b newer new
	set_a newer
	pings "$first first, a's key changes again" b 10.77.0.1
	set_a new
	set_b new newer
	pings "$first first, a's key changes back, before b knows it" a 10.77.0.2
done

pair
key new
set_a a
works "a session" ping_ok a 10.77.0.2
set_a new
fails "a key that the other does not know: no ping" ping_once a 10.77.0.2
set_a a
soon "and back: what waits goes at once" "$soon_s" ping_once b 10.77.0.1
pings "and back" a 10.77.0.2

pair
set_a a
works "a session before the key goes" ping_ok a 10.77.0.2
tun_set a cv0 private-key /dev/null
fails "the key goes: no ping" ping_once a 10.77.0.2
set_a a
pings "the same key comes again" a 10.77.0.2

for end in a b; do
	pair
	set_a a
	works "a session before a peer is removed" ping_ok a 10.77.0.2
	if [ $end = a ]; then
		tun_set a cv0 peer "${pub[b]}" remove
		tun_set a cv0 peer "${pub[b]}" allowed-ips 10.77.0.2/32 \
			endpoint "$(hostport "${outer4[b]}")"
		pings "a's peer is removed and added anew" a 10.77.0.2
	else
		set_b a a
		pings "b's peer is removed and added anew" b 10.77.0.1
	fi
done
finish
