#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# timeout: 180
# Cryptokey routing: the longest prefix picks the peer, the source of what comes in
# is checked, a prefix has one owner, and a sender hears when there is none.
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
is "a prefix given to another peer moves there" c "$(reached 10.1.2.9)"
matches "and is shown there" "10\.1\.2\.0/24" "$(field a cv0 allowed-ips c)"
is "and not at the old one" "fd00:1:2::/48" "$(field a cv0 allowed-ips d)"
tun_set a cv0 peer "${pub[d]}" allowed-ips 10.1.2.9/32,fd00:1:2::/48
is "a host in another's prefix" d "$(reached 10.1.2.9)"
is "and its neighbour" c "$(reached 10.1.2.8)"
tun_set a cv0 peer "${pub[c]}" remove
is "without c its prefix goes to the next longest" b "$(reached 10.1.0.9)"
is "and so for IPv6" b "$(reached fd00:1::9)"

# What comes in must come from the owner of its source.
errors_before=$(stat a cv0 rx_errors)
bad=$(drops a cv0 rx_inner_source)
fails "c, removed, is not heard" ping_once c 10.99.0.1
addr b cv0 10.1.2.9/32 fd00:1:2::9/128
fails "a source that is another peer's" ping_once b 10.99.0.1 -I 10.1.2.9
fails "the same in IPv6" ping_once b fd99::1 -I fd00:1:2::9
works "its own" ping_ok b 10.99.0.1 -I 10.0.0.9
if [ "$kind" = culvert ]; then
	is "both are counted" $((bad + 2)) "$(drops a cv0 rx_inner_source)"
	is "and in rx_errors" yes "$([ "$(stat a cv0 rx_errors)" -ge $((errors_before + 2)) ] && echo yes)"
fi

# Nobody's.
is "no peer: the sender gets ENOKEY" ENOKEY "$(n_py a send.py 172.16.0.1 4000)"
is "no peer, IPv6" ENOKEY "$(n_py a send.py fdee::1 4000)"
key far
tun_set a cv0 peer "${pub[far]}" allowed-ips 172.17.0.0/16,fdee:17::/32
is "no endpoint: EDESTADDRREQ" EDESTADDRREQ "$(n_py a send.py 172.17.0.1 4000)"
is "no endpoint, IPv6" EDESTADDRREQ "$(n_py a send.py fdee:17::1 4000)"

# Somebody behind a is told by ICMP.
wire a vh h va
addr a vh 192.0.2.254/24 2001:db8:2::fe/64
addr h va 192.0.2.1/24 2001:db8:2::1/64
n a sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
ipn h route add default via 192.0.2.254
ipn h -6 route add default via 2001:db8:2::fe
for address in 172.16.0.1 172.17.0.1; do
	matches "$address: host unreachable" "192.0.2.254.*Destination Host Unreachable" \
		"$(n h ping -n -c 1 -W 2 "$address" 2>&1)"
done
for address in fdee::1 fdee:17::1; do
	matches "$address: address unreachable" "2001:db8:2::fe.*Address unreachable" \
		"$(n h ping -n -c 1 -W 2 "$address" 2>&1)"
done

tun_set a cv0 peer "${pub[b]}" allowed-ips 0.0.0.0/0,::/0
is "everything for b" b "$(reached 172.16.0.1)"
is "everything for b in IPv6" b "$(reached fdee::1)"
is "but what is d's" d "$(reached 10.1.2.9)"
tun_set a cv0 peer "${pub[b]}" allowed-ips ""
is "none for b" ENOKEY "$(n_py a send.py 172.16.0.1 4000)"
finish
