#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# slow: the examples are built and run
# timeout: 240
# examples: built
# libculvert as programs of others use it, from where it is installed: the examples in C, C++ and
# Python do what they say, the one that reads 100,000 peers in the memory that it takes for
# one; then what no example shows, by tool_library.py.
. "$(dirname "$0")/../../lib/test.sh"

many=100000
examples=$CULVERT_BUILD/selftests/examples
export LD_LIBRARY_PATH=$CULVERT_BUILD/selftests/installed/usr/local/lib

# a_py FILE ARGUMENT...: an example in Python, in a.
a_py() { n a /usr/bin/python3 "$@"; }

# peak COMMAND...: in a; the most memory that it has had, in KiB and at least that of the program
# in Python that has started it, some 10 MiB; and what it says in $tmp/said.
peak()
{
	n a "${python[@]}" - "$@" <<-'END' 3>"$tmp/said"
		import resource, subprocess, sys
		subprocess.run(sys.argv[1:], stdout=3, check=True)
		print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
	END
}

says() { grep -qE "$1" "$tmp/said"; }

net_pair

# The peer is told of by a file, and a keepalive makes it begin a handshake.
tun_new b cv0
key a
tun_set b cv0 listen-port "$port" peer "${pub[a]}" allowed-ips 10.77.0.1/32,10.77.5.0/24
addr b cv0 10.77.0.2/16 up
cat >"$tmp/first.conf" <<-END
	[Interface]
	PrivateKey = $(<"$tmp/a.key")
	ListenPort = $port
	[Peer]
	PublicKey = ${pub[b]}
	Endpoint = $(hostport "${outer4[b]}")
	AllowedIPs = 10.77.0.2/32
	PersistentKeepalive = 5
END
n a timeout 60 "$examples/first-session" cv0 "$tmp/first.conf" >"$tmp/said" 2>&1
is "first-session: its status" 0 $?
is "first-session: what it says" "cv0: a session with ${pub[b]}" "$(<"$tmp/said")"
matches "first-session: its link is up" "UP" "$(ipn a -o link show cv0)"
fails_with "first-session: a name that is taken" \
	"cv0: a device has that name already; choose another: File exists" \
	n a "$examples/first-session" cv0 "$tmp/first.conf"
addr a cv0 10.77.0.1/24
ping_ok a 10.77.0.2

bytes=$(peak "$examples/transfer" cv0)
soon "transfer: one peer" 1 says "^cv0, port $port: 1 peers, [0-9]+ bytes$"
soon "transfer: the one that has carried most" 1 says "^most by ${pub[b]//+/[+]}: [1-9][0-9]* bytes$"
idle_peers "$tmp/peers" "$many"
n a "$tool" addconf cv0 "$tmp/peers"
most=$(peak "$examples/transfer" cv0)
soon "transfer: $((many + 1)) peers" 1 says "^cv0, port $port: $((many + 1)) peers, "
between "transfer: memory for $((many + 1)) peers, in KiB, beside that for one" 0 $((bytes + 1024)) "$most"
note "transfer: $bytes KiB for one peer, $most KiB for $((many + 1))"
fails_with "transfer: no such link" "nodev: there is no such device" n a "$examples/transfer" nodev
n a "$tool" setconf cv0 "$tmp/first.conf"

# Who knocks: b with its key, which is a guest's, then with another one.
tun_set a cv0 peer "${pub[b]}" remove
echo "${pub[b]} 10.77.0.2/32" >"$tmp/guests"
a_py "$CULVERT_TREE/tools/examples/guests.py" cv0 "$tmp/guests" >"$tmp/said" 2>&1 &
defer "end_process $!"
guests=$!
soon "guests: it listens" 30 says '^listening at cv0$'
tun_set b cv0 peer "${pub[a]}" endpoint "$(hostport "${outer4[a]}")" rekey
soon "guests: a guest is let in" 20 says "^${pub[b]//+/[+]}: 10\.77\.0\.2/32$"
ping_ok b 10.77.0.1
is "guests: its peer has its address" "10.77.0.2/32" "$(field a cv0 allowed-ips b)"
key other
tun_set b cv0 private-key "$tmp/other.key"
tun_set b cv0 peer "${pub[a]}" rekey
soon "guests: another one is refused" 20 says "^${pub[other]//+/[+]}: refused$"
is "guests: and is no peer" "${pub[b]}" "$(tun_show a cv0 peers)"
fails_with "guests: a second program" "guests: cv0: .*another program listens for knocks" \
	a_py "$CULVERT_TREE/tools/examples/guests.py" cv0 "$tmp/guests"
ipn a link del cv0
soon "guests: the link is deleted: it ends" 20 says "^guests: cv0: the device no longer exists"
status=0
wait "$guests" || status=$?
is "guests: with an error" 1 "$status"

ns_new far
relay n_py a tool_library.py "${ns[a]}" "${ns[far]}" "$CULVERT_TREE/tools/examples"
finish
