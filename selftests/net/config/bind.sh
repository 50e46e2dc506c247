#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# timeout: 180
# Where a link's sockets are bound: nothing comes in and nothing leaves elsewhere, and moving
# them under traffic loses no session.
. "$(dirname "$0")/../../lib/test.sh"

if [ "$kind" != culvert ]; then
	skip "bind address and bind device" "$kind has neither"
	finish
fi

# bind NAME DEV WORD...: WORD is v4=ADDRESS, v6=ADDRESS, device=INTERFACE or port=N. By netlink, to
# see which attribute is refused: bind_raw.
bind()
{
	local name=$1 dev=$2 word addresses='' words=()

	shift 2
	for word; do
		case $word in
		v?=*) addresses+=,${word#*=} ;;
		device=*) words+=(bind-device "${word#*=}") ;;
		port=*) words+=(listen-port "${word#*=}") ;;
		esac
	done
	[ -z "$addresses" ] || words+=(bind-address "${addresses#,}")
	tun_set "$name" "$dev" "${words[@]}"
}
bind_raw() { n_py "$1" bind.py set "${@:2}"; }
# bound NAME DEV: the same words, of what it is bound to
bound()
{
	local word text=''

	for word in $(tun_show "$1" "$2" bind-addresses); do
		case $word in
		any) ;;
		*:*) text+=" v6=$word" ;;
		*) text+=" v4=$word" ;;
		esac
	done
	word=$(tun_show "$1" "$2" bind-device)
	[ "$word" = any ] || text+=" device=$word"
	echo "${text# }"
}
# same_session NAME: none since $session but what is due after two minutes, on a slow machine
same_session()
{
	local later_s

	later_s=$(($(peer_handshake b cv0 a) - session))
	[ "$later_s" -lt 110 ] || later_s=0
	is "$1: seconds to another session" 0 "$later_s"
}
# Local addresses of the sockets with a port.
listens() { n "$1" ss -Hulna "sport = :$2" | awk '{ print $4 }' | sort | xargs; }
# The addresses that datagrams have come to b from, and the interfaces that they came in by.
count_sources()
{
	n b nft -f - <<-END
		table inet sources {
			set v4 { type ipv4_addr; flags dynamic; }
			set v6 { type ipv6_addr; flags dynamic; }
			set via { type ifname; flags dynamic; }
			chain in {
				type filter hook input priority 0
				udp dport $port add @v4 { ip saddr }
				udp dport $port add @v6 { ip6 saddr }
				udp dport $port add @via { iifname }
			}
		}
	END
}
# sources v4|v6|via
sources() { n b nft -j list set inet sources "$1" | grep -o '"elem": \[[^]]*\]' | cut -d '"' -f 4-; }
no_sources()
{
	local set

	for set in v4 v6 via; do
		n b nft flush set inet sources $set
	done
}

#     a ─ va ───── vb ─ b        198.51.100.0/24, 2001:db8:51::/64
#     a ─ wa ───── wb ─ b        203.0.113.0/24, 2001:db8:203::/64
# b is wireguard.ko.
two_wires()
{
	net_pair
	wire a wa b wb
	addr a wa 203.0.113.1/24 2001:db8:203::1/64
	addr b wb 203.0.113.2/24 2001:db8:203::2/64
	tunnel_pair b=wireguard "$@"
}
at_b() { tun_set b cv0 peer "${pub[a]}" endpoint "$1"; }
at_a() { tun_set a cv0 peer "${pub[b]}" endpoint "$1"; }

test_address()
{
	two_wires
	is "at first: bound to nothing" "" "$(bound a cv0)"
	works "at first: ping" ping_ok a 10.77.0.2
	session=$(peer_handshake b cv0 a)
	count_sources

	works "IPv4 address: set" bind a cv0 v4=198.51.100.1
	is "IPv4 address: shown" v4=198.51.100.1 "$(bound a cv0)"
	is "IPv4 address: no other socket" "198.51.100.1:$port" "$(listens a "$port")"
	works "IPv4 address: ping" ping_ok a 10.77.0.2
	# To another address, and to another family: what comes there finds nobody.
	at_b "203.0.113.1:$port"
	fails "IPv4 address: nothing comes in elsewhere" ping_once b 10.77.0.1
	at_b "[2001:db8:51::1]:$port"
	fails "IPv4 address: nothing comes in by IPv6" ping_once b 10.77.0.1
	at_b "198.51.100.1:$port"
	no_sources
	at_a "203.0.113.2:$port"
	ping_once a 10.77.0.2 >"$tmp/ping" || :
	is "IPv4 address: it leaves from there, by another interface too" '198.51.100.1"]' \
		"$(sources v4)"
	at_a "[2001:db8:51::2]:$port"
	fails "IPv4 address: nothing leaves by IPv6" ping_once a 10.77.0.2
	is "IPv4 address: no source by IPv6" "" "$(sources v6)"
	at_a "198.51.100.2:$port"

	works "IPv6 address: set" bind a cv0 v6=2001:db8:51::1
	is "IPv6 address: no other socket" "[2001:db8:51::1]:$port" "$(listens a "$port")"
	at_a "[2001:db8:51::2]:$port"
	works "IPv6 address: ping" ping_ok a 10.77.0.2
	is "IPv6 address: it leaves from there" '2001:db8:51::1"]' "$(sources v6)"

	works "one address of each: set" bind a cv0 v4=203.0.113.1 v6=::
	is "one address of each: shown" "v4=203.0.113.1 v6=::" "$(bound a cv0)"
	at_a "203.0.113.2:$port"
	works "one address of each: ping" ping_ok a 10.77.0.2
	works "all addresses again: set" bind a cv0 v4=0.0.0.0 v6=::
	is "all addresses again: shown as at first" "" "$(bound a cv0)"
	is "all addresses again: sockets" "0.0.0.0:$port [::]:$port" "$(listens a "$port")"
	works "all addresses again: ping" ping_ok a 10.77.0.2
	same_session "all the time"
	drop_all
}

# transfers: until they are to stop; each has both directions checked.
transfers()
{
	until [ -e "$tmp/stop" ]; do
		tcp a b 10.77.0.2 1000000 || return
	done
}
goes_on() { [ "$(peer_rx a cv0 b)" -gt "$1" ]; }

# Moved while transfers go on: to narrower and wider places, and to others.
test_moves()
{
	local transfers words status dev

	two_wires keepalive=1
	# So slow that a transfer lasts for many moves, and that most of them meet one.
	for dev in a:va a:wa b:vb b:wb; do
		n "${dev%:*}" tc qdisc add dev "${dev#*:}" root netem rate 2mbit limit 1000
	done
	# The keepalive began before the other end was up: it tries again after five seconds.
	soon "moves: ping" 20 ping_once a 10.77.0.2
	session=$(peer_handshake b cv0 a)
	transfers >"$tmp/tcp" 2>&1 &
	transfers=$!
	defer end_process $transfers
	# The far end learns where a is from what a sends.
	bg n a ping -q -i 0.2 10.77.0.2
	for words in v4=198.51.100.1 "v4=198.51.100.1 device=va" "v4=0.0.0.0 v6=::" v4=0.0.0.0 \
		device= "v4=198.51.100.1 v6=2001:db8:51::1" "v4=0.0.0.0 v6=:: device=va" \
		"v4=198.51.100.1 device=" port=6001 "v4=0.0.0.0 v6=:: port=6002" \
		"v4=203.0.113.1" "v4=198.51.100.1" "v4=0.0.0.0 v6=::"; do
		# shellcheck disable=SC2086 # words
		works "moves: $words" bind a cv0 $words
		soon "moves: $words: the transfer goes on" 30 \
			goes_on $(($(peer_rx a cv0 b) + 20000))
	done
	: >"$tmp/stop"
	status=0
	wait $transfers || status=$?
	is "moves: TCP while the sockets were moved" 0 "$status$(grep -v ' bytes each way in ' "$tmp/tcp")"
	works "moves: ping afterwards" ping_ok a 10.77.0.2
	same_session "moves"
	drop_all
}

test_interface()
{
	local number

	two_wires
	count_sources
	works "interface: set" bind a cv0 device=wa
	is "interface: shown" device=wa "$(bound a cv0)"
	# The kernel takes an address without a route there for one that is on that wire.
	ping_once a 10.77.0.2 >"$tmp/ping" || :
	is "interface: it leaves by no other" 'wb"]' "$(sources via)"
	at_b "198.51.100.1:$port"
	fails "interface: nothing comes in by another" ping_once b 10.77.0.1
	at_a "203.0.113.2:$port"
	works "interface: ping" ping_ok a 10.77.0.2

	ipn a link set wa down
	ipn a link set wa name uplink
	is "interface has another name: shown" device=uplink "$(bound a cv0)"
	ipn a link set uplink up
	works "interface has another name: ping" ping_ok a 10.77.0.2

	# It goes, as a dial-up link does, and comes back; not to another interface with its number.
	number=$(ipn a -o link show uplink | cut -d : -f 1)
	ipn a link del uplink
	fails "interface gone: nothing leaves" ping_once a 10.77.0.2
	fails_with "interface gone: it cannot be set again" ENODEV bind_raw a cv0 device=uplink
	ipn a link add other0 index "$number" type dummy
	is "interface gone: shown as before" device=uplink "$(bound a cv0)"
	ipn a link del other0
	ipn a link set cv0 down
	fails_with "interface gone: the link cannot be set up" "[Cc]annot assign requested address" \
		ipn a link set cv0 up
	wire a uplink b wb
	addr a uplink 203.0.113.1/24
	addr b wb 203.0.113.2/24
	works "interface is back: the link can be set up" ipn a link set cv0 up
	works "interface is back: ping" ping_ok a 10.77.0.2
	session=$(peer_handshake b cv0 a)
	ipn a link del uplink
	wire a uplink b wb
	addr a uplink 203.0.113.1/24
	addr b wb 203.0.113.2/24
	works "interface is back while the link was up: ping" ping_ok a 10.77.0.2
	same_session "interface is back while the link was up"
	drop_all
}

# The link is moved to another interface while it is down: by routes it had, nothing leaves.
test_down()
{
	local outer

	for outer in 4 6; do
		two_wires outer=$outer
		count_sources
		works "IPv$outer, at first: ping" ping_ok a 10.77.0.2
		ipn a link set cv0 down
		bind a cv0 device=wa
		no_sources
		ipn a link set cv0 up
		addr a cv0 fd77::1/64
		ping_once a 10.77.0.2 >"$tmp/ping" || :
		isnt "IPv$outer, bound while it was down: nothing leaves elsewhere" 'vb"]' \
			"$(sources via)"
		drop_all
	done
}

test_link_local()
{
	local at_a

	two_wires
	fails_with "link-local address without an interface" \
		"EINVAL: a link-local bind address needs a bind device" bind_raw a cv0 v6=fe80::77
	at_a=$(ipn a -6 -o addr show dev va scope link | awk '{ sub("/.*", "", $4); print $4 }')
	works "link-local address: set" bind a cv0 v6="$at_a" device=va
	at_b "[$at_a%vb]:$port"
	works "link-local address: ping from the peer" ping_ok b 10.77.0.1
	works "link-local address: ping" ping_ok a 10.77.0.2
	drop_all
}

test_vrf()
{
	modprobe vrf || { skip "VRF" "this kernel has none"; return; }
	two_wires
	ipn a link add vrf0 type vrf table 7
	ipn a link set vrf0 up
	ipn a link set wa master vrf0
	addr a wa 2001:db8:203::1/64
	count_sources
	works "VRF: set" bind a cv0 device=vrf0
	ping_once a 10.77.0.2 >"$tmp/ping" || :
	isnt "VRF: it leaves by none outside of it" 'vb"]' "$(sources via)"
	at_a "203.0.113.2:$port"
	works "VRF: ping" ping_ok a 10.77.0.2
	works "VRF: TCP" tcp a b 10.77.0.2 300000
	at_a "[2001:db8:203::2]:$port"
	works "VRF: ping by IPv6" ping_ok a 10.77.0.2
	works "VRF: TCP by IPv6" tcp a b 10.77.0.2 300000
	drop_all
}

# Two links with one port, and a program that has it at a third address.
test_same_port()
{
	two_wires
	bind a cv0 v4=198.51.100.1 v6=2001:db8:51::1
	ipn a link add cv1 type culvert
	tun_set a cv1 private-key "$tmp/a.key" listen-port "$port" peer "${pub[b]}" \
		endpoint "203.0.113.2:4242" allowed-ips 10.78.0.2/32
	ipn b link add cv1 type wireguard
	tun_set b cv1 private-key "$tmp/b.key" listen-port 4242 peer "${pub[a]}" \
		endpoint "203.0.113.1:$port" allowed-ips 10.78.0.1/32
	addr b cv1 10.78.0.2/24 up
	fails_with "the port at all addresses: in use" "[Aa]ddress.*in use" ipn a link set cv1 up
	bind a cv1 v4=203.0.113.1
	addr a cv1 10.78.0.1/24 up
	works "the same port at two addresses: ping by the first" ping_ok a 10.77.0.2
	works "the same port at two addresses: ping by the second" ping_ok a 10.78.0.2
	works "the same port at two addresses: TCP by the first" tcp a b 10.77.0.2 300000
	works "the same port at two addresses: TCP by the second" tcp b a 10.78.0.1 300000
	fails_with "the address of another link: in use" "EADDRINUSE: the listen port is in use" \
		bind_raw a cv1 v4=198.51.100.1
	is "the address of another link: nothing has changed" v4=203.0.113.1 "$(bound a cv1)"
	works "the address of another link: ping" ping_ok b 10.78.0.1
	fails_with "all addresses, another link has one: in use" "EADDRINUSE" bind_raw a cv1 v4=0.0.0.0
	is "all addresses, another link has one: nothing has changed" v4=203.0.113.1 "$(bound a cv1)"
	works "all addresses, another link has one: ping" ping_ok b 10.78.0.1
	addr a va 198.51.100.9/24 2001:db8:51::9/64
	relay py bind.py others "${ns[a]}" "${ns[b]}" 198.51.100.9 "$port"
	relay py bind.py others "${ns[a]}" "${ns[b]}" 2001:db8:51::9 "$port"
	drop_all
}

test_refusals()
{
	net_pair
	ns_new c
	tun_new a cv0
	tun_set a cv0 listen-port "$port"
	relay n_py a bind.py refusals cv0
	works "an address that is not ours, link down: accepted" bind a cv0 v4=192.0.2.77
	fails_with "an address that is not ours: the link cannot be set up" \
		"[Cc]annot assign requested address" ipn a link set cv0 up
	bind a cv0 v4=198.51.100.1
	ipn a link set cv0 up
	fails_with "an address that is not ours" "EADDRNOTAVAIL: the bind address is not one of" \
		bind_raw a cv0 v4=192.0.2.77
	fails_with "a broadcast address" EADDRNOTAVAIL bind_raw a cv0 v4=198.51.100.255
	fails_with "a good address and a bad one" "EADDRNOTAVAIL.*, at 36" bind_raw a cv0 v4=198.51.100.1 \
		v6=2001:db8::77
	fails_with "no such interface" "ENODEV: there is no such bind device" bind_raw a cv0 device=no0
	fails_with "the link itself" "ELOOP: a link cannot be bound to itself" bind_raw a cv0 device=cv0
	is "refused: nothing has changed" v4=198.51.100.1 "$(bound a cv0)"
	is "refused: the socket is as it was" "198.51.100.1:$port" "$(listens a "$port")"
	relay n_py a bind.py events cv0 v4=198.51.100.1 device=va

	# Moved away, the names are of where it was made, and so is the right to change them.
	ipn a link set cv0 netns "${ns[c]}"
	ipn c link set cv0 up
	fails_with "moved away: an interface of where it is now" "ENODEV" bind_raw c cv0 device=lo0
	works "moved away: an interface of where it was made" bind c cv0 device=va
	is "moved away: shown" "v4=198.51.100.1 device=va" "$(bound c cv0)"
	ns_drop a
	fails_with "the namespace where it was made has ended" "ENONET" bind_raw c cv0 device=
	drop_all
}

test_address
test_moves
test_interface
test_down
test_link_local
test_vrf
test_same_port
test_refusals
finish
