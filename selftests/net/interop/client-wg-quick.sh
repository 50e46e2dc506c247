#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# slow: a Debian of its own is made
# kmemleak: off
# root: clients
# timeout: 400
# Debian's wg-quick: up, down, save and strip of real configurations, by hand and by
# its unit; addresses, DNS by openresolv, MTU, tables, hooks, policy routing for
# everything; refusals that leave nothing behind.
. "$(dirname "$0")/../../lib/client.sh"

conf=/etc/wireguard/wg0.conf
hooks=$tmp/hooks

# write_conf ENDPOINT ALLOWED-IPS [LINE...]: LINE goes into [Interface].
write_conf()
{
	mkdir -p /etc/wireguard
	wg_quick_conf "$conf" "$@"
}

# up NAME; down NAME. PATH is what the case says, by $path.
path=$PATH
up() { works "$1: up" env PATH="$path" wg-quick up wg0; }
down() { works "$1: down" env PATH="$path" wg-quick down wg0; leaves_nothing "$1"; }

nameservers() { sed -n 's/^nameserver //p' /etc/resolv.conf; }

test_plain()
{
	local name="a few prefixes"

	write_conf "198.51.100.2:$port" "10.77.0.0/24, fd77::/64" "ListenPort = 4711" \
		"MTU = 1399" "DNS = 10.77.0.2, fd77::2, example.internal" \
		"PreUp = echo %i pre-up >>$hooks" "PostUp = echo %i post-up >>$hooks" \
		"PreDown = echo %i pre-down >>$hooks" "PostDown = echo %i post-down >>$hooks"
	up "$name"
	link_is "$name" wg0
	is "$name: addresses" "10.77.0.1/32 fd77::1/128" \
		"$(ip -o addr show dev wg0 | awk '{ print $4 }' | grep -v '^fe80' | xargs)"
	is "$name: MTU" 1399 "$(cat /sys/class/net/wg0/mtu)"
	is "$name: listen-port" 4711 "$(wg show wg0 listen-port)"
	is "$name: routes" "10.77.0.0/24 fd77::/64" \
		"$( (ip route show dev wg0; ip -6 route show dev wg0 proto boot) |
			awk '$1 ~ /\// { print $1 }' | sort -u | xargs)"
	is "$name: nameservers" "10.77.0.2 fd77::2" "$(nameservers | xargs)"
	matches "$name: the search domain" "^search example.internal" "$(cat /etc/resolv.conf)"
	matches "$name: openresolv knows the link" "^# resolv.conf from (tun[.])?wg0" \
		"$(resolvconf -l)"
	carries "$name" wg0
	is "strip: only lines for wg are left" \
		"$(sed -E '/^(Address|MTU|DNS|P[a-z]*(Up|Down)) /d; /^$/d' $conf)" \
		"$(wg-quick strip wg0 | sed '/^$/d')"
	works "strip: wg syncconf accepts it" wg syncconf wg0 <(wg-quick strip wg0)
	fails_with "up of a link that is up: refused" "wg-quick: \`wg0' already exists" wg-quick \
		up wg0
	works "$name: ping after a refused up" ping_ok a 10.77.0.2
	down "$name"
	is "$name: hooks, in order" "wg0 pre-up wg0 post-up wg0 pre-down wg0 post-down" \
		"$(xargs <"$hooks")"
	fails_with "down of a link that is down: refused" \
		"wg-quick: \`wg0' is not a WireGuard interface" \
		wg-quick down wg0
}

test_save()
{
	local other

	other=$(wg genkey | wg pubkey)
	write_conf "198.51.100.2:$port" "10.77.0.0/24, fd77::/64" "SaveConfig = true"
	up "save"
	wg set wg0 peer "$other" allowed-ips 10.99.0.0/16
	works "save" wg-quick save wg0
	matches "save: the file has the new peer" "^PublicKey = ${other//+/[+]}$" "$(cat "$conf")"
	matches "save: the file has the address" "^Address = 10.77.0.1/32$" "$(cat "$conf")"
	wg set wg0 peer "$other" remove
	down "SaveConfig"
	fails "SaveConfig: down writes the file without the removed peer" grep -qF "$other" "$conf"
	up "a saved file"
	works "a saved file: ping" ping_ok a 10.77.0.2
	down "a saved file"
}

test_tables()
{
	write_conf "198.51.100.2:$port" "10.77.0.0/24, fd77::/64" "Table = 1234" \
		"PostUp = ip rule add to 10.77.0.0/24 table 1234" \
		"PostDown = ip rule del to 10.77.0.0/24 table 1234"
	up "Table = 1234"
	matches "Table = 1234: the route is there" "^10.77.0.0/24 dev wg0" \
		"$(ip route show table 1234)"
	works "Table = 1234: ping" ping_ok a 10.77.0.2
	down "Table = 1234"
	write_conf "198.51.100.2:$port" "10.77.0.0/24, fd77::/64" "Table = off"
	up "Table = off"
	is "Table = off: no route" "" "$(ip route show dev wg0)"
	down "Table = off"
}

# everything NAME: all of both families goes into the tunnel but the tunnel's own packets,
# which have a mark.
everything()
{
	local name=$1 mark

	up "$name"
	mark=$(wg show wg0 fwmark)
	is "$name: fwmark" 0xca6c "$mark"
	matches "$name: the rule for unmarked packets" "not from all fwmark $mark lookup 51820" \
		"$(ip rule show)"
	matches "$name: the rule for unmarked packets, IPv6" \
		"not from all fwmark $mark lookup 51820" \
		"$(ip -6 rule show)"
	matches "$name: the rule for the main table" "lookup main suppress_prefixlength 0" \
		"$(ip rule show)"
	is "$name: the default route in table 51820" "default dev wg0 scope link" \
		"$(ip route show table 51820 | sed 's/ *$//')"
	matches "$name: the default route in table 51820, IPv6" "^default dev wg0 " \
		"$(ip -6 route show table 51820)"
	matches "$name: the route to 192.0.2.2 is by wg0" "dev wg0 table 51820" \
		"$(ip route get 192.0.2.2)"
	matches "$name: the route to 2001:db8:2::2 is by wg0" "dev wg0 table 51820" \
		"$(ip -6 route get 2001:db8:2::2)"
	matches "$name: the route of marked packets is by va" "dev va" \
		"$(ip route get 203.0.113.2 mark "$mark")"
	works "$name: ping 192.0.2.2" ping_ok a 192.0.2.2
	works "$name: ping 2001:db8:2::2" ping_ok a 2001:db8:2::2
	carries "$name" wg0
	is "$name: the endpoint" "$endpoint" "$(wg show wg0 endpoints | cut -f 2)"
}

test_everything()
{
	local endpoint="203.0.113.2:$port" filter

	write_conf "$endpoint" "0.0.0.0/0, ::/0" "DNS = 10.77.0.2"
	everything "full tunnel, nft"
	filter=$(nft list ruleset)
	matches "full tunnel, nft: table ip wg-quick-wg0" "table ip wg-quick-wg0" "$filter"
	matches "full tunnel, nft: the mark of connections" "ct mark set meta mark" "$filter"
	matches "full tunnel, nft: table ip6 wg-quick-wg0" "table ip6 wg-quick-wg0" "$filter"
	down "full tunnel, nft"

	endpoint="[2001:db8:113::2]:$port"
	write_conf "$endpoint" "0.0.0.0/0, ::/0"
	# wg-quick prefers nft where there is one.
	mkdir "$tmp/sbin"
	ln -s /usr/sbin/* "$tmp/sbin/"
	rm "$tmp/sbin/nft"
	path=$tmp/sbin:/usr/bin
	everything "full tunnel, iptables, IPv6 outside"
	filter=$(iptables-save; ip6tables-save)
	matches "full tunnel, iptables: rules of wg-quick" 'wg-quick\(8\) rule for wg0' "$filter"
	works "full tunnel, iptables: down" env PATH="$path" wg-quick down wg0
	path=$PATH
	# iptables leaves its own empty tables.
	nft flush ruleset
	leaves_nothing "full tunnel, iptables"
}

test_unit()
{
	write_conf "198.51.100.2:$port" "10.77.0.0/24, fd77::/64" "DNS = 10.77.0.2"
	works "the unit: start" systemctl start wg-quick@wg0
	is "the unit: is active" active "$(systemctl is-active wg-quick@wg0)"
	carries "the unit" wg0
	works "the unit: reload" systemctl reload wg-quick@wg0
	works "the unit: ping after reload" ping_ok a 10.77.0.2
	works "the unit: stop" systemctl stop wg-quick@wg0
	leaves_nothing "the unit"
	sed -i 's/^PublicKey = .*/PublicKey = abc/' "$conf"
	fails_with "the unit: start with a bad key fails" "failed" systemctl start wg-quick@wg0
	is "the unit: its state is failed" failed "$(systemctl is-active wg-quick@wg0 || :)"
	systemctl reset-failed wg-quick@wg0
	leaves_nothing "the unit, failed"
}

test_refusals()
{
	write_conf "198.51.100.2:$port" "10.77.0.0/24" "FwMark = nonsense"
	fails_with "up with a bad mark: refused" "Fwmark is neither.*nonsense" wg-quick up wg0
	leaves_nothing "a bad mark"
	write_conf "198.51.100.2:$port" "10.77.0.0/33"
	fails_with "up with a bad prefix: refused" "AllowedIP|Configuration parsing error" \
		wg-quick up wg0
	leaves_nothing "a bad prefix"
	ip link add wg1 type wireguard
	wg set wg1 listen-port 4799
	ip link set wg1 up
	before=$(world)
	write_conf "198.51.100.2:$port" "10.77.0.0/24" "ListenPort = 4799"
	fails_with "up with a busy port: refused" "Address already in use" wg-quick up wg0
	leaves_nothing "a busy port"
	ip link del wg1
}

mkdir -p /run/resolvconf
resolvconf -u
client_net
peer_up
before=$(world)
test_plain
test_save
test_tables
test_unit
test_everything
test_refusals
drop_all

client_net
peer_up_go
before=$(world)
write_conf "198.51.100.2:$port" "10.77.0.0/24, fd77::/64"
up "to wireguard-go"
carries "to wireguard-go" wg0
down "to wireguard-go"
rm "$conf"
drop_all
finish
