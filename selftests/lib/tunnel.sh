# SPDX-License-Identifier: GPL-2.0
# Links of the kind under test, or of another one: their modules, keys, configuration and
# counters. Sourced by test.sh.
# shellcheck shell=bash

# ---------------------------------------------------------------- modules

module_gone() { [ ! -d "/sys/module/$1" ] || rmmod "$1"; }

# need_module NAME [OPTION...]: loads it, and unloads it at the end if it was not there.
need_module()
{
	[ "$1:${replaced:-}" != wireguard:1 ] || return 0
	[ ! -d "/sys/module/$1" ] || return 0
	modprobe "$@"
	loaded_modules+=" $1"
}

# sign_by_nobody: the module on disk is, until "umount $ko", one that is signed as DKMS does it:
# by a key that this kernel does not know. One result.
sign_by_nobody()
{
	local sign

	ko=$(modinfo -F filename culvert)
	sign=$(find "$CULVERT_BUILD/kernels/$(uname -r)/usr/lib" -path '*/scripts/sign-file' |
		head -n 1)
	openssl req -new -x509 -nodes -newkey rsa:2048 -subj '/CN=nobody knows it/' -days 1 \
		-keyout "$tmp/key" -out "$tmp/cert" 2>"$tmp/openssl.log"
	cp "$ko" "$tmp/culvert.ko"
	works "sign the module" "$sign" sha256 "$tmp/key" "$tmp/cert" "$tmp/culvert.ko"
	mount --bind "$tmp/culvert.ko" "$ko"
}

# replace_wireguard: culvert takes the place of wireguard.ko until the script ends.
replaced=
replace_wireguard()
{
	wait_for 30 module_gone wireguard
	wait_for 30 module_gone culvert
	need_module culvert replace_wireguard=1
	[ "$(cat /sys/module/culvert/parameters/replace_wireguard)" = Y ]
	replaced=1
}

# ---------------------------------------------------------------- tunnels

declare -A pub=()

# key NAME: a key pair in $tmp/NAME.key and ${pub[NAME]}.
key()
{
	(umask 077; "$tool" genkey >"$tmp/$1.key")
	pub[$1]=$("$tool" pubkey <"$tmp/$1.key")
}

# psk NAME: a pre-shared key in $tmp/NAME.psk
psk() { (umask 077; "$tool" genpsk >"$tmp/$1.psk"); }

# tun_new NAME DEV [KIND]: a link with a fresh key for NAME, still down.
tun_new()
{
	local name=$1 dev=$2 of=${3:-$kind}

	need_module "$of"
	ipn "$name" link add "$dev" type "$of"
	[ -n "${pub[$name]:-}" ] || key "$name"
	tun_set "$name" "$dev" private-key "$tmp/$name.key"
}

# tun_set NAME DEV WORD...: the words of wg(8).
tun_set()
{
	local name=$1 dev=$2

	shift 2
	n "$name" "$tool" set "$dev" "$@"
}

# tun_show NAME DEV FIELD
tun_show() { n "$1" "$tool" show "$2" "$3"; }

# field NAME DEV FIELD PEER: that peer's value of a field of `show`.
field()
{
	local key value

	tun_show "$1" "$2" "$3" | while IFS=$'\t' read -r key value; do
		[ "$key" != "${pub[$4]}" ] || echo "${value//$'\t'/ }"
	done
}
peer_rx() { local both; both=$(field "$1" "$2" transfer "$3"); echo "${both% *}"; }
peer_tx() { local both; both=$(field "$1" "$2" transfer "$3"); echo "${both#* }"; }
peer_endpoint() { field "$1" "$2" endpoints "$3"; }
peer_handshake() { field "$1" "$2" latest-handshakes "$3"; }
has_session() { [ "$(peer_handshake "$1" "$2" "$3")" != 0 ]; }

# tunnel_pair [WORD=VALUE...]: a tunnel cv0 from a to b over what net_pair or
# net_routed made.
#
#     a: cv0 10.77.0.1/24 fd77::1/64      b: cv0 10.77.0.2/24 fd77::2/64
#
# outer=4|6 (4), psk=1, a=KIND, b=KIND, mtu=N, endpoint=a|b|both|none (whose
# endpoint the other knows: both), keepalive=N (at a)
tunnel_pair()
{
	local outer=4 psk='' a=$kind b=$kind mtu='' endpoint=both keepalive='' word
	local -a more_a=() more_b=()

	for word; do
		local "${word?}"
	done
	tun_new a cv0 "$a"
	tun_new b cv0 "$b"
	if [ -n "$psk" ]; then
		psk shared
		more_a+=(preshared-key "$tmp/shared.psk")
		more_b+=(preshared-key "$tmp/shared.psk")
	fi
	local -n outer_of=outer$outer
	case $endpoint in both | b) more_a+=(endpoint "$(hostport "${outer_of[b]}")") ;; esac
	case $endpoint in both | a) more_b+=(endpoint "$(hostport "${outer_of[a]}")") ;; esac
	[ -z "$keepalive" ] || more_a+=(persistent-keepalive "$keepalive")
	tun_set a cv0 listen-port "$port" peer "${pub[b]}" "${more_a[@]}" \
		allowed-ips 10.77.0.2/32,fd77::2/128
	tun_set b cv0 listen-port "$port" peer "${pub[a]}" "${more_b[@]}" \
		allowed-ips 10.77.0.1/32,fd77::1/128
	addr a cv0 10.77.0.1/24 fd77::1/64 ${mtu:+"mtu=$mtu"} up
	addr b cv0 10.77.0.2/24 fd77::2/64 ${mtu:+"mtu=$mtu"} up
}

# tunnel_end [WORD=VALUE...]: over what net_pair made, cv0 of a alone; a program in b plays its
# peers.
#
#     a: cv0 10.77.0.1/16 fd77::1/64
#
# bits=N (16; of the IPv4 prefix), mtu=N
tunnel_end()
{
	local bits=16 mtu='' word

	for word; do
		local "${word?}"
	done
	tun_new a cv0
	tun_set a cv0 listen-port "$port"
	addr a cv0 "10.77.0.1/$bits" fd77::1/64 ${mtu:+"mtu=$mtu"} up
}

# tunnel_sealed [mtu=N]: likewise, for a program that has wireguard.ko seal what it sends
# (cvtest.sealer), of 10.77.1.0/24 and fd77:1::/64.
tunnel_sealed()
{
	need_module wireguard
	tunnel_end bits=24 "$@"
	ipn a route add 10.77.1.0/24 dev cv0
	ipn a -6 route add fd77:1::/64 dev cv0
}

# tunnel_moved NAME [OUTER]: cv0 of a and cv0 of b, both made before and down, become a tunnel
# over IPv4 or IPv6 (4), and that of a is moved to NAME before it is taken up.
#
#     NAME: cv0 10.77.0.1/24 fd77::1/64, its socket in a
#     b: cv0 10.77.0.2/24 fd77::2/64
tunnel_moved()
{
	local name=$1
	local -n outer_of=outer${2:-4}

	tun_set a cv0 listen-port "$port" peer "${pub[b]}" \
		endpoint "$(hostport "${outer_of[b]}")" allowed-ips 10.77.0.2/32,fd77::2/128
	tun_set b cv0 listen-port "$port" peer "${pub[a]}" \
		endpoint "$(hostport "${outer_of[a]}")" allowed-ips 10.77.0.1/32,fd77::1/128
	addr b cv0 10.77.0.2/24 fd77::2/64 up
	ipn a link set cv0 netns "${ns[$name]}"
	addr "$name" cv0 10.77.0.1/24 fd77::1/64 up
}

# idle_peers FILE COUNT: a configuration of so many peers that are nobody's.
idle_peers()
{
	"${python[@]}" - "$2" >"$1" <<-'END'
		import base64, os, sys
		for n in range(int(sys.argv[1])):
		    print("[Peer]\nPublicKey =", base64.b64encode(os.urandom(32)).decode())
	END
}

# tunnel_crowded FILE: over what net_pair made, a tunnel cv0 with a session, IPv4 inside; a has
# the peers of FILE before b, and b does not know a's endpoint.
tunnel_crowded()
{
	tun_new a cv0
	n a "$tool" addconf cv0 "$1"
	tun_new b cv0
	tun_set a cv0 listen-port "$port" peer "${pub[b]}" \
		endpoint "$(hostport "${outer4[b]}")" allowed-ips 10.77.0.2/32
	tun_set b cv0 listen-port "$port" peer "${pub[a]}" allowed-ips 10.77.0.1/32
	addr a cv0 10.77.0.1/24
	addr b cv0 10.77.0.2/24
	ipn a link set cv0 up
	ipn b link set cv0 up
	ping_ok a 10.77.0.2
}

# ---------------------------------------------------------------- counters

# stat NAME DEV COUNTER: of `ip -s link`.
stat() { n_sys "$1" cat "/sys/class/net/$2/statistics/$3"; }

# drops NAME DEV REASON: of `ethtool -S`; "none" when there is no such counter.
drops()
{
	local counter value found=none

	while read -r counter value; do
		[ "$counter" != "$3:" ] || found=$value
	done < <(n "$1" ethtool -S "$2" 2>/dev/null)
	echo "$found"
}

# dropped NAME DEV REASON LEAST: a culvert link has counted at least LEAST.
dropped() { [ "$kind" != culvert ] || [ "$(drops "$1" "$2" "$3")" -ge "$4" ]; }

# reason TEST-NAME NAME DEV REASON EXPECTED: exactly; only culvert counts reasons.
reason()
{
	if [ "$kind" = culvert ]; then
		is "$1: counted as $4" "$5" "$(drops "$2" "$3" "$4")"
	else
		note "$1: $kind has no counter $4"
	fi
}
