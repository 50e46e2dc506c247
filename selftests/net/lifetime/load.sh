#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: icount
# timeout: 120
# The module loads and unloads, says its version, and one tunnel works: what any
# kernel must do, however small. It runs on a root in memory for those that have no
# file system to share.
. "$(dirname "$0")/../../lib/test.sh"

net_pair
tunnel_pair
works "ping" ping_ok a 10.77.0.2
works "TCP" tcp a b 10.77.0.2 200000
works "ping over IPv6" ping_ok a fd77::2
drop_all
# The kernel frees its namespaces asynchronously.
soon "the module is unloaded" 30 rmmod "$kind"
works "the module is loaded again" modprobe "$kind"
if [ "$kind" = culvert ]; then
	is "the loaded module has modinfo's version" "$(modinfo -F version culvert)" \
		"$(cat /sys/module/culvert/version)"
	is "the module's vermagic is this kernel's" "$(uname -r)" \
		"$(modinfo -F vermagic culvert | cut -d ' ' -f 1)"
fi
finish
