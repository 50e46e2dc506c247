#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# timeout: 180
# The example of README.md, "Events and knocks", as it stands there: who is in the file of guests
# is let in by its first handshake, who is not is refused, and what happens is printed.
. "$(dirname "$0")/../../lib/test.sh"

# A line of the README's section that has WORD.
step() { sed -n '/^## Events and knocks/,/^## /s/^    //p' "$CULVERT_TREE/README.md" | grep -F "$1"; }

# knocker NAME ADDRESS: a client with a link of the kernel's own driver, which a does not know.
knocker()
{
	local name=$1

	ns_new "$name"
	wire a "to-$name" "$name" out
	addr a "to-$name" "$2.1/24"
	addr "$name" out "$2.2/24"
	tun_new "$name" wg0 wireguard
	n "$name" wg set wg0 peer "${pub[a]}" endpoint "$2.1:$port" allowed-ips 10.77.0.1/32
	addr "$name" wg0 "$3/16"
	ipn "$name" link set wg0 up
}

says() { grep -qE "$1" "$tmp/said"; }

net_pair
tunnel_end
knocker guest 10.61.0 10.77.5.1
knocker other 10.62.0 10.77.5.2

cd "$tmp" || exit 1
# What the README calls its guest's key and link.
# shellcheck disable=SC2034 # for the line of the README
GUEST_KEY=${pub[guest]}
matches "README: a line that names a guest" 'guests$' "$(step 'guests')"
eval "$(step '> guests' | sed 's/10\.9\.0\.7/10.77.5.1/')"
is "README: the file of guests" "${pub[guest]} 10.77.5.1/32" "$(cat guests)"
read -r -a words <<<"$(step doorkeeper.py)"
is "README: the command" "python3 tools/examples/doorkeeper.py cv0 guests" "${words[*]}"
words[1]=$CULVERT_TREE/${words[1]}
n a "${words[@]}" >"$tmp/said" 2>&1 &
defer "end_process $!"
soon "the program listens" 30 says '^listening at cv0$'

works "a guest: its first ping is answered" ping_once guest 10.77.0.1
soon "a guest: it is said" 5 says "^knock ${pub[guest]//+/[+]} from 10\.61\.0\.2:[0-9]+: let in as 10\.77\.5\.1/32$"
soon "a guest: its peer is told" 5 says "^peer added ${pub[guest]//+/[+]} "
soon "a guest: its session is told" 5 says "^session made ${pub[guest]//+/[+]} 10\.61\.0\.2:"
fails "another: its ping gets no answer" ping_once other 10.77.0.1
soon "another: it is said" 5 says "^knock ${pub[other]//+/[+]} from 10\.62\.0\.2:[0-9]+: refused for 60 s$"
is "another: it is no peer" "${pub[guest]}" "$(tun_show a cv0 peers)"
tun_set a cv0 peer "${pub[guest]}" remove
soon "the guest's peer is removed: told" 5 says "^peer removed ${pub[guest]//+/[+]} "
finish
