#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: smp
# timeout: 60
# kernel-args: module.sig_enforce=1
# A kernel that takes signed modules only, as with Secure Boot: culvert says in plain
# words why the module does not load, and what to do.
export CV_KIND=wireguard	# the kernel's own module is signed
. "$(dirname "$0")/lib.sh"

if [ "$(cat /sys/module/module/parameters/sig_enforce 2>/dev/null)" != Y ]; then
	skip "a kernel that takes signed modules only" "this one cannot"
	finish
fi
if [ -n "$(modinfo -F signer culvert)" ]; then
	fails_with "a key that is not enrolled" "mokutil --import /var/lib/dkms/mok.pub" culvert load
else
	fails_with "a module that is not signed" \
		"takes signed modules only .* DKMS signs it .*mokutil --import /var/lib/dkms/mok.pub" \
		culvert load
fi
is "it is not loaded" "" "$(ls -d /sys/module/culvert 2>/dev/null)"
finish
