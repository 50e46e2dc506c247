#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# slow: each kind of path is set up for real
# kmemleak: off
# timeout: 240
# culvert doctor about what carries a link: reverse path filters and marks, routes, MTU,
# links that were moved. For each finding, a set-up that has the fault and one that looks
# like it and has not.
. "$(dirname "$0")/../../lib/findings.sh"

rp() { n a sysctl -qw "net.ipv4.conf.$1.rp_filter=$2"; }

# full: all of IPv4 goes through the tunnel but packets with the link's mark.
full()
{
	tun_set a cv0 fwmark 51820 peer "${pub[b]}" allowed-ips 0.0.0.0/0
	ipn a route add default dev cv0 table 51820
	ipn a rule add not fwmark 51820 table 51820
	ipn a rule add table main suppress_prefixlength 0
}

marks()
{
	n a nft -f - <<-N
	table ip marks {
		chain pre {
			type filter hook prerouting priority mangle
			${1:-meta l4proto udp meta mark set ct mark}
		}
		chain post {
			type filter hook postrouting priority mangle
			${2:-meta l4proto udp meta mark 51820 ct mark set mark}
		}
	}
	N
}

net_routed
tunnel_pair
rp all 0; rp va 0; rp cv0 0
alive "plain" a 10.77.0.2
quiet "plain" a
full
alive "full tunnel, no filter" a 10.77.0.2
quiet "full tunnel, no filter" a rp_filter

rp va 1
dead "rp_filter strict at va" a 10.77.0.2
finds "rp_filter strict at va" a "rp_filter of va is strict.* sysctl net.ipv4.conf.va.rp_filter=2$"
rp va 2
alive "rp_filter as doctor advises" a 10.77.0.2
quiet "rp_filter as doctor advises" a rp_filter
rp va 0; rp all 1
dead "rp_filter strict for all" a 10.77.0.2
finds "rp_filter strict for all" a \
	"rp_filter of va is strict.* sysctl net.ipv4.conf.va.rp_filter=2$"
rp cv0 2
dead "rp_filter strict for all, loose at cv0" a 10.77.0.2
finds "rp_filter strict for all, loose at cv0" a "rp_filter of va is strict"
rp va 2
alive "rp_filter strict for all, loose at va and cv0" a 10.77.0.2
quiet "rp_filter strict for all, loose at va and cv0" a rp_filter

rp all 0; rp va 1; rp cv0 0
n a sysctl -qw net.ipv4.conf.all.src_valid_mark=1
missing="no firewall rule restores the mark of the connection"
dead "rp_filter strict, src_valid_mark, no marks" a 10.77.0.2
finds "rp_filter strict, src_valid_mark, no marks" a \
	"$missing.* sysctl net.ipv4.conf.va.rp_filter=2$"
marks '' counter
dead "rp_filter strict, marks that are not saved" a 10.77.0.2
finds "rp_filter strict, marks that are not saved" a "$missing"
n a nft flush ruleset
# From here on the connection has its mark for as long as it is tracked.
marks 'tcp dport 22 meta mark set ct mark'
dead "rp_filter strict, marks of other traffic" a 10.77.0.2
finds "rp_filter strict, marks of other traffic" a "$missing"
n a nft flush ruleset
n a sysctl -qw net.ipv4.conf.all.src_valid_mark=0
marks
dead "rp_filter strict, marks, src_valid_mark off" a 10.77.0.2
finds "rp_filter strict, marks, src_valid_mark off" a \
	"rp_filter of va ignores it: sysctl net.ipv4.conf.all.src_valid_mark=1$"
n a sysctl -qw net.ipv4.conf.all.src_valid_mark=1
alive "rp_filter strict, marks, src_valid_mark on" a 10.77.0.2
quiet "rp_filter strict, marks, src_valid_mark on" a rp_filter
rp all 1
alive "rp_filter strict for all, with marks" a 10.77.0.2
quiet "rp_filter strict for all, with marks" a rp_filter
rp all 0
n a nft flush ruleset
rp va 0; rp cv0 1
alive "rp_filter strict at cv0" a 10.77.0.2
quiet "rp_filter strict at cv0" a rp_filter

# A wire with a default route for the mark only: not even a loose filter accepts it.
rp cv0 0; rp va 2
n a sysctl -qw net.ipv4.conf.all.src_valid_mark=0
ipn a rule del not fwmark 51820 table 51820
ipn a route add default via 192.0.2.254 dev va table 7
ipn a rule add fwmark 51820 table 7
ipn a route del default
dead "rp_filter loose, no route back" a 10.77.0.2
finds "rp_filter loose, no route back" a \
	"rp_filter is on for va, .*no route back: sysctl net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.va.rp_filter=0$"
rp va 0
alive "rp_filter off, no route back" a 10.77.0.2
quiet "rp_filter off, no route back" a rp_filter
drop_all
unset 'pub[a]' 'pub[b]'

# Packets with a mark go through the tunnel; the filter of the link looks at what comes back.
net_pair
tunnel_pair
ipn b addr add 203.0.113.9/32 dev lo
tun_set a cv0 peer "${pub[b]}" allowed-ips 0.0.0.0/0
ipn a route add default dev cv0 table 8
ipn a route add 203.0.113.0/24 via 198.51.100.77
rp all 0; rp va 0; rp cv0 1
quiet "a table without a rule" a "rp_filter of cv0"
ipn a rule add fwmark 9 table 8
marked() { n a ping -q -n -c 1 -W 1 -m 9 -I 10.77.0.1 203.0.113.9; }
fails "marked packets, rp_filter strict at cv0: no ping comes back" marked
finds "marked packets, rp_filter strict at cv0" a \
	"packets with mark 0x9 go through cv0 .*rp_filter of cv0 is strict.* sysctl net.ipv4.conf.cv0.rp_filter=2$"
rp cv0 2
soon "marked packets, rp_filter as doctor advises: a ping comes back" 10 marked
quiet "marked packets, rp_filter as doctor advises" a rp_filter
rp cv0 1
ipn a rule del fwmark 9 table 8
ipn a rule add from 10.77.0.1 table 8
soon "a rule by the source: a ping comes back" 10 n a ping -q -n -c 1 -W 1 -I 10.77.0.1 203.0.113.9
quiet "a rule by the source" a rp_filter
ipn a rule del from 10.77.0.1 table 8

# Routes.
ipn a route add default dev cv0
ipn a route del 198.51.100.0/24 dev va
dead "the endpoint's route is the link itself" a 10.77.0.2
finds "the endpoint's route is the link itself" a \
	"the route to 198.51.100.2:$port leads into cv0 itself"
ipn a route add 198.51.100.2 dev va
alive "a separate route to the endpoint" a 10.77.0.2
quiet "a separate route to the endpoint" a "into cv0 itself"
ipn a route del default dev cv0
# Another peer of the link may be the way, but none may be its own.
key c
ipn b link add cv1 type "$kind"
addr a cv0 10.78.0.1/24
addr b cv1 10.78.0.2/24
tun_set b cv1 private-key "$tmp/c.key" listen-port $((port + 1)) peer "${pub[a]}" \
	allowed-ips 10.78.0.1/32
ipn b link set cv1 up
tun_set a cv0 peer "${pub[c]}" endpoint "10.77.0.2:$((port + 1))" allowed-ips 10.78.0.2/32
alive "a peer behind another" a 10.78.0.2
quiet "a peer behind another" a "into cv0 itself|too large"
matches "a peer behind another: doctor tells what fits" \
	"^ok +cv0 +the route to 10.77.0.2:$((port + 1)) is through another peer of cv0: .* 1360 bytes" "$doctor_out"
tun_set a cv0 peer "${pub[c]}" allowed-ips 10.78.0.2/32,10.77.0.2/32
dead "a peer behind itself" a 10.78.0.2
finds "a peer behind itself" a "the route to 10.77.0.2:$((port + 1)) leads into cv0 itself"
tun_set a cv0 peer "${pub[c]}" remove
tun_set a cv0 peer "${pub[b]}" allowed-ips 10.77.0.2/32,fd77::2/128
ipn b link del cv1
ipn a route del 198.51.100.2 dev va
finds "no route" a "there is no route to 198.51.100.2:$port"
ipn a route add unreachable 198.51.100.2
finds "an unreachable route" a "there is no route to 198.51.100.2:$port"
ipn a route del unreachable 198.51.100.2
ipn a route add 198.51.100.0/24 dev va
quiet "a route" a "no route"

# MTU: what is too long goes in fragments.
ipn a link set cv0 mtu 1441
long() { n a ping -q -n -c 1 -W 1 -s 1413 10.77.0.2; }
soon "MTU too large: a long ping comes back" 10 long
notes "MTU too large" a "MTU 1441 is too large .* 1500: .*fragments.*: ip link set cv0 mtu 1440$"
ipn a link set cv0 mtu 1440
quiet "MTU as doctor advises" a "too large"
ipn a route replace 198.51.100.2 dev va mtu 1400
notes "a route with an MTU" a "MTU 1440 is too large .* 1400: .* mtu 1340$"
ipn a route del 198.51.100.2
ipn a link set va mtu 100
finds "a route with an MTU of 100" a "has an MTU of 100, too small for any tunnel"
ipn a link set va mtu 1500
drop_all
unset 'pub[a]' 'pub[b]'

# A link in another namespace than its sockets.
net_routed
tunnel_pair
ns_new c
ipn a link set cv0 netns "${ns[c]}"
addr c cv0 10.77.0.1/24
ipn c link set cv0 up
ipn c route add default dev cv0
alive "moved" c 10.77.0.2
quiet "moved" c
matches "moved: the port is looked at in its own netns" \
	"^ok +cv0 +UDP port $port receives packets" "$doctor_out"
matches "moved: the MTU is looked at in the socket's netns" \
	"^ok +cv0 +MTU 1420 fits the path to ${outer4[b]}:$port" "$doctor_out"
n a nft 'table inet f { chain input { type filter hook input priority 0; policy drop; }; }'
dead "moved, a firewall in the socket's netns" c 10.77.0.2
finds "moved, a firewall in the socket's netns" c \
	"the firewall drops replies from ${outer4[b]}:$port"
n a nft flush ruleset
n c nft 'table inet f { chain input { type filter hook input priority 0; policy drop; iifname cv0 accept; }; }'
alive "moved, a firewall in the link's netns" c 10.77.0.2
quiet "moved, a firewall in the link's netns" c firewall.*drops
n c nft flush ruleset
rp all 0; rp va 1
ipn a route add 198.51.100.2 via 192.0.2.254 table 7
ipn a rule add fwmark 51820 table 7
ipn a route del default
n c culvert set cv0 fwmark 51820
dead "moved, rp_filter strict at va" c 10.77.0.2
finds "moved, rp_filter strict at va" c "rp_filter of va is strict"
rp va 0
alive "moved, rp_filter off at va" c 10.77.0.2
quiet "moved, rp_filter off at va" c rp_filter
# Without permission to enter others it says what to do, and nothing about the wrong one.
doctor_out=$(n c unshare --user --map-root-user culvert doctor 2>&1) || :
is "moved, root of a user namespace: nothing is BAD" "" \
	"$(grep '^BAD' <<<"$doctor_out" | grep cv0 || :)"
doctor_out=$(n c setpriv --bounding-set -sys_admin culvert doctor 2>&1) || :
matches "moved, netns cannot be entered: doctor says what to do" \
	"^note +cv0 +its UDP port is in .*cannot be entered .*nsenter -t PID -n culvert doctor" \
	"$doctor_out"
is "moved, netns cannot be entered: nothing is BAD" "" "$(grep '^BAD' <<<"$doctor_out" || :)"
ns_drop a
finds "moved, the socket's netns has ended" c \
	"cv0 +has no socket, .*no longer exists: delete the link"
drop_all
finish
