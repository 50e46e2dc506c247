#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# timeout: 180
# Cryptokey routing: the longest prefix picks the peer, the source of what comes in
# is checked, a prefix has one owner, and a sender gets an error when there is none.
#
#                ┌── b  10.0.0.9     fd00::9
#     h ── a ────┼── c  10.1.0.9     fd00:1::9
#                └── d  10.1.2.9     fd00:1:2::9
. "$(dirname "$0")/../../lib/test.sh"

ns_new h a b c d
tun_new a cv0
tun_set a cv0 listen-port "$port"
ipn a link set cv0 up
addr a cv0 10.99.0.1/32 fd99::1/128
octet=0
# spoke NAME INNER4 INNER6 PREFIXES
spoke()
{
	octet=$((octet + 1))
	wire a "v$1" "$1" va
	addr a "v$1" "198.51.$octet.1/24"
	addr "$1" va "198.51.$octet.2/24"
	tun_new "$1" cv0
	addr "$1" cv0 "$2/32" "$3/128"
	tun_set "$1" cv0 listen-port "$port" peer "${pub[a]}" \
		endpoint "198.51.$octet.1:$port" allowed-ips 0.0.0.0/0,::/0
	ipn "$1" link set cv0 up
	ipn "$1" route add default dev cv0
	ipn "$1" -6 route add default dev cv0
	tun_set a cv0 peer "${pub[$1]}" endpoint "198.51.$octet.2:$port" allowed-ips "$4"
}
spoke b 10.0.0.9 fd00::9 10.0.0.0/8,fd00::/16
spoke c 10.1.0.9 fd00:1::9 10.1.0.0/16,fd00:1::/32
spoke d 10.1.2.9 fd00:1:2::9 10.1.2.0/24,fd00:1:2::/48
ipn a route add 10.0.0.0/8 dev cv0
ipn a route add 172.16.0.0/12 dev cv0
ipn a -6 route add fd00::/16 dev cv0
ipn a -6 route add fdee::/16 dev cv0

# reached PEER: which of the spokes gets what is sent to ADDRESS.
reached()
{
	local peer before=()

	for peer in b c d; do
		before+=("$(stat "$peer" cv0 rx_packets)")
	done
	n a ping -q -c 1 -W 1 "$1" >/dev/null 2>&1 || :
	set -- "${before[@]}"
	for peer in b c d; do
		[ "$(stat "$peer" cv0 rx_packets)" = "$1" ] || printf '%s' "$peer"
		shift
	done
}
for peer in b:10.0.0.9 c:10.1.0.9 d:10.1.2.9 b:fd00::9 c:fd00:1::9 d:fd00:1:2::9; do
	works "${peer#*:} answers" ping_ok a "${peer#*:}"
done
for peer in b:10.0.0.77 b:10.2.1.1 b:10.255.255.255 c:10.1.1.255 c:10.1.3.0 d:10.1.2.0 \
	d:10.1.2.255 b:fd00:2::1 c:fd00:1:1:ffff::1 d:fd00:1:2:ffff::1; do
	is "${peer#*:} goes to ${peer%%:*}" "${peer%%:*}" "$(reached "${peer#*:}")"
done

tun_set a cv0 peer "${pub[c]}" allowed-ips 10.1.0.0/16,fd00:1::/32,10.1.2.0/24
is "10.1.2.0/24 given to c: 10.1.2.9 goes to c" c "$(reached 10.1.2.9)"
matches "10.1.2.0/24 given to c: shown at c" "10\.1\.2\.0/24" "$(field a cv0 allowed-ips c)"
is "10.1.2.0/24 given to c: no longer shown at d" "fd00:1:2::/48" "$(field a cv0 allowed-ips d)"
tun_set a cv0 peer "${pub[d]}" allowed-ips 10.1.2.9/32,fd00:1:2::/48
is "10.1.2.9/32 given to d: 10.1.2.9 goes to d" d "$(reached 10.1.2.9)"
is "10.1.2.9/32 given to d: 10.1.2.8 goes to c" c "$(reached 10.1.2.8)"
tun_set a cv0 peer "${pub[c]}" remove
is "c removed: 10.1.0.9 goes to b, the next longest prefix" b "$(reached 10.1.0.9)"
is "c removed: fd00:1::9 goes to b, the next longest prefix" b "$(reached fd00:1::9)"

# The source of what comes in must be in the sender's allowed IPs.
errors_before=$(stat a cv0 rx_errors)
bad=$(drops a cv0 rx_inner_source)
fails "c removed: its ping gets no answer" ping_once c 10.99.0.1
addr b cv0 10.1.2.9/32 fd00:1:2::9/128
fails "b pings from d's 10.1.2.9: no answer" ping_once b 10.99.0.1 -I 10.1.2.9
fails "b pings from d's fd00:1:2::9: no answer" ping_once b fd99::1 -I fd00:1:2::9
works "b pings from its own 10.0.0.9: answers" ping_ok b 10.99.0.1 -I 10.0.0.9
if [ "$kind" = culvert ]; then
	is "b's two packets with d's addresses: rx_inner_source counts 2" $((bad + 2)) \
		"$(drops a cv0 rx_inner_source)"
	is "b's two packets with d's addresses: in rx_errors" yes \
		"$([ "$(stat a cv0 rx_errors)" -ge $((errors_before + 2)) ] && echo yes)"
fi

# Addresses without a peer, and peers without an endpoint.
is "send to 172.16.0.1, in no allowed IPs: ENOKEY" ENOKEY "$(n_py a send.py 172.16.0.1 4000)"
is "send to fdee::1, in no allowed IPs: ENOKEY" ENOKEY "$(n_py a send.py fdee::1 4000)"
key far
tun_set a cv0 peer "${pub[far]}" allowed-ips 172.17.0.0/16,fdee:17::/32
is "send to 172.17.0.1, peer without endpoint: EDESTADDRREQ" EDESTADDRREQ \
	"$(n_py a send.py 172.17.0.1 4000)"
is "send to fdee:17::1, peer without endpoint: EDESTADDRREQ" EDESTADDRREQ \
	"$(n_py a send.py fdee:17::1 4000)"

# A host behind a gets ICMP errors.
wire a vh h va
addr a vh 192.0.2.254/24 2001:db8:2::fe/64
addr h va 192.0.2.1/24 2001:db8:2::1/64
n a sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
ipn h route add default via 192.0.2.254
ipn h -6 route add default via 2001:db8:2::fe
for address in 172.16.0.1 172.17.0.1; do
	matches "host behind a pings $address: host unreachable" \
		"192.0.2.254.*Destination Host Unreachable" \
		"$(n h ping -n -c 1 -W 2 "$address" 2>&1)"
done
for address in fdee::1 fdee:17::1; do
	matches "host behind a pings $address: address unreachable" \
		"2001:db8:2::fe.*Address unreachable" \
		"$(n h ping -n -c 1 -W 2 "$address" 2>&1)"
done

tun_set a cv0 peer "${pub[b]}" allowed-ips 0.0.0.0/0,::/0
is "b has 0.0.0.0/0: 172.16.0.1 goes to b" b "$(reached 172.16.0.1)"
is "b has ::/0: fdee::1 goes to b" b "$(reached fdee::1)"
is "b has 0.0.0.0/0: 10.1.2.9 goes to d" d "$(reached 10.1.2.9)"
tun_set a cv0 peer "${pub[b]}" allowed-ips ""
is "b has no allowed IPs: send to 172.16.0.1: ENOKEY" ENOKEY "$(n_py a send.py 172.16.0.1 4000)"
finish
