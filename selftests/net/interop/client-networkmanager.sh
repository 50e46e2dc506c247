#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# root: clients
# timeout: 400
# NetworkManager, Debian's own, by nmcli: a file of wg-quick imported, a connection
# added and its peers from its keyfile, routes to the peers, everything into the tunnel,
# autoconnect; what it refuses.
. "$(dirname "$0")/../../lib/client.sh"

profiles=/etc/NetworkManager/system-connections

# It leaves every link alone but those of the test.
configure()
{
	mkdir -p /etc/NetworkManager/conf.d
	cat >/etc/NetworkManager/conf.d/test.conf <<-END
		[main]
		plugins=keyfile
		dns=default
		rc-manager=resolvconf
		[keyfile]
		unmanaged-devices=*,except:interface-name:wg0
		[connectivity]
		enabled=false
	END
}

# write_conf ALLOWED-IPS ENDPOINT [LINE...]: LINE goes into [Interface].
write_conf()
{
	local allowed=$1 endpoint=$2

	shift 2
	(umask 077; cat >"$tmp/wg0.conf") <<-END
		[Interface]
		PrivateKey = $(cat "$tmp/a.key")
		Address = 10.77.0.1/32, fd77::1/128
		$(printf '%s\n' "$@")
		[Peer]
		PublicKey = ${pub[b]}
		PresharedKey = $(cat "$tmp/shared.psk")
		Endpoint = $endpoint
		AllowedIPs = $allowed
		PersistentKeepalive = 25
	END
}

active() { [ "$(nmcli -g GENERAL.STATE connection show "$1")" = activated ]; }

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
	write_conf "10.77.0.0/24, fd77::/64" "198.51.100.2:$port" "ListenPort = 4711" \
		"MTU = 1399" "DNS = 10.77.0.2, example.internal"
	works "import" nmcli connection import type wireguard file "$tmp/wg0.conf"
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
	matches "the kernel has the route" "^10.77.0.0/24 .*proto static" \
		"$(ip route show dev wg0)"
	soon "the nameserver is known" 20 grep -q '^nameserver 10.77.0.2$' /etc/resolv.conf
	carries "import" wg0
	works "modify the port" nmcli connection modify wg0 wireguard.listen-port 4712 \
		wireguard.fwmark 9
	works "up again" nmcli connection up wg0
	is "wg shows the new port and mark" "4712 0x9" \
		"$(wg show wg0 listen-port) $(wg show wg0 fwmark)"
	works "modified, it works" ping_ok a 10.77.0.2
	works "down" nmcli connection down wg0
	leaves_nothing "down"
	works "and up" nmcli connection up wg0
	works "up, it works" ping_ok a 10.77.0.2
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
	works "load with a peer" nmcli connection load "$file"
	works "up" nmcli connection up tunnel
	is "wg shows the peer" "${pub[b]}" "$(wg show wg0 peers)"
	matches "a route to the peer" "^10.77.0.2 .*proto static" "$(ip route show dev wg0)"
	carries "add" wg0
	works "no routes to peers" nmcli connection modify tunnel wireguard.peer-routes no
	works "no routes to peers: up" nmcli connection up tunnel
	is "no routes to peers: none" "" "$(ip route show dev wg0)"
	works "autoconnect" nmcli connection modify tunnel connection.autoconnect yes \
		wireguard.peer-routes yes
	works "autoconnect: down" nmcli connection down tunnel
	leaves_nothing "autoconnect, down"
	works "autoconnect: restart" systemctl restart NetworkManager
	soon "autoconnect: it is up by itself" 60 active tunnel
	works "autoconnect: it works" ping_ok a 10.77.0.2
	gone "add" tunnel
}

test_everything()
{
	local mark

	write_conf "0.0.0.0/0, ::/0" "203.0.113.2:$port"
	works "everything: import" nmcli connection import type wireguard file "$tmp/wg0.conf"
	soon "everything: is activated" 60 active wg0
	mark=$(wg show wg0 fwmark)
	isnt "everything: a mark of its own" off "$mark"
	matches "everything: the rule" "not from all fwmark $mark lookup" "$(ip rule show)"
	matches "everything: the rule, IPv6" "not from all fwmark $mark lookup" \
		"$(ip -6 rule show)"
	matches "everything: an address beyond goes into the tunnel" "dev wg0 " \
		"$(ip route get 192.0.2.2)"
	matches "everything: the tunnel's own packets do not" "dev va" \
		"$(ip route get 203.0.113.2 mark "$mark")"
	works "everything: ping beyond" ping_ok a 192.0.2.2
	works "everything: ping beyond, IPv6" ping_ok a 2001:db8:2::2
	carries "everything" wg0
	gone "everything" wg0
}

test_refusals()
{
	write_conf "10.77.0.0/33" "198.51.100.2:$port"
	fails_with "a bad prefix" "failed to import.*wg0.conf" \
		nmcli connection import type wireguard file "$tmp/wg0.conf"
	fails_with "a bad key" "wireguard.private-key: key must be 32 bytes base64 encoded" \
		nmcli connection add type wireguard con-name bad ifname wg0 \
		wireguard.private-key abc
	leaves_nothing "bad words"
	ip link add wg1 type wireguard
	wg set wg1 listen-port 4799
	ip link set wg1 up
	before=$(world)
	write_conf "10.77.0.0/24" "198.51.100.2:$port" "ListenPort = 4799"
	works "a busy port: import" nmcli connection import type wireguard file "$tmp/wg0.conf"
	fails_with "a busy port" "activation failed" nmcli -w 60 connection up wg0
	gone "a busy port" wg0
	ip link del wg1
}

configure
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
