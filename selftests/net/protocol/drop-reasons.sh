#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: smp
# timeout: 120
# test-modules: hold refuse
# Drop reasons that no other test triggers, most of them failed allocations: functions
# are made slow, or fail.
. "$(dirname "$0")/../../lib/test.sh"

modules=$CULVERT_BUILD/test-modules/$(uname -r)
hold=/sys/module/cv_test_hold/parameters

if [ "$kind" != culvert ]; then
	skip "reasons for drops" "only links of kind culvert count them"
	finish
fi

unhold() { [ ! -d /sys/module/cv_test_hold ] || rmmod cv_test_hold; }
unrefuse() { [ ! -d /sys/module/cv_test_refuse ] || rmmod cv_test_refuse; }
held() { [ "$(cat $hold/calls)" -ge 1 ]; }
let_go() { echo 0 >$hold/ms; }

# while_refused FUNCTION COMMAND...: COMMAND, while FUNCTION fails; its result is ignored.
while_refused()
{
	insmod "$modules/cv_test_refuse.ko" functions="$1"
	shift
	"$@" >/dev/null 2>&1 || :
	unrefuse
}

# messages NAME COUNT: so many that look like initiations, to b's port.
messages()
{
	n "$1" "${python[@]}" - "${outer4[b]}" "$port" "$2" <<-'END'
		import socket, sys
		sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		for _ in range(int(sys.argv[3])):
		    sock.sendto(b"\1\0\0\0" + bytes(144), (sys.argv[1], int(sys.argv[2])))
	END
}

# datagrams NAME ADDRESS COUNT BYTES: so many, as fast as can be.
datagrams()
{
	n "$1" "${python[@]}" - "$2" "$3" "$4" <<-'END'
		import socket, sys
		sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		for _ in range(int(sys.argv[2])):
		    try:
		        sock.sendto(bytes(int(sys.argv[3])), (sys.argv[1], 9))
		    except OSError:
		        pass
	END
}

set_up()
{
	net_pair
	tunnel_pair
	works "$1: ping at first" ping_ok a 10.77.0.2
}

# counted NAME END REASON: at least once.
counted() { soon "$1: counted as $3" 10 dropped "$2" cv0 "$3" 1; }

case_send_failed()
{
	set_up "blackhole route"
	ipn a route add blackhole "${outer4[b]}/32"
	ping_once a 10.77.0.2 >/dev/null 2>&1 || :
	counted "blackhole route" a tx_send_failed
	matches "blackhole route: culvert show drops lists tx_send_failed" \
		$'^tx_send_failed\t1\tthe outer packet could not be sent for another reason$' \
		"$(n a culvert show cv0 drops)"
	ipn a route del blackhole "${outer4[b]}/32"
	works "blackhole route removed: ping" ping_ok a 10.77.0.2
	drop_all
}

case_no_memory()
{
	set_up "no memory"
	while_refused cv_batch_create ping_once a 10.77.0.2
	counted "no memory for a batch" a tx_no_memory
	while_refused __netdev_alloc_skb ping_once a 10.77.0.2
	counted "no memory for an inner packet" b rx_no_memory
	works "no memory: ping once allocations succeed again" ping_ok a 10.77.0.2
	drop_all
}

case_handshake()
{
	net_pair
	tunnel_pair
	while_refused cv_session_create ping_once a 10.77.0.2
	counted "no memory for a session" b hs_no_memory
	while_refused rng_is_initialized messages a 1
	counted "no random numbers yet" b hs_no_random
	drop_all
}

# More messages than may wait come while the workers are slow.
case_queue_full()
{
	net_pair
	tunnel_pair
	insmod "$modules/cv_test_hold.ko" functions=cv_cookie_mac1_ok ms=100
	messages a 6000
	counted "too many messages" b hs_queue_full
	let_go
	unhold
	works "too many messages: ping afterwards" ping_ok a 10.77.0.2
	drop_all
}

# What polls the lane is held on one CPU while the other receives more than a lane holds.
case_busy()
{
	set_up "lane"
	insmod "$modules/cv_test_hold.ko" functions=cv_lane_poll ms=10000
	ping_once a 10.77.0.2 >/dev/null 2>&1 &
	works "lane: cv_lane_poll() is held" wait_for 10 held
	datagrams a 10.77.0.2 2000 1372
	counted "a full lane" b rx_busy
	let_go
	wait || :
	unhold
	works "a full lane: ping once it is drained" ping_ok a 10.77.0.2
	drop_all
}

# The link is down before a packet that was opened comes to its lane.
case_link_down()
{
	local pid

	set_up "link down"
	insmod "$modules/cv_test_hold.ko" functions=cv_lane_push ms=10000
	ping_once a 10.77.0.2 >/dev/null 2>&1 &
	works "link down: cv_lane_push() is held" wait_for 10 held
	nsenter --net="/run/netns/${ns[b]}" ip link set cv0 down &
	pid=$!
	# The link is marked; the kernel waits for CPUs that may not have seen it.
	works "link down: ip link set waits in dev_deactivate()" wait_for 10 grep -qs \
		dev_deactivate "/proc/$pid/stack"
	let_go
	wait || :
	counted "link down" b rx_link_down
	unhold
	drop_all
}

defer unhold
defer unrefuse
case_send_failed
case_no_memory
case_handshake
case_queue_full
case_busy
case_link_down
finish
