#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# slow: a Debian with systemd is started
# kmemleak: off
# root: clients
# timeout: 300
# systemd-networkd, Debian's own, from .netdev and .network files: a tunnel with keys in
# files, routes of its own table, a peer more after a restart; what it refuses.
. "$(dirname "$0")/../../lib/client.sh"

# write_netdev PRIVATE-KEY-LINE PORT
write_netdev()
{
	networkd_netdev "$1" "$2" FirewallMark=0xca6c
	cat >>"$networks/wg0.netdev" <<-END
		[WireGuardPeer]
		PublicKey=$other
		AllowedIPs=192.0.2.0/24
		RouteTable=1234
		RouteMetric=7
	END
}

write_network()
{
	networkd_network
	cat >>"$networks/wg0.network" <<-END
		[RoutingPolicyRule]
		To=192.0.2.0/24
		Table=1234
		Priority=1000
		Family=ipv4
	END
}

state() { networkctl --no-pager status wg0 | sed -n "s/^ *$1: *//p"; }
configured() { [[ $(state State) == *"(configured)" ]]; }

test_up()
{
	works "networkd: starts" service_up systemd-networkd
	soon "networkd: wg0 is configured" 60 configured
	link_is "networkd" wg0
	is "networkctl: the type" wireguard "$(state Type)"
	is "networkctl: the MTU" 1399 "$(state MTU | cut -d ' ' -f 1)"
	is "networkctl: the file" "$networks/wg0.network" "$(state 'Network File')"
	is "networkctl: the driver" "$served_by" "$(state Driver)"
	is "networkctl: va is unmanaged" unmanaged \
		"$(networkctl --no-pager --no-legend list va | awk '{ print $5 }')"
	is "wg shows the port and the mark" "4711 0xca6c" \
		"$(wg show wg0 listen-port) $(wg show wg0 fwmark)"
	is "wg shows the private key of the file" "$(cat "$tmp/a.key")" \
		"$(wg show wg0 private-key)"
	is "wg shows the pre-shared key of the file" "$(cat "$tmp/shared.psk")" \
		"$(wg show wg0 preshared-keys | awk -v k="${pub[b]}" '$1 == k { print $2 }')"
	is "wg shows the keepalive" 25 \
		"$(wg show wg0 persistent-keepalive | awk -v k="${pub[b]}" '$1 == k { print $2 }')"
	matches "routes to the allowed IPs" "^10.77.0.0/24 proto static" \
		"$(ip route show dev wg0)"
	matches "routes to the allowed IPs, IPv6" "^fd77::/64 proto static" \
		"$(ip -6 route show dev wg0)"
	is "route of the second peer is in table 1234" "192.0.2.0/24 proto static metric 7" \
		"$(ip route show dev wg0 table 1234 | sed 's/ scope link//; s/ *$//')"
	matches "ip rule to table 1234" "^1000:.*to 192.0.2.0/24 lookup 1234" "$(ip rule show)"
	carries "networkd" wg0
}

test_restart()
{
	cat >>"$networks/wg0.netdev" <<-END
		[WireGuardPeer]
		PublicKey=$third
		AllowedIPs=10.78.0.0/16
	END
	works "restart with a peer added" systemctl restart systemd-networkd
	soon "restart: the added peer is there" 60 grep -qF "$third" <(wg show wg0 peers)
	soon "restart: wg0 is configured" 60 configured
	is "restart: the first peer has kept its session" 1 \
		"$(wg show wg0 latest-handshakes | grep -cE "^${pub[b]//+/[+]}[[:space:]]1")"
	works "restart: ping" ping_ok a 10.77.0.2
}

test_down()
{
	rm "$networks"/wg0.*
	works "networkctl delete" networkctl delete wg0
	soon "networkctl delete: the link is gone" 20 no_link wg0
	works "networkd: stops" service_down systemd-networkd
	ip rule del priority 1000 2>/dev/null || :	# networkd leaves its rules behind
	leaves_nothing "networkd"
}

test_refusals()
{
	networkd_secret wg0.psk "$tmp/shared.psk"
	write_netdev "PrivateKey=abc" 4711
	service_up systemd-networkd
	soon "a bad key: networkd logs it" 30 said systemd-networkd \
		"wg0.netdev:.*(PrivateKey|private key)"
	works "a bad key: no link" no_link wg0
	service_down systemd-networkd
	rm "$networks"/wg0.netdev

	ip link add wg1 type wireguard
	wg set wg1 listen-port 4799
	ip link set wg1 up
	networkd_secret wg0.key "$tmp/a.key"
	write_netdev "PrivateKeyFile=$networks/wg0.key" 4799
	write_network
	service_up systemd-networkd
	soon "a busy port: networkd logs it" 30 said systemd-networkd \
		"wg0: .*Address already in use"
	is "a busy port: the link is down" down "$(cat /sys/class/net/wg0/operstate)"
	rm "$networks"/wg0.*
	networkctl delete wg0
	service_down systemd-networkd
	ip link del wg1
	ip rule del priority 1000 2>/dev/null || :
	leaves_nothing "a busy port"
}

mkdir -p "$networks"
service_down NetworkManager
client_net
peer_up
other=$(wg genkey | wg pubkey)
third=$(wg genkey | wg pubkey)
before=$(world)
networkd_secret wg0.key "$tmp/a.key"
networkd_secret wg0.psk "$tmp/shared.psk"
write_netdev "PrivateKeyFile=$networks/wg0.key" 4711
write_network
test_up
test_restart
test_down
test_refusals
rm -f "$networks"/wg0.*
drop_all
finish
