#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# slow: a Debian with systemd is started
# kmemleak: off
# root: clients
# timeout: 300
# The module is replaced under links of wg-quick, systemd-networkd and NetworkManager, in
# the place of wireguard.ko, by the steps that README.md has for each; without them
# culvert-upgrade refuses links that a manager would make again by itself.
. "$(dirname "$0")/../../lib/client.sh"

# steps WORD: the line of the README's section that has WORD.
steps()
{
	sed -n '/^## Upgrade without dropping/,/^## /s/^    //p' "$CULVERT_TREE/README.md" | grep -F "$1"
}

# The module on disk is the loaded one here.
mkdir "$tmp/bin"
printf '#!/bin/sh\nexec %s --force "$@"\n' "$(command -v culvert-upgrade)" >"$tmp/bin/culvert-upgrade"
chmod 755 "$tmp/bin/culvert-upgrade"
PATH=$tmp/bin:$PATH

# has_all NAME: what each of the three has been told to make.
has_all()
{
	is "$1: addresses" "10.77.0.1/32 fd77::1/128" \
		"$(ip -o addr show dev wg0 | awk '{ print $4 }' | grep -v '^fe80' | xargs)"
	is "$1: MTU" 1399 "$(cat /sys/class/net/wg0/mtu)"
	is "$1: the port" 4711 "$(wg show wg0 listen-port)"
	matches "$1: a route" "^10.77.0.0/24 " "$(ip route show dev wg0)"
	matches "$1: a route, IPv6" "^fd77::/64 " "$(ip -6 route show dev wg0)"
	link_is "$1" wg0
	carries "$1" wg0
}

# write_wg_quick [ADDRESS-OUTSIDE ALLOWED-IPS]
write_wg_quick()
{
	mkdir -p /etc/wireguard
	wg_quick_conf /etc/wireguard/wg0.conf "${1:-198.51.100.2}:$port" \
		"${2:-10.77.0.0/24, fd77::/64}" "ListenPort = 4711" "MTU = 1399"
	echo "PersistentKeepalive = 25" >>/etc/wireguard/wg0.conf
}

test_wg_quick()
{
	local was

	write_wg_quick
	works "wg-quick: up" wg-quick up wg0
	works "wg-quick: upgrade" culvert-upgrade
	has_all "wg-quick"
	works "wg-quick: down" wg-quick down wg0
	leaves_nothing "wg-quick"

	# Everything by the tunnel: rules, marks and tables of its own.
	write_wg_quick 203.0.113.2 "0.0.0.0/0, ::/0"
	works "wg-quick, full tunnel: start the unit" systemctl start wg-quick@wg0
	was=$(world)
	works "wg-quick, full tunnel: upgrade" culvert-upgrade
	is "wg-quick, full tunnel: links, routes and rules are the same" "$was" "$(world)"
	works "wg-quick, full tunnel: ping 192.0.2.2" ping_ok a 192.0.2.2
	works "wg-quick, full tunnel: ping 2001:db8:2::2" ping_ok a 2001:db8:2::2
	works "wg-quick, full tunnel: stop the unit" systemctl stop wg-quick@wg0
	leaves_nothing "wg-quick, full tunnel"
	rm /etc/wireguard/wg0.conf
}

# The link is made by hand, and so are its routes; networkd has the addresses.
test_networkd_configures()
{
	rm "$networks/wg0.netdev"
	networkctl reload
	ip link add wg0 mtu 1399 type wireguard
	wg set wg0 listen-port 4711 private-key "$tmp/a.key" peer "${pub[b]}" \
		preshared-key "$tmp/shared.psk" endpoint "198.51.100.2:$port" \
		allowed-ips 10.77.0.0/24,fd77::/64 persistent-keepalive 25
	soon "networkd, link made by hand: configured" 60 networkd_ready
	ip route add 10.77.0.0/24 dev wg0
	ip -6 route add fd77::/64 dev wg0
	has_all "networkd, link made by hand, before"
	works "networkd, link made by hand: upgrade" culvert-upgrade
	has_all "networkd, link made by hand"
	is "networkd, link made by hand: configured again" "" \
		"$(networkd_ready || networkctl status wg0)"
}

networkd_ready() { [[ "$(networkctl --no-pager status wg0)" == *"(configured)"* ]]; }

test_networkd()
{
	mkdir -p "$networks"
	networkd_secret wg0.key "$tmp/a.key"
	networkd_secret wg0.psk "$tmp/shared.psk"
	networkd_netdev "PrivateKeyFile=$networks/wg0.key" 4711
	networkd_network
	works "networkd: starts" service_up systemd-networkd
	soon "networkd: wg0 is configured" 60 networkd_ready
	fails_with "networkd: culvert-upgrade alone is refused" \
		"systemd-networkd manages wg0: networkctl delete wg0" culvert-upgrade
	works "networkd: ping after the refusal" ping_ok a 10.77.0.2
	works "networkd: upgrade" bash -ec "$(steps networkctl)"
	soon "networkd: wg0 is configured again" 60 networkd_ready
	has_all "networkd"
	networkctl delete wg0
	test_networkd_configures
	rm "$networks"/wg0.*
	ip link del wg0
	works "networkd: stops" service_down systemd-networkd
	leaves_nothing "networkd"
}

test_networkmanager()
{
	configure_networkmanager
	works "NetworkManager: starts" service_up NetworkManager
	soon "NetworkManager: answers" 60 nmcli general status
	before=$(world)
	write_wg_quick
	works "NetworkManager: import" nmcli connection import type wireguard file /etc/wireguard/wg0.conf
	rm /etc/wireguard/wg0.conf
	soon "NetworkManager: is activated" 60 active wg0
	fails_with "NetworkManager: culvert-upgrade alone is refused" \
		"NetworkManager manages wg0: nmcli connection down" culvert-upgrade
	works "NetworkManager: ping after the refusal" ping_ok a 10.77.0.2
	works "NetworkManager: upgrade" bash -ec "$(steps nmcli)"
	soon "NetworkManager: is activated again" 60 active wg0
	has_all "NetworkManager"
	works "NetworkManager: delete" nmcli connection delete wg0
	leaves_nothing "NetworkManager"
	rm -f "$profiles"/*
}

if [ "$kind" = wireguard ]; then
	ok "upgrade: not with wireguard.ko, there is nothing to replace"
	finish
fi
service_down NetworkManager
service_down systemd-networkd
# The peer keeps its session with the old module; it is not one of ours.
client_net
peer_up_go
before=$(world)
test_wg_quick
test_networkd
test_networkmanager
drop_all
finish
