#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: smp
# timeout: 180
# Everything at once: peers removed and added, keys, ports, marks and pre-shared keys
# changed, dumps and link changes while traffic flows; afterwards it all works.
. "$(dirname "$0")/../../lib/test.sh"

net_pair
tunnel_pair
psk other
key spare
works "ping at first" ping_ok a 10.77.0.2
rounds=10

peers()
{
	local i

	for ((i = 0; i < rounds; i++)); do
		tun_set a cv0 peer "${pub[b]}" remove || return
		tun_set a cv0 peer "${pub[b]}" endpoint "$(hostport "${outer4[b]}")" \
			allowed-ips 10.77.0.2/32,fd77::2/128 || return
		tun_set b cv0 peer "${pub[spare]}" allowed-ips 10.77.0.1/32 || return
		tun_set b cv0 peer "${pub[a]}" allowed-ips 10.77.0.1/32,fd77::1/128 || return
		tun_set b cv0 peer "${pub[spare]}" remove || return
	done
}

settings()
{
	local i

	for ((i = 0; i < rounds; i++)); do
		tun_set a cv0 listen-port $((port + 1 + i % 2)) fwmark $((i + 1)) || return
		tun_set b cv0 peer "${pub[a]}" preshared-key "$tmp/other.psk" \
			persistent-keepalive 1 || return
		tun_set b cv0 private-key "$tmp/spare.key" || return
		tun_set b cv0 private-key "$tmp/b.key" || return
		tun_set b cv0 peer "${pub[a]}" preshared-key /dev/null || return
	done
}

dumps()
{
	local i

	for ((i = 0; i < rounds; i++)); do
		tun_show a cv0 dump >"$tmp/dump" || return
		tun_show b cv0 dump >"$tmp/dump" || return
		ipn a -s link show cv0 >"$tmp/dump" || return
	done
}

links()
{
	local i

	for ((i = 0; i < rounds; i++)); do
		ipn b link set cv0 down || return
		ipn b link set cv0 up || return
		ipn a link set cv0 mtu $((1280 + i)) || return
	done
}

# Unchecked traffic: the disturbances lose packets.
n a ping -q -f 10.77.0.2 >/dev/null 2>&1 &
defer "end_process $!"
n b ping -q -f -s 5000 10.77.0.1 >/dev/null 2>&1 &
defer "end_process $!"
n_py a flood.py 10.77.0.2 >/dev/null 2>&1 &
defer "end_process $!"

declare -A job=()
for name in peers settings dumps links; do
	"$name" >"$tmp/$name.out" 2>&1 &
	job[$name]=$!
done
for name in peers settings dumps links; do
	status=0
	wait "${job[$name]}" || status=$?
	is "$rounds rounds of $name under traffic succeed" "status 0" \
		"status $status$(tail -n 2 "$tmp/$name.out")"
done

tun_set a cv0 listen-port "$port"
ipn a link set cv0 mtu 1420
tun_set b cv0 peer "${pub[a]}" persistent-keepalive off endpoint "$(hostport "${outer4[a]}")"
tun_set a cv0 peer "${pub[b]}" endpoint "$(hostport "${outer4[b]}")"
soon "afterwards: ping" 20 ping_once a 10.77.0.2
works "afterwards: TCP" tcp a b 10.77.0.2 500000
is "afterwards: one peer at a" 1 "$(tun_show a cv0 peers | wc -l)"
is "afterwards: one peer at b" 1 "$(tun_show b cv0 peers | wc -l)"

# Under the same traffic, a peer and then the link are removed.
tun_set a cv0 peer "${pub[b]}" remove
ipn b link del cv0
works "under traffic the link can be deleted" ipn a link del cv0
finish
