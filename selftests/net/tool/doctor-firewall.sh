#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# slow: each kind of rule is set up for real
# kmemleak: off
# timeout: 240
# culvert doctor about firewalls: for each finding, rules that drop and rules that look like
# them and do not, in nftables and in both kinds of iptables.
. "$(dirname "$0")/../../lib/findings.sh"

# input POLICY RULE...: the only chain at hook input; $more comes before it. What was inside
# the tunnel may come in.
more=''
input()
{
	local policy=$1

	shift
	{
		echo "flush ruleset"
		echo "table inet f {"
		echo "$more"
		echo "chain input { type filter hook input priority 0; policy $policy;"
		printf '%s\n' 'iifname cv0 accept' "$@"
		printf "}\n}\n"
	} >"$tmp/rules"
	n a nft -f "$tmp/rules"
}

drops="the firewall drops replies from ${outer4[b]:-198.51.100.2}:$port"
peer=10.77.0.2
net_pair
tunnel_pair
alive "no rules" a $peer
quiet "no rules" a firewall
open="^ok +cv0 +no nftables or iptables rule in this namespace drops packets to UDP port $port; .*test from another machine"
matches "no rules: only a packet from outside shows more" "$open" "$doctor_out"

input drop
dead "policy drop" a $peer
finds "policy drop" a "$drops .*table inet f, chain input.*: nft insert rule inet f input udp dport $port accept$"
n a nft insert rule inet f input udp dport $port accept
alive "the rule that doctor advises" a $peer
quiet "the rule that doctor advises" a "firewall drops"
input drop 'iif lo accept' 'tcp dport 22 accept' 'udp dport { 500, 4500 } accept' \
	'udp dport 60000-61000 accept' "ip saddr 203.0.113.0/24 accept" 'iifname "other" accept'
dead "only other ports are open" a $peer
finds "only other ports are open" a "$drops"

# Rules that accept it, from everywhere.
for rule in "udp dport $port accept" "udp dport { 500, $port } accept" \
	"udp dport 51000-52000 accept" "udp dport { 500, 51000-52000 } accept" \
	"meta l4proto { tcp, udp } th dport $port accept" \
	"udp dport $port counter accept" "fib daddr type local udp dport $port accept" \
	"udp dport != { 500, 4500 } accept" "meta l4proto vmap { udp : accept, icmp : drop }" \
	"udp dport @none drop; rt type 0 drop; udp dport $port counter name n accept"; do
	more="set none { type inet_service; flags interval; }
	counter n { }"
	input drop 'iif lo accept' "$rule"
	alive "$rule" a $peer
	quiet "$rule" a "firewall drops (replies from|packets sent to)"
	matches "$rule: the port is open" "$open" "$doctor_out"
done
more=''

# Rules that accept some of it.
for rule in "iifname va accept" "iif va udp dport $port counter accept" \
	"iifname \"v*\" accept" "ip protocol udp ip saddr 198.51.100.0/24 accept" \
	"ip saddr { 203.0.113.7, 198.51.100.2 } udp sport $port accept"; do
	input drop 'iif lo accept' "$rule"
	alive "$rule" a $peer
	quiet "$rule" a "firewall drops (replies from|packets sent to)"
done
more="set ports { type inet_service; flags interval; elements = { 500, 51800-51900 }; }
	chain ours { udp dport @ports accept; }"
input drop 'iif lo accept' 'ct state vmap { invalid : drop, new : jump ours, established : jump ours }'
alive "a named chain and set" a $peer
quiet "a named chain and set" a "firewall drops"
more="chain ours { udp dport $port return; accept; }"
input drop 'iif lo accept' 'jump ours'
dead "a chain that returns" a $peer
finds "a chain that returns" a "$drops"
more=''

# Only answers.
input drop 'iif lo accept' 'ct state established,related accept'
alive "only answers" a $peer
notes "only answers" a "firewall drops new packets from outside to UDP port $port .*must send first"

# A policy of accept, and rules that drop.
input accept "udp dport $port drop"
dead "a rule that drops" a $peer
finds "a rule that drops" a "$drops"
matches "a rule that drops: doctor's own packet does not come" \
	"^BAD .*to 127.0.0.1:$port did not reach the link" "$doctor_out"
input accept "udp dport $((port + 1)) drop" 'meta l4proto tcp drop' \
	'ip daddr 203.0.113.1 drop'
alive "rules that drop other packets" a $peer
quiet "rules that drop other packets" a "firewall drops"
input accept 'ip saddr != 198.51.100.0/24 iif va drop'
alive "a rule that drops some packets" a $peer
notes "a rule that drops some packets" a "cannot be told from its rules alone"
input accept "udp dport $port reject"
finds "a rule that rejects" a "$drops"
matches "a rule that rejects: doctor's own packet is refused" \
	"^BAD .*to 127.0.0.1:$port is refused" "$doctor_out"
input accept "iif lo udp dport $port drop"
alive "a rule about lo" a $peer
notes "a rule about lo" a "to 127.0.0.1:$port did not reach the link.* but not those from outside"
input accept "ip daddr 198.51.100.1 iif lo udp dport $port drop"
alive "a rule about another address" a $peer
notes "a rule about another address" a "to 198.51.100.1:$port did not reach the link"
input accept "udp dport $port limit rate over 10000/second drop"
alive "a rule of unknown effect" a $peer
notes "a rule of unknown effect" a "cannot be told from its rules alone .*test from another machine"
input accept
n a nft 'table ip r { chain p { type filter hook prerouting priority raw; udp dport '$port' drop; }; }'
dead "a drop before routing" a $peer
finds "a drop before routing" a "$drops .*table ip r, chain p"
n a nft delete table ip r

# Not tracked, and so neither new nor established.
n a nft flush ruleset
n a nft 'table inet r { chain p { type filter hook prerouting priority raw; udp dport '$port' notrack; }; }'
n a nft 'table inet f { chain input { type filter hook input priority 0; policy drop; iifname { lo, cv0 } accept; ct state untracked accept; }; }'
alive "not tracked" a $peer
notes "not tracked" a "cannot be told from its rules alone"
n a nft flush ruleset

# Rules for output.
n a nft 'table inet o { chain out { type filter hook output priority 0; policy drop; oif lo accept; oifname cv0 accept; }; }'
dead "output is dropped" a $peer
finds "output is dropped" a "the firewall drops packets sent to 198.51.100.2:$port .*chain out"
n a nft add rule inet o out udp sport $port accept
alive "output of the port is accepted" a $peer
quiet "output of the port is accepted" a "firewall drops"
n a nft flush ruleset
n a nft "table inet o { chain out { type filter hook output priority 0; ip daddr 127.0.0.1 udp dport $port drop; }; }"
alive "packets to itself are dropped" a $peer
notes "packets to itself are dropped" a \
	"UDP port $port cannot be tested: the firewall prevents this machine from sending to itself"
n a nft flush ruleset
ipn a link set lo down
alive "lo is down" a $peer
notes "lo is down" a "UDP port $port cannot be tested .*is lo up"
ipn a link set lo up

# The older iptables, and the newer one.
iptables_of()
{
	local ipt=$1 ipt_remedy=iptables

	[ "$ipt" != iptables-legacy ] || ipt_remedy=$ipt
	if ! n a "$ipt" -nL >/dev/null 2>&1; then
		skip "$ipt" "it does not work here"
		return 0
	fi
	n a "$ipt" -P INPUT DROP
	n a "$ipt" -A INPUT -i cv0 -j ACCEPT
	dead "$ipt: policy drop" a $peer
	finds "$ipt: policy drop" a "$drops .*table ip filter, chain INPUT.*: $ipt_remedy -t filter -I INPUT -p udp --dport $port -j ACCEPT$"
	n a "$ipt" -A INPUT -i lo -j ACCEPT
	n a "$ipt" -A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
	n a "$ipt" -A INPUT -p udp -m udp --sport 67 --dport 68 -j ACCEPT
	n a "$ipt" -A INPUT -p udp -m multiport --dports 500,4500,60000:61000 -j ACCEPT
	n a "$ipt" -A INPUT -p icmp -j ACCEPT
	n a "$ipt" -A INPUT -s 203.0.113.0/24 -j ACCEPT
	dead "$ipt: only other ports are open" a $peer
	finds "$ipt: only other ports are open" a "$drops"
	n a "$ipt" -D INPUT -s 203.0.113.0/24 -j ACCEPT
	n a "$ipt" -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
	alive "$ipt: only answers" a $peer
	notes "$ipt: only answers" a "drops new .*from outside to UDP port $port .*must send first"
	n a "$ipt" -F INPUT
	n a "$ipt" -N ours
	n a "$ipt" -A INPUT -i cv0 -j ACCEPT
	n a "$ipt" -A INPUT -i lo -j ACCEPT
	n a "$ipt" -A INPUT -i va -p udp -j ours
	n a "$ipt" -A ours -p udp -m udp --dport $port -j ACCEPT
	alive "$ipt: a chain that accepts" a $peer
	quiet "$ipt: a chain that accepts" a "$drops"
	n a "$ipt" -F ours
	n a "$ipt" -A ours -p udp -m multiport --dports 500,51800:51900 -j ACCEPT
	alive "$ipt: several ports" a $peer
	quiet "$ipt: several ports" a "$drops"
	n a "$ipt" -P INPUT ACCEPT
	n a "$ipt" -F INPUT
	n a "$ipt" -A INPUT -p udp -m udp --dport $port -m comment --comment ours -j DROP
	dead "$ipt: a rule that drops" a $peer
	finds "$ipt: a rule that drops" a "$drops"
	n a "$ipt" -F INPUT
	n a "$ipt" -F ours
	n a "$ipt" -X ours
}
iptables_of iptables-legacy
iptables_of iptables-nft
n a nft flush ruleset

# As ufw has it.
ufw()
{
	n a iptables-nft-restore <<-R
	*filter
	:INPUT DROP [0:0]
	:ufw-before-input - [0:0]
	:ufw-user-input - [0:0]
	:ufw-not-local - [0:0]
	-A INPUT -j ufw-before-input
	-A ufw-before-input -i lo -j ACCEPT
	-A ufw-before-input -i cv0 -j ACCEPT
	-A ufw-before-input -m conntrack --ctstate INVALID -j DROP
	-A ufw-before-input -p udp --sport 67 --dport 68 -j ACCEPT
	-A ufw-before-input -j ufw-not-local
	-A ufw-before-input -d 224.0.0.251 -p udp --dport 5353 -j ACCEPT
	-A ufw-before-input -j ufw-user-input
	-A ufw-not-local -m addrtype --dst-type LOCAL -j RETURN
	-A ufw-not-local -m limit --limit 3/min -j LOG
	-A ufw-not-local -j DROP
	-A ufw-user-input -p tcp --dport 22 -j ACCEPT
	${1:-}
	COMMIT
	R
}
if command -v iptables-nft-restore >/dev/null; then
	ufw
	dead "ufw" a $peer
	finds "ufw" a "$drops .*: ufw allow $port/udp$"
	n a nft flush ruleset
	ufw "-A ufw-user-input -p udp --dport $port -j ACCEPT"
	alive "ufw, open" a $peer
	quiet "ufw, open" a "$drops"
	matches "ufw, open: the port is open" "$open" "$doctor_out"
	n a nft flush ruleset
else
	skip ufw "there is no iptables-nft-restore"
fi
drop_all
unset 'pub[a]' 'pub[b]'

# A server: it learns its peers' endpoints from their packets.
net_pair
tunnel_pair endpoint=a
input drop 'iif lo accept' 'ct state established,related accept'
dead "a server, only answers" b 10.77.0.1
finds "a server, only answers" a "the firewall drops new packets from outside to UDP port $port .*: nft insert rule inet f input udp dport $port accept$"
n a nft insert rule inet f input udp dport $port accept
alive "a server, the rule that doctor advises" b 10.77.0.1
quiet "a server, the rule that doctor advises" a "firewall drops"
drop_all
unset 'pub[a]' 'pub[b]'

# A reverse path filter for IPv6, as firewalld has it.
net_routed
tunnel_pair outer=6
n a nft 'table inet firewalld { chain pre { type filter hook prerouting priority filter; meta nfproto ipv6 fib saddr . mark . iif oif missing drop; }; }'
alive "rpfilter rule, with a route back" a $peer
quiet "rpfilter rule, with a route back" a "reverse path"
matches "rpfilter rule, with a route back: the port is open" "$open" "$doctor_out"
tun_set a cv0 fwmark 51820 peer "${pub[b]}" allowed-ips 0.0.0.0/0,::/0
ipn a -6 route add default dev cv0 table 51820
ipn a -6 rule add not fwmark 51820 table 51820
ipn a -6 rule add table main suppress_prefixlength 0
# Here kernels differ: for newer ones there is a way by the device, though not the best.
notes "rpfilter rule, the best route back is by another device" a \
	"are dropped by some kernels: a rule .table inet firewalld, chain pre. checks"
ipn a -6 route del default
ipn a -6 route add default via 2001:db8:2::fe dev va table 7
ipn a -6 rule add fwmark 51820 table 7
dead "rpfilter rule, no route back without the mark" a $peer
finds "rpfilter rule, no route back without the mark" a \
	"are dropped: a rule .table inet firewalld, chain pre. checks the reverse path.*IPv6_rpfilter=no"
n a nft flush ruleset
alive "no rpfilter rule, no route back without the mark" a $peer
quiet "no rpfilter rule, no route back without the mark" a "reverse path"
drop_all
finish
