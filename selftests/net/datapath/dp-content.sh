#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: smp
# cpu: all
# timeout: 150
# Contents: streams both ways at once come out as they went in, over all pairings of
# addresses, over bad paths, through routers, NAT, tc and other tunnels; and a receiver
# without offloads checks every packet.
. "$(dirname "$0")/../../lib/test.sh"

coproc serving { exec "${python[@]}" "$test_dir/stream.py" serve; }
# Those of a coprocess are not there in subshells.
exec {to}>&"${serving[1]}" {from}<&"${serving[0]}"

# served WORD...: stream.py does it.
served()
{
	local status text

	echo "$*" >&"$to"
	read -r -t 300 -u "$from" status text || { echo "no answer"; return 1; }
	echo "$text"
	return "$status"
}

# streams CLIENT SERVER ADDRESS BYTES [STREAMS [MAXSEG]]
streams() { served tcp "${ns[$1]}" "${ns[$2]}" "$3" "$4" "${@:5}"; }
datagrams() { served udp "${ns[$1]}" "${ns[$2]}" "$3" "$4"; }

# ------------------------------------------------- all pairings, and bad paths

# netem WORD...: on both ways, behind the first router, where packets are single.
netem()
{
	n r tc qdisc replace dev ra root netem "$@"
	n r tc qdisc replace dev rb root netem "$@"
}

# drop_tunnel: what tunnel_pair has made.
drop_tunnel()
{
	ipn a link del cv0
	ipn b link del cv0
	unset 'pub[a]' 'pub[b]'
}

net_routed
for outer in 4 6; do
	tunnel_pair outer=$outer
	for inner in 10.77.0.2 fd77::2; do
		name="$inner over IPv$outer"
		works "$name: streams" streams a b $inner 300000 2
		works "$name: UDP super-packets" datagrams a b $inner 1372
	done
	# Segmented before the netem, merged again behind it.
	n a ethtool -K va tx-udp-segmentation off gro on
	n b ethtool -K vb tx-udp-segmentation off gro on
	netem delay 1ms 1ms loss 0.5% duplicate 2% reorder 90% corrupt 0.5%
	for inner in 10.77.0.2 fd77::2; do
		works "$inner over IPv$outer, a bad path: streams" streams a b $inner 150000 2
	done
	if [ $outer = 4 ]; then
		# CE marks outside come through to streams with ECN.
		n a sysctl -qw net.ipv4.tcp_ecn=1
		n b sysctl -qw net.ipv4.tcp_ecn=1
		netem delay 1ms loss 5% ecn
		works "CE marks on the path: streams" streams a b 10.77.0.2 200000 2
		isnt "CE marks on the path: they are seen inside" 0 \
			"$(n b nstat -asz IpExtInCEPkts | awk '/InCEPkts/ { print $2 }')"
	fi
	reason "IPv$outer outside" a cv0 rx_inner_length 0
	[ $outer = 4 ] || break
	drop_tunnel
	n r tc qdisc del dev ra root
	n r tc qdisc del dev rb root
	for place in a b; do
		n $place ethtool -K v$place tx-udp-segmentation on gro off
		n $place sysctl -qw net.ipv4.tcp_ecn=2
	done
done
drop_all

# ---------------------------------------------------- odd sizes, and inner tunnels

net_pair
tunnel_pair
for maxseg in 88 537 1399; do
	works "segments of $maxseg: streams" streams a b 10.77.0.2 100000 1 $maxseg
	works "segments of $maxseg, IPv6: streams" streams a b fd77::2 100000 1 $maxseg
done
tunnel_in()
{
	local words=$1 name

	for name in a b; do
		eval "ipn $name link add inner0 type $words"
		ipn $name link set inner0 up
	done
	addr a inner0 10.88.0.1/24 fd88::1/64
	addr b inner0 10.88.0.2/24 fd88::2/64
	works "${words%% *} inside: streams" streams a b 10.88.0.2 200000
	works "${words%% *} inside, IPv6: streams" streams a b fd88::2 200000
	ipn a link del inner0
	ipn b link del inner0
}
here() { if [ "$1" = a ]; then echo 10.77.0.1; else echo 10.77.0.2; fi; }
there() { if [ "$1" = a ]; then echo 10.77.0.2; else echo 10.77.0.1; fi; }
# shellcheck disable=SC2016 # $name is of tunnel_in
{
	tunnel_in 'vxlan id 5 dstport 4789 local $(here $name) remote $(there $name) dev cv0'
	tunnel_in 'gre local $(here $name) remote $(there $name)'
}
drop_tunnel
ipn a link set va mtu 9100
ipn b link set vb mtu 9100
for mtu in 1280 9000; do
	tunnel_pair mtu=$mtu
	works "MTU $mtu: streams" streams a b 10.77.0.2 300000 2
	works "MTU $mtu: UDP super-packets" datagrams a b fd77::2 $((mtu - 48))
	drop_tunnel
done
ipn a link set va mtu 1500
ipn b link set vb mtu 1500

# ------------------------------------- forwarded, with and without NAT, to a wire

#   a ═ cv0 ═ b, e1 ── e0 ─ host
tunnel_pair
net_behind b 2
ipn a route add 10.2.0.0/24 dev cv0
ipn a -6 route add fd02::/64 dev cv0
tun_set a cv0 peer "${pub[b]}" allowed-ips 10.77.0.2/32,fd77::2/128,10.2.0.0/24,fd02::/64
n b ethtool -K e1 tx off sg off tso off gso off
n host ethtool -K e0 tx off sg off tso off gso off gro off
for nat in no yes; do
	[ $nat = no ] || n b nft -f - <<-END
		table inet nat {
			chain out {
				type nat hook postrouting priority srcnat
				oifname e1 masquerade
			}
		}
	END
	for address in 10.2.0.2 fd02::2; do
		works "forwarded to $address, NAT: $nat: contents, and each packet on the wire" \
			served wire "${ns[a]}" "${ns[host]}" $address 250000 e0
	done
done
drop_tunnel
ns_drop host
n b nft delete table inet nat
n b sysctl -qw net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0

# ------------------------------------------------ from tunnel to tunnel by tc alone

#   a ═ cv0 ═ b ═ cv1 ═ c; b's routing is not used
ns_new c
wire b vc c v0
addr b vc 203.0.113.2/24
addr c v0 203.0.113.3/24
key a
key b
key c
tun_new a cv0
tun_new b cv0
tun_new b cv1
tun_new c cv0
tun_set a cv0 listen-port "$port" peer "${pub[b]}" endpoint "198.51.100.2:$port" \
	allowed-ips 10.77.0.3/32,fd77::3/128
tun_set b cv0 listen-port "$port" peer "${pub[a]}" endpoint "198.51.100.1:$port" \
	allowed-ips 10.77.0.1/32,fd77::1/128
tun_set b cv1 listen-port $((port + 1)) peer "${pub[c]}" endpoint "203.0.113.3:$port" \
	allowed-ips 10.77.0.3/32,fd77::3/128
tun_set c cv0 listen-port "$port" peer "${pub[b]}" endpoint "203.0.113.2:$((port + 1))" \
	allowed-ips 10.77.0.1/32,fd77::1/128
addr a cv0 10.77.0.1/24 fd77::1/64
addr c cv0 10.77.0.3/24 fd77::3/64
for link in "a cv0" "b cv0" "b cv1" "c cv0"; do
	ipn "${link% *}" link set "${link#* }" up
done
n b tc qdisc add dev cv0 clsact
n b tc qdisc add dev cv1 clsact
n b tc filter add dev cv0 ingress matchall action mirred egress redirect dev cv1
n b tc filter add dev cv1 ingress matchall action mirred egress redirect dev cv0
works "from tunnel to tunnel by tc: ping" ping_ok a 10.77.0.3
works "from tunnel to tunnel by tc: streams" streams a c 10.77.0.3 250000 2
works "from tunnel to tunnel by tc, IPv6: streams" streams c a fd77::1 250000 2
finish
