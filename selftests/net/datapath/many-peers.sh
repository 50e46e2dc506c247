#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# timeout: 120
# One link with many peers that all send at once: each gets its own packets and no
# others, whole and in order.
. "$(dirname "$0")/../../lib/test.sh"

peers=40

#     a ─ va ───── vb ─ b       b has a link for each peer: cv1, cv2, ...
#     10.77.0.1, fd77::1        10.77.1.N, fd77::1:N; answers leave by the link they are for
net_pair
tunnel_end
links_and_routes()
{
	local i

	for ((i = 1; i <= peers; i++)); do
		cat <<-END
			link add cv$i type $kind
			addr add 10.77.1.$i/32 dev cv$i
			addr add fd77::1:$i/128 dev cv$i nodad
			link set cv$i up
			route add 10.77.0.1/32 dev cv$i table $i
			route add fd77::1/128 dev cv$i metric $((1000 + i))
			rule add from 10.77.1.$i table $i
		END
	done
}
links_and_routes >"$tmp/batch"
ipn b -batch "$tmp/batch"
words=()
for ((i = 1; i <= peers; i++)); do
	key p$i
	tun_set b cv$i private-key "$tmp/p$i.key" peer "${pub[a]}" \
		endpoint "$(hostport "${outer4[a]}")" allowed-ips 10.77.0.1/32,fd77::1/128
	words+=(peer "${pub[p$i]}" allowed-ips "10.77.1.$i/32,fd77::1:$i/128")
done
works "$peers peers in one request" tun_set a cv0 "${words[@]}"
is "the link has $peers peers" $peers "$(tun_show a cv0 peers | wc -l)"
for family in 4 6; do
	relay py spread.py "${ns[a]}" "${ns[b]}" $family $peers
done
is "all $peers peers have a session" $peers \
	"$(tun_show a cv0 latest-handshakes | awk '$2 > 0' | wc -l)"
is "no receive errors at a" 0 "$(stat a cv0 rx_errors)"
reason "no packet came from a wrong peer" a cv0 rx_inner_source 0

# Every second peer is removed; the others stay and work.
words=()
for ((i = 2; i <= peers; i += 2)); do
	words+=(peer "${pub[p$i]}" remove)
done
works "half of the peers are removed in one request" tun_set a cv0 "${words[@]}"
is "half of the peers are left" $((peers / 2)) "$(tun_show a cv0 peers | wc -l)"
works "peer 1, which was not removed: ping" ping_ok a 10.77.1.1
works "peer 39, which was not removed: ping" ping_ok a 10.77.1.39
fails "peer 2, which was removed: no ping" ping_once a 10.77.1.2
finish
