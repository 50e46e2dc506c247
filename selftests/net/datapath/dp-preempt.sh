#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: smp
# timeout: 120
# Programs that preempt each other while they send, on one CPU: on PREEMPT_RT also within
# sections with BH off. They send through tunnels in tunnels, as many as there may be: no
# packet is dropped as looping, and the tunnels still work.
#
#     a ─ cv4 in cv3 in cv2 in cv1 in cv0 over va ─ b
. "$(dirname "$0")/../../lib/test.sh"

# Other kernels preempt too little to need more.
case $(uname -v) in
*PREEMPT_RT*) seconds=10 ;;
*) seconds=2 ;;
esac
net_pair
below=198.51.100.2
for i in 0 1 2 3 4; do
	tun_new a "cv$i"
	tun_new b "cv$i"
	tun_set a "cv$i" listen-port $((port + i)) peer "${pub[b]}" \
		endpoint "$below:$((port + i))" allowed-ips "10.77.$i.2/32"
	tun_set b "cv$i" listen-port $((port + i)) peer "${pub[a]}" allowed-ips "10.77.$i.1/32"
	addr a "cv$i" "10.77.$i.1/24"
	addr b "cv$i" "10.77.$i.2/24"
	for name in a b; do
		ipn "$name" link set "cv$i" mtu $((1420 - 80 * i)) up
	done
	below=10.77.$i.2
done
works "before the load: a ping through all tunnels" ping_ok a 10.77.4.2
relay py preempted.py "${ns[a]}" "${ns[b]}" "$seconds" 10.77.{0,1,2,3,4}.2

# ping_on CPU ADDRESS
ping_on()
{
	taskset -c "$1" nsenter --net="/run/netns/${ns[a]}" \
		ping -q -n -c 3 -i 0.02 -W 5 "$2"
}

for i in 0 1 2 3 4; do
	reason "under load, cv$i of a" a "cv$i" tx_loop 0
	reason "under load, cv$i of b" b "cv$i" tx_loop 0
done
soon "after the load: a ping from CPU 0" 20 ping_on 0 10.77.4.2
soon "after the load: a ping from CPU 1" 20 ping_on 1 10.77.4.2
finish
