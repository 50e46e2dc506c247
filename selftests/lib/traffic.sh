# SPDX-License-Identifier: GPL-2.0
# Pings, TCP and UDP between namespaces. Sourced by test.sh.
# shellcheck shell=bash

# ping_ok NAME ADDRESS [PING-ARGUMENT...]: three answers of three.
ping_ok()
{
	local name=$1 to=$2

	shift 2
	n "$name" ping -q -n -c 3 -i 0.02 -W 5 "$@" "$to" >"$tmp/ping" ||
		{ cat "$tmp/ping"; return 1; }
}

# ping_once NAME ADDRESS [PING-ARGUMENT...]: for polling, and for what must fail.
ping_once()
{
	local name=$1 to=$2

	shift 2
	n "$name" ping -q -n -c 1 -W 1 "$@" "$to"
}

# tcp CLIENT SERVER ADDRESS [BYTES]: BYTES each way at once, checked by SHA-256.
tcp() { py traffic.py tcp "${ns[$1]}" "${ns[$2]}" "$3" "${4:-2000000}"; }

# udp CLIENT SERVER ADDRESS SIZE...: echoes datagrams of these sizes, checked.
udp()
{
	local client=${ns[$1]} server=${ns[$2]} to=$3

	shift 3
	py traffic.py udp "$client" "$server" "$to" "$@"
}
