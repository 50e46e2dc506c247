#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# cpu: all
# timeout: 90
# test-modules: aead
# The AEAD that the datapath has of its own, against the kernel's library: at every
# length, at any offset, with guards around it, and every bit of the tag forged.
. "$(dirname "$0")/../../lib/test.sh"

module=$CULVERT_BUILD/test-modules/$(uname -r)/cv_test_aead.ko

results() { dmesg | sed -n 's/.*cv_test_aead: //p'; }

if [ "$kind" != culvert ]; then
	skip "the AEAD" "$kind has none of its own"
	finish
fi
modprobe libchacha20poly1305
dmesg --clear
status=0
out=$(insmod "$module" 2>&1) || status=$?
relay results
matches "the test module reports 0 failures" "^# 0 failures" "$(results)"
is "the test module loads" "0 " "$status $out"
[ "$status" != 0 ] || rmmod cv_test_aead
finish
