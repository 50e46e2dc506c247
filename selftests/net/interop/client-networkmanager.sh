#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# slow: a Debian with NetworkManager is started
# kmemleak: off
# root: clients
# timeout: 400
# NetworkManager, Debian's own, by nmcli: a file of wg-quick imported, a connection
# added and its peers from its keyfile, routes to the peers, everything into the tunnel,
# autoconnect; what it refuses.
. "$(dirname "$0")/../../lib/client.sh"

# write_conf ENDPOINT ALLOWED-IPS [LINE...]: LINE goes into [Interface].
write_conf()
{
	wg_quick_conf "$tmp/wg0.conf" "$@"
	echo "PersistentKeepalive = 25" >>"$tmp/wg0.conf"
}

# Some of its commands wait for 10 s by themselves, which is too short on a slow kernel.
nmcli() { command nmcli -w 90 "$@"; }
# of_profile NAME FIELD; of_link FIELD: what nmcli tells.
of_profile() { nmcli -s -g "$2" connection show "$1"; }
of_link() { nmcli -g "$1" device show wg0 | sed 's/\\:/:/g'; }

# gone NAME PROFILE: PROFILE deleted, and all that it made.
gone()
{
	works "$1: delete" nmcli connection delete "$2"
	leaves_nothing "$1"
}

test_import()
{
	write_conf "198.51.100.2:$port" "10.77.0.0/24, fd77::/64" "ListenPort = 4711" \
		"MTU = 1399" "DNS = 10.77.0.2, example.internal"
	works "import a file of wg-quick" nmcli connection import type wireguard file \
		"$tmp/wg0.conf"
	soon "import: is activated" 60 active wg0
	link_is "import" wg0
	is "nmcli: the type" wireguard "$(of_link GENERAL.TYPE)"
	is "nmcli: the state" "100 (connected)" "$(of_link GENERAL.STATE)"
	is "nmcli: the MTU" 1399 "$(of_link GENERAL.MTU)"
	is "nmcli: the private key, when asked for" "$(cat "$tmp/a.key")" \
		"$(of_profile wg0 wireguard.private-key)"
	is "nmcli: the address" 10.77.0.1/32 "$(of_link IP4.ADDRESS)"
	matches "nmcli: the route" "dst = 10.77.0.0/24" "$(of_link IP4.ROUTE)"
	matches "nmcli: the route, IPv6" "dst = fd77::/64" "$(of_link IP6.ROUTE)"
	is "wg shows the port" 4711 "$(wg show wg0 listen-port)"
	is "wg shows the pre-shared key" "$(cat "$tmp/shared.psk")" \
		"$(wg show wg0 preshared-keys | cut -f 2)"
	matches "import: the kernel has the route" "^10.77.0.0/24 .*proto static" \
		"$(ip route show dev wg0)"
	soon "import: resolv.conf has the nameserver" 20 grep -q '^nameserver 10.77.0.2$' \
		/etc/resolv.conf
	carries "import" wg0
	works "modify: listen port and mark" nmcli connection modify wg0 wireguard.listen-port \
		4712 \
		wireguard.fwmark 9
	works "modify: up again" nmcli connection up wg0
	is "wg shows the new port and mark" "4712 0x9" \
		"$(wg show wg0 listen-port) $(wg show wg0 fwmark)"
	works "modify: ping" ping_ok a 10.77.0.2
	works "connection down" nmcli connection down wg0
	leaves_nothing "connection down"
	works "connection up again" nmcli connection up wg0
	works "connection up again: ping" ping_ok a 10.77.0.2
	gone "import" wg0
}

# nmcli has no words for peers: they are written into the connection's file.
test_add()
{
	local file=$profiles/tunnel.nmconnection

	works "add" nmcli connection add type wireguard con-name tunnel ifname wg0 \
		autoconnect no wireguard.private-key "$(cat "$tmp/a.key")" \
		wireguard.listen-port 4713 ipv4.method manual ipv4.addresses 10.77.0.1/32 \
		ipv6.method manual ipv6.addresses fd77::1/128
	works "add: without autoconnect there is no link" no_link wg0
	cat >>"$file" <<-END

		[wireguard-peer.${pub[b]}]
		endpoint=198.51.100.2:$port
		preshared-key=$(cat "$tmp/shared.psk")
		preshared-key-flags=0
		persistent-keepalive=25
		allowed-ips=10.77.0.2/32;fd77::2/128;
	END
	works "add: load with a peer" nmcli connection load "$file"
	works "add: up" nmcli connection up tunnel
	is "add: wg shows the peer" "${pub[b]}" "$(wg show wg0 peers)"
	matches "add: a route to the peer" "^10.77.0.2 .*proto static" "$(ip route show dev wg0)"
	carries "add" wg0
	works "peer-routes no: modify" nmcli connection modify tunnel wireguard.peer-routes no
	works "peer-routes no: up" nmcli connection up tunnel
	is "peer-routes no: no routes" "" "$(ip route show dev wg0)"
	works "autoconnect yes: modify" nmcli connection modify tunnel connection.autoconnect yes \
		wireguard.peer-routes yes
	works "autoconnect: down" nmcli connection down tunnel
	leaves_nothing "autoconnect, down"
	works "autoconnect: restart" systemctl restart NetworkManager
	soon "autoconnect: activated after the restart" 60 active tunnel
	works "autoconnect: ping" ping_ok a 10.77.0.2
	gone "add" tunnel
}

test_everything()
{
	local mark

	write_conf "203.0.113.2:$port" "0.0.0.0/0, ::/0"
	works "full tunnel: import" nmcli connection import type wireguard file "$tmp/wg0.conf"
	soon "full tunnel: is activated" 60 active wg0
	mark=$(wg show wg0 fwmark)
	isnt "full tunnel: NetworkManager sets a mark" off "$mark"
	matches "full tunnel: the rule for unmarked packets" "not from all fwmark $mark lookup" \
		"$(ip rule show)"
	matches "full tunnel: the rule for unmarked packets, IPv6" \
		"not from all fwmark $mark lookup" \
		"$(ip -6 rule show)"
	matches "full tunnel: the route to 192.0.2.2 is by wg0" "dev wg0 " \
		"$(ip route get 192.0.2.2)"
	matches "full tunnel: the route of marked packets is by va" "dev va" \
		"$(ip route get 203.0.113.2 mark "$mark")"
	works "full tunnel: ping 192.0.2.2" ping_ok a 192.0.2.2
	works "full tunnel: ping 2001:db8:2::2" ping_ok a 2001:db8:2::2
	carries "full tunnel" wg0
	gone "full tunnel" wg0
}

test_refusals()
{
	write_conf "198.51.100.2:$port" "10.77.0.0/33"
	fails_with "import with a bad prefix: refused" "failed to import.*wg0.conf" \
		nmcli connection import type wireguard file "$tmp/wg0.conf"
	fails_with "add with a bad key: refused" \
		"wireguard.private-key: key must be 32 bytes base64 encoded" \
		nmcli connection add type wireguard con-name bad ifname wg0 \
		wireguard.private-key abc
	leaves_nothing "a bad prefix and a bad key"
	ip link add wg1 type wireguard
	wg set wg1 listen-port 4799
	ip link set wg1 up
	before=$(world)
	write_conf "198.51.100.2:$port" "10.77.0.0/24" "ListenPort = 4799"
	works "a busy port: import" nmcli connection import type wireguard file "$tmp/wg0.conf"
	fails_with "a busy port: activation fails" "activation failed" nmcli connection up wg0
	gone "a busy port" wg0
	ip link del wg1
}

configure_networkmanager
service_down systemd-networkd
client_net
peer_up
works "NetworkManager: starts" service_up NetworkManager
soon "NetworkManager: answers" 60 nmcli general status
before=$(world)
test_import
test_add
test_everything
test_refusals
rm -f "$profiles"/*
drop_all
finish
