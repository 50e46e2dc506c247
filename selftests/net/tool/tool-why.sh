#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# slow: each cause is set up for real, and looked at for seconds
# kmemleak: off
# timeout: 600
# needs: jq
# culvert why: each cause is set up for real and is named with its remedy, also where another
# one is near; a tunnel that works is said to work, over each kind of link and from a link that
# was moved.
. "$(dirname "$0")/../../lib/test.sh"

# why_at NAME FILE WORD...: asks in a namespace; its status in $why_status.
why_status=0
why_at()
{
	local name=$1 to=$2

	shift 2
	why_status=0
	n "$name" "${why_tool:-$tmp/culvert}" why -j "$@" >"$to" 2>"$to.err" || why_status=$?
}

# verdict TEST CAUSE [TEXT] [REMEDY]: what the last answer, in $tmp/why, says.
verdict()
{
	is "$1: cause" "$2" "$(jq -r .cause <"$tmp/why" 2>&1)$(cat "$tmp/why.err")"
	is "$1: exit status" "$([ "$2" = sound ] && echo 0 || echo 1)" "$why_status"
	[ -z "${3:-}" ] || matches "$1: sentence" "$3" "$(jq -r .text <"$tmp/why")"
	[ -z "${4:-}" ] || matches "$1: remedy" "$4" "$(jq -r .remedy <"$tmp/why")"
	cat "$tmp/why" >>"$tmp/all"
}

# why TEST CAUSE TEXT REMEDY [WORD...]: of a, about b, or about the peer $at_a.
why()
{
	why_at a "$tmp/why" "${@:5}" cv0 "${at_a:-$key_b}"
	verdict "${@:1:4}"
}

# both TEST CAUSE TEXT REMEDY: likewise, while b begins a handshake with a, or with the peer $at_b,
# each second.
both()
{
	local pid

	while :; do
		n b culvert set cv0 peer "${at_b:-$key_a}" rekey
		sleep 1
	done 2>/dev/null &
	pid=$!
	why "$@"
	kill "$pid"
	wait "$pid" 2>/dev/null || :
}

# fresh: a tunnel as it should be.
fresh()
{
	drop_all
	unset "pub[a]" "pub[b]"
	net_pair
	tunnel_pair
	key_a=${pub[a]} key_b=${pub[b]}
	# as a regular expression
	re_b=${key_b//+/[+]}
}
to_b() { hostport "${outer4[b]}"; }

# drop_udp NAME HOOK RULE: a firewall in a namespace drops what the rule matches.
drop_udp()
{
	n "$1" nft -f - <<-N
	table ip f {
		chain c {
			type filter hook $2 priority 0
			$3 drop
		}
	}
	N
}

# The clock of a VM may be before any file.
cp "$(command -v culvert)" "$tmp/culvert"
touch -d '2020-01-01' "$tmp/culvert"
fresh
why "a tunnel that works" sound "^the tunnel works: .*$re_b, made within [0-9]+ ms, and 10.77.0.2 in it answers, up to packets of 1420 bytes$"
is "a tunnel that works: for people" 1 "$(n a culvert why cv0 "$key_b" | grep -c '^the tunnel works')"
tun_set a cv0 peer "$key_b" name bob
why_at a "$tmp/why" cv0 bob
verdict "by its name" sound "with bob"
why_at a "$tmp/why" cv0 bob fd77::2
verdict "an address of IPv6" sound "and fd77::2 in it answers"
tun_set a cv0 peer "$key_b" allowed-ips 10.77.0.0/24
why_at a "$tmp/why" cv0 bob 10.77.0.99
verdict "an address that nothing has" inner "10.77.0.99 in the tunnel does not answer a ping" rx_inner_source

# ---------------------------------------------------------------- this end

ipn a link set cv0 down
why "a link that is down" link-down "cv0 is down" "^ip link set cv0 up$"
ipn a link set cv0 up
tun_set a cv0 private-key /dev/null
why "no private key" no-private-key "" "^culvert set cv0 private-key FILE$"
tun_set a cv0 private-key "$tmp/a.key" peer "$key_b" remove
tun_set a cv0 peer "$key_b" allowed-ips 10.77.0.2/32
tun_set b cv0 peer "$key_a" remove
why "no endpoint" no-endpoint "has no endpoint" "peer $re_b endpoint HOST:PORT"
tun_set a cv0 peer "$key_b" endpoint 203.0.113.9:7
why "no route" no-route "no route to 203.0.113.9:7" "ip route get"
if [ "$kind" = culvert ]; then
	ns_new c
	ipn c link add cv1 type culvert
	ipn c link set cv1 netns "${ns[a]}"
	n a culvert set cv1 private-key "$tmp/a.key" peer "$key_b"
	ipn a link set cv1 up
	ip netns del "${ns[c]}"
	why_at a "$tmp/why" cv1 "$key_b"
	verdict "its namespace has ended" no-socket "has no UDP socket"
fi

# ---------------------------------------------------------------- keys and clocks

fresh
psk one
tun_set a cv0 peer "$key_b" preshared-key "$tmp/one.psk"
why "pre-shared keys differ" preshared-key "pre-shared keys of the two ends differ" "preshared-key FILE"
tun_set a cv0 peer "$key_b" preshared-key /dev/null
key other
tun_set b cv0 peer "$key_a" remove
why "it does not know us" not-known "does not know the public key of cv0" "a peer with this key: ${key_a//+/[+]}"
cp "$tmp/culvert" "$tmp/late"
touch -d '2037-01-01' "$tmp/late"
why_tool=$tmp/late why "our clock is old" our-clock "clock of this machine" "^set the clock$"
tun_set b cv0 peer "${pub[other]}" endpoint "$(hostport "${outer4[a]}")"
at_b=${pub[other]} both "it has a wrong key for us" their-key-for-us \
	"another public key than that of cv0" "set this public key for its peer: ${key_a//+/[+]}"
tun_set b cv0 peer "${pub[other]}" remove
why "it had a wrong key for us" their-key-for-us "since cv0 was made, handshakes come"

fresh
tun_set a cv0 peer "$key_b" remove peer "${pub[other]}" endpoint "$(to_b)" allowed-ips 10.77.0.2/32
at_a=${pub[other]} both "we have a wrong key for it" our-key-for-them \
	"with a public key that no peer of cv0 has" "show DEV public-key"

# A machine starts with a clock that has been set back; so it does not know its last timestamp.
fresh
ping_ok b 10.77.0.1
now=$(date +%s)
ipn b link del cv0
date -s "@$((now - 3600))" >/dev/null
tun_new b cv0
tun_set b cv0 listen-port "$port" peer "$key_a" endpoint "$(hostport "${outer4[a]}")" \
	allowed-ips 10.77.0.1/32
addr b cv0 10.77.0.2/24 up
# What a sends would be answered.
tun_set a cv0 peer "$key_b" endpoint "$(hostport "${outer4[b]}" 9)"
both "its clock was set back" their-clock "clock of the other end has been set back" "set the clock"
date -s "@$((now + 60))" >/dev/null

# ---------------------------------------------------------------- the way

fresh
drop_udp b input "udp sport $port"
both "our answers do not reach it" half "our answers do not reach it" "let UDP from port $port"
why_at b "$tmp/why" cv0 "$key_a"
verdict "a firewall drops what comes back" blocked "the firewall drops replies from $(hostport "${outer4[a]}")"
n b nft delete table ip f
why "the firewall is gone" sound
drop_udp a output "udp dport $port"
ipn a link set cv0 down
ipn a link set cv0 up
why "a firewall drops what is sent" blocked "the firewall drops packets sent to $(to_b)" 
n a nft delete table ip f

fresh
tun_set a cv0 peer "$key_b" follow 192.0.2.0/24 endpoint 192.0.2.9:9
both "what comes from elsewhere" elsewhere "outside the prefixes" "follow anywhere"

fresh
ipn b link set cv0 down
why "its link is down" refused "says that nothing has that port"
ipn b link set cv0 up
ipn a route add 203.0.113.0/24 via "${outer4[b]}"
n b sysctl -qw net.ipv4.ip_forward=1
ipn b route add unreachable 203.0.113.8
ipn b route add blackhole 203.0.113.9
tun_set a cv0 peer "$key_b" endpoint 203.0.113.8:$port
tun_set b cv0 peer "$key_a" remove
why "a router says so" unreachable "that 203.0.113.8:$port cannot be reached"
tun_set a cv0 peer "$key_b" endpoint 203.0.113.9:$port
why "nothing comes back" silent "nothing comes back from 203.0.113.9:$port" "culvert doctor"

if [ "$kind" = culvert ]; then
	tun_set a cv0 peer "$key_b" remove
	tun_set a cv0 peer "$key_b" candidates 203.0.113.9:$port allowed-ips 10.77.0.2/32
	why "nothing comes back from candidates" silent "nothing comes back from its candidates"
	is "candidates are no endpoint" null "$(jq .endpoint <"$tmp/why")"
	tun_set a cv0 peer "$key_b" remove
	tun_set a cv0 peer "$key_b" candidates "$(to_b)" allowed-ips 10.77.0.2/32
	tun_set b cv0 peer "$key_a" allowed-ips 10.77.0.1/32
	why "a candidate answers" sound "10.77.0.2 in it answers"
	tun_set b cv0 peer "$key_a" remove
	tun_set a cv0 peer "$key_b" remove
	tun_set a cv0 peer "$key_b" endpoint 203.0.113.9:$port allowed-ips 10.77.0.2/32
fi

file() { printf '[Interface]\n[Peer]\nEndpoint = %s\nPublicKey = %s # b\n' "$1" "$2" >"$tmp/cv0.conf"; }
{ cat /etc/hosts 2>/dev/null || :; echo "${outer4[b]} moved.test"; } >"$tmp/hosts"
[ -e /etc/hosts ] || : >/etc/hosts
mount --bind "$tmp/hosts" /etc/hosts
defer "umount /etc/hosts"
file "moved.test:$port" "$key_b"
why "its name is elsewhere now" name-moved "moved.test:$port in $tmp/cv0.conf is now at $(to_b)" \
	"endpoint moved.test:$port$" -f "$tmp/cv0.conf"
file "no.such.name.invalid:$port" "$key_b"
why "its name does not resolve" name "no.such.name.invalid:$port in $tmp/cv0.conf, does not resolve" \
	"getent hosts" -f "$tmp/cv0.conf"
file "no.such.name.invalid:$port" "${pub[other]}"
why "the name of another peer" silent "" "" -f "$tmp/cv0.conf"
tun_set a cv0 peer "$key_b" endpoint "$(to_b)"
tun_set b cv0 peer "$key_a" allowed-ips 10.77.0.1/32
file "no.such.name.invalid:$port" "$key_b"
why "a name does not matter where it answers" sound "" "" -f "$tmp/cv0.conf"

# The mark has routes of its own, and the filter does not know them.
fresh
tun_set a cv0 fwmark 51820
ipn a rule add fwmark 51820 table 77
ipn a route add "${outer4[b]}" dev va table 77
ipn a route add blackhole "${outer4[b]}"
n a sysctl -qw net.ipv4.conf.va.rp_filter=1
why "rp_filter" blocked "rp_filter" "" 

# ---------------------------------------------------------------- in the tunnel

fresh
tun_set a cv0 peer "$key_b" allowed-ips 10.77.0.9/32
n b ping -q -i 0.5 10.77.0.1 >/dev/null &
defer "end_process $!"
why "the source is not allowed" source "source is not in its allowed IPs" "allowed-ips [+]ADDRESS"

fresh
ipn a link set cv0 mtu 1500
why "fragments come through" sound "up to packets of 1500 bytes"
n b sysctl -qw net.ipv4.ipfrag_low_thresh=0 net.ipv4.ipfrag_high_thresh=0
why "fragments are lost" mtu "none of 1500 bytes" "^ip link set cv0 mtu 1440$"
ipn a link set cv0 mtu 1440
why "the MTU that was advised" sound "up to packets of 1440 bytes"

# ---------------------------------------------------------------- other links

drop_all
unset "pub[a]" "pub[b]"
net_pair
ns_new c
tun_new a cv0
tun_new b cv0
tunnel_moved c
key_b=${pub[b]}
why_at c "$tmp/why" cv0 "${pub[b]}"
verdict "a link that was moved" sound "10.77.0.2 in it answers"
ipn b link set cv0 down
why_at c "$tmp/why" cv0 "${pub[b]}"
verdict "a link that was moved: refused where its port is" refused

if [ "$kind" = culvert ] && modprobe -n wireguard 2>/dev/null; then
	drop_all
	unset "pub[a]" "pub[b]"
	net_pair
	tunnel_pair a=wireguard
	key_b=${pub[b]}
	why "of wireguard.ko" sound "10.77.0.2 in it answers"
	tun_set b cv0 peer "${pub[a]}" remove
	ipn a link del cv0
	tun_new a cv0 wireguard
	tun_set a cv0 peer "${pub[b]}" endpoint "$(to_b)" allowed-ips 10.77.0.2/32
	addr a cv0 10.77.0.1/24 up
	why "of wireguard.ko: it does not know us" not-known
else
	skip "of wireguard.ko" "this kernel has none"
fi

# ---------------------------------------------------------------- what is wrong in a question

fresh
tun_set a cv0 peer "$key_b" name twin peer "${pub[other]}" name twin
fails_with "two peers of one name" "cv0: several peers have the name 'twin'; expected the key of one" \
	n a culvert why cv0 twin
fails_with "no such name" "cv0: no peer has the name 'nobody'; expected that or a key" n a culvert why cv0 nobody
fails_with "no such key" "cv0: no peer has the key" n a culvert why cv0 "$key_a"
fails_with "no such device" "nodev: there is no such device" n a culvert why nodev "$key_b"
fails_with "no peer" "expected DEV and the KEY or name of a peer" n a culvert why cv0
fails_with "no address" "'10.77' is not an address" n a culvert why cv0 twin 10.77
fails_with "too much" "unexpected argument 'x'" n a culvert why cv0 twin 10.77.0.2 x
fails_with "an unknown option" "unknown option '-x'; expected -f, -j or -p" n a culvert why -x cv0 twin
fails_with "no file" "'-f' needs a value; expected FILE" n a culvert why cv0 twin -f
fails_with "no such file" "/nowhere: No such file" n a culvert why -f /nowhere cv0 twin
fails_with "without privilege" "CAP_NET_ADMIN" \
	n a setpriv --bounding-set=-net_admin --inh-caps=-all culvert why cv0 twin
n a culvert doctor -j >"$tmp/doctor" 2>"$tmp/err" || :
relay n a /usr/bin/python3 "$test_dir/tool_json.py" documents "$CULVERT_TREE/Documentation/json" \
	why.json "$tmp/all" doctor.json "$tmp/doctor"
finish
