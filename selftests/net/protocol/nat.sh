#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: icount
# timeout: 120
# One end behind a NAT that forgets soon, the other with one open port: persistent
# keepalive holds the way open; without it the hidden end speaks first.
. "$(dirname "$0")/../../lib/test.sh"

#     a ─ va ── ra ─ r ─ rb ── vb ─ b
#     hidden     masquerade    only UDP port 51820 is open
net_routed
ipn b route del default
ipn b -6 route del default
n r nft -f - <<-END
	table ip nat {
		chain out {
			type nat hook postrouting priority srcnat
			oifname rb meta l4proto udp masquerade to :20000-60000 random
		}
	}
	table inet filter {
		chain through {
			type filter hook forward priority 0; policy drop
			iifname ra accept
			ct state established accept
		}
	}
END
n b nft -f - <<-END
	table inet filter {
		chain in {
			type filter hook input priority 0; policy drop
			iifname lo accept
			iifname cv0 accept
			iifname vb udp dport $port accept
			iifname vb icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
		}
	}
END
n r sysctl -qw net.netfilter.nf_conntrack_udp_timeout=20 \
	net.netfilter.nf_conntrack_udp_timeout_stream=20
mapping() { n r grep -c "udp.*dport=$port" /proc/net/nf_conntrack; }
outside() { peer_endpoint b cv0 a; }

tunnel_pair endpoint=b keepalive=10
session() { has_session b cv0 a; }
soon "a link that is up and has a persistent keepalive makes a session by itself" 10 session
matches "its endpoint is the NAT's" '^198\.51\.100\.254:[2-6][0-9]{4}$' "$(outside)"
first=$(outside)
works "ping in" ping_ok b 10.77.0.1
works "ping out" ping_ok a 10.77.0.2
works "TCP" tcp a b 10.77.0.2 100000
for idle in 30 100; do
	sleep $idle
	works "after $idle idle seconds: ping in" ping_ok b 10.77.0.1
	is "after $idle idle seconds: through the same hole" "$first" "$(outside)"
done

# Without keepalives the hole closes: nobody gets in.
tun_set a cv0 peer "${pub[b]}" persistent-keepalive off
works "no keepalive: ping in, at once" ping_ok b 10.77.0.1
no_mapping() { [ "$(mapping || :)" = 0 ]; }
sleep 30
soon "no keepalive: the NAT forgets" 60 no_mapping
fails "no keepalive: nobody gets in" ping_once b 10.77.0.1
works "but out" ping_ok a 10.77.0.2
isnt "that is another hole" "$first" "$(outside)"
matches "that is another hole" '^198\.51\.100\.254:[2-6][0-9]{4}$' "$(outside)"
works "and now in again" ping_ok b 10.77.0.1
works "TCP from outside in" tcp b a 10.77.0.1 100000

# A keepalive that comes back opens the hole by itself.
tun_set a cv0 listen-port 40404
sleep 30
soon "the NAT forgets again" 60 no_mapping
tun_set a cv0 peer "${pub[b]}" persistent-keepalive 10
soon "set from off to 10 s: in again at once" 5 ping_once b 10.77.0.1
finish
