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
tunnel_sealed mtu=9000
relay n_py b shapes.py "${ns[a]}" cv0 "${outer4[a]}" "$port"
drop_all
soon "the test module unloads: none of its packets is held" 10 inject_gone
finish
