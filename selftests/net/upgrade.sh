#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# timeout: 120
# The module is replaced under a tunnel, by the steps that README.md has under
# "Upgrade without dropping": the peer, another machine, keeps all it has, and one
# handshake later traffic goes on.
. "$(dirname "$0")/lib.sh"

# The other end must not lose its session with our module: it is wireguard.ko.
need_module wireguard
net_pair
tunnel_pair b=wireguard keepalive=25
# The keepalive began before the other end was up: it tries again after five seconds.
soon "before: ping" 20 ping_once a 10.77.0.2
n b nft -f - <<-END
	table inet t {
		counter initiations { }
		chain in {
			type filter hook input priority 0;
			udp dport $port @th,64,8 1 counter name initiations
		}
	}
END
initiations() { n b nft list counter inet t initiations | awk '$1 == "packets" { print $2 }'; }
index() { ipn b -o link show cv0 | cut -d : -f 1; }

before=$(field b cv0 endpoints a)
b_link=$(index)
had=$(n a "$tool" showconf cv0)
(umask 077; echo "$had" >"$tmp/cv0.conf")
is "the saved file is for its owner alone" 600 "$(command stat -c %a "$tmp/cv0.conf")"
ipn a route add 10.99.0.0/16 dev cv0
ipn a route add fd99::/64 dev cv0
{
	ipn a -o addr show dev cv0 | awk '{ print "addr add " $4 " dev cv0" }'
	ipn a route show dev cv0 | sed '/proto kernel/d; s/.*/route add & dev cv0/'
	ipn a -6 route show dev cv0 | sed '/proto kernel/d; s/.*/route add & dev cv0/'
} >"$tmp/cv0.ip"

ipn a link del cv0
soon "the old module goes" 30 rmmod "$kind"
works "the new one comes" modprobe "$kind"
works "its link" ipn a link add cv0 type "$kind"
works "setconf of what showconf printed" n a "$tool" setconf cv0 "$tmp/cv0.conf"
works "up" ipn a link set cv0 up
works "its addresses and routes" n a ip -batch "$tmp/cv0.ip"
is "the configuration is what it was" "$had" "$(n a "$tool" showconf cv0)"
matches "so are the routes" "^10.99.0.0/16" "$(ipn a route show dev cv0)"
matches "of IPv6 too" "^fd99::/64" "$(ipn a -6 route show dev cv0)"

# Nobody sends anything here: the keepalive alone brings the session.
soon "a session by itself" 15 has_session a cv0 b
works "the peer's traffic goes through" ping_ok b 10.77.0.1
works "TCP from the peer" tcp b a 10.77.0.1 300000
is "by one handshake" 1 "$(initiations)"
is "the peer sees the same endpoint" "$before" "$(field b cv0 endpoints a)"
is "the peer has the same link" "$b_link" "$(index)"
finish
