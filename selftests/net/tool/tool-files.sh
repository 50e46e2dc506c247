#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# kmemleak: off
# timeout: 300
# needs: setpriv mkfifo
# Files that are wrong, cannot be read, or can be read by all; a file that does not come, and output
# that nobody takes: each has a clear line and a status, and nothing is half applied.
. "$(dirname "$0")/../../lib/test.sh"

if [ "$kind" != culvert ]; then
	skip "files for culvert" "it is culvert's"
	finish
fi

c() { n a culvert "$@"; }
conf() { c showconf cv0; }

ns_new a
tun_new a cv0
key a
key b
c set cv0 private-key "$tmp/a.key" listen-port 51820 peer "${pub[b]}" allowed-ips 10.0.0.2/32
conf >"$tmp/before"

mkdir "$tmp/seeds"
relay n_py a tool_files.py cv0 "$CULVERT_TREE/selftests/fuzz/corpus/config" "$tmp/seeds"
is "the device is as it was" "$(<"$tmp/before")" "$(conf)"

# ---------------------------------------------------------------- who can read a file

# $tmp keeps others out.
works "a file that all can read, in a folder that they cannot enter" \
	test -z "$(chmod 644 "$tmp/a.key"; c set cv0 private-key "$tmp/a.key" 2>&1)"
open=$(mktemp -d /tmp/open.XXXXXX)
defer "rm -rf $open"
chmod 755 "$open"
cp "$tmp/a.key" "$open/key"
chmod 644 "$open/key"
matches "a private key that all can read" "^culvert: warning: all users can read $open/key, .*chmod o-r" \
	"$(c set cv0 private-key "$open/key" 2>&1)"
psk one
cp "$tmp/one.psk" "$open/psk"
chmod 644 "$open/psk"
matches "a pre-shared key that all can read" "^culvert: warning: all users can read $open/psk, " \
	"$(c set cv0 peer "${pub[b]}" preshared-key "$open/psk" 2>&1)"
chmod 640 "$open/key"
is "a private key that a group can read" "" "$(c set cv0 private-key "$open/key" 2>&1)"
conf >"$open/conf"
chmod 644 "$open/conf"
for command in setconf addconf syncconf; do
	matches "$command: a file with keys that all can read" \
		"^culvert: warning: all users can read $open/conf, " "$(c $command cv0 "$open/conf" 2>&1)"
done
printf '[Peer]\nPublicKey = %s\nAllowedIPs = 10.0.0.2/32\n' "${pub[b]}" >"$open/public"
chmod 644 "$open/public"
is "a file without secrets that all can read" "" "$(c addconf cv0 "$open/public" 2>&1)"
fails_with "an error is one line, without a warning" "^culvert: " c set nodev private-key "$open/key"
chmod 644 "$open/key"
is "an error is one line, without a warning: lines" 1 \
	"$(c set nodev private-key "$open/key" 2>&1 | wc -l)"

conf >"$tmp/before"
chmod 000 "$open/key" "$open/conf"
unable=(n a setpriv "--bounding-set=-dac_override,-dac_read_search" --inh-caps=-all culvert)
fails_with "a key that cannot be read" "$open/key: Permission denied" \
	"${unable[@]}" set cv0 private-key "$open/key"
fails_with "a configuration that cannot be read" "$open/conf: Permission denied" \
	"${unable[@]}" setconf cv0 "$open/conf"
fails_with "a folder" "$open: Is a directory" c setconf cv0 "$open"
fails_with "no file" "$open/none: No such file" c syncconf cv0 "$open/none"
is "nothing has changed" "$(<"$tmp/before")" "$(conf)"

# ---------------------------------------------------------------- what does not come, or go

mkfifo "$tmp/pipe"
nsenter --net="/run/netns/${ns[a]}" culvert setconf cv0 "$tmp/pipe" &
waiting=$!
exec 9>"$tmp/pipe"
printf '[Interface]\nListenPort = 7\n' >&9
is "half a file changes nothing" "$(<"$tmp/before")" "$(conf)"
end_process "$waiting"
exec 9>&-
is "nor if the command is ended" "$(<"$tmp/before")" "$(conf)"

idle_peers "$tmp/peers" 3000
c addconf cv0 "$tmp/peers"
mkfifo "$tmp/out"
c show cv0 dump >"$tmp/out" &
exec 8<"$tmp/out"
works "the device is changed while nobody takes the output" c set cv0 listen-port 51821
cat <&8 >"$tmp/dump"
exec 8<&-
is "all of the output comes when it is taken" 3002 "$(wc -l <"$tmp/dump")"
printf '[Interface]\nListenPort = 7\n[Peer]\nPublicKey = %s\nEndpoint = no.such.name.invalid:5\n' \
	"${pub[b]}" >"$tmp/name"
conf >"$tmp/before"
fails_with "a name that does not resolve" "no.such.name.invalid" \
	env WG_ENDPOINT_RESOLUTION_RETRIES=0 nsenter --net="/run/netns/${ns[a]}" culvert setconf cv0 "$tmp/name"
fails_with "without privilege" "needs CAP_NET_ADMIN" \
	n a setpriv --bounding-set=-net_admin --inh-caps=-all culvert setconf cv0 "$tmp/peers"
is "neither has changed anything" "$(<"$tmp/before")" "$(conf)"
finish
