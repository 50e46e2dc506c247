#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# timeout: 200
# mode[culvert]: smp
# cases: wireguard culvert go
# timeout[go]: 300
# Two ways between a and b, and a peer that is moved from one to the other under load in both
# directions: by a request, which loses nothing; when the way in use is dead; and when it has no
# route. At the other end is wireguard.ko, culvert or wireguard-go, which know of no other way.
#
#     a ─ va1 198.51.100.1 ─────── vb1 198.51.100.2 ─ b
#       └ va2 203.0.113.1 ──────── vb2 203.0.113.2 ──┘
. "$(dirname "$0")/../../lib/test.sh"

one=198.51.100.2:$port
two=203.0.113.2:$port

# far_end: cv0 of b, which is what the case says.
far_end()
{
	key a
	if [ "$CV_CASE" = go ]; then
		need_module tun
		[ -c /dev/net/tun ] || { mkdir -p /dev/net; mknod /dev/net/tun c 10 200; }
		key b
		bg n b env WG_PROCESS_FOREGROUND=1 LOG_LEVEL=error wireguard-go --foreground cv0
		wait_for 60 n b wg show cv0
		far=wg
	else
		tun_new b cv0 "$CV_CASE"
		far=$tool
	fi
	n b "$far" set cv0 private-key "$tmp/b.key" listen-port "$port" \
		peer "${pub[a]}" allowed-ips 10.77.0.1/32
	addr b cv0 10.77.0.2/24 up
}

# near_end KIND: cv0 of a, which knows the first way.
near_end()
{
	tun_new a cv0 "$1"
	tun_set a cv0 listen-port "$port" peer "${pub[b]}" endpoint "$one" \
		allowed-ips 10.77.0.2/32
	addr a cv0 10.77.0.1/24 up
}

net_two_ways()
{
	ns_new a b
	wire a va1 b vb1
	wire a va2 b vb2
	addr a va1 198.51.100.1/24
	addr b vb1 198.51.100.2/24
	addr a va2 203.0.113.1/24
	addr b vb2 203.0.113.2/24
	far_end
}

# Whichever way is in use dies, and comes back.
tcp_over_ways_that_die()
{
	local dead was transfer result

	tun_set a cv0 peer "${pub[b]}" silent 1
	tcp a b 10.77.0.2 15000000 >"$tmp/tcp" 2>&1 &
	transfer=$!
	defer end_process $transfer
	for _ in 1 2; do
		was=$(peer_endpoint a cv0 b)
		[ "$was" = "$one" ] && dead=1 || dead=2
		n a tc qdisc replace dev va$dead root netem loss 100%
		n b tc qdisc replace dev vb$dead root netem loss 100%
		moved() { ! kill -0 $transfer 2>/dev/null || [ "$(peer_endpoint a cv0 b)" != "$was" ]; }
		wait_for 30 moved || :
		n a tc qdisc del dev va$dead root
		n b tc qdisc del dev vb$dead root
	done
	wait $transfer && result="ended well" || result="status $?: $(cat "$tmp/tcp")"
	is "TCP over ways that die: it" "ended well" "$result"
}

net_two_ways
near_end "$kind"
works "a session by the first way" ping_ok a 10.77.0.2
if [ "$kind" = culvert ]; then
	relay py failover.py moves "${ns[a]}" "${ns[b]}" cv0 "${pub[b]}" "$one" "$two"
	[ "$CV_CASE" != wireguard ] || tcp_over_ways_that_die
	is "no receive errors at a" 0 "$(stat a cv0 rx_errors)"
fi
# For comparison: wireguard.ko has one endpoint, and stays there.
if [ "$CV_CASE" = wireguard ]; then
	drop_all
	net_two_ways
	near_end wireguard
	works "wireguard.ko: a session by the first way" ping_ok a 10.77.0.2
	relay py failover.py stays "${ns[a]}" "${ns[b]}" cv0 "${pub[b]}" "$one" "$two"
fi
finish
