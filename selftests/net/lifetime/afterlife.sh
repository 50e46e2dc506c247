#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# timeout: 120
# A link that outlives the namespace that its routes lead through, and packets in a queue
# below that outlive their link and hold the module.
. "$(dirname "$0")/../../lib/test.sh"

if [ "$kind" != culvert ]; then
	skip "lifetimes of links and packets" "another kind of link"
	finish
fi

# A link that has been moved is deleted after the namespace of its sockets, whose IPv6
# routes it had cached.
net_pair
ns_new c
tunnel_pair outer=6
works "outer IPv6: ping" ping_ok a 10.77.0.2
ipn a link set cv0 netns "${ns[c]}"
addr c cv0 10.77.0.1/24
ipn c link set cv0 up
soon "link moved to another netns: ping" 20 ping_once c 10.77.0.2
ns_drop a
soon "birth netns ended: the link has no carrier" 30 \
	eval '[ "$(n_sys c cat /sys/class/net/cv0/operstate)" != up ] && ! carrier c cv0'
works "birth netns ended: the peer can be removed" tun_set c cv0 peer "${pub[b]}" remove
works "birth netns ended: the link can be deleted" ipn c link del cv0

# The module stays as long as a packet that it made waits below, even without a link.
ns_new d e
wire d vd e ve
addr d vd 198.51.100.1/24
addr e ve 198.51.100.2/24
tun_new d cv0
tun_new e cv0
tun_set d cv0 listen-port "$port" peer "${pub[e]}" endpoint "198.51.100.2:$port" \
	allowed-ips 10.77.0.2/32
tun_set e cv0 listen-port "$port" peer "${pub[d]}" allowed-ips 10.77.0.1/32
addr d cv0 10.77.0.1/24
addr e cv0 10.77.0.2/24
ipn d link set cv0 up
ipn e link set cv0 up
works "second tunnel: ping" ping_ok d 10.77.0.2
n d tc qdisc add dev vd root tbf rate 1kbit burst 1540 limit 100kb
n d ping -q -s 1000 -c 5 -i 0.2 -W 1 10.77.0.2 >/dev/null || :
between "packets wait in a queue below the link" 1 1000 \
	"$(n d tc -s -j qdisc show dev vd | jq '.[0].qlen')"
ipn d link del cv0
ipn e link del cv0
ipn b link del cv0
fails "packets wait below, links deleted: the module cannot be unloaded" rmmod culvert
n d tc qdisc del dev vd root
soon "packets sent: the module can be unloaded" 30 module_gone culvert
finish
