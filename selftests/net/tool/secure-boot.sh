#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# slow: a kernel that takes signed modules only
# kmemleak: off
# timeout: 60
# kernel-args: module.sig_enforce=1
# A kernel that takes signed modules only, as with Secure Boot: culvert says in plain
# words why the module does not load, and what to do.
export CV_KIND=wireguard	# the kernel's own module is signed
. "$(dirname "$0")/../../lib/test.sh"

if [ "$(cat /sys/module/module/parameters/sig_enforce 2>/dev/null)" != Y ]; then
	skip "a kernel that takes signed modules only" "this one cannot"
	finish
fi
fails_with "load an unsigned module: refused with what to do" \
	"accepts signed modules only .* DKMS signs it .*mokutil --import /var/lib/dkms/mok.pub" \
	culvert load
matches "doctor: an unsigned module is BAD" \
	"^BAD +signature +none, and this kernel requires one .*mokutil --import" \
	"$(culvert doctor 2>&1 || :)"
is "the unsigned module is not loaded" "" "$(ls -d /sys/module/culvert 2>/dev/null)"

# The same module, with a signature.
sign_by_nobody
is "the module is signed by an unknown key" "nobody knows it" "$(modinfo -F signer culvert)"
fails_with "load a module with an unknown key: refused with what to do" \
	"the key that signed the module is not enrolled \(Secure Boot\): run 'mokutil --import /var/lib/dkms/mok.pub'" \
	culvert load
matches "doctor: the signer of the module" "^ok +signature +by nobody knows it" \
	"$(culvert doctor 2>&1 || :)"
is "the module with an unknown key is not loaded" "" "$(ls -d /sys/module/culvert 2>/dev/null)"
umount "$ko"
finish
