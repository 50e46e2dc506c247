#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# slow: modules are signed and replaced
# timeout: 100
# kernel-args: lsm=lockdown
# The module on disk is one that the kernel would not load, because of lockdown alone or
# because its key is unknown: culvert-upgrade says so and touches nothing. Neither can be
# taken back, so this has a VM of its own.
. "$(dirname "$0")/../../lib/test.sh"

lockdown=/sys/kernel/security/lockdown
enforce=/sys/module/module/parameters/sig_enforce

index() { ipn a -o link show cv0 | cut -d : -f 1; }

# refused NAME TEXT
refused()
{
	local was

	was=$(index)
	fails_with "$1: is refused" "rejects the module on disk [(].*$2" \
		n_sys a culvert-upgrade --force
	is "$1: the link was not touched" "$was" "$(index)"
	is "$1: nothing is left in /run" "" "$(find /run -maxdepth 1 -name 'culvert-upgrade.*' -type d)"
}

[ -e "$lockdown" ] || mount -t securityfs none /sys/kernel/security 2>/dev/null || :
if [ ! -w "$lockdown" ] || [ ! -w "$enforce" ]; then
	skip "a kernel that can be told to take signed modules only" "this one cannot"
	finish
fi
ns_new a
tun_new a cv0
works "upgrade without restrictions" n_sys a culvert-upgrade --force
echo integrity >"$lockdown"
is "lockdown leaves sig_enforce off" N "$(cat "$enforce")"
refused "lockdown" "Operation not permitted"

sign_by_nobody
refused "lockdown, a key that is not enrolled" "(Key was rejected|Required key|not permitted)"
echo 1 >"$enforce"
refused "sig_enforce, a key that is not enrolled" "(Key was rejected|Required key)"
umount "$ko"
refused "sig_enforce, not signed" "(Key was rejected|Required key)"
finish
