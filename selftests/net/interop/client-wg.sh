#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# slow: a Debian of its own is made
# kmemleak: off
# root: clients
# timeout: 240
# Debian's wg(8), every subcommand of it: it sets, shows, saves and refuses as it does
# with the kernel's own wireguard.
. "$(dirname "$0")/../../lib/client.sh"

# rest FIELD: what `wg show wg0 FIELD` prints, with spaces for tabs.
rest() { wg show wg0 "$1" | tr '\t' ' '; }

test_keys()
{
	local secret

	secret=$(wg genkey)
	is "genkey: 44 characters" 44 "${#secret}"
	is "pubkey: vector of RFC 7748" "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=" \
		"$(wg pubkey <<<"dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo=")"
	isnt "genpsk: two differ" "$(wg genpsk)" "$(wg genpsk)"
}

# The kernel loads the module for a link of that kind, and for a request to its family.
test_loading()
{
	rmmod "$kind"
	works "ip link add of kind wireguard with no module loaded" ip link add wg0 type wireguard
	works "ip link add of kind wireguard loads $kind" test -d "/sys/module/$kind"
	ip link del wg0
	rmmod "$kind"
	fails_with "wg show with no module loaded: no such device" "No such device" wg show wg0
	works "wg show loads $kind" test -d "/sys/module/$kind"
	loaded_modules=" $kind"
}

test_set()
{
	local psk

	psk=$(cat "$tmp/shared.psk")
	ip link add wg0 type wireguard
	link_is "ip link add" wg0
	works "set: every word" wg set wg0 listen-port 4711 fwmark 0xca6c \
		private-key "$tmp/a.key" peer "${pub[b]}" preshared-key "$tmp/shared.psk" \
		endpoint "198.51.100.2:$port" persistent-keepalive 25 \
		allowed-ips 10.77.0.2/32,fd77::2/128
	ip addr add 10.77.0.1/24 dev wg0
	ip addr add fd77::1/64 dev wg0
	ip link set wg0 up
	carries "set" wg0

	is "show interfaces" wg0 "$(wg show interfaces)"
	is "show public-key" "${pub[a]}" "$(rest public-key)"
	is "show private-key" "$(cat "$tmp/a.key")" "$(rest private-key)"
	is "show listen-port" 4711 "$(rest listen-port)"
	is "show fwmark" 0xca6c "$(rest fwmark)"
	is "show peers" "${pub[b]}" "$(rest peers)"
	is "show preshared-keys" "${pub[b]} $psk" "$(rest preshared-keys)"
	is "show endpoints" "${pub[b]} 198.51.100.2:$port" "$(rest endpoints)"
	is "show persistent-keepalive" "${pub[b]} 25" "$(rest persistent-keepalive)"
	is "show allowed-ips" "${pub[b]} 10.77.0.2/32 fd77::2/128" \
		"$(rest allowed-ips | sed 's|fd77::2/128 10.77.0.2/32|10.77.0.2/32 fd77::2/128|')"
	is "show dump, the device" "$(cat "$tmp/a.key") ${pub[a]} 4711 0xca6c" \
		"$(rest dump | head -n 1)"
	matches "show dump, the peer" \
		"^${pub[b]//+/[+]} ${psk//+/[+]} 198.51.100.2:$port [^ ]+ [0-9]+ [0-9]+ [0-9]+ 25$" \
		"$(rest dump | tail -n 1)"
	is "show all peers" "wg0	${pub[b]}" "$(wg show all peers)"
	is "show all dump: two lines" 2 "$(wg show all dump | grep -c '^wg0	')"
	matches "show: the time of the handshake in words" "latest handshake: (Now|.* ago)" \
		"$(wg show)"
	matches "show: keys are hidden" "preshared key: \(hidden\)" "$(wg show wg0)"
	is "show all: the same as show wg0" "$(wg show wg0 | head -n 5)" \
		"$(wg show all | head -n 5)"
}

test_change()
{
	local other

	other=$(wg genkey | wg pubkey)
	works "set: a second peer" wg set wg0 peer "$other" endpoint "[2001:db8::9]:9" \
		allowed-ips 10.78.0.0/16
	works "set: allowed IPs of the second peer again" wg set wg0 peer "$other" \
		allowed-ips 10.79.0.0/16,fd79::/64
	is "set: only the second peer's allowed IPs are replaced" \
		"10.77.0.2/32 10.79.0.0/16 fd77::2/128 fd79::/64 " \
		"$(wg show wg0 allowed-ips | cut -f 2 | tr ' ' '\n' | sort | tr '\n' ' ')"
	works "set: an allowed IP of another peer" wg set wg0 peer "$other" \
		allowed-ips 10.77.0.2/32
	is "set: the allowed IP of another peer has moved" "${pub[b]} fd77::2/128" \
		"$(rest allowed-ips | grep "^${pub[b]}")"
	works "set: the allowed IP moved back" wg set wg0 peer "${pub[b]}" allowed-ips \
		10.77.0.2/32,fd77::2/128
	works "set: mark, keepalive and pre-shared key off" wg set wg0 fwmark off peer "$other" \
		persistent-keepalive off preshared-key /dev/null
	is "set: the mark is off" off "$(rest fwmark)"
	works "set: a peer removed" wg set wg0 peer "$other" remove
	is "set: the other peer is left" "${pub[b]}" "$(rest peers)"
	works "after changes: ping" ping_ok a 10.77.0.2
}

test_files()
{
	local other

	other=$(wg genkey | wg pubkey)
	wg showconf wg0 >"$tmp/saved"
	matches "showconf: the private key" "^PrivateKey = $(sed 's/+/[+]/g' "$tmp/a.key")$" \
		"$(cat "$tmp/saved")"
	printf '[Peer]\nPublicKey = %s\nAllowedIPs = 10.80.0.0/16\n' "$other" >"$tmp/more"
	works "addconf" wg addconf wg0 "$tmp/more"
	is "addconf: there are two peers" 2 "$(wg show wg0 peers | wc -l)"
	works "syncconf" wg syncconf wg0 "$tmp/saved"
	is "syncconf: the configuration is that of the file" "$(cat "$tmp/saved")" \
		"$(wg showconf wg0)"
	isnt "syncconf: the session is kept" "${pub[b]} 0" "$(rest latest-handshakes)"
	works "syncconf: ping" ping_ok a 10.77.0.2
	works "setconf" wg setconf wg0 "$tmp/saved"
	is "setconf: the configuration is that of the file" "$(cat "$tmp/saved")" \
		"$(wg showconf wg0)"
	works "setconf: ping" ping_ok a 10.77.0.2
	: >"$tmp/empty"
	works "setconf of an empty file" wg setconf wg0 "$tmp/empty"
	is "setconf of an empty file: no key, no peer" "(none) 0" \
		"$(rest private-key) $(wg show wg0 peers | wc -l)"
	works "setconf of the saved file again" wg setconf wg0 "$tmp/saved"
}

# refused NAME TEXT WORD...: wg WORD... ends with TEXT, and wg0 is what it was.
refused()
{
	local name=$1 text=$2 saved judge=is

	shift 2
	saved=$(wg showconf wg0)
	fails_with "refused: $name" "$text" wg "$@"
	# The only requests that reach the kernel.
	[[ $name != *"busy port"* ]] || judge=unchanged
	$judge "refused: $name: nothing has changed" "$saved" "$(wg showconf wg0)"
}

test_refusals()
{
	local other

	other=$(wg genkey | wg pubkey)
	ip link add wg1 type wireguard
	wg set wg1 listen-port 4799
	ip link set wg1 up
	refused "a busy port" "^Unable to modify interface: Address already in use$" \
		set wg0 fwmark 9 listen-port 4799 peer "$other" allowed-ips 10.81.0.0/16
	printf '[Interface]\nFwMark = 9\nListenPort = 4799\n[Peer]\nPublicKey = %s\n' \
		"$other" >"$tmp/busy"
	refused "a busy port in a file" "^Unable to modify interface: Address already in use$" \
		setconf wg0 "$tmp/busy"
	refused "a bad key" "Key is not the correct length or format: \`abc'" \
		set wg0 fwmark 9 peer abc
	refused "a bad prefix" "Unable to parse IP address: \`10.0.0.0.0'" \
		set wg0 peer "$other" allowed-ips 10.0.0.0.0/8
	refused "a prefix of 33" "^AllowedIP is not in the correct format: \`10.0.0.0/33'" \
		set wg0 peer "$other" allowed-ips 10.0.0.0/33
	refused "a link that is not there" "^Unable to modify interface: No such device$" \
		set wg7 fwmark 9
	refused "a link of another kind" "^Unable to modify interface: (Operation not|Not) supp" \
		set va fwmark 9
	fails_with "show of a link of another kind" \
		"^Unable to access interface: (Operation not|Not) supp" wg show va
	fails_with "show of a link that is not there" \
		"^Unable to access interface: No such device$" wg show wg7
	refused_user "show" "^Unable to access interface: Operation not permitted$" show wg0
	refused_user "set" "^Unable to modify interface: Operation not permitted$" \
		set wg0 fwmark 9
	ip link del wg1
}

# refused_user NAME TEXT WORD...: likewise for one who is not root.
refused_user()
{
	local name=$1 text=$2

	shift 2
	fails_with "not root: $name" "$text" setpriv --reuid 65534 --regid 65534 \
		--clear-groups --inh-caps=-all --bounding-set=-all wg "$@"
}

test_loading
client_net
peer_up
before=$(world)
test_keys
test_set
test_change
test_files
test_refusals
works "after all requests: ping" ping_ok a 10.77.0.2
ip link del wg0
is "show: no link" "" "$(wg show interfaces)"
leaves_nothing "ip link del"
drop_all
finish
