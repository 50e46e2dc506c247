#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: smp
# timeout: 120
# The end of a namespace, of a link, of a peer and of the module, each while
# packets fly both ways through it.
. "$(dirname "$0")/../../lib/test.sh"

# flood FROM ADDRESS: packets as fast as they go, of all kinds, without end.
flood()
{
	bg n "$1" ping -f -q -n -s 1000 "$2"
	bg n_py "$1" flood.py "$2"
}

under_traffic()
{
	net_pair
	tunnel_pair
	ping_ok a 10.77.0.2
	flood a 10.77.0.2
	flood b 10.77.0.1
	wait_for 20 busy
}

busy()
{
	[ "$(stat a cv0 rx_packets)" -gt 200 ] && [ "$(stat b cv0 rx_packets)" -gt 200 ]
}

gone() { ! ip netns list | grep -q "$1"; }

for round in 1 2 3; do
	under_traffic
	is "round $round: the module is loaded" yes "$([ -d "/sys/module/$kind" ] && echo yes)"
	fails "round $round: the module in use cannot be unloaded" rmmod "$kind"
	was=${ns[b]}
	ns_drop b
	soon "round $round: a namespace ends under traffic" 20 gone "$was"
	works "round $round: the link at the other end is there" ipn a link show cv0
	is "round $round: the link at the other end has its peer" "${pub[b]}" \
		"$(tun_show a cv0 peers)"
	drop_all
done

under_traffic
works "a peer is removed under traffic" tun_set a cv0 peer "${pub[b]}" remove
is "the removed peer is not shown" "" "$(tun_show a cv0 peers)"
drop_all

for round in 1 2 3; do
	under_traffic
	works "round $round: the link is taken down under traffic" ipn a link set cv0 down
	works "round $round: the link is taken up under traffic" ipn a link set cv0 up
	soon "round $round: ping after down and up" 30 ping_once a 10.77.0.2
	works "round $round: the link is deleted under traffic" ipn a link del cv0
	drop_all
done

# With no link left, the module can be unloaded at once, loaded again, and works.
if [[ " ${loaded_modules:-} " = *" $kind "* ]]; then
	soon "with no link left the module is unloaded" 20 module_gone "$kind"
	works "unloaded with no link left, the module can be loaded again" modprobe "$kind"
	under_traffic
	ns_drop b
	ns_drop a
	soon "the module is unloaded right after the last link's namespace" 30 module_gone "$kind"
	works "unloaded after the last netns, the module can be loaded again" modprobe "$kind"
	net_pair
	tunnel_pair
	works "module loaded again: TCP" tcp a b 10.77.0.2 300000
else
	skip "unloading the module" "the module was loaded before the test"
fi
finish
