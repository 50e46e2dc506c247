#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# timeout: 120
# culvert load and culvert doctor: what they say of a machine that is well, and of each
# thing that can be wrong with it.
. "$(dirname "$0")/lib.sh"

ko=$(modinfo -F filename culvert)
doctor() { n a culvert doctor; }

# finds NAME TEXT: it is BAD, and the exit status says so.
finds()
{
	local out status=0

	out=$(doctor 2>&1) || status=$?
	matches "$1" "^BAD .*$2" "$out"
	is "$1: exit status" 1 "$status"
}

net_pair
tunnel_pair
works "all is well" doctor
out=$(doctor)
isnt "and nothing is BAD" BAD "$(grep -o '^BAD' <<<"$out" | head -n 1)"
matches "the module and its version" "^ok +module +$ko, version $(modinfo -F version culvert)" "$out"
matches "is loaded" "^ok +loaded +version $(culvert version | cut -d ' ' -f 2)," "$out"
matches "crypto" "^(ok|note) +crypto " "$out"
matches "the port" "^ok +cv0 +UDP port $port takes packets" "$out"
matches "the MTU" "^ok +cv0 +MTU 1420 fits the way to ${outer4[b]}:$port" "$out"
matches "forwarding" "^note +forwarding +is off: .*net.ipv4.ip_forward=1" "$out"

ipn a link set cv0 mtu 1441
finds "an MTU that is too large" "MTU 1441 is too much .* 1500: ip link set cv0 mtu 1440"
ipn a link set cv0 mtu 1440
works "the MTU that it tells is right" doctor
ipn a link set cv0 down
finds "a link that is down" "is down: ip link set cv0 up"
ipn a link set cv0 up
n a nft 'table inet t { chain o { type filter hook output priority 0; udp dport '"$port"' ip daddr 127.0.0.1 drop; }; }'
finds "a firewall" "UDP port $port cannot be sent .*firewall"
n a nft delete table inet t
n a sysctl -qw net.ipv4.conf.all.rp_filter=1
tun_set a cv0 fwmark 7
finds "a strict rp_filter with a mark" "rp_filter is strict.* net.ipv4.conf.cv0.rp_filter=2"
n a sysctl -qw net.ipv4.conf.cv0.rp_filter=2
works "what it tells helps" doctor
tun_set a cv0 private-key /dev/null
finds "no key" "has no private key"
tun_set a cv0 private-key "$tmp/a.key" fwmark 0
ipn a route del 198.51.100.0/24
finds "no way to the peer" "there is no route to ${outer4[b]}:$port"
ipn a route add 198.51.100.0/24 dev va
works "well again" doctor
drop_all

# The module itself.
soon "the module goes" 30 rmmod culvert
out=$(culvert doctor) || :
matches "doctor: not loaded" "^note +loaded +no: 'culvert load' does it" "$out"
fails_with "a device that is not there" "no such device; the module is not loaded: try 'culvert load'" \
	culvert set cv9 fwmark 1
works "load" culvert load
works "load, again" culvert load
matches "loaded" "^ok +loaded" "$(culvert doctor)"
rmmod culvert

release=$(uname -r)
other=${release%?}X
# A kernel with checksums of its symbols looks at what follows the release alone.
sed "s/vermagic=$release SMP/vermagic=$other XMP/" "$ko" >"$tmp/culvert.ko"
mount --bind "$tmp/culvert.ko" "$ko"
fails_with "a module of another kernel" "built for kernel $other, and $release is running: run 'dkms autoinstall'" \
	culvert load
matches "doctor says so too" "^BAD +module .*built for kernel $other" "$(culvert doctor || :)"
umount "$ko"

mount -t tmpfs none "$(dirname "$ko")"
depmod_none() { mkdir -p "$tmp/none" && mount --bind "$tmp/none" "/lib/modules/$release"; }
works "no modules at all" depmod_none
fails_with "no module, no headers" "no module culvert for the running kernel $release.*apt-get install linux-headers-$release" \
	culvert load
umount "/lib/modules/$release"
umount "$(dirname "$ko")"
fails_with "a container" "this is a container.* on the host, run 'modprobe culvert'" \
	setpriv --bounding-set -sys_module culvert load
fails_with "not root" "needs root: try 'sudo culvert load'" \
	setpriv --reuid 65534 --clear-groups "$(command -v culvert)" load
# What modinfo then says on stderr is not what it was asked for.
hide_others() { mount -t tmpfs -o mode=700 none "/lib/modules/$release/kernel"; }
works "modules that only root may read" hide_others
fails_with "not root, and they are needed" "needs root: try 'sudo culvert load'" \
	setpriv --reuid 65534 --clear-groups "$(command -v culvert)" load
umount "/lib/modules/$release/kernel"
works "after all that it loads" modprobe culvert
finish
