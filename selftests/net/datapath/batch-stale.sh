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

# set_up: a tunnel, whose end a has many idle peers before b.
set_up()
{
	net_pair
	tun_new a cv0
	n a "$tool" addconf cv0 "$tmp/peers"
	tun_new b cv0
	tun_set a cv0 listen-port "$port" peer "${pub[b]}" \
		endpoint "$(hostport "${outer4[b]}")" allowed-ips 10.77.0.2/32
	tun_set b cv0 listen-port "$port" peer "${pub[a]}" allowed-ips 10.77.0.1/32
	addr a cv0 10.77.0.1/24
	addr b cv0 10.77.0.2/24
	ipn a link set cv0 up
	ipn b link set cv0 up
	ping_ok a 10.77.0.2
}

case_out()
{
	local name="sealing, $1" before

	set_up
	before=$(stat b cv0 rx_packets)
	while_held cv_seal_batch a 10.77.0.2 "$1"
	is "$name: no packet arrives at the peer" "$before" "$(stat b cv0 rx_packets)"
	reason "$name" a cv0 tx_session_gone 1
	drop_all
}

case_in()
{
	local name="opening, $1" before

	set_up
	before=$(stat a cv0 rx_packets)
	while_held cv_open_batch b 10.77.0.1 "$1"
	is "$name: no packet is handed up" "$before" "$(stat a cv0 rx_packets)"
	drop_all
}

/usr/bin/python3 -S - "$idle" >"$tmp/peers" <<-'END'
	import base64, os, sys
	for n in range(int(sys.argv[1])):
	    print("[Peer]\nPublicKey =", base64.b64encode(os.urandom(32)).decode())
END
for how in remove_one remove_all change_key; do
	case_out $how
	case_in $how
done
finish
