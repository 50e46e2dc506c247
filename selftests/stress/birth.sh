#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: smp
# timeout: 200
# kernel-args: slub_debug=FZP,net_namespace
# Namespaces that links were born in end at any moment while the links, which have been
# moved to another one, lose their peers under traffic: the routes that peers have cached
# point into memory that is soon freed, and poisoned where the kernel can.
. "$(dirname "$0")/../lib/stress.sh"

idle=400

# born DEV: a link of a, with many idle peers and one at b, moved to c.
born()
{
	local dev=$1 at=$2

	tun_new a "$dev"
	n a "$tool" addconf "$dev" "$tmp/peers"
	tun_set a "$dev" listen-port "$at" peer "${pub[b]}" \
		endpoint "$(hostport "$3")" allowed-ips 10.77.0.2/32
	ipn a link set "$dev" netns "${ns[c]}"
	addr c "$dev" 10.77.0.1/24
	ipn c link set "$dev" up
}

# One round: everything is made, and ended in the order and at the moments that the round's
# number and chance give.
round()
{
	local how=$1 outer

	net_pair
	ns_new c other
	outer=${outer6[b]}
	[ $((RANDOM % 4)) != 0 ] || outer=${outer4[b]}
	tun_new b cv0
	tun_set b cv0 listen-port "$port"
	born cv0 "$port" "$outer"
	tun_set b cv0 peer "${pub[a]}" allowed-ips 10.77.0.1/32
	addr b cv0 10.77.0.2/24
	ipn b link set cv0 up
	wait_for 20 ping_once c 10.77.0.2 || { echo "no ping to b"; return 1; }
	n c ping -q -f -s 1000 10.77.0.2 >/dev/null 2>&1 &
	n b ping -q -f -s 100 10.77.0.1 >/dev/null 2>&1 &
	case $how in
	all) n c "$tool" setconf cv0 "$tmp/none" & ;;
	one) tun_set c cv0 peer "${pub[b]}" remove & ;;
	link) ipn c link del cv0 & ;;
	key) tun_set c cv0 private-key "$tmp/b.key" & ;;
	moved) ipn c link set cv0 netns "${ns[b]}" name cv1 & ;;
	esac
	[ $((RANDOM % 2)) = 0 ] || breathe
	ns_drop a
	[ $((RANDOM % 2)) = 0 ] || breathe
	ns_drop other
	# What kills their processes ends the pings, too.
	drop_all
	wait || :
}

idle_peers "$tmp/peers" "$idle"
: >"$tmp/none"
ways=(all link one all key moved)
end=$(($(now_ms) + seconds * 1000))
rounds=0
while [ "$rounds" -lt ${#ways[@]} ] || [ "$(now_ms)" -lt "$end" ]; do
	if ! round "${ways[rounds % ${#ways[@]}]}" >"$tmp/round" 2>&1; then
		fail "round $rounds, ${ways[rounds % ${#ways[@]}]}: set up and torn down" \
			"its end" "$(cat "$tmp/round")"
		break
	fi
	rounds=$((rounds + 1))
done
between "birth netns that ended while their links lost their peers" ${#ways[@]} 1000000 \
	"$rounds"
nothing_left
finish
