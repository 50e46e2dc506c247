#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: smp
# timeout: 120
# test-modules: inject
# Packets of every shape into a link from both sides: in fragments, as lists, cloned,
# of too many segments, and with wrong offload headers, as of virtual machines.
. "$(dirname "$0")/../../lib/test.sh"

module=$CULVERT_BUILD/test-modules/$(uname -r)/cv_test_inject.ko

if ! insmod "$module"; then
	fail "the test module loads" "it is built for $(uname -r)" "no $module"
	finish
fi
inject_gone() { [ ! -d /sys/module/cv_test_inject ] || rmmod cv_test_inject; }
net_pair 9200
need_module wireguard
tun_new a cv0
tun_set a cv0 listen-port "$port"
addr a cv0 10.77.0.1/24 fd77::1/64
ipn a link set cv0 mtu 9000 up
ipn a route add 10.77.1.0/24 dev cv0
ipn a -6 route add fd77:1::/64 dev cv0
relay n_py b shapes.py "${ns[a]}" cv0 "${outer4[a]}" "$port"
drop_all
soon "the test module unloads: none of its packets is held" 10 inject_gone
finish
