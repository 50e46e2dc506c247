#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: icount
# timeout: 120
# needs: python3
# A link does not wait until its allowed IPs have been freed, however many: they are not in
# its way, nor in that of the process that deletes it.
. "$(dirname "$0")/../../lib/test.sh"

many=130000
# How much longer the clock that counts instructions may say that many take. To free them
# takes 80 ms.
most_us=$((40000 * ${CV_SLOW:-1}))

# conf FILE COUNT: a peer with so many allowed IPs.
conf()
{
	awk -v count="$2" -v key="${pub[b]}" 'BEGIN {
		printf "[Peer]\nPublicKey = %s\nAllowedIPs = ", key
		for (i = 0; i < count; i++)
			printf "%s10.%d.%d.%d/32", i ? "," : "", i / 65536, i / 256 % 256, i % 256
		print ""
	}' >"$tmp/$1"
}
now_us() { echo "${EPOCHREALTIME/./}"; }
# delete_link FILE: sets took_us.
took_us=
delete_link()
{
	local began_us

	ipn a link add cv0 type "$kind"
	n a "$tool" setconf cv0 "$tmp/$1"
	began_us=$(now_us)
	ipn a link del cv0
	took_us=$(($(now_us) - began_us))
}

ns_new a
key b
conf one 1
conf many $many
delete_link one
for round in 1 2; do
	delete_link one
	one_us=$took_us
	delete_link many
	between "link with $many allowed IPs, round $round: us that its end takes longer than with one" \
		-10000000 $most_us $((took_us - one_us))
	soon "link with $many allowed IPs, round $round: the module is not in use" 30 \
		eval '[ "$(cat "/sys/module/$kind/refcnt")" = 0 ]'
done
# It waits for what is still being freed.
works "the module can be unloaded at once after the end of such a link" \
	eval 'delete_link many && rmmod "$kind"'
finish
