#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# culvert show -j: what it prints is what Documentation/json/show.json says, has in it what show
# prints for scripts, and has no secret that was not asked for; the manual's examples with jq work.
. "$(dirname "$0")/../../lib/test.sh"

need_module wireguard
ns_new a
ipn a link add cv0 type culvert
ipn a link add wg0 type wireguard
# A link's name may hold any bytes but a few.
odd=$'q"\\\xff\x01\xc3\xa4'
ipn a link add "$odd" type culvert

key() { printf 'h%-31s' "$1" | tr ' ' @ | base64; }
key private >"$tmp/private"
key shared >"$tmp/shared"
one=$(key 1) two=$(key 2)

n a culvert set cv0 private-key "$tmp/private" listen-port 4711 fwmark 0x2a bind-device lo dscp 46 \
	bind-address 127.0.0.1,::1 \
	peer "$one" preshared-key "$tmp/shared" endpoint 127.0.0.1:9 persistent-keepalive 25 \
	allowed-ips 10.1.0.0/16,fd01::/64 name $'M\xc3\xbcller "\\' idle 3600 \
	candidates '192.0.2.1:51820,[2001:db8::1]:51820@7' follow 127.0.0.0/8,192.0.2.0/24,2001:db8::/32 silent 20 \
	peer "$two"
n a culvert set wg0 private-key "$tmp/private" peer "$one" preshared-key "$tmp/shared" \
	endpoint '[fe80::1%lo]:9'
ipn a link set cv0 up
works "packets are sent, and what nobody has is refused" \
	wait_for 20 n a sh -c 'ping -c 1 -W 1 -I cv0 10.9.9.9; culvert show cv0 drops | grep -q .'

# show WORD...: also to be read as JSON.
show() { n a culvert show "$@" >"$tmp/json"; }
# has NAME EXPECTED FILTER: of the last JSON, by jq.
has() { is "$1" "$2" "$(jq -c "$3" <"$tmp/json")"; }
# With the packages beside Python's own.
json() { n a /usr/bin/python3 "$test_dir/tool_json.py" "$@"; }

relay json schema "$test_dir/../../../Documentation/json/show.json"
relay json fields

show -j cv0
has "all of a device" '["cv0","culvert",4711,42,["127.0.0.1","::1"],"lo",46,"own","culvert"]' \
	'.interfaces[0] | [.name,.kind,.listenPort,.fwmark,.bindAddresses,.bindDevice,.dscp,.socket,.module]'
has "all of a peer" '["127.0.0.1:9",["10.1.0.0/16","fd01::/64"],25,"Müller \"\\",3600,20,["127.0.0.0/8","192.0.2.0/24","2001:db8::/32"]]' \
	".interfaces[0].peers[] | select(.publicKey == \"$one\") |
		[.endpoint,.allowedIps,.persistentKeepalive,.name,.idle,.silent,.follow]"
has "its candidates" \
	'[{"endpoint":"192.0.2.1:51820","class":0,"inUse":false},{"endpoint":"[2001:db8::1]:51820","class":7,"inUse":false}]' \
	".interfaces[0].peers[] | select(.publicKey == \"$one\") | .candidates"
has "what a peer has not is null, 0 or empty" '[null,null,[],0,0,0,"anywhere",[]]' \
	".interfaces[0].peers[] | select(.publicKey == \"$two\") |
		[.name,.endpoint,.candidates,.persistentKeepalive,.idle,.latestHandshake,.follow,.allowedIps]"
show -j cv0 dscp
n a culvert set cv0 dscp copy
show -j cv0 dscp
has "a DSCP that is copied" '"copy"' '.interfaces[0].dscp'
show -j
has "bytes that are no UTF-8 are replaced" '["cv0","q\"\\�\u0001ä","wg0"]' '[.interfaces[].name] | sort'
is "a line for each value is the same JSON" "$(jq -S . <"$tmp/json")" \
	"$(n a culvert show --pretty | jq -S .)"
works "a line for each value has many lines" \
	test "$(n a culvert show -jp cv0 | wc -l)" -gt 40
is "JSON on a line has one" 1 "$(n a culvert show cv0 --json | wc -l)"
show -j interfaces
has "the names alone" '[["cv0","culvert"]]' \
	'[.interfaces[] | select(.name == "cv0") | [.name,.kind] ]'

n a culvert show -j nodev >"$tmp/json" 2>"$tmp/err" && fail "no such device" "status 1" 0
has "JSON is complete when there is no such device" '{"schema":1,"interfaces":[]}' .
matches "and the error says so" "nodev: there is no such device" "$(cat "$tmp/err")"
n a ip link add name -j type culvert
is "a link that is called as an option" "0" "$(n a culvert show -- -j listen-port)"
fails_with "an option that there is not" "unknown option '-x'; expected -j or -p" \
	n a culvert show -x cv0
finish
