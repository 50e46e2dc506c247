#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# slow: each fault of wg-quick is set up for real
# kmemleak: off
# timeout: 400
# needs: wg-quick
# culvert up and down where wg-quick has faults: without iptables, IPv6, resolvconf or a route; what
# fails is taken back; a second up changes what differs; down takes away nothing of others; a
# link in another namespace; words of our own, several endpoints, and names that wg-quick reads too.
. "$(dirname "$0")/../../lib/test.sh"

if [ "$kind" != culvert ]; then
	skip "culvert up" "it makes links of kind culvert"
	finish
fi

conf=$tmp/cv7.conf
key one
key two
key own

# write LINE...: the file; "peer NAME" begins a section.
write()
{
	local line

	{
		printf '[Interface]\nPrivateKey = %s\n' "$(<"$tmp/own.key")"
		for line; do
			case $line in
			peer\ *) printf '\n[Peer]\nPublicKey = %s\n' "${pub[${line#peer }]}" ;;
			*) echo "$line" ;;
			esac
		done
	} >"$conf"
	chmod 600 "$conf"
}
everything() { write "Address = 10.77.0.1/24, fd77::1/64" "$@" "peer one" "AllowedIPs = 0.0.0.0/0, ::/0" \
	"Endpoint = $(hostport "${outer4[b]}")"; }
up() { n a culvert up "$@"; }
down() { n a culvert down "$@"; }
around()
{
	ipn a rule
	ipn a -6 rule
	ipn a route show table all | grep -v '^\(multicast\|anycast\)' | sort
	ipn a -6 route show table all | sort
	ipn a -o link show | awk '{ print $2 }'
	n a nft list ruleset
	n a sysctl net.ipv4.conf.all.src_valid_mark
	ls /run/culvert/up 2>/dev/null
}
# leaves_nothing NAME
leaves_nothing() { is "$1: nothing is left" "$before" "$(around)"; }
mtu() { n_sys a cat /sys/class/net/cv7/mtu; }
default4() { ipn a route show table 51820 | sed 's/ *$//'; }

net_pair
ipn a route add default via 198.51.100.2
ipn a -6 route add default via 2001:db8:51::2
everything
up "$conf" || :
down "$conf" || :
before=$(around)

# ---------------------------------------------------------------- what a machine lacks

# only PROGRAM...: a PATH with these alone.
only()
{
	local program

	rm -rf "$tmp/only"
	mkdir "$tmp/only"
	for program in culvert "$@"; do
		ln -s "$(command -v "$program")" "$tmp/only/$program"
	done
}
everything
only nft
works "no iptables in PATH, nor anything but nft: up" n a env PATH="$tmp/only" "$(command -v culvert)" up "$conf"
is "no iptables: the default route" "default dev cv7 scope link" "$(default4)"
matches "no iptables: packets to the tunnel from elsewhere are dropped" \
	'iifname != "cv7" ip daddr 10.77.0.1 fib saddr type != local drop' "$(n a nft list ruleset)"
works "no iptables: down" n a env PATH="$tmp/only" "$(command -v culvert)" down "$conf"
leaves_nothing "no iptables"
only sh
fails_with "no nft: it is said" "there is no nft in PATH.*install nftables, or .*Table = off" \
	n a env PATH="$tmp/only" "$(command -v culvert)" up "$conf"
leaves_nothing "no nft"

everything
n a sysctl -qw net.ipv6.conf.default.disable_ipv6=1
fails_with "IPv6 is disabled for new links, and goes out elsewhere: refused" \
	"IPv6 is disabled for new links, but this machine has a default route of IPv6" up "$conf"
everything "PreUp = sysctl -qw net.ipv6.conf.%i.disable_ipv6=0"
works "PreUp lets the link have IPv6: up" up "$conf"
matches "PreUp lets the link have IPv6: its address" "inet6 fd77::1/64" \
	"$(ipn a -o -6 addr show dev cv7)"
works "PreUp lets the link have IPv6: down" down "$conf"
ipn a -6 route del default
everything
n a culvert up "$conf" 2>"$tmp/said" && status=0 || status=$?
is "IPv6 is disabled: status" 0 "$status"
is "IPv6 is disabled: one warning" 1 "$(wc -l <"$tmp/said")"
matches "IPv6 is disabled: which says so" "warning: cv7: IPv6 is disabled" "$(<"$tmp/said")"
is "IPv6 is disabled: IPv4 is up" "inet 10.77.0.1/24" \
	"$(ipn a -o addr show dev cv7 | awk '{ print $3, $4 }')"
is "IPv6 is disabled: the default route" "default dev cv7 scope link" "$(default4)"
works "IPv6 is disabled: down" down "$conf"
n a sysctl -qw net.ipv6.conf.default.disable_ipv6=0
ipn a -6 route add default via 2001:db8:51::2
leaves_nothing "IPv6 is disabled"

# ---------------------------------------------------------------- names

# stub NAME: a program that says how it was run.
stub() { printf '#!/bin/sh\necho %s "$@" >>/run/dns-log\n' "$1" >"$tmp/bin/$1"; chmod +x "$tmp/bin/$1"; }
mkdir "$tmp/bin"
resolv_conf=$(readlink -f /etc/resolv.conf || echo /etc/resolv.conf)
[ -e "$resolv_conf" ] || { : >"$resolv_conf"; defer "rm -f $resolv_conf"; }
: >"$tmp/resolv.conf"
mount --bind "$tmp/resolv.conf" "$resolv_conf"
defer "umount $resolv_conf"
# The machine's own are not to be found.
plain_path=$PATH
hide=$tmp/bin
for program in nft bash sh culvert ip; do
	ln -s "$(command -v $program)" "$tmp/bin/$program"
done
write "Address = 10.77.0.1/24" "DNS = 10.77.0.53, corp.example, fd77::53" "peer one" \
	"AllowedIPs = 10.77.0.0/24"
n a env PATH="$hide" culvert up "$conf" 2>"$tmp/said" && status=0 || status=$?
is "neither resolvconf nor systemd-resolved: status" 0 "$status"
matches "neither resolvconf nor systemd-resolved: a warning" \
	"^culvert: warning: cv7: DNS is not set: .*install openresolv" "$(<"$tmp/said")"
is "neither: resolv.conf is as it was" "" "$(<"$resolv_conf")"
works "neither: down" down "$conf"
stub resolvectl
stub resolvconf
echo "nameserver 127.0.0.53" >"$tmp/resolv.conf"
rm -f /run/dns-log
works "systemd-resolved has resolv.conf: up" n a env PATH="$hide" culvert up "$conf"
works "systemd-resolved has resolv.conf: down" n a env PATH="$hide" culvert down "$conf"
is "systemd-resolved has resolv.conf: resolvectl is run" \
	"resolvectl dns cv7 10.77.0.53 fd77::53,resolvectl domain cv7 ~. corp.example,resolvectl revert cv7" \
	"$(paste -sd, /run/dns-log)"
is "resolv.conf is as it was" "nameserver 127.0.0.53" "$(<"$resolv_conf")"
ln -sf resolvectl "$tmp/bin/resolvconf"
: >"$tmp/resolv.conf"
n a env PATH="$hide" culvert up "$conf" 2>"$tmp/said"
matches "a resolvconf that is resolvectl does not count" "warning: cv7: DNS is not set" "$(<"$tmp/said")"
down "$conf"
rm -f "$tmp/bin/resolvconf" /run/dns-log
stub resolvconf
works "resolvconf: up" n a env PATH="$hide" culvert up "$conf"
works "resolvconf: down" n a env PATH="$hide" culvert down "$conf"
is "resolvconf is run" "resolvconf -a cv7 -m 0 -x,resolvconf -d cv7 -f" "$(paste -sd, /run/dns-log)"
printf '#!/bin/sh\nexit 3\n' >"$tmp/bin/resolvconf"
fails_with "resolvconf fails: so does up" "DNS: 'resolvconf' has ended with status 3" \
	n a env PATH="$hide" culvert up "$conf"
rm -f "$tmp/bin/resolvconf"
leaves_nothing "names"

# ---------------------------------------------------------------- what fails is taken back

everything "PostUp = echo up >>/run/hooks; false"
fails_with "PostUp fails" "PostUp: .* has ended with status 1" up "$conf"
leaves_nothing "PostUp fails"
everything "PreUp = exit 7"
fails_with "PreUp fails" "PreUp: .* has ended with status 7" up "$conf"
leaves_nothing "PreUp fails"
write "Address = 10.77.0.1/24" "peer one" "AllowedIPs = 10.99.0.0/16, 198.51.100.0/24"
fails_with "a route is in the way" "another route is in the way.*cannot add route 198.51.100.0/24: File exists" up "$conf"
leaves_nothing "a route is in the way"
everything "MTU = 1000"
fails_with "too low an MTU for IPv6" "MTU = 1000: an IPv6 Address needs 1280" up "$conf"
leaves_nothing "too low an MTU for IPv6"
write "Address = 10.77.0.1/24" "peer one" "Endpoint = no.such.name.invalid:5"
fails_with "a name that does not resolve" "no.such.name.invalid" \
	n a env CULVERT_ENDPOINT_RESOLUTION_RETRIES=0 culvert up "$conf"
leaves_nothing "a name that does not resolve"
write "Address = 10.77.0.999/24"
fails_with "a wrong address: with the line" "cv7.conf:3: Address: '10.77.0.999/24': expected ADDRESS" up "$conf"
write "Table = 0"
fails_with "a wrong table" "cv7.conf:3: Table: '0': expected auto, off" up "$conf"
write "Addres = 10.77.0.1/24"
fails_with "an unknown word" "cv7.conf:3: 'Addres' is not a setting of .Interface." up "$conf"
leaves_nothing "a wrong file"
fails_with "no such file" "No such file" up "$tmp/none.conf"
fails_with "no such name" "there is neither /etc/culvert/none.conf nor /etc/wireguard/none.conf" up none
fails_with "a name that is too long" "expected a file NAME.conf" up "$tmp/a-name-that-is-too-long.conf"
fails_with "down of what is not up" "cv7: 'culvert up' has not brought it up" down "$conf"
ipn a link add cv7 type dummy
everything
fails_with "a link of something else" "cv7: there is a device of that name that 'culvert up' has not made" up "$conf"
fails_with "down of a link of something else" "ip link del" down "$conf"
works "it is still there" ipn a link show cv7
ipn a link del cv7
leaves_nothing "a link of something else"
fails_with "without privilege" "CAP_NET_ADMIN|root" \
	n a setpriv --bounding-set=-net_admin --inh-caps=-all culvert up "$conf"
leaves_nothing "without privilege"
everything "PostUp = echo here >$tmp/here; exec sleep 1000"
nsenter --net="/run/netns/${ns[a]}" culvert up "$conf" 2>"$tmp/said" &
pid=$!
soon "a hook runs" 20 test -s "$tmp/here"
kill "$pid"
pkill -f 'sleep 1000'
wait "$pid" && status=0 || status=$?
is "a signal: status" 1 "$status"
leaves_nothing "a signal"
everything "PostUp = kill -9 \$PPID"
up "$conf" >/dev/null 2>&1 || :
works "killed in the middle: down" down "$conf"
leaves_nothing "killed in the middle"

# ---------------------------------------------------------------- nothing of others

ipn a rule add table main suppress_prefixlength 0
ipn a rule add not fwmark 51820 table 51820
n a nft add table ip culvert-other
n a sysctl -qw net.ipv4.conf.all.src_valid_mark=1
others=$(around)
everything
works "rules of others: up" up "$conf"
works "rules of others: down" down "$conf"
is "rules of others stay" "$others" "$(around)"
ipn a rule del table main suppress_prefixlength 0
ipn a rule del not fwmark 51820 table 51820
n a nft delete table ip culvert-other
n a sysctl -qw net.ipv4.conf.all.src_valid_mark=0
everything
up "$conf"
sed 's/10.77.0.1/10.78.0.1/; s/fd77/fd78/' "$conf" >"$tmp/cv8.conf"
works "two that take everything: up" up "$tmp/cv8.conf"
is "two that take everything: each has a table" "default dev cv8 scope link" \
	"$(ipn a route show table 51821 | sed 's/ *$//')"
works "two that take everything: the first goes" down "$conf"
matches "two that take everything: the other stays" "not from all fwmark 0xca6d lookup 51821" "$(ipn a rule)"
is "two that take everything: one rule for the main table is left" 1 \
	"$(ipn a rule | grep -c suppress_prefixlength)"
works "two that take everything: the other goes" down "$tmp/cv8.conf"
n a sysctl -qw net.ipv4.conf.all.src_valid_mark=0
leaves_nothing "two that take everything"
everything
up "$conf"
ipn a link del cv7
works "the link was deleted: up again" up "$conf"
works "the link was deleted: up again, and down" down "$conf"
leaves_nothing "the link was deleted"
up "$conf"
ipn a link del cv7
works "the link was deleted: down" down "$conf"
leaves_nothing "the link was deleted"
up "$conf"
rm "$conf"
works "the file was deleted: down" down "$conf"
leaves_nothing "the file was deleted"

# ---------------------------------------------------------------- the firewall, by packets

n b ip route add 10.77.0.0/24 via 198.51.100.1
everything
up "$conf"
reply() { n b ping -c 1 -W 1 10.77.0.1; }
fails "everything goes into the tunnel: the wire does not find its address" reply
down "$conf"
write "Address = 10.77.0.1/24" "peer one" "AllowedIPs = 10.77.0.0/24"
up "$conf"
works "else it does, for that is how Linux is" reply
down "$conf"
n b ip route del 10.77.0.0/24

# ---------------------------------------------------------------- MTU

write "Address = 10.77.0.1/24" "peer one" "Endpoint = 203.0.113.1:5" "peer two" "Endpoint = 198.51.100.2:5"
ipn a route add 203.0.113.0/24 via 198.51.100.2 mtu lock 1300
works "MTU of a route: up" up "$conf"
is "MTU of a route: the least" 1220 "$(mtu)"
ipn a route change 203.0.113.0/24 via 198.51.100.2
works "MTU of a route that has changed: up" up "$conf"
is "MTU of a route that has changed" 1420 "$(mtu)"
down "$conf"
ipn a route del 203.0.113.0/24
leaves_nothing "MTU"

# ---------------------------------------------------------------- a second up

tun_new b cv0
tun_set b cv0 listen-port "$port" peer "${pub[own]}" allowed-ips 10.77.0.1/32
pub[one]=${pub[b]}
addr b cv0 10.77.0.2/24 up
write "Address = 10.77.0.1/24" "PostUp = echo once >>$tmp/once" "peer one" \
	"AllowedIPs = 10.77.0.0/24, 10.80.0.0/16" "Endpoint = $(hostport "${outer4[b]}")"
works "a second up: the first one" up "$conf"
works "a second up: ping" ping_ok a 10.77.0.2
shake() { n a culvert show cv7 latest-handshakes | cut -f 2; }
index=$(n_sys a cat /sys/class/net/cv7/ifindex) first=$(shake)
works "a second up of the same file" up "$conf"
write "Address = 10.77.0.1/24, 10.79.0.1/24" "MTU = 1400" "PostUp = echo once >>$tmp/once" "peer one" \
	"AllowedIPs = 10.77.0.0/24, 10.81.0.0/16" "Endpoint = $(hostport "${outer4[b]}")" "#culvert: Name = bob"
works "a second up of a changed file" up "$conf"
is "a second up: the link is the same" "$index" "$(n_sys a cat /sys/class/net/cv7/ifindex)"
is "a second up: the session is the same" "$first" "$(shake)"
is "a second up: addresses" "10.77.0.1/24 10.79.0.1/24" \
	"$(ipn a -o -4 addr show dev cv7 | awk '{ print $4 }' | xargs)"
is "a second up: routes" "10.81.0.0/16" "$(ipn a route show dev cv7 proto boot | awk '{ print $1 }')"
is "a second up: MTU" 1400 "$(mtu)"
is "a second up: the name" bob "$(n a culvert show cv7 names | cut -f 2)"
is "a second up: hooks are run once" once "$(<"$tmp/once")"
ipn a addr flush dev cv7
ipn a link set cv7 down
works "a second up mends what was taken away" up "$conf"
is "a second up mends addresses" "10.77.0.1/24 10.79.0.1/24" \
	"$(ipn a -o -4 addr show dev cv7 | awk '{ print $4 }' | xargs)"
is "a second up mends routes" "10.81.0.0/16" "$(ipn a route show dev cv7 proto boot | awk '{ print $1 }')"
state=$(ipn a addr show cv7; ipn a route)
write "Address = 10.77.0.1/24" "peer one" "AllowedIPs = 198.51.100.0/24, 10.82.0.0/16"
fails_with "a second up fails" "another route is in the way" up "$conf"
is "a second up fails: addresses and routes are as they were" "$state" "$(ipn a addr show cv7; ipn a route)"
sed -i 's/198.51.100.0.24/0.0.0.0\/0/' "$conf"
works "a second up takes everything" up "$conf"
is "a second up takes everything: the route" "default dev cv7 scope link" "$(default4)"
is "a second up takes everything: mark" 0xca6c "$(n a culvert show cv7 fwmark)"
works "a second up takes everything again" up "$conf"
is "a second up takes everything: rules" 1 "$(ipn a rule | grep -c 51820)"
sed -i 's/0.0.0.0.0/10.83.0.0\/16/' "$conf"
works "a second up takes no more everything" up "$conf"
is "a second up takes no more everything: mark" off "$(n a culvert show cv7 fwmark)"
works "a second up: down" down "$conf"
leaves_nothing "a second up"

# ---------------------------------------------------------------- names that change

[ -e /etc/hosts ] || { : >/etc/hosts; defer "rm -f /etc/hosts"; }
cp /etc/hosts "$tmp/hosts"
mount --bind "$tmp/hosts" /etc/hosts
defer "umount /etc/hosts"
hosts=$(<"$tmp/hosts")
# moves_to ADDRESS: the host of the name has another address.
moves_to() { printf '%s\n%s moves.example\n' "$hosts" "$1" >/etc/hosts; }
moves_to 198.51.100.99
write "Address = 10.77.0.1/24" "peer one" "AllowedIPs = 10.77.0.0/24" "Endpoint = moves.example:$port"
nsenter --net="/run/netns/${ns[a]}" culvert up --watch "$conf" >"$tmp/said" 2>"$tmp/wrong" &
pid=$!
defer "end_process $pid"
soon "watch: it comes up" 20 grep -q "^watching cv7$" "$tmp/said"
n a ping -c 1 -W 1 10.77.0.2 || :
moves_to 198.51.100.2
bg n a ping -i 1 10.77.0.2
soon "watch: a silent peer is found at its new address" 90 grep -q "^moves.example is at 198.51.100.2:$port$" "$tmp/said"
soon "watch: there is a session" 20 ping_once a 10.77.0.2
is "watch: nothing is wrong" "" "$(<"$tmp/wrong")"
kill "$pid"
wait "$pid" && status=0 || status=$?
is "watch: it ends by a signal: status" 0 "$status"
works "watch: the tunnel stays" ping_once a 10.77.0.2
end_process "$bg_pid"
works "watch: down" down "$conf"
leaves_nothing "watch"

# ---------------------------------------------------------------- another namespace

ns_new c
everything
works "netns: up" up -n "${ns[c]}" "$conf"
is "netns: nothing is here, the link has gone from here" "$(grep -v cv7 <<<"$before")" "$(around | grep -v 'cv7@')"
is "netns: the default route is there" "default dev cv7 scope link" \
	"$(ipn c route show default | sed 's/ *$//')"
works "netns: ping from there, by a socket here" ping_ok c 10.77.0.2
works "netns: a second up" up -n "${ns[c]}" "$conf"
fails_with "netns: down here" "has not brought it up in this network namespace" down "$conf"
everything "PreUp = :"
works "netns: with a hook, names are resolved here all the same" up -n "${ns[c]}" "$conf"
works "netns: down" down --netns "${ns[c]}" "$conf"
fails "netns: the link has gone" ipn c link show cv7
leaves_nothing "netns"
write "Address = 10.77.0.1/24" "DNS = 10.77.0.53, corp.example" "peer one" "AllowedIPs = 10.77.0.0/24"
resolv=/etc/netns/${ns[c]}/resolv.conf
works "netns: DNS: up" up -n "${ns[c]}" "$conf"
is "netns: DNS" "nameserver 10.77.0.53 search corp.example" "$(grep -v "^#" "$resolv" | xargs)"
works "netns: DNS: down" down -n "${ns[c]}" "$conf"
fails "netns: DNS: its file has gone" test -e "$resolv"
mkdir -p "${resolv%/*}"
echo "nameserver 192.0.2.53" >"$resolv"
fails_with "netns: DNS: a file that is there already" "$resolv is there already" up -n "${ns[c]}" "$conf"
is "netns: DNS: it stays" "nameserver 192.0.2.53" "$(<"$resolv")"
rm -r "${resolv%/*}"
fails "netns: DNS: no link is left" ipn c link show cv7
fails_with "netns: no such one" "there is no network namespace of that name; try: ip netns add nowhere" \
	up -n nowhere "$conf"

# ---------------------------------------------------------------- SaveConfig

write "Address = 10.77.0.1/24 # ours" "ListenPort = 5000" "SaveConfig = true" "# all of them" "" "# the first" \
	"peer one" "# its networks" "AllowedIPs = 10.77.0.2/32 # one" "AllowedIPs = 10.85.0.0/16" \
	"Endpoint = localhost:51820" "# the second" "peer two" "AllowedIPs = 10.86.0.0/16" "Endpoint = 192.0.2.1:5"
was=$(<"$conf")
chmod 640 "$conf"
works "SaveConfig: up" up "$conf"
works "SaveConfig: down, where nothing has changed" down "$conf"
is "SaveConfig: the file is as it was" "$was" "$(<"$conf")"
up "$conf"
key three
n a culvert set cv7 listen-port 5001 peer "${pub[one]}" allowed-ips 10.77.0.2/32 persistent-keepalive 25 \
	peer "${pub[two]}" remove peer "${pub[three]}" allowed-ips 10.87.0.0/16 name carol
works "SaveConfig: down, where much has changed" down "$conf"
is "SaveConfig: the file has it, and what has not changed is as it was" \
	"[Interface]
PrivateKey = $(<"$tmp/own.key")
Address = 10.77.0.1/24 # ours
ListenPort = 5001
SaveConfig = true
# all of them

# the first

[Peer]
PublicKey = ${pub[one]}
PersistentKeepalive = 25
# its networks
AllowedIPs = 10.77.0.2/32 # one
Endpoint = localhost:51820
# the second

[Peer]
PublicKey = ${pub[three]}
AllowedIPs = 10.87.0.0/16
#culvert: Name = carol" "$(sed '/^$/N;/^\n$/D' "$conf")"
is "SaveConfig: owner and mode stay" 640 "$(command stat -c %a "$conf")"
is "SaveConfig: nothing is left beside it" "$conf" "$(ls "$conf"*)"
works "SaveConfig: what was saved comes up" up "$conf"
is "SaveConfig: with its peers" 2 "$(n a culvert show cv7 peers | wc -l)"
n a culvert set cv7 listen-port 5002
echo "# by hand" >>"$conf"
was=$(<"$conf")
fails_with "SaveConfig: the file has changed since" "has changed since the tunnel was brought up" down "$conf"
works "SaveConfig: the tunnel stays" ipn a link show cv7
is "SaveConfig: the file has what was written by hand" "$was" "$(<"$conf")"
works "SaveConfig: up takes the file" up "$conf"
works "SaveConfig: then it goes down" down "$conf"
is "SaveConfig: the file has what was written by hand, still" "$was" "$(<"$conf")"
leaves_nothing "SaveConfig"

# ---------------------------------------------------------------- words of our own

write "Address = 10.77.0.1/24" "ListenPort = 5000" "#culvert: BindAddress = 198.51.100.1" "# culvert: no" "BindDevice = va" \
	"peer one" "#culvert: Name = bob" "Idle = 3600" "#culvert: Follow = never" "AllowedIPs = 10.77.0.0/24" \
	"Endpoint = 198.51.100.2:51820" "Endpoint = 198.51.100.3:51820" "#culvert: Endpoint = [2001:db8:51::2]:51820"
works "words of our own: up" up "$conf"
is "BindAddress" 198.51.100.1 "$(n a culvert show cv7 bind-addresses)"
is "BindDevice" va "$(n a culvert show cv7 bind-device)"
is "Name" bob "$(n a culvert show cv7 names | cut -f 2)"
is "Idle" 3600 "$(n a culvert show cv7 idle | cut -f 2)"
is "Follow" never "$(n a culvert show cv7 follow | cut -f 2)"
is "several endpoints: the first is the endpoint" 198.51.100.2:51820 "$(n a culvert show cv7 endpoints | cut -f 2)"
is "several endpoints: all are candidates" \
	"198.51.100.2:51820 198.51.100.3:51820@1 [2001:db8:51::2]:51820@2" \
	"$(n a culvert show cv7 candidates | cut -f 2)"
works "words of our own: what strip prints is for syncconf" \
	n a culvert syncconf cv7 <(culvert strip "$conf")
is "words of our own: candidates after that" 3 "$(n a culvert show cv7 candidates | cut -f 2 | wc -w)"
works "words of our own: down" down "$conf"
write "Address = 10.77.0.1/24" "#culvert: BindAddress = 198.51.100.1" "peer one" "#culvert: Name = bob" \
	"#culvert: Follow = never" "AllowedIPs = 10.77.0.0/24" "Endpoint = 198.51.100.2:51820" \
	"#culvert: Endpoint = 198.51.100.3:51820"
need_module wireguard
works "words in comments: wg-quick reads the file" n a wg-quick up "$conf"
n a wg-quick down "$conf" || :
write "peer one" "#culvert: Colour = red"
fails_with "an unknown word in a comment" "'Colour' is not a word for '#culvert:'" up "$conf"
leaves_nothing "words of our own"

# ---------------------------------------------------------------- up again

# What hooks have set is not in the file.
write "Address = 10.77.0.1/24 10.78.0.1/24" "PostUp = culvert set %i private-key $tmp/own.key" \
	"PostUp = culvert set %i peer ${pub[one]} preshared-key $tmp/psk" "peer one" \
	"AllowedIPs = 10.77.0.0/24"
sed -i '/^PrivateKey/d' "$conf"
culvert genpsk >"$tmp/psk"
works "keys by a hook: up" up "$conf"
is "two addresses with a blank between them" "10.77.0.1/24 10.78.0.1/24" \
	"$(ipn a -o -4 addr show dev cv7 | awk '{ print $4 }' | xargs)"
works "keys by a hook: up again" up "$conf"
is "keys by a hook, up again: the private key" "$(<"$tmp/own.key")" \
	"$(n a culvert show cv7 private-key)"
is "keys by a hook, up again: the pre-shared key" "$(<"$tmp/psk")" \
	"$(n a culvert show cv7 preshared-keys | cut -f 2)"
mkdir "$tmp/other"
cp "$conf" "$tmp/other/cv7.conf"
fails_with "up from another file of that name: refused" "is up already, from" up "$tmp/other/cv7.conf"
works "keys by a hook: down" down "$conf"

everything
works "FwMark changes: up" up "$conf"
everything "FwMark = 4242"
works "FwMark changes: up again" up "$conf"
is "FwMark changes: the main table is looked at first" "suppress_prefixlength 4242" \
	"$(ipn a rule | grep -oE 'suppress_prefixlength|lookup 4242$|lookup 51820$' | sed 's/lookup //' | xargs)"
works "FwMark changes: down" down "$conf"
leaves_nothing "FwMark changes"

write "Address = 10.77.0.1/24" "PostUp = false; true" "peer one" "AllowedIPs = 10.77.0.0/24"
fails_with "a command whose first step fails: refused" "PostUp: .*has ended with status 1" up "$conf"
leaves_nothing "a command whose first step fails"

write "Address = 10.77.0.1/24" "ListenPort = 5000" "SaveConfig = true" \
	"PreDown = culvert set %i listen-port 5003" \
	"peer one" "AllowedIPs = 10.77.0.0/24"
works "PreDown changes what SaveConfig saves: up" up "$conf"
works "PreDown changes what SaveConfig saves: down" down "$conf"
matches "PreDown changes what SaveConfig saves: it is saved" "ListenPort = 5003" "$(<"$conf")"

write "Address = 10.77.0.1/24" "PostUp = touch $tmp/up-first" "PostDown = touch $tmp/down-first" \
	"peer one" "AllowedIPs = 10.77.0.0/24"
works "PostDown is edited: up" up "$conf"
sed -i 's/down-first/down-edited/' "$conf"
works "PostDown is edited: up again" up "$conf"
record=$(echo /run/culvert/up/cv7@*)
cp "$record" "$tmp/record"
sed -i '$d' "$record"
fails_with "half a record: refused" "only a part of it was written" down "$conf"
cat "$tmp/record" >"$record"
works "PostDown is edited: down" down "$conf"
works "PostDown is edited: that of the first up is run" test -e "$tmp/down-first"
works "PostDown is edited: the other one is not" test ! -e "$tmp/down-edited"
leaves_nothing "up again"
finish
