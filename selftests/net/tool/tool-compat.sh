#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# slow: each command of wg, one after the other
# kmemleak: off
# timeout: 400
# timeout[dropin]: 300
# cases: own=tool-compat dropin=dropin-tool
# The command culvert: what it sets it shows, on links of both kinds; it prints
# what wg(8) prints, byte for byte, and refuses bad input without changing a thing. In the
# case "dropin" on links of kind wireguard, which are culvert's.
[ "$CV_CASE" != dropin ] || export CV_KIND=wireguard CV_REPLACE=1
. "$(dirname "$0")/../../lib/test.sh"

# the command under test is culvert, whatever configures the other tests
c() { n a culvert "$@"; }
conf() { c showconf "$dev" 2>&1; }

fields=(public-key private-key listen-port fwmark peers preshared-keys endpoints
	allowed-ips latest-handshakes transfer persistent-keepalive dump)

# some keys that are the same each time; private ones are clamped as the kernel
# does it
declare -A K=()
for name in dev a b psk big 1 2 3 4 7 9; do
	K[$name]=$(printf 'h%-31s' "$name" | tr ' ' @ | base64)
done

# refused NAME REGEX ARGUMENT...: culvert ends with status 1 and one line that
# matches. That nothing has changed is looked at once, at the end.
refused()
{
	local name=$1 text=$2 status=0 lines

	shift 2
	c "$@" >"$tmp/out" 2>"$tmp/err" || status=$?
	mapfile -t lines <"$tmp/err"
	if [[ $status = 1 && ${#lines[@]} = 1 && ${lines[0]} =~ ^culvert:\ .*$text ]]; then
		ok "refused: $name"
	else
		fail "refused: $name" "status 1 and one line: culvert: ...$text" \
			"status $status and: ${lines[*]}"
	fi
}

# All that a command prints about a device, in one go: a new process in a
# namespace is slow here. $1 is the command, $2 the device, the rest fields.
cat >"$tmp/print" <<-'END'
	tool=$1 dev=$2
	shift 2
	for field; do
		echo "## show $field"
		$tool show "$dev" "$field"
	done
	echo "## show, no colours"
	WG_COLOR_MODE=never $tool show "$dev"
	echo "## show, colours, keys"
	WG_COLOR_MODE=always WG_HIDE_KEYS=never $tool show "$dev"
	echo "## show all dump"
	$tool show all dump
	echo "## showconf"
	$tool showconf "$dev"
	echo "## end"
END

same_as_wg()
{
	# a handshake's age may be another second later: there is none here
	n a bash "$tmp/print" wg "$dev" "${fields[@]}" >"$tmp/wg.out" 2>&1
	n a bash "$tmp/print" culvert "$dev" "${fields[@]}" >"$tmp/culvert.out" 2>&1
	if cmp -s "$tmp/wg.out" "$tmp/culvert.out"; then
		ok "$1: show, its fields and showconf are like wg's"
	else
		fail "$1: show, its fields and showconf are like wg's" "no difference" \
			"$(diff -u "$tmp/wg.out" "$tmp/culvert.out" | head -20)"
	fi
}

compare() { [ "$1" != wireguard ] || same_as_wg "$2"; }

test_keys()
{
	local secret

	secret=$(culvert genkey)
	is "a key has 44 characters" 44 "${#secret}"
	is "pubkey: vector of RFC 7748" \
		"hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=" \
		"$(echo "dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo=" | culvert pubkey)"
	isnt "two keys differ" "$secret" "$(culvert genkey)"
	isnt "two pre-shared keys differ" "$(culvert genpsk)" "$(culvert genpsk)"
	is "pubkey is like wg's" "$(echo "$secret" | wg pubkey)" \
		"$(echo "$secret" | culvert pubkey)"
	fails_with "pubkey refuses what is no key" "^culvert: standard input: .*expected 44" \
		culvert pubkey <<<"$secret x"
	(umask 077; culvert genkey >"$tmp/private" 2>"$tmp/err")
	is "genkey is silent with a private file" "" "$(cat "$tmp/err")"
	rm "$tmp/private"
	(umask 022; culvert genkey >"$tmp/private" 2>"$tmp/err")
	matches "genkey warns of a file that all can read" "^culvert: warning: .*umask 077" \
		"$(cat "$tmp/err")"
}

test_set()
{
	local k=$1

	echo "${K[dev]}" >"$tmp/key"
	echo "${K[psk]}" >"$tmp/psk"
	compare "$k" "$k, fresh device"
	works "$k: set the device" c set "$dev" listen-port 4711 fwmark 0xca6c \
		private-key "$tmp/key"
	works "$k: set peers" c set "$dev" \
		peer "${K[1]}" preshared-key "$tmp/psk" endpoint 192.0.2.1:51820 \
		persistent-keepalive 25 allowed-ips 10.1.2.3/24,fd01::1/64 \
		peer "${K[2]}" endpoint '[2001:db8::5]:9' persistent-keepalive off \
		peer "${K[3]}" allowed-ips 0.0.0.0/0,::/0
	is "$k: show dump" \
		"$(printf '%s\t%s\t4711\t0xca6c' "${K[dev]}" "$(culvert pubkey <"$tmp/key")")" \
		"$(c show "$dev" dump | head -1)"
	is "$k: show endpoints" "$(printf '%s\t%s\n' "${K[1]}" 192.0.2.1:51820 \
		"${K[2]}" '[2001:db8::5]:9' "${K[3]}" '(none)')" \
		"$(c show "$dev" endpoints)"
	is "$k: show allowed-ips" "$(printf '%s\t%s\n' "${K[1]}" "10.1.2.0/24 fd01::/64" \
		"${K[2]}" "(none)" "${K[3]}" "0.0.0.0/0 ::/0")" \
		"$(c show "$dev" allowed-ips | sed 's|fd01::/64 10.1.2.0/24|10.1.2.0/24 fd01::/64|; s|::/0 0.0.0.0/0|0.0.0.0/0 ::/0|')"
	is "$k: show all peers has the device's name" "$dev	${K[1]}" \
		"$(c show all peers | head -1)"
	is "$k: show interfaces" "$dev" "$(c show interfaces)"
	matches "$k: show hides keys" "private key: \(hidden\)" "$(c show)"
	fails "$k: show has no key" grep -qF "${K[psk]}" <(c show "$dev")
	compare "$k" "$k, three peers"
	works "$k: change a peer" c set "$dev" peer "${K[1]}" preshared-key /dev/null \
		allowed-ips "" persistent-keepalive 0
	is "$k: change a peer: no pre-shared key" "(none)" \
		"$(c show "$dev" preshared-keys | sed -n "s|^${K[1]}\t||p")"
	is "$k: change a peer: no allowed IPs" "(none)" \
		"$(c show "$dev" allowed-ips | sed -n "s|^${K[1]}\t||p")"
	works "$k: add one allowed IP" c set "$dev" peer "${K[3]}" allowed-ips +10.9.0.0/16
	is "$k: add one allowed IP: the others stay" 3 \
		"$(c show "$dev" allowed-ips | sed -n "s|^${K[3]}\t||p" | wc -w)"
	works "$k: remove a peer" c set "$dev" peer "${K[2]}" remove
	is "$k: remove a peer: two are left" 2 "$(c show "$dev" peers | wc -l)"
	works "$k: private key and fwmark off" c set "$dev" private-key /dev/null fwmark off
	is "$k: private key and fwmark off: none are shown" "(none) off" \
		"$(c show "$dev" private-key) $(c show "$dev" fwmark)"
	compare "$k" "$k, changed"
}

# look FIELD: sets REPLY to that of the device, or of the first peer
look()
{
	c show "$dev" "$1" >"$tmp/shown"
	IFS= read -r REPLY <"$tmp/shown" || :
	case $REPLY in
	"${K[1]}"$'\t'*) REPLY=${REPLY#*$'\t'} ;;
	*=$'\t'*) REPLY='' ;;
	esac
}
shows() { look "$1"; echo "$REPLY"; }

# What links of kind wireguard do not have.
test_own()
{
	local k=$1

	c set "$dev" listen-port 4711 peer "${K[1]}" allowed-ips 10.1.2.0/24
	if [ "$k" = wireguard ]; then
		refused "$k, bind address" "links of kind wireguard have no bind address" \
			set "$dev" fwmark 7 bind-address 127.0.0.1
		refused "$k, name" "links of kind wireguard have no name of a peer" \
			set "$dev" fwmark 7 peer "${K[1]}" name x
		is "$k: none of its own is shown" "any any (none) off" "$(shows bind-addresses
			) $(shows bind-device) $(shows names) $(shows idle)"
		return
	fi
	works "$k: set bind address and device, name and idle time" c set "$dev" \
		bind-address ::1,127.0.0.1 bind-device lo dscp 0x2e peer "${K[1]}" name "über uns" idle 99
	is "$k: show bind-addresses" "127.0.0.1 ::1" "$(shows bind-addresses)"
	is "$k: show bind-device" lo "$(shows bind-device)"
	is "$k: show dscp" 46 "$(shows dscp)"
	is "$k: show names" "über uns" "$(shows names)"
	is "$k: show idle" 99 "$(shows idle)"
	matches "$k: show" "bind address: 127.0.0.1, ::1.*bind device: lo.*dscp: 46.*name: über uns.*idle: for 1 minute, 39 seconds" \
		"$(c show "$dev" | tr '\n' ' ')"
	works "$k: one family" c set "$dev" bind-address 2001:db8::1 bind-device any
	is "$k: one family: show" "2001:db8::1 any" "$(shows bind-addresses) $(shows bind-device)"
	works "$k: a change of the port keeps them" c set "$dev" listen-port 4712
	is "$k: kept" "2001:db8::1 über uns" "$(shows bind-addresses) $(shows names)"
	works "$k: copy" c set "$dev" dscp copy
	is "$k: copy: show" copy "$(shows dscp)"
	works "$k: none" c set "$dev" bind-address any dscp none peer "${K[1]}" name "" idle off
	is "$k: none: show" "any any none (none) off" "$(shows bind-addresses) $(shows bind-device
		) $(shows dscp) $(shows names) $(shows idle)"
	refused "$k, two addresses of a family" "'192.0.2.2' is not the only address of its family" \
		set "$dev" bind-address 192.0.2.1,192.0.2.2
	refused "$k, a prefix" "'192.0.2.0/24' is not an address; expected" \
		set "$dev" bind-address 192.0.2.0/24
	refused "$k, a long name of an interface" "is not the name of an interface" \
		set "$dev" bind-device sixteen-letters1
	refused "$k, DSCP 64" "'64' is not a DSCP; expected none, copy, or a number from 0 to 63" \
		set "$dev" dscp 64
	refused "$k, idle for 21 days" "'1814400' is not a time; expected off" \
		set "$dev" peer "${K[1]}" idle 1814400
	refused "$k, a name with a control character" "must be UTF-8 without control characters" \
		set "$dev" peer "${K[1]}" name $'a\nb'
}

# ways: candidates, follow and silent of the first peer, as scripts see them.
ways()
{
	local all

	look candidates
	all=$REPLY
	look follow
	all+=" | $REPLY"
	look silent
	echo "$all | $REPLY"
}

# ways_of FILE: in a file of one peer, with what stdin has.
ways_of()
{
	{
		printf '[Peer]\nPublicKey = %s\nAllowedIPs = 10.1.2.0/24\n' "${K[1]}"
		cat
	} >"$1"
}

# Candidates, where a peer is followed to, and when it is silent: words, fields and files.
test_ways()
{
	local k=$1 word

	c set "$dev" listen-port 4711 peer "${K[1]}" allowed-ips 10.1.2.0/24
	if [ "$k" = wireguard ]; then
		for word in "candidates 192.0.2.1:5" "follow never" "silent 9" rekey; do
			# shellcheck disable=SC2086 # words
			refused "$k, ${word%% *}" \
				"links of kind wireguard have no (candidates|limit to where a peer is followed|silent time|rekey)" \
				set "$dev" fwmark 7 peer "${K[1]}" $word
		done
		is "$k: no ways are shown" "(none) | anywhere | off" "$(ways)"
		ways_of "$tmp/ways.conf" <<<"Candidates = 192.0.2.1:5"
		refused "$k, Candidates in a file" "links of kind wireguard have no candidates" \
			setconf "$dev" "$tmp/ways.conf"
		return
	fi
	test_ways_words "$k"
	test_ways_files "$k"
	test_ways_refusals "$k"
}

test_ways_words()
{
	local k=$1

	is "$k: no ways are shown" "(none) | anywhere | off" "$(ways)"
	works "$k: set candidates, follow and silent" c set "$dev" peer "${K[1]}" \
		candidates "192.0.2.1:51820@1, [2001:db8::1]:51820,192.0.2.3:9@1" \
		follow 192.0.2.77/24,2001:db8::1 silent 9
	is "$k: show candidates by preference, follow masked, silent" \
		"[2001:db8::1]:51820 192.0.2.1:51820@1 192.0.2.3:9@1 | 192.0.2.0/24 2001:db8::1/128 | 9" \
		"$(ways)"
	matches "$k: show ways" "candidates: \[2001:db8::1\]:51820, 192.0.2.1:51820@1 \(in use\), 192.0.2.3:9@1.*follow: 192.0.2.0/24, 2001:db8::1/128.*silent: after 9 seconds" \
		"$(c show "$dev" | tr '\n' ' ')"
	works "$k: an endpoint that is a candidate" c set "$dev" peer "${K[1]}" \
		endpoint 192.0.2.3:9
	matches "$k: show the way in use, since when and why" "endpoint: 192.0.2.3:9.*endpoint since: (Now|[0-9]+ seconds? ago) \(set\).*192.0.2.3:9@1 \(in use\)" \
		"$(c show "$dev" | tr '\n' ' ')"
	is "$k: dump has the columns of wg(8)" 8 \
		"$(c show "$dev" dump | sed -n 2p | tr '\t' '\n' | wc -l)"
	works "$k: change the port: candidates stay" c set "$dev" listen-port 4712
	isnt "$k: changed port: candidates" "(none)" "$(shows candidates)"
	refused "$k, rekey of a link that is down" "peer ${K[1]}: .*rekey: the link is down" \
		set "$dev" peer "${K[1]}" silent 8 rekey
	is "$k: rekey of a link that is down: nothing has changed" 9 "$(shows silent)"
	works "$k: rekey of a peer that is not there" c set "$dev" peer "${K[9]}" rekey
	fails "$k: rekey of a peer that is not there: none is added" \
		grep -qxF "${K[9]}" <(c show "$dev" peers)
	works "$k: follow never, no candidates, silent off" c set "$dev" peer "${K[1]}" \
		candidates "" follow never silent off
	is "$k: follow never, no candidates, silent off: show" "(none) | never | off" "$(ways)"
	works "$k: follow anywhere" c set "$dev" peer "${K[1]}" follow anywhere
	is "$k: follow anywhere: show" "(none) | anywhere | off" "$(ways)"
}

test_ways_files()
{
	local k=$1 all

	ways_of "$tmp/ways.conf" <<-END
		Candidates = 192.0.2.1:51820@1, [2001:db8::1]:51820
		follow = 192.0.2.77/24, 2001:db8::/32
		Silent = 9
	END
	ways_of "$tmp/none.conf" </dev/null
	all="[2001:db8::1]:51820 192.0.2.1:51820@1 | 192.0.2.0/24 2001:db8::/32 | 9"
	works "$k: setconf with ways" c setconf "$dev" "$tmp/ways.conf"
	is "$k: setconf with ways: show" "$all" "$(ways)"
	is "$k: showconf with ways" "Candidates = [2001:db8::1]:51820, 192.0.2.1:51820@1
Follow = 192.0.2.0/24, 2001:db8::/32
Silent = 9" "$(conf | sed -n '/^Cand/,$p')"
	conf >"$tmp/printed.conf"
	works "$k: addconf without ways" c addconf "$dev" "$tmp/none.conf"
	is "$k: addconf without ways: they stay" "$all" "$(ways)"
	works "$k: syncconf without ways" c syncconf "$dev" "$tmp/none.conf"
	is "$k: syncconf without ways: they are off" "(none) | anywhere | off" "$(ways)"
	works "$k: syncconf with ways" c syncconf "$dev" "$tmp/printed.conf"
	is "$k: syncconf with ways: show" "$all" "$(ways)"
	works "$k: a peer at a candidate" c set "$dev" peer "${K[1]}" endpoint 192.0.2.1:51820
	ways_of "$tmp/moved.conf" <<<"$(sed -n '/^Cand/,$p' "$tmp/printed.conf")
Endpoint = 192.0.2.9:9"
	works "$k: syncconf with an endpoint, the peer at a candidate" \
		c syncconf "$dev" "$tmp/moved.conf"
	is "$k: syncconf with an endpoint, the peer at a candidate: it stays there" \
		192.0.2.1:51820 "$(shows endpoints)"
	works "$k: setconf without ways" c setconf "$dev" "$tmp/none.conf"
	is "$k: setconf without ways: they are off" "(none) | anywhere | off" "$(ways)"
	works "$k: setconf of what showconf printed with ways" c setconf "$dev" "$tmp/printed.conf"
	is "$k: setconf of what showconf printed with ways: show" "$all" "$(ways)"
	c setconf "$dev" "$tmp/none.conf"
	is "$k: showconf without ways has no word of its own" "" \
		"$(conf | grep -iE 'candidates|follow|silent' || :)"
}

test_ways_refusals()
{
	local k=$1 nine

	nine=$(printf '192.0.2.1:%d,' {1..9})
	refused "$k, nine candidates" "candidates: '192.0.2.1:9' is one candidate too many; expected at most 8" \
		set "$dev" fwmark 5 peer "${K[1]}" candidates "${nine%,}"
	refused "$k, class 256" "'192.0.2.1:5@256' is not a candidate; expected .*from 0 to 255" \
		set "$dev" fwmark 5 peer "${K[1]}" candidates 192.0.2.1:5@256
	refused "$k, candidate without a port" "'192.0.2.1' is not an endpoint; expected HOST:PORT" \
		set "$dev" fwmark 5 peer "${K[1]}" candidates 192.0.2.1
	WG_ENDPOINT_RESOLUTION_RETRIES=0 refused "$k, candidate that does not resolve" \
		"set: peer ${K[1]}: candidate 'no.such.host.invalid'" set "$dev" \
		fwmark 5 peer "${K[1]}" candidates 192.0.2.1:5,no.such.host.invalid:5@1
	refused "$k, candidate that is a multicast address" \
		"peer ${K[1]}, candidate 224.0.0.1:5@2: " \
		set "$dev" fwmark 5 peer "${K[1]}" candidates 192.0.2.1:5,224.0.0.1:5@2
	refused "$k, one candidate twice" "peer ${K[1]}, candidate 192.0.2.1:5@2: " \
		set "$dev" fwmark 5 peer "${K[1]}" candidates 192.0.2.1:5,192.0.2.1:5@2
	refused "$k, follow nothing" "follow: '' is not a prefix; expected anywhere, never" \
		set "$dev" fwmark 5 peer "${K[1]}" follow ""
	refused "$k, follow a prefix of 33" "'10.0.0.0/33' is not a prefix" \
		set "$dev" fwmark 5 peer "${K[1]}" follow 10.0.0.0/33
	refused "$k, silent for 61 s" "silent: '61' is not a time; expected off" \
		set "$dev" fwmark 5 peer "${K[1]}" silent 61
	refused "$k, candidates before a peer" "'candidates' needs a peer before it" \
		set "$dev" candidates 192.0.2.1:5
	refused "$k, rekey before a peer" "'rekey' needs a peer before it" set "$dev" rekey
	is "$k: refused ways: nothing has changed" "off (none) | anywhere | off" \
		"$(c show "$dev" fwmark) $(ways)"
	c set "$dev" peer "${K[1]}" remove
}

# Only newer kernels let wireguard remove a single prefix; culvert always does.
test_take_away()
{
	if [ "$1" = culvert ]; then
		works "$1: remove one allowed IP" c set "$dev" peer "${K[3]}" \
			allowed-ips -10.9.0.0/16
		is "$1: remove one allowed IP: the others stay" 2 "$(c show "$dev" allowed-ips |
			sed -n "s|^${K[3]}\t||p" | wc -w)"
	elif ! c set "$dev" peer "${K[3]}" allowed-ips -10.9.0.0/16 2>"$tmp/err"; then
		matches "$1: remove one allowed IP: the error names the kernel needed" \
			"Linux 6.16" \
			"$(cat "$tmp/err")"
	fi
}

test_files()
{
	local k=$1

	cat >"$tmp/a.conf" <<-END
		# a comment
		[Interface]
		PrivateKey = ${K[dev]}
		listenport=4712   # the case of words does not matter
		FwMark = 17

		[Peer]
		PublicKey = ${K[1]}
		PresharedKey = ${K[psk]}
		AllowedIPs = 10.1.0.0/16, fd01::/64
		AllowedIPs = 10.2.0.1
		Endpoint = 192.0.2.7:1234
		PersistentKeepalive = 10
		[peer]
		PublicKey=${K[2]}
	END
	works "$k: setconf" c setconf "$dev" "$tmp/a.conf"
	is "$k: setconf replaces the peers" "${K[1]}
${K[2]}" "$(c show "$dev" peers)"
	compare "$k" "$k, setconf"
	conf >"$tmp/b.conf"
	n a ip link add other type "$k"
	works "$k: setconf of what showconf printed" c setconf other "$tmp/b.conf"
	is "$k: setconf of what showconf printed: the same configuration" "$(conf)" \
		"$(c showconf other)"
	n a ip link del other
	printf '[Peer]\nPublicKey = %s\nAllowedIPs = 10.3.0.0/16\n' "${K[4]}" >"$tmp/c.conf"
	works "$k: addconf" c addconf "$dev" "$tmp/c.conf"
	is "$k: addconf: other peers and the port stay" "3 4712" \
		"$(c show "$dev" peers | wc -l) $(c show "$dev" listen-port)"
	works "$k: setconf from a pipe" c setconf "$dev" <(cat "$tmp/b.conf")
	is "$k: setconf from a pipe: the added peer is gone" 2 "$(c show "$dev" peers | wc -l)"
	: >"$tmp/empty.conf"
	works "$k: setconf of an empty file" c setconf "$dev" "$tmp/empty.conf"
	is "$k: setconf of an empty file: no key, mark or peers" "(none) off 0" \
		"$(c show "$dev" private-key) $(c show "$dev" fwmark) $(c show "$dev" peers | wc -l)"
	works "$k: setconf of the file again" c setconf "$dev" "$tmp/a.conf"
}

test_many()
{
	local k=$1

	awk -v big="${K[big]}" 'BEGIN {
		print "[Interface]\nListenPort = 4713"
		for (i = 0; i < 700; i++)
			printf "[Peer]\nPublicKey = %043d=\nAllowedIPs = 10.%d.%d.0/24\n",
				i * 10, i / 256, i % 256
		print "[Peer]\nPublicKey = " big
		for (i = 0; i < 5000; i++)
			printf "AllowedIPs = 172.%d.%d.0/24, fd02:0:0:%x::/64\n",
				16 + i / 256, i % 256, i + 1
	}' >"$tmp/many.conf"
	works "$k: setconf of 701 peers, one with 10000 allowed IPs" \
		c setconf "$dev" "$tmp/many.conf"
	is "$k: setconf of 701 peers: all are shown" 701 "$(c show "$dev" peers | wc -l)"
	is "$k: a peer with 10000 allowed IPs: all are shown" 10000 \
		"$(c show "$dev" allowed-ips | sed -n "s|^${K[big]}\t||p" | wc -w)"
	is "$k: setconf of 701 peers: the allowed IPs are the file's" \
		"$(sed -n 's/AllowedIPs = //p' "$tmp/many.conf" | tr -d ' ' | tr , '\n' | sort | sha256sum)" \
		"$(c show "$dev" allowed-ips | cut -f2 | tr ' ' '\n' | sort | sha256sum)"
	compare "$k" "$k, many"
	conf >"$tmp/many2.conf"
	works "$k: syncconf of the same configuration" c syncconf "$dev" "$tmp/many2.conf"
	is "$k: syncconf of the same configuration: nothing changed" \
		"$(sha256sum <"$tmp/many2.conf")" "$(conf | sha256sum)"
	works "$k: syncconf to two peers" c syncconf "$dev" "$tmp/a.conf"
	is "$k: syncconf to two peers: two are left" 2 "$(c show "$dev" peers | wc -l)"
	compare "$k" "$k, few"
}

test_refusals()
{
	local k=$1 before nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups
		--inh-caps=-all --bounding-set=-all)

	before=$(conf)
	refused "$k, listen-port 65536" "listen-port: '65536'.*expected a number from 0 to 65535" \
		set "$dev" fwmark 5 listen-port 65536
	refused "$k, fwmark without a value" "'fwmark' needs a value" set "$dev" listen-port 1 \
		fwmark
	refused "$k, a bad public key" "peer: 'abc' is not a key" set "$dev" listen-port 1 peer abc
	refused "$k, unknown word" "'mtu' is not a setting" set "$dev" listen-port 1 mtu 5
	refused "$k, word of a peer before a peer" "'endpoint' needs a peer before it" \
		set "$dev" endpoint 1.2.3.4:5
	refused "$k, prefix of 33" "'10.0.0.0/33'.*at most 32" set "$dev" listen-port 1 \
		peer "${K[9]}" allowed-ips 10.0.0.0/8,10.0.0.0/33
	refused "$k, empty allowed IP" "'' is not an allowed IP" set "$dev" \
		peer "${K[9]}" allowed-ips 10.0.0.0/8,
	refused "$k, no such file" "No such file" set "$dev" listen-port 1 \
		private-key "$tmp/none"
	refused "$k, endpoint without port" "expected HOST:PORT" set "$dev" \
		listen-port 1 peer "${K[9]}" endpoint 1.2.3.4
	WG_ENDPOINT_RESOLUTION_RETRIES=0 refused "$k, name that does not resolve" \
		"set: peer ${K[9]}: endpoint 'no.such.host.invalid'" set "$dev" \
		listen-port 1 peer "${K[9]}" endpoint no.such.host.invalid:5
	printf '[Interface]\nListenPort = 9\n\nAddress = 10.0.0.1/24\n' >"$tmp/bad.conf"
	refused "$k, word of wg-quick" "$tmp/bad.conf:4: 'Address' is not a setting of \[Interface\].*wg-quick.*expected" \
		setconf "$dev" "$tmp/bad.conf"
	printf '[Interface]\nListenPort = 9\n[Peer]\nAllowedIPs = 10.0.0.0/8\n' >"$tmp/bad.conf"
	refused "$k, no public key" "$tmp/bad.conf:3: this \[Peer\] has no PublicKey" \
		addconf "$dev" "$tmp/bad.conf"
	printf '[Interface]\nListenPort = 9\nPrivateKey = nearlyakey\n' >"$tmp/bad.conf"
	refused "$k, a bad private key" "$tmp/bad.conf:3: PrivateKey: .*not shown" \
		syncconf "$dev" "$tmp/bad.conf"
	fails "$k: a bad private key is not shown" grep -q nearlyakey "$tmp/err"
	refused "$k, no such device" "nodev: there is no such device" set nodev fwmark 1
	refused "$k, link of another kind" "va: this device is neither" show va
	refused "$k, name too long" "there is no such device" \
		show aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
	refused "$k, unknown field" "'colour' is not a field" show "$dev" colour
	refused "$k, unknown subcommand" "no subcommand 'frob'" frob
	is "$k: refused changes have changed nothing" "$before" "$(conf)"
	n a "${nobody[@]}" culvert show interfaces >"$tmp/out" 2>&1 || :
	is "$k: an unprivileged user may list the links" "$dev" "$(cat "$tmp/out")"
	fails_with "$k: an unprivileged user may not show a link" \
		"^culvert: $dev: .*CAP_NET_ADMIN" \
		n a "${nobody[@]}" culvert show "$dev"
	fails_with "$k: an unprivileged user may not set a link" "^culvert: $dev: .*CAP_NET_ADMIN" \
		n a "${nobody[@]}" culvert set "$dev" fwmark 1
	n a sh -c "culvert show $dev dump >/dev/full" 2>"$tmp/err" || :
	matches "$k: a full disk is an error" "^culvert: .*No space left" "$(cat "$tmp/err")"
}

# What the kernel refuses is explained.
test_kernel_refusal()
{
	local k=$1

	ipn a link add other type "$k"
	ipn a link set other up
	c set other listen-port 4999
	ipn a link set "$dev" up
	refused "$k, a port that is in use" "$dev: another socket uses that port" \
		set "$dev" listen-port 4999
	ipn a link set "$dev" down
	ipn a link del other
}

handshake() { [ "$(c show "$dev" latest-handshakes | cut -f2 | sort -n | tail -1)" -gt 0 ]; }
# session_since TIME: TIME if there is a session of then or, by a timer, of later; else the time
# of the last handshake, 0 for a peer that was made anew.
session_since()
{
	local time

	time=$(c show "$dev" latest-handshakes | cut -f2 | head -1)
	[ "$time" -lt "$1" ] || time=$1
	echo "$time"
}

# handshake_after TIME: not looked for all the time, since it takes seconds.
handshake_after()
{
	sleep 0.2
	[ "$(c show "$dev" latest-handshakes | cut -f2 | head -1)" -gt "$1" ]
}

# syncconf leaves a session alone that setconf would end.
test_sync()
{
	local k=$1 before

	n b ip link add "$dev" type "$k"
	echo "${K[a]}" >"$tmp/ka"
	echo "${K[b]}" >"$tmp/kb"
	cat >"$tmp/sync.conf" <<-END
		[Interface]
		PrivateKey = ${K[a]}
		[Peer]
		PublicKey = $(culvert pubkey <"$tmp/kb")
		AllowedIPs = 10.0.0.2/32
		Endpoint = 198.51.100.2:5000
	END
	c setconf "$dev" "$tmp/sync.conf"
	n b culvert set "$dev" listen-port 5000 private-key "$tmp/kb" \
		peer "$(culvert pubkey <"$tmp/ka")" allowed-ips 10.0.0.1/32
	addr a "$dev" 10.0.0.1/24
	addr b "$dev" 10.0.0.2/24
	ipn a link set "$dev" up
	ipn b link set "$dev" up
	wait_for 10 n a ping -c1 -W1 10.0.0.2 || :
	soon "$k: a handshake" 10 handshake
	before=$(c show "$dev" latest-handshakes | cut -f2)
	if [ "$k" != wireguard ]; then
		works "$k: rekey" c set "$dev" peer "$(culvert pubkey <"$tmp/kb")" rekey
		soon "$k: rekey: another handshake" 10 handshake_after "$before"
		before=$(c show "$dev" latest-handshakes | cut -f2)
	fi
	works "$k: syncconf with a session" c syncconf "$dev" "$tmp/sync.conf"
	is "$k: syncconf with a session: the session stays" "$before" "$(session_since "$before")"
	sed 's|10.0.0.2/32|10.0.0.2/32,10.4.0.0/16|' "$tmp/sync.conf" >"$tmp/sync2.conf"
	printf '[Peer]\nPublicKey = %s\nAllowedIPs = 10.5.0.0/16\n' "${K[7]}" >>"$tmp/sync2.conf"
	works "$k: syncconf with changes" c syncconf "$dev" "$tmp/sync2.conf"
	is "$k: syncconf with changes: the session stays" "$before" "$(session_since "$before")"
	is "$k: syncconf with changes: the allowed IPs are new" "10.0.0.2/32 10.4.0.0/16" \
		"$(c show "$dev" allowed-ips | head -1 | cut -f2 | tr ' ' '\n' | sort | paste -sd' ')"
	sed 's|10.0.0.2/32|10.0.0.2/32,10.6.0.0/16|' "$tmp/sync.conf" >"$tmp/sync3.conf"
	printf '[Peer]\nPublicKey = %s\nAllowedIPs = 10.4.0.0/16\n' "${K[7]}" >>"$tmp/sync3.conf"
	works "$k: syncconf that moves prefixes" c syncconf "$dev" "$tmp/sync3.conf"
	is "$k: syncconf that moves prefixes: they have moved" \
		"10.0.0.2/32 10.6.0.0/16|10.4.0.0/16" \
		"$(c show "$dev" allowed-ips | cut -f2 | while read -r l; do tr ' ' '\n' <<<"$l" | sort | paste -sd' '; done | paste -sd'|')"
	works "$k: setconf with a session" c setconf "$dev" "$tmp/sync3.conf"
	is "$k: setconf with a session: no session is left" 0 "$(c show "$dev" latest-handshakes | cut -f2 | sort -n | tail -1)"
}

test_keys
for k in $(printf '%s\n' wireguard "$kind" | sort -u); do
	need_module "$k"
	net_pair
	dev=cv0
	ipn a link add "$dev" type "$k"
	test_set "$k"
	test_own "$k"
	test_take_away "$k"
	test_ways "$k"
	test_files "$k"
	test_many "$k"
	test_refusals "$k"
	test_kernel_refusal "$k"
	test_sync "$k"
	drop_all
done
finish
