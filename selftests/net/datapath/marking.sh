#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# timeout: 90
# What outer packets have of the inner ones: their DSCP if the link says so, ECN, and their
# priority, by which a queueing discipline below sorts them. Packets that differ in these do not
# share a super-packet.
. "$(dirname "$0")/../../lib/test.sh"

if [ "$kind" != culvert ]; then
	skip "marking" "$kind has none"
	finish
fi

# watch: b counts what comes, by DS field.
watch()
{
	n b nft -f - <<-END
		table inet marks {
			chain in {
				type filter hook input priority 0
				udp dport $port jump of_us
			}
			chain of_us {
				@th,64,8 { 1, 2 } ip dscp af41 counter comment "handshake"
				@th,64,8 { 1, 2 } ip6 dscp af41 counter comment "handshake6"
				@th,64,8 { 1, 2 } accept
				ip dscp cs0 counter comment "cs0"
				ip dscp ef counter comment "ef"
				ip dscp cs1 counter comment "cs1"
				ip dscp af11 counter comment "af11"
				ip dscp ef ip ecn ect1 counter comment "ef-ect1"
				ip6 dscp cs0 counter comment "cs0-6"
				ip6 dscp ef counter comment "ef-6"
				ip6 dscp cs1 counter comment "cs1-6"
			}
		}
	END
}
# seen NAME: packets since the last unseen
seen() { n b nft list table inet marks | sed -n "s/.* packets \([0-9]*\) .*comment \"$1\".*/\1/p"; }
unseen() { n b nft delete table inet marks; watch; }
dscp() { n a "$tool" set cv0 dscp "$1"; }

test_dscp()
{
	local outer=$1 six=''

	[ "$outer" = 4 ] || six=-6
	net_pair
	tunnel_pair outer="$outer" b=wireguard
	# Each message is a packet of its own, and counted.
	n a ethtool -K va tx-udp-segmentation off
	watch
	works "IPv$outer, none: ping" ping_ok a 10.77.0.2 -Q 0xb8
	is "IPv$outer, none: no DSCP" "0 3" "$(seen "ef$six") $(seen "cs0$six")"
	is "IPv$outer: the handshake has AF41" 1 "$(seen "handshake${six#-}")"
	unseen
	works "IPv$outer, copy: set" dscp copy
	works "IPv$outer, copy: ping" ping_ok a 10.77.0.2 -Q 0xb8
	is "IPv$outer, copy: DSCP EF" "3 0" "$(seen "ef$six") $(seen "cs0$six")"
	works "IPv$outer, copy: ping6" ping_ok a fd77::2 -Q 0xb8
	is "IPv$outer, copy, IPv6 inside: DSCP EF" "6 0" "$(seen "ef$six") $(seen "cs0$six")"
	unseen
	for to in 10.77.0.2 fd77::2; do
		n_py a marking.py tos $to 200 0xb8 0x20
		soon "IPv$outer, copy: one flow to $to with two of them: all have theirs" 5 \
			eval "[ \"\$(seen ef$six) \$(seen cs1$six)\" = '100 100' ]"
		is "IPv$outer, copy: one flow to $to with two of them: counted" "100 100 0" \
			"$(seen "ef$six") $(seen "cs1$six") $(seen "cs0$six")"
		unseen
	done
	drop_all
}

test_dscp 4
test_dscp 6

net_pair
tunnel_pair b=wireguard
n a ethtool -K va tx-udp-segmentation off
watch
works "ping" ping_ok a 10.77.0.2
unseen
works "a DSCP: set" dscp 10
works "a DSCP: ping" ping_ok a 10.77.0.2 -Q 0xb8
is "a DSCP: all have it" "3 0 0" "$(seen af11) $(seen ef) $(seen cs0)"
dscp copy
unseen
works "copy, ECT(1): ping" ping_ok a 10.77.0.2 -Q 0xb9
is "copy, ECT(1): passed on" 3 "$(seen ef-ect1)"
fails_with "DSCP 65: refused" "ERANGE: the DSCP must be 0 to 63" n_py a ../config/bind.py set cv0 dscp=65
is "DSCP 65: nothing has changed" copy "$(tun_show a cv0 dscp)"
dscp none

# By priority, below: 6 goes to the first band, all others to the third.
n a tc qdisc replace dev va root handle 1: prio bands 3 priomap 2 2 2 2 2 2 0 2 2 2 2 2 2 2 2 2
band() { n a tc -s class show dev va classid "1:$1" | sed -n 's/^ Sent .* bytes \([0-9]*\) pkt.*/\1/p'; }
before=$(band 3)
n_py a marking.py priority 10.77.0.2 200 6 0
soon "priority: packets with 6 go to its band" 5 eval '[ "$(band 1)" -ge 100 ]'
is "priority: packets with 6 in its band" 100 "$(band 1)"
between "priority: the others in theirs" 100 120 $(($(band 3) - before))
finish
