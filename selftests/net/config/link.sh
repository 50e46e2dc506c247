#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# timeout: 180
# The link as rtnetlink, ethtool and sysfs show it, what it refuses, and that it can
# be made, renamed, taken up and down and deleted any number of times.
. "$(dirname "$0")/../../lib/test.sh"

ns_new a
n a sysctl -qw net.ipv6.conf.default.addr_gen_mode=0
tun_new a cv0
show=$(ipn a -d link show cv0)
matches "flags" "<POINTOPOINT,NOARP>" "$show"
matches "no link-layer address" "link/none *\$" "$(sed -n 2p <<<"${show/promiscuity*/}")"
matches "default MTU 1420" " mtu 1420 " "$show"
if [ "$kind" = culvert ]; then
	matches "MTU limits" "minmtu 68 maxmtu 65535" "$show"
fi
matches "its kind in ip -d link" "^ *$kind( |\$)" "$(sed -n 3p <<<"$show")"
is "DEVTYPE" "DEVTYPE=$kind" "$(n_sys a grep DEVTYPE /sys/class/net/cv0/uevent)"
is "no hardware type" 65534 "$(n_sys a cat /sys/class/net/cv0/type)"
matches "driver in ethtool -i" "^driver: $kind\$" "$(n a ethtool -i cv0)"
if [ "$kind" = culvert ]; then
	is "version in ethtool -i" "version: $(modinfo -F version culvert)" \
		"$(n a ethtool -i cv0 | grep ^version)"
fi

works "up" ipn a link set cv0 up
show=$(ipn a link show cv0)
matches "up, with carrier, without a queue" "UP,LOWER_UP.* qdisc noqueue " "$show"
is "no address is made up" "" "$(ipn a -o addr show dev cv0)"
features=$(n a ethtool -k cv0)
for feature in tx-checksum-ip-generic scatter-gather tcp-segmentation-offload \
	generic-segmentation-offload tx-udp-segmentation generic-receive-offload; do
	matches "$feature" "^[[:space:]]*$feature: on" "$features"
done

fails "a name that is taken" ipn a link add cv0 type "$kind"
works "MTU 68" ipn a link set cv0 mtu 68
fails "MTU 67" ipn a link set cv0 mtu 67
works "MTU 65535" ipn a link set cv0 mtu 65535
fails "MTU 65536" ipn a link set cv0 mtu 65536
works "MTU 1420 again" ipn a link set cv0 mtu 1420
if [ "$kind" = culvert ]; then
	fails_with "an address is refused, with words" "address" \
		ipn a link add cv9 address 02:00:00:00:00:01 type culvert
fi
works "a name of the kernel's choice" ipn a link add type "$kind"
matches "is made of the kind" "${kind}0: " "$(ipn a link show)"
ipn a link del "${kind}0"
if [ "$kind" = culvert ]; then
	matches "several transmit queues: it is said that one is used" \
		"Warning: .*only the first TX queue is used" \
		"$(ipn a link add cv1 numtxqueues 4 numrxqueues 4 type "$kind" 2>&1)"
else
	works "several transmit queues" ipn a link add cv1 numtxqueues 4 numrxqueues 4 \
		type "$kind"
fi
is "several queues: as many are shown" 4,4 \
	"$(n_sys a sh -c 'cd /sys/class/net/cv1/queues; echo tx-* rx-*' |
		awk '{ for (i = 1; i <= NF; i++) n[substr($i, 1, 2)]++ } END { print n["tx"] "," n["rx"] }')"
ipn a link del cv1

works "down" ipn a link set cv0 down
works "rename" ipn a link set cv0 name other0
is "the renamed link has its key" "${pub[a]}" "$(tun_show a other0 public-key)"
works "rename back" ipn a link set other0 name cv0

fails "the module cannot be unloaded while there is a link" rmmod "$kind"
ipn a link set cv0 up

# Without a key it is mute, no more.
ipn a link add cv1 type "$kind"
works "a link without a key goes up" ipn a link set cv1 up
addr a cv1 10.88.0.1/24
tun_set a cv1 peer "${pub[a]}" endpoint 127.0.0.1:9 allowed-ips 10.88.0.2/32
fails "and sends nothing" ping_once a 10.88.0.2
ipn a link del cv1

# IPv6 is off: only IPv4 outside.
ns_new c
n c sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
tun_new c cv0
works "up without IPv6" ipn c link set cv0 up
ns_drop c
drop_all

net_pair
tunnel_pair
up_and_down()
{
	local i

	for i in 1 2 3 4 5 6 7 8; do
		ipn a link set cv0 down
		ipn a link set cv0 up
		ipn b link set cv0 down
		ipn b link set cv0 up
	done
}
flood() { n a ping -q -f -w 30 10.77.0.2 >/dev/null 2>&1; }
bg flood
works "up and down under traffic" up_and_down
soon "works afterwards" 20 ping_once a 10.77.0.2
end_process "$bg_pid"

works "a qdisc of one's own" n a tc qdisc replace dev cv0 root fq_codel
works "carries TCP" tcp a b 10.77.0.2 500000
works "and goes" n a tc qdisc del dev cv0 root
works "TCP without it" tcp a b 10.77.0.2 500000

again_and_again()
{
	local i

	for i in $(seq 20); do
		ipn a link add "x$i" type "$kind" || return
		[ $((i % 2)) = 0 ] || ipn a link set "x$i" up || return
	done
	for i in $(seq 20); do
		ipn a link del "x$i" || return
	done
}
works "20 links made and deleted" again_and_again
works "the first one still works" ping_ok a 10.77.0.2
ipn a link del cv0
is "nothing answers for a deleted link" 1 \
	"$(n b ping -q -c 1 -W 0.2 10.77.0.1 >/dev/null 2>&1; echo $?)"
finish
