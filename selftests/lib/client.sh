# SPDX-License-Identifier: GPL-2.0
# For the tests of other people's programs (client-*.sh): wg, wg-quick,
# systemd-networkd, NetworkManager, pyroute2. They run for real, in the first network
# namespace of a VM that has systemd as process 1; the peer is in another. Sourced by
# those tests instead of test.sh. Bash only.
# shellcheck shell=bash
#
# The link and the netlink family are called wireguard, and culvert serves them by the
# file for modprobe.d that it is shipped with. With `CV_KIND=wireguard CV_TOOL=wg` the
# kernel's own wireguard.ko does: that shows that a test is right.

replaces=culvert-replaces-wireguard.conf
if [ "${CV_KIND:-culvert}" = culvert ]; then
	cp "$CULVERT_TREE/packaging/modprobe.d/$replaces" /etc/modprobe.d/
	[ ! -d /sys/module/culvert ] || rmmod culvert
else
	rm -f "/etc/modprobe.d/$replaces"
fi
. "$(dirname "${BASH_SOURCE[0]}")/test.sh"

# The driver that ethtool -i must show.
served_by=$kind

# No client may be skipped.
skip() { fail "$1" "that it runs" "skipped: $2"; }

# ---------------------------------------------------------------- topology

# client_net: this VM's first namespace, where the clients are, as a; and the peer b,
# which is a router for it.
#
#     a ─ va ───────────── vb ─ b (cv0 10.77.0.2/24 fd77::2/64)
#     198.51.100.1    198.51.100.2      beyond: 192.0.2.2 2001:db8:2::2
#     2001:db8:51::1  2001:db8:51::2    outside only: 203.0.113.2 2001:db8:113::2
#
# a has a default route by va, so that an endpoint beyond it stays in reach when a
# client sends everything else into the tunnel.
client_net()
{
	defer host_leave
	ns[a]=cv-$$-host
	ip netns attach "${ns[a]}" $$
	ns_new b
	wire a va b vb
	addr a va 198.51.100.1/24 2001:db8:51::1/64
	addr b vb 198.51.100.2/24 2001:db8:51::2/64
	addr b lo 192.0.2.2/32 2001:db8:2::2/128 203.0.113.2/32 2001:db8:113::2/128
	ip route add default via 198.51.100.2
	ip -6 route add default via 2001:db8:51::2
	wait_for 10 has_link_local va
	outer4=([a]=198.51.100.1 [b]=198.51.100.2)
	outer6=([a]=2001:db8:51::1 [b]=2001:db8:51::2)
	key a
	key b
	psk shared
}

# It comes by itself, and late where duplicates are looked for.
has_link_local() { ip -6 route show table local dev "$1" | grep -q '^local fe80:'; }

# The first namespace must not be taken down as the others are, with its processes.
host_leave()
{
	local name=${ns[a]:-}

	unset 'ns[a]'
	ip link del va 2>/dev/null || :
	[ -z "$name" ] || ip netns del "$name"
}

# peer_up: the other end, which knows a by its key and waits for it.
peer_up()
{
	peer_tool=$tool
	tun_new b cv0
	tun_set b cv0 listen-port "$port" peer "${pub[a]}" preshared-key "$tmp/shared.psk" \
		allowed-ips 10.77.0.1/32,fd77::1/128
	addr b cv0 10.77.0.2/24 fd77::2/64
	ipn b link set cv0 up
}

# peer_up_go: likewise, by wireguard-go, in user space.
peer_up_go()
{
	peer_tool=wg
	need_module tun
	[ -c /dev/net/tun ] || { mkdir -p /dev/net; mknod /dev/net/tun c 10 200; }
	bg n b env WG_PROCESS_FOREGROUND=1 LOG_LEVEL=error wireguard-go --foreground cv0
	wait_for 60 n b wg show cv0
	n b wg set cv0 listen-port "$port" private-key "$tmp/b.key" \
		peer "${pub[a]}" preshared-key "$tmp/shared.psk" \
		allowed-ips 10.77.0.1/32,fd77::1/128
	addr b cv0 10.77.0.2/24 fd77::2/64
	ipn b link set cv0 mtu 1420 up
}

# ---------------------------------------------------------------- what is seen

# link_is NAME DEV: it is of kind wireguard, and it is the right module that serves it.
link_is()
{
	matches "$1: a link of kind wireguard" "^ +wireguard( |$)" "$(ip -d link show dev "$2")"
	is "$1: served by $served_by" "driver: $served_by" "$(ethtool -i "$2" | head -n 1)"
	[ "$kind" != culvert ] ||
		is "$1: the kernel's own wireguard is not loaded" "" \
			"$(grep '^wireguard ' /proc/modules || :)"
}

# carries NAME DEV: traffic both ways, begun by either end, and what wg shows of it.
carries()
{
	local name=$1 dev=$2

	works "$name: ping" ping_ok a 10.77.0.2
	works "$name: ping, IPv6" ping_ok a fd77::2
	works "$name: ping from the peer" ping_ok b 10.77.0.1
	works "$name: TCP both ways" tcp a b 10.77.0.2 300000
	works "$name: TCP from the peer, IPv6" tcp b a fd77::1 300000
	matches "$name: wg shows a handshake" "^${pub[b]//+/[+]}[[:space:]]1[0-9]{9}$" \
		"$(wg show "$dev" latest-handshakes)"
	between "$name: wg shows received bytes" 600000 100000000 \
		"$(wg show "$dev" transfer | awk -v k="${pub[b]}" '$1 == k { print $2 }')"
	matches "$name: the peer shows a handshake" "^${pub[a]//+/[+]}[[:space:]]1[0-9]{9}$" \
		"$(n b "$peer_tool" show cv0 latest-handshakes)"
}

# world: what a client may change of this machine.
world()
{
	echo "links:"; ip -o link show | sed 's/^[0-9]*: \([^:]*\):.*/\1/'
	echo "addresses:"; ip -o addr show | awk '{ print $2, $4 }'
	echo "routes:"; ip route show table all; ip -6 route show table all
	echo "rules:"; ip rule show; ip -6 rule show
	echo "packet filter:"; nft list ruleset; iptables-save; ip6tables-save
	echo "DNS:"; resolvconf -l; sed '/^#/d' /etc/resolv.conf
	return 0
} 2>/dev/null

same_world() { [ "$(world)" = "$before" ]; }

# leaves_nothing NAME: all is as it was when `before` was set; a service may take a
# while for that.
leaves_nothing()
{
	if wait_for $((20 * ${CV_SLOW:-1})) same_world; then
		ok "$1: nothing is left"
	else
		fail "$1: nothing is left" "no difference" \
			"$(diff <(echo "$before") <(world))"
	fi
}

no_link() { ! ip link show dev "$1"; }

# unchanged NAME BEFORE AFTER: a refused request has changed nothing. The kernel's own
# wireguard has done what came before the word it refuses.
unchanged()
{
	if [ "$kind" = culvert ]; then
		is "$1" "$2" "$3"
	else
		note "$1: not so with $kind: it applies a request by halves"
	fi
}

# journal UNIT: what it has said since its last start.
journal()
{
	journalctl --no-pager -o cat "_SYSTEMD_INVOCATION_ID=$(systemctl show -P InvocationID "$1")"
}

said() { journal "$1" | grep -qE "$2"; }

# ---------------------------------------------------------------- services

# service_up UNIT: started, and stopped at the end.
service_up()
{
	defer "service_down $1"
	systemctl start "$1"
}

service_down()
{
	# What would start it again goes first.
	systemctl stop systemd-networkd.socket "$1"
	systemctl reset-failed "$1" 2>/dev/null || :
}

# What each service reads.
networks=/etc/systemd/network
profiles=/etc/NetworkManager/system-connections

# networkd_secret NAME FILE: in $networks/NAME, for networkd's own user to read.
networkd_secret() { install -m 640 -g systemd-network "$2" "$networks/$1"; }

# networkd_netdev PRIVATE-KEY-LINE PORT [LINE...]: wg0.netdev, which ends with the section of
# the peer; LINE goes into [WireGuard].
networkd_netdev()
{
	local key=$1 listen=$2

	shift 2
	cat >"$networks/wg0.netdev" <<-END
		[NetDev]
		Name=wg0
		Kind=wireguard
		MTUBytes=1399
		[WireGuard]
		$key
		ListenPort=$listen
		$(printf '%s\n' "$@")
		RouteTable=main
		[WireGuardPeer]
		PublicKey=${pub[b]}
		PresharedKeyFile=$networks/wg0.psk
		Endpoint=198.51.100.2:$port
		AllowedIPs=10.77.0.0/24,fd77::/64
		PersistentKeepalive=25
	END
}

# networkd_network: wg0.network, with the addresses of a.
networkd_network()
{
	cat >"$networks/wg0.network" <<-END
		[Match]
		Name=wg0
		[Network]
		Address=10.77.0.1/32
		Address=fd77::1/128
		LinkLocalAddressing=no
		IPv6AcceptRA=no
	END
}

# NetworkManager manages the links of the test only.
configure_networkmanager()
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

# active PROFILE: of NetworkManager.
active() { [ "$(nmcli -g GENERAL.STATE connection show "$1")" = activated ]; }

# ---------------------------------------------------------------- wg-quick

# wg_quick_conf FILE ENDPOINT ALLOWED-IPS [LINE...]: a file of wg-quick's, which ends with the
# section of the peer; LINE goes into [Interface].
wg_quick_conf()
{
	local file=$1 endpoint=$2 allowed=$3

	shift 3
	(umask 077; cat >"$file") <<-END
		[Interface]
		PrivateKey = $(cat "$tmp/a.key")
		Address = 10.77.0.1/32, fd77::1/128
		$(printf '%s\n' "$@")
		[Peer]
		PublicKey = ${pub[b]}
		PresharedKey = $(cat "$tmp/shared.psk")
		Endpoint = $endpoint
		AllowedIPs = $allowed
	END
}
