# SPDX-License-Identifier: GPL-2.0
# Network namespaces: making them, running commands in them, wires between them, and
# topologies. Sourced by test.sh.
# shellcheck shell=bash

declare -A ns=()

# ns_new NAME...: fresh ones; $(in NAME) and the words below know them by NAME.
ns_serial=0
# A module of other tunnels that some test has loaded would put gre0 and the like into each.
echo 1 >/proc/sys/net/core/fb_tunnels_only_for_init_net
ns_new()
{
	local name

	for name; do
		ns_serial=$((ns_serial + 1))
		ns[$name]=cv-$$-$ns_serial-$name
		ip netns add "${ns[$name]}"
		n "$name" "$busybox" sh -ec "$ns_setup"
	done
}
# One program, which has none to link, in place of several: there are a thousand calls.
busybox=/run/vm/bin/busybox
ns_setup='
	ip link set lo up
	cd /proc/sys/net
	echo 0 >ipv6/conf/all/accept_dad
	echo 0 >ipv6/conf/default/accept_dad
	echo 0 >ipv6/conf/default/router_solicitations
	echo "0 2147483647" >ipv4/ping_group_range
	echo 0 >ipv4/icmp_ratelimit
	echo 0 >ipv6/icmp/ratelimit'

# n NAME COMMAND...: COMMAND in namespace NAME. n_sys: for what reads /sys, which is that
# of the first one otherwise; it takes half as long again, and there are many calls.
n()
{
	local name=${ns[$1]}

	shift
	nsenter --net="/run/netns/$name" "$@"
}

n_sys()
{
	local name=${ns[$1]}

	shift
	ip netns exec "$name" "$@"
}

# ipn NAME ARGUMENT...: ip(8) for namespace NAME.
ipn()
{
	local name=${ns[$1]}

	shift
	ip -n "$name" "$@"
}

# addr NAME DEV WORD...: WORD is an address, which is added without waiting for duplicate
# address detection, mtu=N, or "up".
addr()
{
	local name=$1 dev=$2 one lines=''

	shift 2
	for one; do
		case $one in
		up) lines+="link set $dev up" ;;
		mtu=*) lines+="link set $dev mtu ${one#*=}" ;;
		*:*) lines+="addr add $one dev $dev nodad" ;;
		*) lines+="addr add $one dev $dev" ;;
		esac
		lines+=$'\n'
	done
	ipn "$name" -batch - <<<"$lines"
}

# wire A DEV B DEV [MTU]: a veth pair between two namespaces, up.
wire()
{
	local mtu=${5:+mtu $5}

	# shellcheck disable=SC2086 # none or two words
	ip link add "$2" netns "${ns[$1]}" $mtu up type veth peer name "$4" netns "${ns[$3]}" $mtu
	ipn "$3" link set "$4" up
	wait_for 5 carrier "$1" "$2"
	wait_for 5 carrier "$3" "$4"
}

# slow_uplink PLACE DEV: what leaves by it has 10 Mbit/s, in fq_codel.
slow_uplink()
{
	need_module sch_tbf
	need_module sch_fq_codel
	n "$1" tc qdisc add dev "$2" root handle 1: tbf rate 10mbit burst 5kb latency 100ms
	n "$1" tc qdisc add dev "$2" parent 1:1 handle 10: fq_codel
}

carrier() { [[ $(ipn "$1" -o link show "$2") == *LOWER_UP* ]]; }

# net_pair [MTU]: two hosts on one wire.
#
#     a ─ va ─────────────── vb ─ b
#     198.51.100.1    198.51.100.2
#     2001:db8:51::1  2001:db8:51::2
net_pair()
{
	ns_new a b
	wire a va b vb "${1:-}"
	addr a va 198.51.100.1/24 2001:db8:51::1/64
	addr b vb 198.51.100.2/24 2001:db8:51::2/64
	outer4=([a]=198.51.100.1 [b]=198.51.100.2)
	outer6=([a]=2001:db8:51::1 [b]=2001:db8:51::2)
}

# net_routed [MTU]: two hosts with a router between them.
#
#     a ─ va ── ra ─ r ─ rb ── vb ─ b
#     192.0.2.1   .254   .254   198.51.100.2
#     2001:db8:2::1 ::fe  ::fe  2001:db8:51::2
net_routed()
{
	ns_new a r b
	wire a va r ra "${1:-}"
	wire r rb b vb "${1:-}"
	addr a va 192.0.2.1/24 2001:db8:2::1/64
	addr r ra 192.0.2.254/24 2001:db8:2::fe/64
	addr r rb 198.51.100.254/24 2001:db8:51::fe/64
	addr b vb 198.51.100.2/24 2001:db8:51::2/64
	n r sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	ipn a route add default via 192.0.2.254
	ipn a -6 route add default via 2001:db8:2::fe
	ipn b route add default via 198.51.100.254
	ipn b -6 route add default via 2001:db8:51::fe
	outer4=([a]=192.0.2.1 [b]=198.51.100.2)
	outer6=([a]=2001:db8:2::1 [b]=2001:db8:51::2)
}
declare -A outer4=() outer6=()

# net_behind NAME NUMBER: a host that has its way out by NAME.
#
#     NAME ─ e1 ──────────── e0 ─ host
#     10.NUMBER.0.1   10.NUMBER.0.2
#     fd0NUMBER::1    fd0NUMBER::2
net_behind()
{
	ns_new host
	wire "$1" e1 host e0
	addr "$1" e1 "10.$2.0.1/24" "fd0$2::1/64"
	addr host e0 "10.$2.0.2/24" "fd0$2::2/64"
	ipn host route add default via "10.$2.0.1"
	ipn host -6 route add default via "fd0$2::1"
	n "$1" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
}

# hostport ADDRESS [PORT]
hostport()
{
	case $1 in
	*:*) echo "[$1]:${2:-$port}" ;;
	*) echo "$1:${2:-$port}" ;;
	esac
}

ns_drop()
{
	local name=$1 pid

	for pid in $(ip netns pids "${ns[$name]}" 2>/dev/null); do
		kill -9 "$pid" 2>/dev/null || :
	done
	ip netns del "${ns[$name]}" 2>/dev/null || :
	unset "ns[$name]"
}

# stuck: where in the kernel everything is that sleeps uninterruptibly, every worker of the
# kernel's that has work, and what runs; and connections that are tracked, for which a
# namespace waits.
stuck()
{
	local process stack

	for process in /proc/[0-9]*; do
		stack=$(cat "$process/stack" 2>/dev/null) || continue
		if grep -q '^State:.D ' "$process/status" ||
		   { [[ $(<"$process/comm") == kworker/* ]] &&
		     [[ $stack == *process_one_work* ]]; }; then
			echo "${process#/proc/} $(<"$process/comm"):"
			echo "$stack"
		fi
	done 2>/dev/null
	ps -eo pid,stat,time,comm | awk '$2 ~ /^[RD]/'
	grep -E '^(nf_conntrack|ip[46]-frags|nf-frags) ' /proc/slabinfo || true
}
