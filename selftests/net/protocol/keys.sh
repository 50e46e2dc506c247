#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# kmemleak: off
# timeout: 300
# programs: keys
# What is left of private and pre-shared keys in the kernel's memory, once the request that
# brought them has been answered and the link has gone: nothing, whether it was done or
# refused, and however often it had them.
. "$(dirname "$0")/../../lib/test.sh"

keys=$CULVERT_BUILD/selftests/keys
# Named as the netlink family is: so are both kinds.
family=$kind

send() { n a "$keys" send "$family" cv0 "$1" "$2"; }

# Everything that a request may leave behind on purpose is gone by the end of this.
request()
{
	local what=$1 peers=$2

	ns_new a
	ipn a link add cv0 type "$kind"
	ipn a link set cv0 up
	if [ "$what" = port-in-use ]; then
		tun_new a cv1
		tun_set a cv1 listen-port 51999
		ipn a link set cv1 up
	fi
	works "$what, $peers peers: the request is answered as expected" send "$what" "$peers"
	ipn a link del cv0
	drop_all
}

without_permission()
{
	n a setpriv --bounding-set -net_admin --inh-caps -net_admin \
		"$keys" send "$family" cv0 permission 1
}

left() { "$keys" scan | sed -n "s/^$1 //p"; }
# none_left KIND: counts them, in $copies; a look takes a second.
none_left()
{
	copies=$(left "$1")
	[ "$copies" = 0 ]
}

for what in accepted twice no-link both-names device-flag peer-version late-peer port-in-use; do
	request "$what" 1
	request "$what" 500
	wait_for 15 none_left "$what" || :
	is "$what: copies of keys left in memory" 0 "$copies"
done

# What generic netlink refuses by itself, before the handler is called, is out of reach.
request policy 10
ns_new a
ipn a link add cv0 type "$kind"
works "permission: the request is answered as expected" without_permission
drop_all
"$keys" print >"$tmp/planted"
"$keys" scan >"$tmp/scan"
between "a key that is in memory is found" 1 10 "$(sed -n 's/^planted //p' "$tmp/scan")"
note "copies left, KIND COUNT: $(tr '\n' ' ' <"$tmp/scan")"
finish
