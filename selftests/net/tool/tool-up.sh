#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# slow: 36 files, by wg-quick and by culvert up
# kmemleak: off
# timeout: 600
# needs: wg-quick
# culvert up and down beside wg-quick, with the files of up/: the same addresses, routes, rules,
# mark, MTU, DNS, hooks and effect on the firewall, and nothing left.
. "$(dirname "$0")/../../lib/test.sh"

if [ "$kind" != culvert ]; then
	skip "culvert up" "it makes links of kind culvert"
	finish
fi
need_module wireguard

# resolvconf says how it was run and what it has read.
mkdir "$tmp/bin"
printf '#!/bin/sh\necho "$@" >>/run/dns-log\n[ "$1" = -d ] || cat >>/run/dns-log\n' >"$tmp/bin/resolvconf"
chmod +x "$tmp/bin/resolvconf"
PATH=$tmp/bin:$PATH

# state DEV: what can be seen of it, with what is around it.
state()
{
	local dev=$1

	ipn a -o addr show dev "$dev" | awk '{ print $3, $4 }' | sort
	n_sys a cat "/sys/class/net/$dev/mtu"
	ipn a route show table all dev "$dev" | sed 's/ *$//' | sort
	ipn a -6 route show table all dev "$dev" | sed 's/ *$//' | sort
	around
	firewall
	sort /run/hooks /run/dns-log 2>/dev/null
}
around()
{
	ipn a rule
	ipn a -6 rule
	n a sysctl net.ipv4.conf.all.src_valid_mark
}
# What the tables of the firewall do, whatever they are called.
firewall()
{
	n a nft list ruleset | awk '
		$1 == "table" { family = $2 }
		/fib saddr type != local drop/ { print family, $2, $3, $4, $5, $6, "dropped" }
		/mark set/ { print family, "marks" }
		/masquerade/ { print }' | sort -u
}
marks() { "$@" 2>/dev/null || echo none; }

net_pair
ipn a route add default via 198.51.100.2
ipn a -6 route add default via 2001:db8:51::2

before=$(around; firewall; n a nft list tables)
dev=cv7
conf=$tmp/$dev.conf
for file in "$test_dir"/up/*.conf; do
	name=$(basename "$file" .conf)
	(umask 077; cat "$file" >"$conf")
	rm -f /run/hooks /run/dns-log
	if ! n a wg-quick up "$conf" >"$tmp/out" 2>&1; then
		fail "$name: wg-quick brings it up" "success" "$(<"$tmp/out")"
		continue
	fi
	expected=$(state $dev) mark=$(n a wg show $dev fwmark)
	works "$name: strip" diff <(wg-quick strip "$conf" | sed '/^$/d') \
		<(culvert strip "$conf" | sed '/^$/d')
	n a wg-quick down "$conf" >"$tmp/out" 2>&1 || note "wg-quick down: $(<"$tmp/out")"
	log=$(cat /run/hooks /run/dns-log 2>/dev/null || :)
	n a sysctl -q net.ipv4.conf.all.src_valid_mark=0
	rm -f /run/hooks /run/dns-log
	works "$name: up" n a culvert up "$conf"
	is "$name: as wg-quick does it" "$expected" "$(state $dev)"
	is "$name: mark" "$mark" "$(n a culvert show $dev fwmark)"
	works "$name: down" n a culvert down "$conf"
	is "$name: what was run" "$log" "$(cat /run/hooks /run/dns-log 2>/dev/null || :)"
	is "$name: nothing is left" "$before" "$(around; firewall; n a nft list tables)"
	fails "$name: no link is left" ipn a link show $dev
done
is "no record is left" "" "$(ls /run/culvert/up)"
finish
