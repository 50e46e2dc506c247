#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: smp
# timeout: 180
# A dump of many messages while its objects are removed: peers are replaced, sessions
# count, and links are deleted under it. In the kernel's own driver such dumps have
# followed freed peers (CVE-2024-26950, CVE-2024-26951) and raced with a session's
# counters (CVE-2024-26861); for the kernels that look for bugs while they run.
. "$(dirname "$0")/../../lib/test.sh"

# conf FILE COUNT: so many peers, each with an allowed IP of its own.
conf()
{
	/usr/bin/python3 - "$2" >"$1" <<-'END'
		import base64, os, sys
		for n in range(int(sys.argv[1])):
		    print("[Peer]\nPublicKey =", base64.b64encode(os.urandom(32)).decode())
		    print(f"AllowedIPs = 10.78.{n // 250}.{n % 250}/32, fd78::{n:x}/128")
	END
}

# dumps NAME DEV: until $tmp/stop is there; $tmp/NAME.dumps has how many were whole and
# how many found no link.
dumps()
{
	local whole=0 none=0

	while [ ! -e "$tmp/stop" ]; do
		if tun_show "$1" "$2" dump >"$tmp/$1.dump" 2>"$tmp/$1.error"; then
			whole=$((whole + 1))
		else
			none=$((none + 1))
			grep -qi "no such device" "$tmp/$1.error" || cat "$tmp/$1.error" >>"$tmp/odd"
		fi
		echo "$whole $none" >"$tmp/$1.dumps.new"
		mv "$tmp/$1.dumps.new" "$tmp/$1.dumps"
		# Of the peers: key, key, endpoint, ips, handshake, rx, tx, keepalive.
		awk 'NR > 1 && NF != 8' "$tmp/$1.dump" >>"$tmp/odd"
	done
}

# dumped NAME COUNT: so many dumps were whole.
dumped() { [ -e "$tmp/$1.dumps" ] && [ "$(cut -d ' ' -f 1 "$tmp/$1.dumps")" -ge "$2" ]; }

net_pair
tunnel_pair
works "ping before the dumps" ping_ok a 10.77.0.2
for i in 1 2; do
	conf "$tmp/peers$i" 300
done
: >"$tmp/odd"
dumps a cv0 &
defer "end_process $!"
dumps b cv0 &
defer "end_process $!"
n a ping -q -f 10.77.0.2 >/dev/null 2>&1 &
defer "end_process $!"
n_py b flood.py 10.77.0.1 >/dev/null 2>&1 &
defer "end_process $!"

for i in 1 2 3 4 5 6; do
	works "round $i: peers are added under dumps" n a "$tool" addconf cv0 "$tmp/peers$((1 + i % 2))"
	sed -n 's/^PublicKey = \(.*\)/peer \1 remove/p' "$tmp/peers$((1 + i % 2))" | tr '\n' ' ' \
		>"$tmp/words"
	# A line without a newline: read fails, but has read it.
	read -ra words <"$tmp/words" || :
	works "round $i: peers are removed under dumps" tun_set a cv0 "${words[@]}"
done
soon "dumps while peers are replaced come to their end" 30 dumped a 3
soon "dumps while sessions count come to their end" 30 dumped b 3
is "after dumps and removals the remaining peer is shown" "${pub[b]}" "$(tun_show a cv0 peers)"

for i in 1 2 3 4 5; do
	n a "$tool" addconf cv0 "$tmp/peers$((1 + i % 2))"
	works "round $i: the link is deleted under dumps" ipn a link del cv0
	ipn a link add cv0 type "$kind"
done
: >"$tmp/stop"
is "every dump was whole or found no link" "" "$(head -n 5 "$tmp/odd")"
note "dumps whole and without a link: a $(cat "$tmp/a.dumps"), b $(cat "$tmp/b.dumps")"
finish
