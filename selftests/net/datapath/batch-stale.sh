#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: smp
# timeout: 200
# test-modules: hold
# A batch that is being sealed or opened while its peer is removed, or the private key
# replaced, does not leave: nothing of it is sent or handed up.
. "$(dirname "$0")/../../lib/test.sh"

hold=$CULVERT_BUILD/test-modules/$(uname -r)/cv_test_hold.ko
parameters=/sys/module/cv_test_hold/parameters
# Longer than a request to the kernel takes; it is let go as soon as that is over.
hold_ms=15000
idle=500
reap_ms=10

unhold() { [ ! -d /sys/module/cv_test_hold ] || rmmod cv_test_hold; }
held() { [ "$(cat $parameters/calls)" -ge 1 ]; }
# The batch first, then the reaper, which has idle peers to take apart before it comes to
# the one whose session it ends.
let_go()
{
	echo 0,$reap_ms >$parameters/ms
	wait_for 10 one_done
	echo 0,0 >$parameters/ms
}
one_done() { [ "$(cat $parameters/done)" -ge 1 ]; }

remove_one() { tun_set a cv0 peer "${pub[b]}" remove; }
# With the port and the key that it has already: only the peers change.
interface() { printf '[Interface]\nListenPort = %s\nPrivateKey = %s\n' "$port" "$(cat "$tmp/a.key")"; }
remove_all()
{
	interface >"$tmp/none"
	n a "$tool" setconf cv0 "$tmp/none"
}
change_key()
{
	(umask 077; "$tool" genkey >"$tmp/other.key")
	tun_set a cv0 private-key "$tmp/other.key"
}

# while_held FUNCTION FROM ADDRESS HOW: one packet is held in FUNCTION while HOW is done.
while_held()
{
	local function=$1 from=$2 to=$3 how=$4

	defer unhold
	insmod "$hold" functions="$function",cv_timers_shutdown \
		ms=$hold_ms,$reap_ms
	n "$from" ping -q -n -c 1 -W 1 "$to" >/dev/null 2>&1 &
	wait_for 10 held || return
	works "$name: the request succeeds" "$how"
	is "$name: the batch is held until the request is done" 0 "$(cat $parameters/done)"
	let_go
	wait || :
	unhold
}

# stale NAME FUNCTION FROM TO ADDRESS HOW: likewise in a new tunnel, one of whose ends has many
# idle peers; nothing comes out of it at TO, which is result NAME.
stale()
{
	local to=$4 before

	net_pair
	tunnel_crowded "$tmp/peers"
	before=$(stat "$to" cv0 rx_packets)
	while_held "$2" "$3" "$5" "$6"
	is "$name: $1" "$before" "$(stat "$to" cv0 rx_packets)"
}

idle_peers "$tmp/peers" "$idle"
for how in remove_one remove_all change_key; do
	name="sealing, $how"
	stale "no packet arrives at the peer" cv_seal_batch a b 10.77.0.2 $how
	reason "$name" a cv0 tx_session_gone 1
	drop_all
	name="opening, $how"
	stale "no packet is handed up" cv_open_batch b a 10.77.0.1 $how
	drop_all
done
finish
