#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: icount
# timeout: 120
# One end behind a NAT with short timeouts, the other with one open port: persistent
# keepalive keeps the mapping; without it only the end behind the NAT can begin.
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
soon "link up with persistent keepalive: a session without traffic" 10 session
matches "b learns the NAT's address as endpoint" '^198\.51\.100\.254:[2-6][0-9]{4}$' "$(outside)"
first=$(outside)
works "ping from outside in" ping_ok b 10.77.0.1
works "ping from inside out" ping_ok a 10.77.0.2
works "TCP from inside out" tcp a b 10.77.0.2 100000
for idle in 30 100; do
	sleep $idle
	works "after $idle idle seconds: ping in" ping_ok b 10.77.0.1
	is "after $idle idle seconds: the NAT mapping is the same" "$first" "$(outside)"
done

# Without keepalives the mapping expires: no packet gets in.
tun_set a cv0 peer "${pub[b]}" persistent-keepalive off
works "no keepalive: ping in, at once" ping_ok b 10.77.0.1
no_mapping() { [ "$(mapping || :)" = 0 ]; }
sleep 30
soon "no keepalive: the NAT mapping expires" 60 no_mapping
fails "no keepalive, mapping expired: no ping in" ping_once b 10.77.0.1
works "no keepalive, mapping expired: ping out" ping_ok a 10.77.0.2
isnt "ping out makes another NAT mapping" "$first" "$(outside)"
matches "the other mapping is the NAT's address and a port of its range" \
	'^198\.51\.100\.254:[2-6][0-9]{4}$' "$(outside)"
works "another NAT mapping: ping in" ping_ok b 10.77.0.1
works "TCP from outside in" tcp b a 10.77.0.1 100000

# Persistent keepalive, set again, makes a mapping without traffic.
tun_set a cv0 listen-port 40404
sleep 30
soon "new listen port: the NAT mapping expires" 60 no_mapping
tun_set a cv0 peer "${pub[b]}" persistent-keepalive 10
soon "keepalive set from off to 10 s: ping in at once" 5 ping_once b 10.77.0.1
finish
