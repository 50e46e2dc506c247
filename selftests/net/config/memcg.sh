#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# timeout: 120
# Memory of peers and of allowed IPs is charged to the memory cgroup of the process that
# asked for them.
. "$(dirname "$0")/../../lib/test.sh"

peers=2000
groups=$tmp/cgroup
mkdir "$groups"
if ! mount -t cgroup2 none "$groups" 2>/dev/null || ! grep -qw memory "$groups/cgroup.controllers"; then
	skip "memory cgroup charges" "this kernel has no memory controller in cgroup2"
	finish
fi
defer "umount $groups"
echo +memory >"$groups/cgroup.subtree_control"

# conf FILE PEERS IPS: so many peers, each with so many allowed IPs.
conf()
{
	/usr/bin/python3 -S - "$2" "$3" >"$1" <<-'END'
		import base64, os, sys
		peers, ips = map(int, sys.argv[1:])
		for n in range(peers):
		    print("[Peer]\nPublicKey =", base64.b64encode(os.urandom(32)).decode())
		    for i in range(n * ips, n * ips + ips):
		        print(f"AllowedIPs = fd78::{i >> 16:x}:{i & 0xffff:x}/128")
	END
}

# slab GROUP: bytes that it is charged with for objects of slab caches.
slab() { awk '$1 == "slab" { print $2 }' "$groups/$1/memory.stat"; }
slab_to() { [ "$(slab "$1")" -le "$2" ]; }

# inside GROUP COMMAND...: COMMAND as a process of it.
inside()
{
	local group=$1

	shift
	# shellcheck disable=SC2016 # for the shell inside
	sh -c 'echo $$ >"$0" && exec "$@"' "$groups/$group/cgroup.procs" "$@"
}

group()
{
	mkdir "$groups/$1"
	defer "rmdir $groups/$1"
}

# charged NAME PEERS IPS LEAST: at least so many bytes.
charged()
{
	local before

	conf "$tmp/conf" "$2" "$3"
	before=$(slab one)
	works "$1: added from a process in the cgroup" inside one nsenter \
		--net="/run/netns/${ns[a]}" \
		"$tool" addconf cv0 "$tmp/conf"
	between "$1: bytes charged to the cgroup" $((before + $4)) $((before + 4 * $4)) \
		"$(slab one)"
}

ns_new a
tun_new a cv0
group one
charged "peers" $peers 0 $((peers * 600))
charged "allowed IPs" 1 $((peers * 4)) $((peers * 4 * 80))
ipn a link del cv0
# Free objects in per-CPU slabs stay charged for a while.
soon "link deleted: its memory is uncharged" 20 slab_to one $((peers * 300))
finish
