#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# slow: listeners fall behind and catch up
# timeout: 240
# culvert monitor: each kind of event is a line for people and one of JSON, as
# Documentation/json/monitor.json says; what was lost is said and read again; it ends when its
# reader does; devices and arguments that it cannot serve are refused.
. "$(dirname "$0")/../../lib/test.sh"
. "$(dirname "$0")/../../lib/manual.sh"

# Removed at once, these are more than the monitor's socket holds.
many=5000

# watch NAME ARGUMENT...: a monitor in a that has begun; its output is $tmp/NAME.
watch()
{
	local name=$1

	shift
	n a "$tool" monitor -s "$@" >"$tmp/$name" 2>"$tmp/$name.err" &
	monitor_pid=$!
	defer "end_process $monitor_pid"
	soon "the monitor for $name has begun" 30 begun "$name"
}
begun() { grep -q state "$tmp/$1"; }

# line REGEX: a line of the text has it.
line() { grep -qE "^[-0-9]{10} [0-9:]{8}\.[0-9]{3} cv0 $1\$" "$tmp/text"; }
# told NAME REGEX
told() { soon "text: $1" 20 line "$2"; }
# event NAME FILTER: an event of the JSON passes the filter of jq.
passes() { jq -es "map(select($1)) | length > 0" <"$tmp/json"; }
event() { soon "JSON: $1" 20 passes "$2"; }
check_schema()
{
	relay n a /usr/bin/python3 "$test_dir/tool_json.py" events "$CULVERT_TREE/Documentation/json" \
		"$tmp/json"
}

net_pair
tunnel_pair keepalive=5
peer=${pub[b]//+/[+]}
key=${pub[b]}
ipn a link add cv9 type culvert
watch json -j cv0
json_pid=$monitor_pid
watch text cv0
manual_examples "$tmp/manual"
for name in silent moved; do
	n a bash -c "$(sed 's/^# //' "$tmp/manual/monitor-$name")" >"$tmp/$name" &
	defer "end_process $!"
done

is "state: text" 1 "$(grep -cE " cv0 state: .*listening port $port" "$tmp/text")"
is "state: JSON" "[\"cv0\",$port,\"$key\"]" \
	"$(jq -c 'select(.event == "state") | [.name,.listenPort,.peers[0].publicKey]' <"$tmp/json")"

ping_ok a 10.77.0.2
told "session made" "session-made $peer by (us|the peer): endpoint ${outer4[b]}:$port"
event "session made" ".event == \"session-made\" and .peers[0].publicKey == \"$key\" and
	.peers[0].sessionBy != null and .number > 0 and (.peers[0] | has(\"allowedIps\") | not)"

tun_set a cv0 peer "$key" name $'M\xc3\xbcller' allowed-ips 10.77.0.2/32,fd77::2/128
told "peer changed" "peer-changed $peer: name Müller, endpoint [0-9.:]*, allowed ips 10.77.0.2/32, fd77::2/128, persistent keepalive every 5 seconds"
event "peer changed" '.event == "peer-changed" and .peers[0].name == "Müller" and
	.peers[0].allowedIps == ["10.77.0.2/32","fd77::2/128"] and .portid > 0'

tun_set a cv0 fwmark 7
told "device changed" "device-changed: .*fwmark 0x7.*"
event "device changed" '.event == "device-changed" and .fwmark == 7'
tun_set a cv0 fwmark off

tun_set b cv0 listen-port 4712
ping_ok b 10.77.0.1
told "endpoint moved" "endpoint-moved $peer from ${outer4[b]}:$port to ${outer4[b]}:4712: name Müller"
event "endpoint moved" ".event == \"endpoint-moved\" and .peers[0].endpoint == \"${outer4[b]}:4712\" and
	.peers[0].endpointBefore == \"${outer4[b]}:$port\""

# Data is sent and nothing comes back.
tun_set a cv0 peer "$key" silent 3
ipn b link set cv0 down
n a ping -q -c 1 -W 1 10.77.0.2 >/dev/null || :
told "peer silent" "peer-silent $peer: name Müller, endpoint ${outer4[b]}:4712"
event "peer silent" ".event == \"peer-silent\""
ipn b link set cv0 up
tun_set b cv0 peer "${pub[a]}" rekey
told "peer back" "peer-back $peer: .*"
event "peer back" ".event == \"peer-back\""
soon "the manual's examples: who is silent" 20 grep -qxF "$key" "$tmp/silent"
soon "the manual's examples: where it moved" 20 grep -qxF "${outer4[b]}:4712" "$tmp/moved"

ipn a link set cv0 down
told "session over" "session-over $peer: .* \(the link was set down\)"
event "session over" '.event == "session-over" and .reason == "link-down"'
ipn a link set cv0 up

tun_set a cv0 peer "$key" remove
told "peer removed" "peer-removed $peer: name Müller, transfer .* received, .* sent \(on request\)"
event "peer removed" '.event == "peer-removed" and .reason == "asked" and .peers[0].transferRx > 0'
tun_set a cv0 peer "$key" persistent-keepalive 9
told "peer added" "peer-added $peer: .*persistent keepalive every 9 seconds.*"
event "peer added" '.event == "peer-added" and .peers[0].persistentKeepalive == 9'

n a "$tool" set cv9 fwmark 9
tun_set a cv0 fwmark 9
event "the device after another one's" '.event == "device-changed" and .fwmark == 9'
is "a device that was not asked for" "" "$(grep cv9 "$tmp/json" "$tmp/text")"

kill "$json_pid"
wait "$json_pid" 2>/dev/null || :
check_schema

# A reader that stands still for longer than the kernel keeps events for it. In a user namespace
# that is sooner: nobody there may raise the limit of a socket.
unshare -Urn sleep 1000 &
inside_pid=$!
defer "end_process $inside_pid"
inside() { nsenter --preserve-credentials -U -n -t "$inside_pid" "$@"; }
is_inside() { [ "$(readlink /proc/$inside_pid/ns/net)" != "$(readlink /proc/$$/ns/net)" ]; }
soon "a user namespace" 20 is_inside
works "root of a user namespace makes a link" inside ip link add cv0 type culvert
nsenter --preserve-credentials -U -n -t "$inside_pid" "$tool" monitor -s -j cv0 \
	>"$tmp/json" 2>"$tmp/json.err" &
json_pid=$!
defer "end_process $json_pid"
soon "the monitor in a user namespace has begun" 30 begun json
idle_peers "$tmp/peers" "$many"
kill -STOP "$json_pid"
inside "$tool" addconf cv0 "$tmp/peers"
kill -CONT "$json_pid"
soon "lost is said" 60 grep -q '"event":"lost"' "$tmp/json"
inside "$tool" set cv0 fwmark 8
event "and what comes later is told" '.event == "device-changed" and .fwmark == 8'
is "how things are follows: so many peers" "$many" \
	"$(jq -s 'map(select(.event == "state")) | last | .peers | length' <"$tmp/json")"
kill "$json_pid"
wait "$json_pid" 2>/dev/null || :
check_schema
is "no error was printed" "" "$(cat "$tmp/json.err" "$tmp/text.err")"

n a "$tool" set cv9 peer "$key"
watch gone cv9
ipn a link del cv9
soon "the link is deleted" 20 grep -q "cv9 peer-removed $key (the link was deleted)" "$tmp/gone"
ipn a link add cv9 type culvert

works "it ends when what reads it has ended, without an event" \
	n a timeout 20 bash -o pipefail -c 'culvert monitor -s cv9 | head -n 1'
n a timeout 5 bash -c 'culvert monitor -s cv9 >/dev/full' 2>"$tmp/err" &&
	fail "a full disk" "status 1" 0
matches "a full disk is said" "cannot write the output: No space left" "$(cat "$tmp/err")"

ipn a link add $'q\x1b[2J' type culvert
watch odd $'q\x1b[2J'
is "no terminal obeys a link's name" 0 "$(grep -c $'\x1b' "$tmp/odd")"

watch pretty -p cv9
is "JSON with a line for each value" "cv9 state" "$(jq -r '"\(.name) \(.event)"' <"$tmp/pretty")"
works "JSON with a line for each value: one is" grep -qxE '[[:space:]]+"name": "cv9",' "$tmp/pretty"
fails_with "no such device" "nodev: there is no such device" n a "$tool" monitor nodev
fails_with "an unknown option" "unknown option '-x'; expected -j, -p or -s" n a "$tool" monitor -x
fails_with "two devices" "unexpected argument 'cv1'; expected at most one device" \
	n a "$tool" monitor cv9 cv1
fails_with "without privilege" "this needs CAP_NET_ADMIN|watching needs CAP_NET_ADMIN" \
	n a setpriv --bounding-set=-net_admin --inh-caps=-all "$tool" monitor
if ipn a link add wg0 type wireguard 2>/dev/null; then
	fails_with "a link of the kernel's own module" \
		"wg0: the module wireguard, which serves this device, tells no events" \
		n a "$tool" monitor wg0
else
	skip "a link of the kernel's own module" "this kernel has none"
fi
finish
