#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: smp
# mode[uplink]: one
# cases: all=adopt uplink
# timeout: 400
# A program's UDP sockets as those of a link: by a link whose namespace has no wire at all, to
# wireguard.ko. What is whose, what is refused, what happens when they are closed or their
# namespaces end, and a user without privileges. In the case "uplink": a ping beside TCP through a
# slow uplink takes as long as by a socket of the link's own.
. "$(dirname "$0")/../../lib/test.sh"

if [ "$kind" != culvert ]; then
	skip "sockets that are handed in" "$kind takes none"
	finish
fi

#     in, a link of a's peer      out ─ va ─────── vb ─ b, wireguard.ko
net_outside()
{
	ns_new in out b
	wire out va b vb
	addr out va 198.51.100.1/24 2001:db8:51::1/64
	addr b vb 198.51.100.2/24 2001:db8:51::2/64
	need_module wireguard
	tun_new b cv0 wireguard
	key in
	tun_set b cv0 listen-port "$port" peer "${pub[in]}" allowed-ips 10.77.0.1/32,fd77::1/128
	addr b cv0 10.77.0.2/24 fd77::2/64 up
}
link_inside()
{
	tun_new in cv0
	tun_set in cv0 peer "${pub[b]}" endpoint "198.51.100.2:$port" \
		allowed-ips 10.77.0.2/32,fd77::2/128
	addr in cv0 10.77.0.1/24 fd77::1/64 up
}
# forget_inside: the link of in goes, and its peer forgets it.
forget_inside()
{
	ipn in link del cv0
	n b wg set cv0 peer "${pub[in]}" remove peer "${pub[in]}" \
		allowed-ips 10.77.0.1/32,fd77::1/128
}
# hex: a key as cvtest wants it.
hex() { base64 -d | od -An -tx1 | tr -d ' \n'; }

# holder NAME NAME [ADDRESS]: a program that holds a socket of the second namespace, handed to the
# first one's link, until its input is closed: by let_go.
holder()
{
	coproc holding { py adopt.py hold "${ns[$1]}" "${ns[$2]}" "${3:-198.51.100.1}" 4500; }
	read -r -t 60 -u "${holding[0]}" line || line=nothing
	is "a program has handed in its socket" "handed in" "$line"
}
let_go()
{
	local pid=$holding_PID

	eval "exec ${holding[1]}>&-"
	wait "$pid" || :
}
gone() { ! ipn b -o link show vb >/dev/null 2>&1; }

# The socket's namespace ends when its last socket has gone: seen by the other end of its wire.
test_outside_ends()
{
	net_outside
	link_inside
	holder in out
	works "ping" ping_ok in 10.77.0.2
	tun_set in cv0 peer "${pub[b]}" remove peer "$(tun_peer)" allowed-ips 10.77.9.0/24
	ip netns del "${ns[out]}"
	unset 'ns[out]'
	fails "its name is gone, the socket is there: the namespace lives" gone
	let_go
	soon "the socket is closed: the namespace ends" 30 gone
	is "and the link has lost it" "" "$(carrier in cv0 && echo carrier)"
	drop_all
}
tun_peer() { "$tool" genkey | "$tool" pubkey; }

# The link's namespace first, with the socket still open, and under traffic.
test_inside_ends()
{
	net_outside
	link_inside
	holder in out
	works "ping" ping_ok in 10.77.0.2
	bg n in ping -q -f -c 100000 10.77.0.2
	ip netns del "${ns[in]}"
	unset 'ns[in]'
	end_process "$bg_pid"
	let_go
	ip netns del "${ns[out]}"
	unset 'ns[out]'
	soon "link's namespace, socket, its namespace: all have ended" 30 gone
	drop_all
}

# A ring: the namespace holds the link, which has a socket that holds the namespace.
test_ring()
{
	net_outside
	ns_drop in
	ns[in]=${ns[out]}
	link_inside
	holder out out
	works "socket and link in one namespace: ping" ping_ok out 10.77.0.2
	ip netns del "${ns[out]}"
	unset 'ns[out]' 'ns[in]'
	let_go
	soon "a ring: it ends with the socket" 30 gone
	drop_all
}

#     cv0 ─ x ─ vx 198.51.100.1 ───── vy 198.51.100.2 ─ y ─ cv0
# Each link has a socket of the other one's namespace; that b's ends of wires go tells the ends.
net_crosswise()
{
	local line

	ns_new x y b
	wire x vx y vy
	wire x wx b bx
	wire y wy b by
	addr x vx 198.51.100.1/24
	addr y vy 198.51.100.2/24
	tun_new x cv0
	tun_new y cv0
	tun_set x cv0 peer "${pub[y]}" endpoint 198.51.100.1:4500 allowed-ips 10.77.0.2/32
	tun_set y cv0 peer "${pub[x]}" endpoint 198.51.100.2:4500 allowed-ips 10.77.0.1/32
	addr x cv0 10.77.0.1/24 up
	addr y cv0 10.77.0.2/24 up
	coproc holding { py adopt.py cross "${ns[x]}" "${ns[y]}"; }
	read -r -t 60 -u "${holding[0]}" line || line=nothing
	is "crosswise: sockets are handed in" "handed in" "$line"
}
gone_of() { ! ipn b -o link show "b$1" >/dev/null 2>&1; }

# test_crosswise [FIRST SECOND]: the namespaces end in this order, or both sockets are closed at
# once, under traffic both ways.
test_crosswise()
{
	local place
	local -A pings

	net_crosswise
	works "crosswise: ping" ping_ok x 10.77.0.2
	bg n x ping -q -f -c 1000000 10.77.0.2
	pings[x]=$bg_pid
	bg n y ping -q -f -c 1000000 10.77.0.1
	pings[y]=$bg_pid
	ip netns del "${ns[x]}"
	ip netns del "${ns[y]}"
	unset 'ns[x]' 'ns[y]'
	fails "crosswise: names are gone, the namespaces live" gone_of x
	for place; do
		echo "$place" >&"${holding[1]}"
		end_process "${pings[$place]}"
		soon "crosswise, ${*:-both} in this order: $place ends" 30 gone_of "$place"
	done
	let_go
	for place in x y; do
		[ $# -gt 0 ] || end_process "${pings[$place]}"
	done
	soon "crosswise, ${*:-both at once}: namespace x ends" 30 gone_of x
	soon "crosswise, ${*:-both at once}: namespace y ends" 30 gone_of y
	drop_all
}

# The link was born in a namespace that ends: with a program's socket it lives on.
test_birth_ends()
{
	ns_new birth
	tun_new birth cv0
	ipn birth link set cv0 netns "${ns[in]}"
	tun_set in cv0 private-key "$tmp/in.key" peer "${pub[b]}" \
		endpoint "198.51.100.2:$port" allowed-ips 10.77.0.2/32,fd77::2/128
	addr in cv0 10.77.0.1/24 fd77::1/64 up
	holder in out
	works "before its namespace of birth ends: ping" ping_ok in 10.77.0.2
	ns_drop birth
	works "after that: ping" ping_ok in 10.77.0.2
	works "after that: TCP" tcp in b 10.77.0.2 300000
	let_go
	forget_inside
}

# packets_of PRIORITY: how many left with it.
packets_of() { n out nft list table inet classes | sed -n "s/.*$1 counter packets \([0-9]*\).*/\1/p"; }

# The priority of a packet inside names no class of the queueing discipline outside.
test_priority()
{
	link_inside
	n out nft -f - <<-END
		table inet classes {
			chain out {
				type filter hook postrouting priority 0
				udp dport $port meta priority 7fff:1 counter
				udp dport $port meta priority 0:6 counter
			}
		}
	END
	n in nft -f - <<-END
		table inet classes {
			chain out {
				type filter hook output priority 0
				icmp type echo-request meta length 128 meta priority set 7fff:1
				icmp type echo-request meta length 228 meta priority set 0:6
			}
		}
	END
	holder in out
	works "a class that is named inside: ping" ping_ok in 10.77.0.2
	n in ping -q -c 3 -i 0.2 -s 100 10.77.0.2 >"$tmp/ping"
	n in ping -q -c 3 -i 0.2 -s 200 10.77.0.2 >"$tmp/ping"
	is "a class that is named inside is not that outside" 0 "$(packets_of 7fff:1)"
	is "a priority that everybody may have is" 3 "$(packets_of :6)"
	let_go
	forget_inside
}

# As nobody, who makes a user namespace: the link of the kernel, without any privilege.
test_rootless()
{
	local line

	[ "$(cat /proc/sys/kernel/unprivileged_userns_clone 2>/dev/null || echo 1)" = 1 ] ||
		echo 1 >/proc/sys/kernel/unprivileged_userns_clone
	coproc echoing { py adopt.py echo "${ns[b]}"; }
	read -r -t 60 -u "${echoing[0]}" line || line=nothing
	is "a server in the tunnel" listening "$line"
	chmod 755 "$tmp"
	CV_PRIVATE=$(hex <"$tmp/in.key") CV_PUBLIC=$(hex <<<"${pub[b]}") \
		relay n_py out adopt.py rootless 198.51.100.2
	# It has served its one client, and is known to bash for as long as it runs.
	[ -z "${echoing_PID:-}" ] || kill "$echoing_PID" || :
}

# A link born outside, whose own socket is there, and moved inside.
link_with_own_socket()
{
	tun_new out cv0
	tun_set out cv0 private-key "$tmp/in.key" peer "${pub[b]}" endpoint "198.51.100.2:$port" \
		allowed-ips 10.77.0.2/32,fd77::2/128
	ipn out link set cv0 netns "${ns[in]}"
	addr in cv0 10.77.0.1/24 fd77::1/64 up
}

# pings_beside_tcp NAME: sets median_us; each is answered.
pings_beside_tcp()
{
	local bulk

	works "$1: ping at first" ping_ok in 10.77.0.2
	tcp in b 10.77.0.2 12000000 >"$tmp/bulk" 2>&1 &
	bulk=$!
	defer "end_process $bulk"
	wait_for 10 uplink_is_full
	n in ping -n -i 0.05 -c 100 -s 100 10.77.0.2 >"$tmp/pings"
	works "$1: TCP goes on all the while" kill -0 $bulk
	is "$1: pings beside TCP that are answered, of 100" 100 \
		"$(grep -c ' time=' "$tmp/pings" || :)"
	median_us=$(sed -n 's/.* time=\([0-9.]*\) ms/\1/p' "$tmp/pings" | sort -n |
		awk '{ at[NR] = $1 } END { print int(at[int((NR + 1) / 2)] * 1000) }')
	note "$1: half of the pings within $median_us us"
	end_process $bulk
	forget_inside
}
uplink_is_full()
{
	n out tc -s qdisc show dev va | awk '/^ backlog/ && $3 + 0 >= 5 { full = 1 } END { exit !full }'
}

test_uplink()
{
	local median_us own_us

	net_outside
	slow_uplink out va
	link_with_own_socket
	pings_beside_tcp "slow uplink, a socket of the link's own"
	own_us=$median_us
	link_inside
	holder in out
	pings_beside_tcp "slow uplink, a program's socket"
	let_go
	between "slow uplink, a program's socket: half of the pings within, us" 0 \
		$((own_us * 13 / 10 + 300)) "$median_us"
}

if [ "$CV_CASE" = uplink ]; then
	test_uplink
	finish
fi

# Those that leave all namespaces as they were share them, which takes longer than many a test.
net_outside
CV_PRIVATE=$(hex <"$tmp/in.key") relay py adopt.py cases "${ns[in]}" "${ns[out]}" "${ns[b]}" \
	first supers shared full marks refusals lost odd families own filters churn
test_birth_ends
test_priority
test_rootless
drop_all
test_outside_ends
test_inside_ends
test_ring
test_crosswise x y
test_crosswise y x
test_crosswise

finish
