#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: smp
# timeout: 240
# test-modules: hold
# kernel-args: slub_debug=FZP,net_namespace,cv_peer
# The namespace that a link was born in ends while peers of the link, removed one way or
# another, are still being torn down: routes that they have cached point into it, and
# must not be touched when its memory, poisoned here, has been freed.
. "$(dirname "$0")/../../lib/test.sh"

hold=$CULVERT_BUILD/test-modules/$(uname -r)/cv_test_hold.ko
idle=400
# 20 s for all of them, and three times as long on a slow kernel, in which a namespace can end: they
# are cut short then.
hold_ms=$((50 * ${CV_SLOW:-1}))
freed_s=$((30 * ${CV_SLOW:-1}))
# The end of a link waits for them.
expect_log "unregister_netdevice: waiting for cv0"

calls() { cat /sys/module/cv_test_hold/parameters/calls; }
called() { [ "$(calls)" -ge "$1" ]; }
peers_freed() { [ "$(awk '$1 == "cv_peer" { print $2 }' /proc/slabinfo)" -le 1 ]; }
unhold() { [ ! -d /sys/module/cv_test_hold ] || rmmod cv_test_hold; }

# namespaces: how many there are in memory, those that are on their way out included; only
# with the debugging of their cache does it count single ones.
namespaces() { awk '$1 == "net_namespace" { print $2 }' /proc/slabinfo; }
freed_to() { [ "$(namespaces)" -le "$1" ]; }

# settled: none is in memory but one that has ended. The kernel keeps those that end together until
# another one has ended, so one is ended for them; on a busy machine it may join them.
settled()
{
	ns_new last
	ns_drop last
	wait_for 5 freed_to 1
}

# set_up OUTER: cv0 of a, born there and moved to c, with a session and, before that peer,
# many idle ones; b is at the other end.
set_up()
{
	net_pair
	ns_new c
	tun_new a cv0
	tun_new b cv0
	idle_peers "$tmp/peers" "$idle"
	n a "$tool" addconf cv0 "$tmp/peers"
	tunnel_moved c "$1"
	ping_ok c 10.77.0.2
}

remove_all()
{
	: >"$tmp/none"
	n c "$tool" setconf cv0 "$tmp/none"
}
remove_each()
{
	local words=()

	mapfile -t words < <(tun_show c cv0 peers | sed 's/.*/peer\n&\nremove/')
	tun_set c cv0 "${words[@]}"
}
no_link() { ! ipn c link show cv0; }
delete_link()
{
	# It returns when the last peer has been freed.
	ipn c link del cv0 >/dev/null 2>&1 &
	wait_for 20 no_link
}

# ends_while HOW OUTER [TRAFFIC]: the birth namespace and another one end while the reaper
# is at work.
ends_while()
{
	local how=$1 outer=$2 traffic=${3:-} before
	local name="$1, outer IPv$2${3:+, traffic}"

	soon "$name: the namespaces of the case before are freed" "$freed_s" settled
	set_up "$outer"
	ns_new other
	defer unhold
	insmod "$hold" functions=cv_timers_shutdown ms=$hold_ms
	if [ -n "$traffic" ]; then
		bg n_py c flood.py 10.77.0.2
		bg n_py b flood.py 10.77.0.1
	fi
	before=$(namespaces)
	works "$name: the request succeeds" "$how"
	wait_for 10 called 1
	ns_drop a
	wait_for "$freed_s" freed_to $((before - 1)) || :
	# The kernel keeps the memory of the last one that ended until another one has.
	ns_drop other
	if wait_for "$freed_s" freed_to $((before - 2)); then
		ok "$name: the birth namespace is freed"
	else
		fail "$name: the birth namespace is freed" "$((before - 2)) namespaces" \
			"$(namespaces): $(stuck)"
	fi
	if [ "${CV_SLOW:-1}" -gt 1 ] && [ "$(calls)" -gt "$idle" ]; then
		skip "$name: peers torn down before the netns is freed" \
			"a kernel so slow frees it when no peer is left"
	else
		between "$name: peers torn down before the netns is freed" 1 $((idle - 1)) "$(calls)"
	fi
	note "$name: $(calls) peers of $((idle + 1)) torn down when it was freed"
	echo 0 >/sys/module/cv_test_hold/parameters/ms
	soon "$name: all peers are torn down" 30 called $((idle + 1))
	# Only with the debugging of their cache are single ones counted, too.
	soon "$name: all peers are freed" 30 peers_freed
	unhold
	drop_all
}

if ! namespaces | grep -q . || [ "$(cat /sys/kernel/slab/net_namespace/poison)" != 1 ]; then
	skip "poisoned namespaces" "this kernel has no debugging of its caches"
	finish
fi
ends_while remove_all 6
ends_while delete_link 6
ends_while remove_each 6 traffic
ends_while delete_link 6 traffic
ends_while remove_all 4 traffic
finish
