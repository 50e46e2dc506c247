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
matches "ip link shows POINTOPOINT and NOARP" "<POINTOPOINT,NOARP>" "$show"
matches "no link-layer address" "link/none *\$" "$(sed -n 2p <<<"${show/promiscuity*/}")"
matches "default MTU 1420" " mtu 1420 " "$show"
if [ "$kind" = culvert ]; then
	matches "MTU limits are 68 and 65535" "minmtu 68 maxmtu 65535" "$show"
fi
matches "ip -d link shows kind $kind" "^ *$kind( |\$)" "$(sed -n 3p <<<"$show")"
is "DEVTYPE is the kind" "DEVTYPE=$kind" "$(n_sys a grep DEVTYPE /sys/class/net/cv0/uevent)"
is "hardware type is none (65534)" 65534 "$(n_sys a cat /sys/class/net/cv0/type)"
matches "ethtool -i shows the driver" "^driver: $kind\$" "$(n a ethtool -i cv0)"
if [ "$kind" = culvert ]; then
	is "ethtool -i shows the module's version" "version: $(modinfo -F version culvert)" \
		"$(n a ethtool -i cv0 | grep ^version)"
fi

works "set link up" ipn a link set cv0 up
show=$(ipn a link show cv0)
matches "link up: carrier and qdisc noqueue" "UP,LOWER_UP.* qdisc noqueue " "$show"
is "link up: no address is generated" "" "$(ipn a -o addr show dev cv0)"
features=$(n a ethtool -k cv0)
for feature in tx-checksum-ip-generic scatter-gather tcp-segmentation-offload \
	generic-segmentation-offload tx-udp-segmentation generic-receive-offload; do
	matches "feature $feature is on" "^[[:space:]]*$feature: on" "$features"
done

fails "a link with a name in use is refused" ipn a link add cv0 type "$kind"
works "set MTU 68" ipn a link set cv0 mtu 68
fails "set MTU 67: refused" ipn a link set cv0 mtu 67
works "set MTU 65535" ipn a link set cv0 mtu 65535
fails "set MTU 65536: refused" ipn a link set cv0 mtu 65536
works "set MTU 1420 again" ipn a link set cv0 mtu 1420
if [ "$kind" = culvert ]; then
	fails_with "add a link with a link-layer address: refused, the error says why" "address" \
		ipn a link add cv9 address 02:00:00:00:00:01 type culvert
fi
works "add a link without a name" ipn a link add type "$kind"
matches "a link without a name becomes ${kind}0" "${kind}0: " "$(ipn a link show)"
ipn a link del "${kind}0"
if [ "$kind" = culvert ]; then
	matches "add a link with 4 transmit queues: a warning that one is used" \
		"Warning: .*only the first TX queue is used" \
		"$(ipn a link add cv1 numtxqueues 4 numrxqueues 4 type "$kind" 2>&1)"
else
	works "add a link with 4 transmit queues" ipn a link add cv1 numtxqueues 4 numrxqueues 4 \
		type "$kind"
fi
is "link with 4 transmit and receive queues: sysfs shows 4 each" 4,4 \
	"$(n_sys a sh -c 'cd /sys/class/net/cv1/queues; echo tx-* rx-*' |
		awk '{ for (i = 1; i <= NF; i++) n[substr($i, 1, 2)]++ } END { print n["tx"] "," n["rx"] }')"
ipn a link del cv1

works "set link down" ipn a link set cv0 down
works "rename the link" ipn a link set cv0 name other0
is "the renamed link has its key" "${pub[a]}" "$(tun_show a other0 public-key)"
works "rename the link back" ipn a link set other0 name cv0

fails "the module cannot be unloaded while there is a link" rmmod "$kind"
ipn a link set cv0 up

# Without a key a link sends nothing.
ipn a link add cv1 type "$kind"
works "a link without a key goes up" ipn a link set cv1 up
addr a cv1 10.88.0.1/24
tun_set a cv1 peer "${pub[a]}" endpoint 127.0.0.1:9 allowed-ips 10.88.0.2/32
fails "a link without a key sends nothing" ping_once a 10.88.0.2
ipn a link del cv1

# IPv6 is off: only IPv4 outside.
ns_new c
n c sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
tun_new c cv0
works "set link up with IPv6 disabled" ipn c link set cv0 up
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
soon "up and down under traffic: ping afterwards" 20 ping_once a 10.77.0.2
end_process "$bg_pid"

works "add qdisc fq_codel to the link" n a tc qdisc replace dev cv0 root fq_codel
works "link with qdisc fq_codel: TCP" tcp a b 10.77.0.2 500000
works "delete the qdisc of the link" n a tc qdisc del dev cv0 root
works "link after its qdisc was deleted: TCP" tcp a b 10.77.0.2 500000

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
works "20 links made and deleted: ping through the first link" ping_ok a 10.77.0.2
ipn a link del cv0
is "link deleted: its address answers no ping" 1 \
	"$(n b ping -q -c 1 -W 0.2 10.77.0.1 >/dev/null 2>&1; echo $?)"
finish
