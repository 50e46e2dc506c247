#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# slow: modules are built, loaded and replaced
# kmemleak: off
# timeout: 240
# The module is replaced under links that have everything a link can have, by what
# README.md says under "Upgrade without dropping": all of it is there again, the peer,
# another machine, keeps all it has, and one handshake later traffic goes on. What cannot be
# kept is refused before anything is changed, and what fails leaves nothing lost.
. "$(dirname "$0")/../../lib/test.sh"

# The first command under that heading.
mapfile -t upgrade < <(sed -n '/^## Upgrade without dropping/,/^## /s/^    //p' \
	"$CULVERT_TREE/README.md" | head -n 1 | tr ' ' '\n')
is "the README names one command" culvert-upgrade "${upgrade[*]}"

# upgrade [OPTION...]: here the module on disk is always the one that is loaded.
upgrade() { n_sys a "${upgrade[@]}" --force "$@"; }

# world_of_a: everything that there is in a. One shell inside for what programs say of each link:
# it is asked for often.
world_of_a()
{
	{
		ipn a -d link show
		ipn a -d addr show
		n a bash -c "$world_inside" - "$tool" cv0 cv1 cv2 || :
		echo routes
		ipn a -d -4 route show table all | sort
		ipn a -d -6 route show table all | sort
		echo rules
		ipn a -4 rule show
		ipn a -6 rule show
	} | sed -E 's/[0-9]+sec/Nsec/g; s/ (qdisc|state|promiscuity) [^ ]*//g; s/ +$//'
}

# shellcheck disable=SC2016 # of another shell
world_inside='
	tool=$1
	shift
	for dev; do
		echo "configuration of $dev"
		"$tool" showconf "$dev"
		for field in bind-addresses bind-device dscp names idle; do
			"$tool" show "$dev" "$field"
		done
		files+=" /proc/sys/net/ipv4/conf/$dev/ /proc/sys/net/ipv4/neigh/$dev/"
		files+=" /proc/sys/net/ipv6/conf/$dev/ /proc/sys/net/ipv6/neigh/$dev/"
	done
	exec grep -rs "" $files'

# same_world NAME: all is as it was when `before` was set.
same_world()
{
	local now

	now=$(world_of_a)
	[ "$before" = "$now" ] && { ok "$1"; return; }
	fail "$1" "no difference" "$(diff <(echo "$before") <(echo "$now"))"
}

initiations() { n b nft list counter inet t initiations | awk '$1 == "packets" { print $2 }'; }
index() { ipn "$1" -o link show "$2" | cut -d : -f 1; }
saved() { compgen -G '/run/culvert-upgrade.*/' || :; }

# everything: a link with all that a link can have, one in a VRF, and one that is down.
everything()
{
	modprobe vrf	# which cannot be unloaded
	tun_set a cv0 bind-address 198.51.100.1,:: dscp copy peer "${pub[b]}" name "B: our other end" \
		idle 100000
	ipn a link set cv0 down
	ipn a link set cv0 mtu 1390 txqueuelen 77 alias "to b: 1, 2" group 5 multicast on
	ipn a link set cv0 gso_max_size 30000 gso_max_segs 40
	ipn a link property add dev cv0 altname other-name altname third-name
	n a sysctl -qw net.ipv4.conf.cv0.rp_filter=2 net.ipv4.conf.cv0.forwarding=1 \
		net.ipv6.conf.cv0.accept_ra=0 net.ipv6.conf.cv0.forwarding=1 \
		net.ipv4.conf.cv0.arp_ignore=3 net.ipv6.conf.cv0.keep_addr_on_down=1
	ipn a link set cv0 up
	n a sysctl -qw net.ipv4.conf.cv0.send_redirects=1
	n a ethtool -K cv0 gro off
	ipn a -batch - <<-END
		address add 10.77.0.9/24 dev cv0
		address add 10.78.0.1 peer 10.78.0.2/32 dev cv0 label cv0:x metric 77
		address add 10.79.0.1/24 dev cv0 noprefixroute valid_lft 4000 preferred_lft 0
		address add fd78::1 peer fd78::2/128 dev cv0
		address add fd79::1/64 dev cv0 noprefixroute preferred_lft 0
		address add fd7a::1/64 dev cv0 metric 300 valid_lft 5000 preferred_lft 4000
		address add fe80::1/64 dev cv0
		route del 10.77.0.0/24 dev cv0
		route add 10.77.0.0/25 dev cv0 metric 9
		route add default dev cv0 metric 50
		route add 10.99.0.0/16 via 10.77.0.2 dev cv0 src 10.78.0.1 mtu lock 1300 advmss 900 window 9000
		route add 10.98.0.0/16 dev cv0 table 1234 proto static realms 5
		route add 10.97.0.0/16 tos 0x10 via 10.200.0.1 dev cv0 onlink
		route add 10.96.0.0/16 metric 3 nexthop via 10.77.0.2 dev cv0 weight 3 nexthop via 198.51.100.2 dev va
		route add 10.95.0.0/16 via 198.51.100.2 dev va src 10.77.0.1
		route add local 10.94.0.1 dev cv0 table local
		route add ::/0 dev cv0 metric 60
		route add fd99::/64 via fd77::2 dev cv0 mtu 1290 pref high
		route add fd98::/64 dev cv0 table 1234 proto static metric 7
		route add fd97::/64 dev cv0 expires 3000
		route add fd96::/64 metric 3 nexthop via fd77::2 dev cv0 nexthop via 2001:db8:51::2 dev va
		rule add iif cv0 table 1234 priority 100
		rule add oif other0 table 1234 priority 101
	END
	ipn a -6 rule add iif cv0 table 1234 priority 102
	ipn a link add vrf0 type vrf table 7
	ipn a link set vrf0 up
	tun_new a cv1
	tun_set a cv1 bind-device va
	ipn a link set cv1 master vrf0
	ipn a link set cv1 mtu 1000 up
	addr a cv1 10.80.0.1/24
	ipn a route add 10.81.0.0/16 dev cv1 vrf vrf0
	ipn a link add cv2 numtxqueues 2 type "$kind"
	addr a cv2 10.82.0.1/24 fd82::1/64
	n a "$tool" set cv2 fwmark 0x77 listen-port 4444 peer "${pub[b]}" \
		preshared-key <("$tool" genpsk) endpoint "[2001:db8:51::2]:9" \
		allowed-ips 10.82.0.2/32,fd82::/64 persistent-keepalive 11 \
		candidates "[2001:db8:51::2]:10@7,198.51.100.2:9" follow 198.51.100.0/24,2001:db8::/32 \
		silent 12
}

test_upgrade()
{
	local endpoint link numbers

	endpoint=$(field b cv0 endpoints a)
	link=$(index b cv0)
	numbers=$(index a cv0; index a cv1; index a cv2)
	works "upgrade" upgrade
	same_world "upgrade: links, addresses, routes and rules are the same"
	is "upgrade: the links have the same ifindex" "$numbers" \
		"$(index a cv0; index a cv1; index a cv2)"
	is "upgrade: nothing is left in /run" "" "$(saved)"

	# No traffic here: the keepalive alone brings the session.
	soon "upgrade: the keepalive brings a session" 15 has_session a cv0 b
	works "upgrade: ping from the peer" ping_ok b 10.77.0.1
	works "upgrade: TCP from the peer" tcp b a 10.77.0.1 300000
	is "upgrade: number of initiations" 1 "$(initiations)"
	is "upgrade: the peer has the same endpoint" "$endpoint" "$(field b cv0 endpoints a)"
	is "upgrade: the peer has the same link" "$link" "$(index b cv0)"
}

# refused NAME TEXT: and nothing has changed.
refused()
{
	local was

	was="$(index a cv0) $(field b cv0 endpoints a)"
	fails_with "$1: is refused" "$2" upgrade
	is "$1: the link was not touched" "$was" \
		"$(index a cv0) $(field b cv0 endpoints a)"
	same_world "$1: nothing was changed"
	is "$1: nothing is left in /run" "" "$(saved)"
}

hook_at()
{
	n a nft -f - <<-END
		table netdev t {
			chain in {
				type filter hook ingress device "$1" priority 0;
			}
		}
	END
}

test_refusals()
{
	local plain=$before	# qdiscs, nexthop objects and hooks are not part of it

	works "the same module, without --force" n_sys a culvert-upgrade
	same_world "the same module: nothing was changed"

	ns_new c
	ipn c link add far0 type "$kind"
	refused "a link in another namespace" "1 more links.*${ns[c]}:far0"
	ipn c link set far0 netns "${ns[a]}"
	before=$(world_of_a)
	refused "a link that was moved here" "far0 was created in another network namespace"
	ipn a link del far0
	ns_drop c
	before=$plain

	n a tc qdisc add dev cv0 root handle 1: fq_codel
	refused "a queueing discipline" "queueing discipline of cv0 \(fq_codel\)"
	n a tc qdisc del dev cv0 root
	ipn a nexthop add id 5 via 10.77.0.2 dev cv0
	refused "a nexthop object" "nexthop object of cv0 \(id 5\)"
	ipn a nexthop del id 5
	ipn a link add link cv0 name up0 type vxlan id 7 dev cv0 remote 10.77.0.2 dstport 4789
	before=$(world_of_a)
	refused "a link on top" "the link up0, which is on top of cv0"
	ipn a link del up0
	before=$plain
	ipn a link add cv0-x type dummy
	hook_at cv0-x
	works "a hook of the packet filter at another link" upgrade
	n a nft delete table netdev t
	ipn a link del cv0-x
	hook_at cv0
	refused "a hook of the packet filter" "nftables hook at cv0"
	n a tc qdisc add dev cv0 root handle 1: fq_codel
	works "a qdisc and a hook, with --lose: upgrade" upgrade --lose
	n a nft delete table netdev t 2>/dev/null || :
	same_world "a qdisc and a hook, with --lose: all else is the same"
}

# insmod_says TEXT: and does nothing.
insmod_says()
{
	printf '#!/bin/sh\necho "insmod: ERROR: could not insert module: %s" >&2\nexit 1\n' "$1" \
		>"$tmp/bin/insmod"
	chmod 755 "$tmp/bin/insmod"
}

# The new module does not load. The old one does, or its file has gone; then the new one does
# later.
test_not_loaded()
{
	local where

	insmod_says "Key was rejected by service"
	PATH=$tmp/bin:$PATH refused "a key that is not enrolled" \
		"rejects the module on disk .*Key was rejected"
	echo "install culvert /bin/false" >/etc/modprobe.d/broken.conf
	fails_with "the new module is refused: the old one is loaded again" \
		"the old one is loaded again" upgrade
	same_world "the old module is loaded again: all is the same"
	is "the old module is loaded again: nothing is left in /run" "" "$(saved)"
	works "the old module is loaded again: ping" ping_ok b 10.77.0.1

	insmod_says "File exists"
	PATH=$tmp/bin:$PATH fails_with "neither module loads: --restore is advised" \
		"culvert-upgrade --restore /run/culvert-upgrade[.]" upgrade
	rm "$tmp/bin/insmod"
	where=$(saved)
	is "what was saved is readable by root only" "" "$(find "$where" -perm /077)"
	rm /etc/modprobe.d/broken.conf
	works "restore" n_sys a culvert-upgrade --restore "$where"
	same_world "restore: all is the same"
	is "restore: nothing is left in /run" "" "$(saved)"
	works "restore: ping" ping_ok b 10.77.0.1
}

# The old module stays in use. It is asked again for half a minute; one that takes its time is
# asked less often.
test_not_unloaded()
{
	printf '#!/bin/sh\nsleep 4\necho still in use >&2\nexit 1\n' >"$tmp/bin/rmmod"
	chmod 755 "$tmp/bin/rmmod"
	PATH=$tmp/bin:$PATH fails_with "the old module cannot be unloaded: upgrade fails" \
		"still in use" upgrade
	same_world "the old module cannot be unloaded: all is the same"
	works "the old module cannot be unloaded: ping" ping_ok b 10.77.0.1
}

# Keys are not restored: the message says so, and shows no key.
test_keys_hidden()
{
	local said keys

	cat >"$tmp/bin/culvert" <<-END
		#!/bin/sh
		[ "\$1" != setconf ] || { echo no setconf >&2; exit 1; }
		exec $(command -v culvert) "\$@"
	END
	chmod 755 "$tmp/bin/culvert"
	rm "$tmp/bin/rmmod"
	said=$(PATH=$tmp/bin:$PATH upgrade 2>&1) && fail "keys not restored: upgrade fails" \
		"an exit status of 1" "$said"
	matches "keys not restored: the error of setconf is shown" "no setconf" "$said"
	matches "keys not restored: the private key is named as different" \
		"< PrivateKey = [(]hidden[)]" "$said"
	matches "keys not restored: the preshared key is named as different" \
		"< PresharedKey = [(]hidden[)]" "$said"
	keys=$(grep -E '[A-Za-z0-9+/]{43}=' <<<"$said" | grep -v ' PublicKey = ' || :)
	is "keys not restored: only public keys are shown" "" "$keys"
	works "keys not restored: restore" n_sys a culvert-upgrade --restore "$(saved)"
	same_world "keys not restored, restore: all is the same"
	works "keys not restored, restore: ping" ping_ok b 10.77.0.1
}

# A module that does not have Follow: the rest is restored, and the link stays down.
test_follow_refused()
{
	local said

	cat >"$tmp/bin/culvert" <<-END
		#!/bin/sh
		if [ "\$1" = setconf ] && grep -q "^Follow = " "\$3"; then
			echo no follow >&2
			exit 1
		fi
		exec $(command -v culvert) "\$@"
	END
	ipn a link set cv2 up
	before=$(world_of_a)
	said=$(PATH=$tmp/bin:$PATH upgrade 2>&1) && fail "Follow refused: upgrade fails" \
		"an exit status of 1" "$said"
	matches "Follow refused: what was left out is named" \
		"Candidates, Follow and Silent of all peers of cv2 were left out: no follow" "$said"
	is "Follow refused: the link stays down" "" "$(ipn a -o link show up dev cv2)"
	is "Follow refused: the rest of the peer is restored" 11 \
		"$(n a "$tool" show cv2 persistent-keepalive | cut -f 2)"
	works "Follow refused: restore" n_sys a culvert-upgrade --restore "$(saved)"
	same_world "Follow refused, restore: all is the same"
}

# The other end must not lose its session with our module: it is wireguard.ko.
need_module wireguard
net_pair
tunnel_pair b=wireguard keepalive=25
# The keepalive began before the other end was up: it tries again after five seconds.
soon "before the upgrade: ping" 20 ping_once a 10.77.0.2
everything
soon "before the upgrade, links with all settings: ping" 20 ping_once a 10.77.0.2
n b nft -f - <<-END
	table inet t {
		counter initiations { }
		chain in {
			type filter hook input priority 0;
			udp dport $port @th,64,8 1 counter name initiations
		}
	}
END
before=$(world_of_a)
note "$before"
test_upgrade
test_refusals
mkdir "$tmp/bin"
test_not_loaded
test_not_unloaded
test_keys_hidden
test_follow_refused
finish
