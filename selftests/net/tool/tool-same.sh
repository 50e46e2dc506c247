#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# slow: each command beside wg, on two modules
# kmemleak: off
# timeout: 500
# The command culvert beside wg(8): each word of `set`, in all the spellings in
# use, and each file of `setconf`, `addconf` and `syncconf` is given to both. They take or
# refuse the same and leave the same behind: wg on a link of wireguard.ko, culvert on
# another one and on a link of its own.
. "$(dirname "$0")/../../lib/test.sh"

need_module wireguard
need_module culvert
ns_new a
ipn a link add w0 type wireguard
ipn a link add w1 type wireguard
ipn a link add c0 type culvert

declare -A K=()
for name in dev psk 1 2 3; do
	K[$name]=$(printf 'h%-31s' "$name" | tr ' ' @ | base64)
done
echo "${K[dev]}" >"$tmp/key"
export WG_ENDPOINT_RESOLUTION_RETRIES=0

# What is there before each case.
cat >"$tmp/before" <<-END
	[Interface]
	PrivateKey = ${K[dev]}
	ListenPort = 4711
	FwMark = 5
	[Peer]
	PublicKey = ${K[1]}
	PresharedKey = ${K[psk]}
	Endpoint = 192.0.2.1:51820
	PersistentKeepalive = 25
	AllowedIPs = 10.1.0.0/16, fd01::/64
	[Peer]
	PublicKey = ${K[2]}
	PersistentKeepalive = 5
	AllowedIPs = 10.2.0.0/16
END

# sorted MARK WORD...: in $REPLY, with MARK behind each.
sorted()
{
	local mark=$1 word i all=()

	shift
	for word; do
		for ((i = ${#all[@]}; i > 0; i--)); do
			[[ "${all[i - 1]}" > "$word" ]] || break
			all[i]=${all[i - 1]}
		done
		all[i]=$word
	done
	printf -v REPLY "%s$mark" "${all[@]}"
}

# state DEV: in $state, all that can be configured, in an order that does not depend on the
# kernel; by one program, since this is asked for four hundred times.
state=''
state()
{
	local fields ips peers=() first=''

	wg_or_own "$1" show "$1" dump >"$tmp/dump"
	while IFS=$'\t' read -ra fields; do
		if [ -z "$first" ]; then
			first="${fields[*]}"
			continue
		fi
		IFS=, read -ra ips <<<"${fields[3]}"
		sorted , "${ips[@]}"
		peers+=("${fields[0]} ${fields[1]} ${fields[2]} $REPLY ${fields[7]}")
	done <"$tmp/dump"
	sorted $'\n' "${peers[@]}"
	state=$first$'\n'$REPLY
}
wg_or_own()
{
	if [ "$1" = w0 ]; then
		wg "${@:2}"
	else
		culvert "${@:2}"
	fi
}

# begin DEV: as before each case, unless it is so: what was refused changes nothing, or the next
# case fails.
declare -A is_begun=() begun=()
begin()
{
	[ -z "${is_begun[$1]:-}" ] || return 0
	wg_or_own "$1" setconf "$1" "$tmp/before"
	[ -n "${begun[$1]:-}" ] || { state "$1"; begun[$1]=$state; }
	is_begun[$1]=1
}

# same NAME ARGUMENT...: a subcommand, with DEV for the link; wg shows what is right.
same()
{
	local name=$1 dev expected='' words got

	shift
	for dev in w0 w1 c0; do
		begin "$dev"
		words=("${@//DEV/$dev}")
		[ "$dev" != w0 ] || words=("${words[@]/#"$tmp/file"/"$tmp/file.w0"}")
		if wg_or_own "$dev" "${words[@]}" >"$tmp/out" 2>&1; then
			state "$dev"
			got="taken: $state"
			[ "$state" = "${begun[$dev]}" ] || is_begun[$dev]=''
		else
			got="refused"
		fi
		if [ "$dev" = w0 ]; then
			expected=$got
			continue
		fi
		is "$name, culvert on $dev" "$expected" "$got"
		[ "$expected" = "$got" ] || note "$(cat "$tmp/out")"
	done
}

word() { same "set ${*@Q}" set DEV "$@"; }
of_peer() { same "set peer ${*@Q}" set DEV peer "${K[1]}" "$@"; }

test_words()
{
	local ips where seconds port mark file

	for ips in "10.0.0.2/32, fd00::2/128" " 10.0.0.3/32" "10.0.0.4/32 ,10.0.0.5/32" \
		$'10.0.0.6/32,\t10.0.0.7/32' " " "" $'10.0.0.8/32\n' $' \r10.0.0.9\v\f/ 3 2' \
		"10.0.0.1/032" "10.0.0.1/" "10.0.0.1/ " "10.0.0.1/33" "::/129" "10.0.0.1/+5" \
		"10.0.0.1/0x8" "10.0.0.1," ",10.0.0.1" "10.1" "10.0.0.01" "::ffff:10.0.0.1/128" \
		"10.0.0.1/8/8" "fe80::1%lo"; do
		of_peer allowed-ips "$ips"
	done
	of_peer allowed-ips 10.5.0.0/16 allowed-ips 10.6.0.0/16
	for where in " 192.0.2.1:5" "192.0.2.1:5 " "192.0.2.1 :5" "192.0.2.1: 5" "192.0.2.1:+5" \
		"192.0.2.1:05" "192.0.2.1:0x5" "192.0.2.1:-5" "192.0.2.1:domain" "192.0.2.1:" \
		"[192.0.2.1]:5" "::1:5" "[::1]:5" "[ ::1]:5" "[::1] :5" " [::1]:5" "[fe80::1%lo]:5" \
		"localhost:5" "3232235777:5" "192.0.2:5" "0xc0000201:5" "" ":5"; do
		of_peer endpoint "$where"
	done
	for seconds in " 25" "25 " 25 off OFF 0 025 +25 -1 65535 65536 "" 0x10 $'25\n'; do
		of_peer persistent-keepalive "$seconds"
	done
	for port in " 5" "5 " 5 05 +5 -5 0 65535 "" 0x10 domain $'\t7' $'5\n' nosuchservice; do
		word listen-port "$port"
	done
	for mark in " 5" "5 " 5 05 +5 -5 0 off OFF 0x 0x5 0xffffffff 4294967296 "" "0x 5"; do
		word fwmark "$mark"
	done
	printf '%s  \n\n' "${K[psk]}" >"$tmp/spaces-after"
	printf '\n' >"$tmp/newline"
	for file in /dev/null "$tmp/key" "$tmp/spaces-after" "$tmp/newline"; do
		word private-key "$file"
		of_peer preshared-key "$file"
	done
	word peer " ${K[1]}"
	word peer "${K[1]} "
}

# file NAME <TEXT: through all three. What syncconf leaves alone although the file does not
# mention it is the port and endpoints: wg chooses the port anew, and before 2022 it left
# pre-shared keys and intervals alone too. So wg gets a file that says all that.
file()
{
	local command

	cat >"$tmp/file"
	cp "$tmp/file" "$tmp/file.w0"
	for command in setconf addconf; do
		same "$command: $1" "$command" DEV "$tmp/file"
	done
	{
		printf '[Interface]\nListenPort = 4711\n'
		awk '{ print }
			/^PublicKey/ && !seen[$0]++ {
				print "PresharedKey = " substr(sprintf("%044d", 0), 2) "="
				print "PersistentKeepalive = off"
			}' "$tmp/file" | sed '/^PresharedKey = 0*=/y/0/A/'
	} >"$tmp/file.w0"
	same "syncconf: $1" syncconf DEV "$tmp/file"
}

test_files()
{
	file "nothing" </dev/null
	file "an [Interface] with nothing in it" <<<"[Interface]"
	file "a file with a mark only" <<<$'[Interface]\nFwMark = 7'
	file "a file with a port only" <<<$'[Interface]\nListenPort = 7'
	file "a peer's key only" <<<$'[Peer]\nPublicKey='"${K[1]}"
	file "a new peer's key only" <<<$'[Peer]\nPublicKey='"${K[3]}"
	file "an endpoint only" <<<$'[Peer]\nPublicKey='"${K[1]}"$'\nEndpoint=192.0.2.9:9'
	file "a list of allowed IPs only" <<<$'[Peer]\nPublicKey='"${K[1]}"$'\nAllowedIPs=10.8.0.0/16'
	file "a keepalive only" <<<$'[Peer]\nPublicKey='"${K[1]}"$'\nPersistentKeepalive=7'
	file "a keepalive that is off" <<<$'[Peer]\nPublicKey='"${K[1]}"$'\nPersistentKeepalive=off'
	file "a pre-shared key only" <<<$'[Peer]\nPublicKey='"${K[1]}"$'\nPresharedKey='"${K[3]}"
	file "an allowed IP of another peer" <<<$'[Peer]\nPublicKey='"${K[1]}"$'\nAllowedIPs=10.2.0.0/16'
	file "the same peer twice" <<-END
		[Peer]
		PublicKey = ${K[1]}
		PresharedKey = ${K[3]}
		Endpoint = 192.0.2.3:3
		AllowedIPs = 10.8.0.0/16
		[Peer]
		PublicKey = ${K[1]}
		PersistentKeepalive = 7
		AllowedIPs = 10.9.0.0/16
	END
	file "peers that swap their allowed IPs" <<-END
		[Peer]
		PublicKey = ${K[2]}
		AllowedIPs = 10.1.0.0/16
		AllowedIPs = fd01::/64
		[Peer]
		PublicKey = ${K[1]}
		AllowedIPs = 10.2.0.0/16
	END
	file "a port with white space and a name" <<<$'[Interface]\nListenPort = 1 2'
	file "a port by name" <<<$'[Interface]\nListenPort = domain'
}

# Signs in files, which Debian's wg does not know yet.
# signs EXPECTED COMMAND LINE...: AllowedIPs of the first peer afterwards.
signs()
{
	local expected=$1 command=$2 dev key ips

	shift 2
	{
		printf '[Peer]\nPublicKey = %s\n' "${K[1]}"
		printf '%s\n' "$@"
	} >"$tmp/file"
	for dev in w1 c0; do
		begin "$dev"
		is_begun[$dev]=''
		works "$command of '$*' on $dev" n a culvert "$command" "$dev" "$tmp/file"
		n a culvert show "$dev" allowed-ips >"$tmp/ips"
		while IFS=$'\t' read -r key ips; do
			[ "$key" != "${K[1]}" ] || break
		done <"$tmp/ips"
		read -ra ips <<<"$ips"
		sorted ' ' "${ips[@]}"
		is "$command of '$*' on $dev: allowed IPs" "$expected" "${REPLY% }"
	done
}

test_signs()
{
	signs "10.1.0.0/16 10.3.0.0/16 fd01::/64" addconf "AllowedIPs = +10.3.0.0/16"
	signs "10.1.0.0/16 10.2.0.0/16 fd01::/64" addconf "AllowedIPs = + 10.2.0.0/16"
	signs "10.1.0.0/16 10.3.0.0/16 10.4.0.0/16 fd01::/64" addconf \
		"AllowedIPs = 10.3.0.0/16, +10.4.0.0/16"
	signs "10.3.0.0/16 10.4.0.0/16" addconf "AllowedIPs = +10.3.0.0/16" "AllowedIPs = 10.4.0.0/16"
	signs "10.1.0.0/16 10.3.0.0/16 10.4.0.0/16 fd01::/64" addconf \
		"AllowedIPs = 10.4.0.0/16" "AllowedIPs = +10.3.0.0/16"
	signs "10.3.0.0/16" setconf "AllowedIPs = +10.3.0.0/16"
	signs "10.1.0.0/16 10.3.0.0/16 fd01::/64" syncconf "AllowedIPs = +10.3.0.0/16"
	# The kernel need not know signs for this.
	signs "10.3.0.0/16 fd01::/64" syncconf "AllowedIPs = +10.3.0.0/16, -10.1.0.0/16"
	signs "10.1.0.0/16 fd01::/64" syncconf "AllowedIPs = -10.2.0.0/16"
	n a culvert setconf c0 "$tmp/before"
	printf '[Peer]\nPublicKey = %s\nAllowedIPs = +10.3.0.0/16, -10.1.0.0/16, -10.2.0.0/16\n' \
		"${K[1]}" >"$tmp/file"
	works "addconf with added and removed allowed IPs" n a culvert addconf c0 "$tmp/file"
	is "addconf with removed allowed IPs: only the peer's own are" \
		"10.2.0.0/16 10.3.0.0/16 fd01::/64" \
		"$(n a culvert show c0 allowed-ips | cut -f 2 | tr ' ' '\n' | sort | paste -sd ' ')"
}

# Files as other systems write them.
test_encodings()
{
	local code

	printf '\xef\xbb\xbf[Interface]\r\nListenPort = 4712\r\n' >"$tmp/file"
	works "addconf of a file with a byte order mark" n a culvert addconf c0 "$tmp/file"
	is "addconf of a file with a byte order mark: the port is set" 4712 \
		"$(n a culvert show c0 listen-port)"
	for code in UTF-16 UTF-16LE UTF-16BE; do
		iconv -f UTF-8 -t "$code" <"$tmp/before" >"$tmp/file"
		fails_with "a file in $code" "file:1: this is UTF-16; .*iconv -f UTF-16 -t UTF-8" \
			n a culvert setconf c0 "$tmp/file"
	done
	iconv -f UTF-8 -t UTF-16 <"$tmp/before" | iconv -f UTF-16 -t UTF-8 >"$tmp/file"
	works "a file in UTF-16, converted as the message says: accepted" \
		n a culvert setconf c0 "$tmp/file"
	printf '\xef\xbb\xbf%s\r\n' "${K[psk]}" >"$tmp/keyfile"
	works "a key file with a byte order mark" n a culvert set c0 private-key "$tmp/keyfile"
	is "a key file with a byte order mark: the key is set" "${K[psk]}" \
		"$(n a culvert show c0 private-key)"
	iconv -f UTF-8 -t UTF-16 <"$tmp/key" >"$tmp/keyfile"
	fails_with "a key file in UTF-16" "keyfile: this is UTF-16" \
		n a culvert set c0 private-key "$tmp/keyfile"
	is "a key file in UTF-16: the key is unchanged" "${K[psk]}" "$(n a culvert show c0 private-key)"
}

# inside FUNCTION...: in a shell that is in the namespace itself: to enter it for each of a
# thousand commands takes a quarter as long again.
inside()
{
	relay n a bash -c "$(declare -f)
		$(declare -p K tmp passed failed skipped state is_begun begun)
		set -euE -o pipefail
		n() { shift; \"\$@\"; }
		result() { echo \"\$1 - \$2\"; }
		$(printf '%s\n' "$@")"
}

inside test_words test_files test_signs test_encodings
finish
