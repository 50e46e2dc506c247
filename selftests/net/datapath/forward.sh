#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: smp
# timeout: 150
# Packets that are not of this host: two routers joined by a tunnel, hosts behind
# them; with and without GSO on the hosts and on the link, path MTU, and NAT inside.
. "$(dirname "$0")/../../lib/test.sh"

#   ha ─ ea ── eb ─ a ═ cv0 ═ b ─ eb ── ea ─ hb
#   10.1.0.2  .1       a ─ va ─ vb ─ b     .1  10.2.0.2
#   fd01::2  ::1                          ::1  fd02::2
net_pair
tunnel_pair
ns_new ha hb
wire ha e0 a e1
wire hb e0 b e1
addr ha e0 10.1.0.2/24 fd01::2/64
addr a e1 10.1.0.1/24 fd01::1/64
addr hb e0 10.2.0.2/24 fd02::2/64
addr b e1 10.2.0.1/24 fd02::1/64
ipn ha route add default via 10.1.0.1
ipn ha -6 route add default via fd01::1
ipn hb route add default via 10.2.0.1
ipn hb -6 route add default via fd02::1
for router in a b; do
	n $router sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
done
ipn a route add 10.2.0.0/24 dev cv0
ipn a -6 route add fd02::/64 dev cv0
ipn b route add 10.1.0.0/24 dev cv0
ipn b -6 route add fd01::/64 dev cv0
tun_set a cv0 peer "${pub[b]}" allowed-ips 10.77.0.2/32,fd77::2/128,10.2.0.0/24,fd02::/64
tun_set b cv0 peer "${pub[a]}" allowed-ips 10.77.0.1/32,fd77::1/128,10.1.0.0/24,fd01::/64

works "ping from host to host" ping_ok ha 10.2.0.2
works "ping from host to host, IPv6" ping_ok ha fd02::2

# Super-packets are made by the host (tso) or by the router's GRO.
for gso in on off; do
	for gro in on off; do
		for host in ha hb; do
			n $host ethtool -K e0 tso $gso gso $gso
		done
		n a ethtool -K e1 gro $gro
		n b ethtool -K e1 gro $gro
		n a ethtool -K va gro $gro
		n b ethtool -K vb gro $gro
		works "hosts' GSO $gso, routers' GRO $gro: TCP" tcp ha hb 10.2.0.2 1000000
		works "hosts' GSO $gso, routers' GRO $gro: TCP, IPv6" tcp hb ha fd01::2 1000000
	done
done
for host in ha hb; do
	n $host ethtool -K e0 tso on gso on
done

# The links' own offloads: without them it gets packets ready to send.
for link in a b; do
	n $link ethtool -K cv0 tso off gso off tx off sg off
done
works "offloads of the link off: TCP" tcp ha hb 10.2.0.2 1000000
works "offloads of the link off: TCP from the router itself" tcp a b fd77::2 500000
works "offloads of the link off: UDP" udp ha hb 10.2.0.2 0 1 1000 1472 1473 20000
for link in a b; do
	n $link ethtool -K cv0 tx on sg on gso on tso on
done

works "UDP in inner fragments" udp ha hb 10.2.0.2 0 1 1392 1393 1472 1473 20000 65000
works "UDP in inner fragments, IPv6" udp hb ha fd01::2 0 1 1372 1373 1452 1453 20000 65000
fails_with "IPv4 with DF, above the MTU: its sender gets the MTU" \
	"mtu.{1,3}1420" n ha ping -n -c 1 -W 2 -s 1400 -M "do" 10.2.0.2
fails_with "IPv6, above the MTU: its sender gets the MTU" \
	"mtu.{1,3}1420" n hb ping -n -c 1 -W 2 -s 1400 -M "do" fd01::2
is "no receive errors at a" 0 "$(stat a cv0 rx_errors)"
is "no receive errors at b" 0 "$(stat b cv0 rx_errors)"

# NAT of what is inside: b's network sees a's tunnel address only.
n a nft -f - <<-END
	table inet nat {
		chain out {
			type nat hook postrouting priority srcnat
			oifname cv0 masquerade
		}
	}
END
n b nft -f - <<-END
	table inet seen {
		counter plain { }
		counter masked { }
		chain through {
			type filter hook forward priority 0
			ip saddr 10.1.0.0/24 counter name plain
			ip saddr 10.77.0.1 counter name masked
			ip6 saddr fd01::/64 counter name plain
			ip6 saddr fd77::1 counter name masked
		}
	}
END
seen() { n b nft list counter inet seen "$1" | sed -n 's/.*packets \([0-9]*\).*/\1/p'; }
works "NAT inside: ping" ping_ok ha 10.2.0.2
works "NAT inside: ping, IPv6" ping_ok ha fd02::2
works "NAT inside: TCP" tcp ha hb 10.2.0.2 1000000
works "NAT inside: TCP, IPv6" tcp ha hb fd02::2 1000000
works "NAT inside: UDP" udp ha hb 10.2.0.2 0 1 1000 1392 20000
is "NAT inside: no packet shows the hosts' addresses" 0 "$(seen plain)"
isnt "NAT inside: packets show the router's address" 0 "$(seen masked)"
finish
