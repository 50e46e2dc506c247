#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# slow: 100,000 peers
# timeout: 500
# needs: time script awk cmp tr sort
# memory: 2048
# kmemleak: off
# The command with 100,000 peers: a file with an error changes nothing, syncconf sends what differs
# and no more, memory does not grow with the peers, files may be pipes, and a bar shows how far it
# has come on a terminal, and nowhere else.
. "$(dirname "$0")/../../lib/test.sh"

count=100000
# What the command takes besides the file, and 64 bytes per peer for syncconf.
constant_kib=8192
index_kib=$((count * 64 / 1024))

# peers FIRST LAST SEED: sections, each with a key of its own, and two with the same SEED the same.
peers()
{
	awk -v first="$1" -v last="$2" -v seed="$3" 'BEGIN {
		for (i = first; i <= last; i++) {
			printf "\n[Peer]\nPublicKey = %s%07d", seed, i
			printf "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
			printf "AllowedIPs = 10.%d.%d.%d/32", i / 65536, i / 256 % 256, i % 256
			printf i % 2 ? ", fd00::%x:%x/128\n" : "\n", i / 65536, i % 65536
			printf "PersistentKeepalive = 25\n"
			if (i % 4 == 0)
				printf "Endpoint = 192.0.2.%d:%d\n", i % 128, 1024 + i % 60000
		}
	}'
}
interface() { printf '[Interface]\nPrivateKey = %s\nListenPort = 4711\n' "$device_key"; }
# An allowed IP that went and came back is the last one.
words() { tr -s ', ' '\n' | sort; }
kib() { echo $(($(wc -c <"$1") / 1024)); }
lines() { wc -l <"$1"; }
shown() { n a "$tool" show "$1" peers | wc -l; }

# peak NAME LIMIT_KIB COMMAND...: COMMAND succeeds, and takes no more memory; output: $tmp/out.
peak()
{
	local name=$1 limit=$2

	shift 2
	if ! n a time -q -f %M -o "$tmp/peak" "$@" >"$tmp/out" 2>"$tmp/err"; then
		fail "$name" "success of: $*" "$(head -c 500 "$tmp/err")"
		return
	fi
	between "$name: KiB of memory" 1 "$limit" "$(<"$tmp/peak")"
}

# events NAME CHANGED ADDED REMOVED COMMAND...: these are told, and no others.
events()
{
	local name=$1 want="$2 $3 $4" kind got=''

	shift 4
	n a "$tool" monitor -s cv0 >"$tmp/events" 2>"$tmp/events.err" &
	monitor_pid=$!
	soon "$name: the monitor has begun" 60 grep -q state "$tmp/events"
	works "$name" n a "$@"
	# the last one
	n a "$tool" set cv0 fwmark 7
	soon "$name: the monitor has told all" 60 grep -q device-changed "$tmp/events"
	end_process "$monitor_pid"
	for kind in changed added removed; do
		got+="$(grep -c "peer-$kind" "$tmp/events" || :) "
	done
	is "$name: peers changed, added and removed" "$want" "${got% }"
	n a "$tool" set cv0 fwmark 0
}

device_key=$(printf 'h%-31s' dev | tr ' ' @ | base64)
ns_new a
ipn a link add cv0 type culvert
ipn a link add cv1 type culvert
{ interface; peers 1 $count K; } >"$tmp/conf"
limit=$((constant_kib + $(kib "$tmp/conf")))

# A file with an error at its end.
interface >"$tmp/few"
peers 1 2 F >>"$tmp/few"
n a "$tool" setconf cv0 "$tmp/few"
n a "$tool" showconf cv0 >"$tmp/before"
{ cat "$tmp/conf"; echo "AllowedIPs = 10.0.0.0/33"; } >"$tmp/bad"
for command in setconf addconf syncconf; do
	fails_with "$command: bad last line: file, line and word" \
		"^culvert: $tmp/bad:$(lines "$tmp/bad"): AllowedIPs: '10.0.0.0/33' is not" \
		n a "$tool" "$command" cv0 "$tmp/bad"
	n a "$tool" showconf cv0 >"$tmp/after"
	works "$command: bad last line: nothing has changed" cmp "$tmp/before" "$tmp/after"
done

# A name that does not resolve, behind more than a message of others.
{ cat "$tmp/conf"; echo "Endpoint = no-such-name.invalid:1"; } >"$tmp/bad"
for command in setconf syncconf; do
	fails_with "$command: a name that does not resolve" \
		"bad:$(lines "$tmp/bad"): endpoint 'no-such-name.invalid'" \
		n a env WG_ENDPOINT_RESOLUTION_RETRIES=0 "$tool" "$command" cv0 "$tmp/bad"
	n a "$tool" showconf cv0 >"$tmp/after"
	works "$command: such a name: nothing has changed" cmp "$tmp/before" "$tmp/after"
done

# Memory.
peak "setconf" $limit "$tool" setconf cv0 "$tmp/conf"
is "setconf: all peers are there" $count "$(shown cv0)"
peak "show" $constant_kib "$tool" show cv0
is "show: all peers" $count "$(grep -c '^peer: ' "$tmp/out")"
peak "show dump" $constant_kib "$tool" show cv0 dump
is "show dump: all peers and the device" $((count + 1)) "$(lines "$tmp/out")"
peak "show -j" $constant_kib "$tool" show -j cv0 endpoints
is "show -j: all peers" $count "$(grep -o '"publicKey"' "$tmp/out" | wc -l)"
matches "show -j: it is complete" ']}]}$' "$(tail -c 20 "$tmp/out")"
peak "showconf" $constant_kib "$tool" showconf cv0
mv "$tmp/out" "$tmp/printed"
is "showconf: all peers" $count "$(grep -c '^PublicKey' "$tmp/printed")"

# Pipes.
works "setconf: from a pipe" n a bash -c "cat '$tmp/conf' | '$tool' setconf cv1 /dev/stdin"
n a "$tool" showconf cv1 >"$tmp/printed1"
works "setconf: from a pipe: the same device" cmp "$tmp/printed" "$tmp/printed1"
works "syncconf: from a pipe" n a bash -c "'$tool' syncconf cv1 <(cat '$tmp/printed')"
ipn a link del cv1

# What differs: peer 5 gets the allowed IP of peer 7, peer 8 has another endpoint.
events "syncconf: the same" 0 0 0 "$tool" syncconf cv0 "$tmp/conf"
{ interface; peers 10 $count K; peers 1 4 K; peers 6 6 K
	peers 5 5 K; echo "AllowedIPs = 10.0.0.7/32"; peers 7 7 K | sed 's/10\.0\.0\.7/10.255.0.7/'
	peers 8 8 K; echo "Endpoint = 192.0.2.9:9"; peers 1 3 N | sed 's/ 10\./ 11./; s/fd00/fd11/'
} >"$tmp/changed"
events "syncconf: some differ" 3 3 1 "$tool" syncconf cv0 "$tmp/changed"
peak "syncconf" $((limit + index_kib)) "$tool" syncconf cv0 "$tmp/conf"
n a "$tool" showconf cv0 | words >"$tmp/after"
words <"$tmp/printed" >"$tmp/before"
works "syncconf: as setconf had left it" cmp "$tmp/before" "$tmp/after"

# What takes a look at all peers: a prefix of two, a peer in two sections, a sign.
{ interface; peers 1 3 K; peers 4 4 K; echo "AllowedIPs = 10.0.0.1/32"
	peers 2 2 K; echo "AllowedIPs = +10.9.0.0/16"; } >"$tmp/odd"
n a "$tool" syncconf cv0 "$tmp/odd"
n a "$tool" show cv0 allowed-ips | sort >"$tmp/synced"
n a "$tool" setconf cv0 "$tmp/odd"
works "syncconf: a file whose peers depend on each other" \
	cmp "$tmp/synced" <(n a "$tool" show cv0 allowed-ips | sort)

# A name among others, which is in hosts(5).
{ interface; peers 1 2000 K; echo "Endpoint = localhost:77"; peers 2001 3000 K; } >"$tmp/names"
for command in setconf syncconf; do
	n a "$tool" setconf cv0 "$tmp/few"
	works "$command: a name among others" n a "$tool" "$command" cv0 "$tmp/names"
	is "$command: a name among others: peers" 3000 "$(shown cv0)"
	matches "$command: a name among others: its address" \
		'^K0002000A*=	(127\.0\.0\.1|\[::1\]):77$' "$(n a "$tool" show cv0 endpoints | grep K0002000)"
done

# The bar, of a file that takes longer than a second to come.
slow="(sleep 1.2; cat '$tmp/names') | '$tool' setconf cv0 /dev/stdin"
n a script -qec "$slow" /dev/null >"$tmp/terminal" </dev/null
matches "progress: a bar on a terminal" '\[#*\.*\] +[0-9]+ %' "$(tr '\r' '\n' <"$tmp/terminal")"
matches "progress: nothing is left of it" '^ +$' "$(tr '\r' '\n' <"$tmp/terminal" | tail -n 2)"
is "progress: nothing elsewhere" "" "$(n a bash -c "$slow" 2>&1)"
is "progress: nothing for what is quick" "" \
	"$(n a script -qec "'$tool' setconf cv0 '$tmp/few'" /dev/null </dev/null)"

finish
