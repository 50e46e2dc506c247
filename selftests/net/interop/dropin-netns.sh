#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# slow: all of wireguard.ko's own test
# clock: real
# kmemleak: off
# timeout: 300
# netns: 6.1
# netns[7.3]: 7.3
# cases: 6.1=dropin-netns 7.3
# wireguard.ko's own test, as Debian's linux-source of that series has it, unmodified, on
# culvert in wireguard.ko's place. CV_KIND=wireguard runs it on wireguard.ko. That of 7.3
# removes allowed IPs, which wireguard.ko knows since 6.16 and wg(8) since 2025.
[ "${CV_KIND:-}" = wireguard ] || export CV_KIND=wireguard CV_REPLACE=1
export CV_TOOL=wg
. "$(dirname "$0")/../../lib/test.sh"

series=$CV_CASE
script=$CULVERT_BUILD/netns-$series/netns.sh
path=$PATH
[ ! -d "${script%/*}/bin" ] || path=${script%/*}/bin:$PATH

words() { sed 's/\x1b\[[0-9;]*m//g' "$tmp/netns.out"; }

# It has no time-out of its own: the suite's ends a run that hangs.
status=0
PATH=$path bash "$script" >"$tmp/netns.out" 2>&1 </dev/null || status=$?
if [ "$status" = 0 ]; then
	ok "netns.sh of Linux $series"
else
	fail "netns.sh of Linux $series" "status 0" "status $status; its last words:
$(words | tail -n 40)"
fi
matches "netns.sh came to its end: its objects were destroyed" \
	"Objects that were created were also destroyed" \
	"$(words | tail -n 20)"
# netns.sh goes on after that message, and so would not fail.
is "netns.sh: a routing loop over namespaces ends" 0 \
	"$(words | grep -c 'does not do the right thing')"
finish
