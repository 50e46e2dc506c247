#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# timeout: 300
# needs: jq wg-quick setpriv stat
# kmemleak: off
# Every example of the manual is run as it stands there, and does what the page says. In a page
# a line `.\" example: NAME` is in front of each; here try_NAME, with "_" for "-", runs it and
# says what is expected. That of libculvert(3) is compiled by unit test test_manual;
# those of monitor are in tool-monitor.
. "$(dirname "$0")/../../lib/test.sh"
. "$(dirname "$0")/../../lib/manual.sh"

if [ "$kind" != culvert ]; then
	skip "the manual" "it is culvert's"
	finish
fi

man=$CULVERT_TREE/tools/man
texts=$tmp/texts work=$tmp/work etc=$tmp/etc-culvert wireguard=$tmp/etc-wireguard
mkdir "$work" "$etc" "$wireguard" "$tmp/bin"
outside=203.0.113.7

# text NAME: with the hosts, keys and folders that are here.
text()
{
	sed -e "s|SERVERKEY|${pub[b]}|g; s|vpn\.example\.org|${outer4[b]}|g" \
		-e "s|vpn2\.example\.org|$outside|g; s|/etc/culvert|$etc|g" \
		-e "s|wg-quick \([a-z]*\) wg0|wg-quick \1 $wireguard/wg0.conf|" "$texts/$1"
}

# runs NAME [TEXT]: its commands succeed, one after another; what they print, in $tmp/out, has
# a line with TEXT (a regular expression).
runs()
{
	text "$1" | sed -E 's/^[#$] //' >"$tmp/script"
	if (cd "$work" && n a bash -eo pipefail "$tmp/script") >"$tmp/out" 2>"$tmp/err" </dev/null &&
		{ [ -z "${2:-}" ] || grep -qE -- "$2" "$tmp/out"; }; then
		ok "example $1: $(grep -m 1 . "$texts/$1")"
	else
		fail "example $1: $(grep -m 1 . "$texts/$1")" "success${2:+, and a line with: $2}" \
			"$(cat "$tmp/out" "$tmp/err")"
	fi
}

# pings ADDRESS [WORD...]: from a, until an answer comes.
pings() { wait_for 10 n a ping -c 1 -W 1 "${@:2}" "$1"; }
# tunnelled NAME COMMAND...: COMMAND succeeds, and cv0 of a has sent.
tunnelled()
{
	local name=$1 before

	shift
	before=$(stat a cv0 tx_packets)
	works "$name" "$@"
	between "$name: by the tunnel" $((before + 1)) $((before + 1000)) "$(stat a cv0 tx_packets)"
}

no_link() { ipn a link del "$1" 2>/dev/null || :; }

# conf: of a client, all of whose traffic goes to the server.
conf()
{
	cat >"$etc/cv0.conf" <<-END
		[Interface]
		PrivateKey = $(<"$work/private.key")
		[Peer]
		PublicKey = ${pub[b]}
		Endpoint = ${outer4[b]}:$port
		AllowedIPs = 0.0.0.0/0, ::/0
	END
}

# The unit's program, in the place of systemd.
fake_systemctl()
{
	sed "s|/etc/culvert|$etc|g" "$CULVERT_TREE/packaging/culvert-unit" >"$tmp/bin/unit"
	cat >"$tmp/bin/systemctl" <<-END
		#!/bin/sh
		[ "\$*" = "enable --now culvert@cv0" ] || exit 1
		RUNTIME_DIRECTORY=$tmp exec sh $tmp/bin/unit start cv0 cv0
	END
	chmod +x "$tmp/bin/systemctl"
	PATH=$tmp/bin:$PATH
}

# ---------------------------------------------------------------- culvert(8)

try_keys()
{
	runs keys
	is "keys: nobody else reads the private one" 600 "$(/usr/bin/stat -c %a "$work/private.key")"
	pub[a]=$(<"$work/public.key")
	tun_set b cv0 peer "${pub[a]}" allowed-ips 10.9.0.2/32,fd09::2/128
}

try_tunnel()
{
	runs tunnel
	works "tunnel: ping" pings 10.9.0.1
}

try_ways()
{
	runs ways "${outer4[b]}:$port $outside:$port@1"
}

try_json()
{
	tun_set a cv0 peer "$other"
	runs json
	is "json: the peer without a handshake, and no other" "$other" "$(sed -n 1p "$tmp/out")"
	matches "json: bytes of the device" '^\["cv0",[0-9]+,[0-9]+\]$' "$(sed -n 2p "$tmp/out")"
	is "json: the peer with an endpoint" "${pub[b]} ${outer4[b]}:$port" "$(sed -n '3,$p' "$tmp/out")"
}

try_old_handshakes()
{
	runs old-handshakes
	is "old-handshakes: the peer without one" "$other" "$(<"$tmp/out")"
}

try_drops()
{
	fails "nobody has that address" n a ping -c 1 -W 1 -I cv0 10.200.0.1
	runs drops "^tx_no_peer.*no peer's allowed IPs contain the destination"
}

# traced NAME: no VM has these programs; the tracepoints and their members are there.
traced()
{
	local events event member

	mapfile -t events < <(grep -oE 'culvert:[a-z_]+' "$texts/$1" | sort -u)
	for event in "${events[@]}"; do
		works "example $1: tracepoint $event" test -d "/sys/kernel/tracing/events/${event/://}"
		for member in $(grep -oE 'args->[a-z]+' "$texts/$1" | sort -u); do
			works "example $1: it has ${member#args->}" grep -qE "[ \t]${member#args->}(\[[0-9]*\])?;" \
				"/sys/kernel/tracing/events/${event/://}/format"
		done
	done
	works "example $1: names a tracepoint" test "${#events[@]}" -gt 0
}
try_trace_drops() { traced trace-drops; }
try_trace_peers() { traced trace-peers; }
try_trace_cpus() { traced trace-cpus; }
try_trace_waits() { traced trace-waits; }

# ---------------------------------------------------------------- culvert.conf(5)

# read_as NAME PEERS [COMMAND]: as a file of a new link.
read_as()
{
	text "$1" >"$tmp/example.conf"
	ipn a link add try0 type "${4:-culvert}"
	works "example $1: ${3:-culvert} setconf" n a "${3:-culvert}" setconf try0 "$tmp/example.conf"
	is "example $1: its peers are there" "$2" "$(n a culvert show try0 peers | wc -l)"
	[ -n "${3:-}" ] || is "example $1: all that it says is there" \
		"$(plain <"$tmp/example.conf")" "$(n a culvert showconf try0 | plain)"
	no_link try0
}
# Lines and items have no order.
plain()
{
	sed -E 's/[[:space:]]*#.*//; /^ListenPort/d; /^$/d; s/@0//g' | grep -v '^\[Interface\]' |
		sed 's/ = /,/; s/, /,/g' | while IFS=, read -ra items; do
			printf '%s\n' "${items[@]:1}" | sort | paste -sd , | sed "s/^/${items[0]}=/"
		done | sort
}
try_conf_client()
{
	read_as conf-client 1
	read_as conf-client 1 wg wireguard
}
try_conf_server() { read_as conf-server 2; }
try_conf_ways() { read_as conf-ways 1; }

try_ip_file()
{
	text ip-file >"$etc/cv0.ip"
	conf
	no_link cv0
	ipn a link add cv0 type culvert
	ipn a link set cv0 up
	works "example ip-file: ip -batch" n a ip -batch "$etc/cv0.ip"
	works "example ip-file: once more" n a ip -batch "$etc/cv0.ip"
	no_link cv0
}

try_boot()
{
	runs boot
	works "boot: ping" pings 10.9.0.1
	matches "boot: the routes of its file" "^10.20.0.0/16" "$(ipn a route show dev cv0)"
	matches "boot: and of IPv6" "^fd20::/48" "$(ipn a -6 route show dev cv0)"
	no_link cv0
}

# ---------------------------------------------------------------- culvert-migrate(7)

try_from_wg()
{
	ipn a link add wg0 type wireguard
	n a wg set wg0 private-key "$work/private.key" peer "${pub[b]}" endpoint "${outer4[b]}:$port" \
		allowed-ips 10.9.0.0/16
	rm -f "$etc/cv0.conf"
	runs from-wg
	works "from-wg: ping" pings 10.9.0.1
	is "from-wg: nobody else reads the file" 600 "$(/usr/bin/stat -c %a "$etc/cv0.conf")"
	no_link cv0
	rm "$etc/cv0.conf"
}

try_from_quick()
{
	(umask 077; cat >"$wireguard/wg0.conf") <<-END
		[Interface]
		Address = 10.9.0.2/16
		MTU = 1380
		Table = off
		PrivateKey = $(<"$work/private.key")
		[Peer]
		PublicKey = ${pub[b]}
		Endpoint = ${outer4[b]}:$port
		AllowedIPs = 10.9.0.0/16
	END
	works "wg-quick up" n a wg-quick up "$wireguard/wg0.conf"
	runs from-quick
	is "from-quick: what is left" "AllowedIPs Endpoint PrivateKey PublicKey" \
		"$(sed -n 's/ *=.*//p' "$etc/cv0.conf" | sort | paste -sd ' ')"
}

try_from_quick_start()
{
	local line

	# The lines of the page's list.
	sed -n 's/^\.Li \(address\|link set\) /\1 /p' "$man/culvert-migrate.7" >"$etc/cv0.ip"
	is "from-quick: lines for ip" 2 "$(wc -l <"$etc/cv0.ip")"
	runs from-quick-start
	works "from-quick-start: ping" pings 10.9.0.1
	matches "from-quick-start: its MTU" "mtu 1380" "$(ipn a link show cv0)"
	fails "from-quick-start: the old link is gone" ipn a link show wg0
	no_link cv0
	rm "$etc/cv0.ip"
}

try_all_traffic()
{
	conf
	ipn a link add cv0 type culvert
	n a culvert setconf cv0 "$etc/cv0.conf"
	addr a cv0 10.9.0.2/16 fd09::2/64 up
	runs all-traffic
	tunnelled "all-traffic: an address outside" pings $outside
	tunnelled "all-traffic: IPv6" pings 2001:db8:7::7
	for family in 4 6; do
		ipn a -$family rule del not fwmark 51820 table 51820
		ipn a -$family rule del table main suppress_prefixlength 0
	done
	no_link cv0
}

# ---------------------------------------------------------------- culvert-applications(7)

try_app_namespace()
{
	conf
	runs app-namespace "1 received"
	ip -n vpn link set cv0 down
	fails "app-namespace: nothing without the tunnel" \
		ip netns exec vpn ping -c 1 -W 1 $outside
	works "app-namespace: the rest has its way out" pings $outside
	ip netns del vpn
	soon "app-namespace: the link has gone with the namespace" 10 no_such_link cv0
}
no_such_link() { ! ipn a link show "$1" 2>/dev/null; }

try_app_mark()
{
	runs app-mark "1 received"
	tunnelled "app-mark: with the mark" pings $outside -m 100
	works "app-mark: without" pings $outside
}

try_app_user()
{
	runs app-user "1 received"
	tunnelled "app-user: as that user" \
		n a setpriv --reuid 1500 --clear-groups ping -c 1 -W 2 $outside
}

in_group() { n a sh -c "echo \$\$ >/sys/fs/cgroup/vpn/cgroup.procs; exec ping -c 1 -W 2 $outside"; }
try_app_group()
{
	need_module nft_socket
	need_module nft_masq
	runs app-group "1 received"
	tunnelled "app-group: in the group" in_group
	no_leak
	n a nft delete table inet vpn
	rmdir /sys/fs/cgroup/vpn
}

try_tunnel_file()
{
	text tunnel-file >"$tmp/cv7.conf"
	chmod 600 "$tmp/cv7.conf"
	works "example tunnel-file: culvert up" n a culvert up "$tmp/cv7.conf"
	is "tunnel-file: its name" gateway "$(n a culvert show cv7 names | cut -f 2)"
	is "tunnel-file: its candidates" "192.0.2.1:51820 198.51.100.1:51820@1" \
		"$(n a culvert show cv7 candidates | cut -f 2)"
	works "tunnel-file: down" n a culvert down cv7
}

# All three ways that share the table, when the link is gone.
no_leak()
{
	no_link cv0
	fails "no link: nothing with the mark" n a ping -c 1 -W 1 -m 100 $outside
	fails "no link: nothing of the user" \
		n a setpriv --reuid 1500 --clear-groups ping -c 1 -W 1 $outside
	fails "no link: nothing in the group" in_group
	fails "no link: nothing of IPv6 with the mark" n a ping -c 1 -W 1 -m 100 2001:db8:7::7
	works "no link: the rest has its way out" pings $outside
	works "no link: so has its IPv6" pings 2001:db8:7::7
}

# Each has the state that those before it have left.
order=(keys tunnel ways json old-handshakes drops
	trace-drops trace-peers trace-cpus trace-waits
	conf-client conf-server conf-ways tunnel-file ip-file boot
	from-wg from-quick from-quick-start all-traffic
	app-namespace app-mark app-user app-group)

need_module wireguard
net_pair
tun_new b cv0
tun_set b cv0 listen-port $port
addr b cv0 10.9.0.1/16 fd09::1/64 up
addr b lo $outside/32 2001:db8:7::7/128
ipn a route add default via "${outer4[b]}"
ipn a -6 route add default via "${outer6[b]}"
other=$(culvert genkey | culvert pubkey)
[ -e /sys/kernel/tracing/events ] || mount -t tracefs tracefs /sys/kernel/tracing
fake_systemctl
manual_examples "$texts"
is "each example has an expectation, and each expectation an example" \
	"$(printf '%s\n' "${order[@]}" library monitor-moved monitor-silent | sort)" "$(ls "$texts")"
for name in "${order[@]}"; do
	"try_${name//-/_}"
done
note "run: ${order[*]}"
finish
