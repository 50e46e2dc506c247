#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# timeout: 120
# Everything through the tunnel: the mark keeps the tunnel's own packets out of it;
# without it the loop is broken and counted. A tunnel in a tunnel works, and two that
# are routed into each other do not multiply packets.
. "$(dirname "$0")/../../lib/test.sh"

# policy FAMILY: as is usual: all that is not marked goes by a table of its own, but
# for what the main table has a route other than the default for.
policy()
{
	ipn a "-$1" route add default dev cv0 table 51820
	ipn a "-$1" rule add not fwmark 51820 table 51820
	ipn a "-$1" rule add table main suppress_prefixlength 0
}

marked() { n a nft list counter inet t marked | sed -n 's/.*packets \([0-9]*\).*/\1/p'; }

for outer in 4 6; do
	net_routed
	tunnel_pair outer=$outer endpoint=b
	addr b lo 203.0.113.7/32 2001:db8:7::7/128
	tun_set a cv0 fwmark 51820 peer "${pub[b]}" allowed-ips 0.0.0.0/0,::/0
	policy 4
	policy 6
	n a nft -f - <<-END
		table inet t {
			counter marked { }
			chain out {
				type filter hook output priority 0
				udp dport $port meta mark 51820 counter name marked
			}
		}
	END
	name="over IPv$outer"
	works "$name: ping what is only behind the tunnel" ping_ok a 203.0.113.7
	works "$name: ping what is only behind the tunnel, IPv6" ping_ok a 2001:db8:7::7
	works "$name: TCP" tcp a b 203.0.113.7 500000
	works "$name: TCP, IPv6" tcp a b 2001:db8:7::7 500000
	before=$(stat a cv0 tx_packets)
	works "$name: ping the endpoint's own address" ping_ok a "${outer4[b]}"
	is "$name: pings of the endpoint go through the tunnel" $((before + 3)) \
		"$(stat a cv0 tx_packets)"
	between "$name: outer packets have the mark" 20 1000000 "$(marked)"
	reason "$name: no loop" a cv0 tx_loop 0

	# Without the mark they are routed into the link itself.
	first=$(peer_handshake a cv0 b)
	tun_set a cv0 fwmark off
	fails "$name, no mark: no ping" ping_once a 203.0.113.7
	soon "$name, no mark: counted as tx_loop" 10 dropped a cv0 tx_loop 1
	before=$(stat a cv0 tx_packets)
	fails "$name, no mark: no ping" ping_ok a 203.0.113.7
	is "$name, no mark: tx_packets is unchanged" "$before" "$(stat a cv0 tx_packets)"
	tun_set a cv0 fwmark 0xca6c
	works "$name, marked again: ping" ping_ok a 203.0.113.7
	is "$name, marked again: no new handshake" "$first" "$(peer_handshake a cv0 b)"

	# A loop from the very start: the handshake itself has no way.
	ipn a link set cv0 down
	tun_set a cv0 fwmark off
	ipn a link set cv0 up
	# The routes were removed when the link went down.
	ipn a -4 route add default dev cv0 table 51820
	ipn a -6 route add default dev cv0 table 51820
	before=$(drops a cv0 tx_loop)
	fails "$name, a loop from the start: no ping" ping_once a 203.0.113.7
	if [ "$kind" = culvert ]; then
		soon "$name, a loop from the start: counted as tx_loop" 10 \
			dropped a cv0 tx_loop $((before + 1))
	fi
	drop_all
done

# A tunnel in a tunnel: cv1's outer packets go through cv0.
net_pair
tunnel_pair
for end in a b; do
	ipn $end link add cv1 type "$kind"
	tun_set $end cv1 private-key "$tmp/$end.key" listen-port $((port + 1))
done
tun_set a cv1 peer "${pub[b]}" endpoint "10.77.0.2:$((port + 1))" \
	allowed-ips 10.78.0.2/32,203.0.113.2/32
tun_set b cv1 peer "${pub[a]}" endpoint "10.77.0.1:$((port + 1))" \
	allowed-ips 10.78.0.1/32,203.0.113.1/32
addr a cv1 10.78.0.1/24
addr b cv1 10.78.0.2/24
ipn a link set cv1 mtu 1340 up
ipn b link set cv1 mtu 1340 up
works "a tunnel in a tunnel: ping" ping_ok a 10.78.0.2
works "a tunnel in a tunnel: TCP" tcp a b 10.78.0.2 1000000
works "a tunnel in a tunnel: UDP" udp a b 10.78.0.2 0 1 1000 1312 5000 60000
works "a tunnel in a tunnel whose MTU is too large: TCP" \
	eval 'ipn a link set cv1 mtu 1420; ipn b link set cv1 mtu 1420;
		tcp a b 10.78.0.2 500000'

# Now the outer one is routed through the inner one.
tun_set a cv0 peer "${pub[b]}" endpoint "203.0.113.2:$port"
tun_set a cv1 peer "${pub[b]}" endpoint "10.77.0.2:$((port + 1))"
ipn a route add 203.0.113.2/32 dev cv1
before=$(($(stat a cv0 tx_packets) + $(stat a cv1 tx_packets)))
fails "two links routed into each other: no ping" ping_once a 10.78.0.2
fails "two links routed into each other: no TCP" timeout 5 ip netns exec "${ns[a]}" \
	"${python[@]}" -c 'import socket; socket.create_connection(("10.77.0.2", 9), 3)'
between "two links routed into each other: packets do not multiply" 1 300 \
	$(($(stat a cv0 tx_packets) + $(stat a cv1 tx_packets) - before))
if [ "$kind" = culvert ]; then
	between "two links routed into each other: counted as tx_loop" 1 300 \
		$(($(drops a cv0 tx_loop) + $(drops a cv1 tx_loop)))
fi
tun_set a cv0 peer "${pub[b]}" endpoint "$(hostport "${outer4[b]}")"
soon "links no longer routed into each other: ping" 30 ping_once a 10.77.0.2
soon "links no longer routed into each other: ping in the inner one" 30 ping_once a 10.78.0.2
finish
