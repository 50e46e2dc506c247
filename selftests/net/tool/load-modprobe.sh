#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# timeout: 120
# `culvert load` waits for modprobe, and not for what an `install` line of modprobe.d leaves
# running with modprobe's output open.
. "$(dirname "$0")/../../lib/test.sh"

fragment=/etc/modprobe.d/culvert-test.conf
defer "rm -f $fragment"
defer end_left

# What the install line has left running, by its own note of its number.
left() { [ -s "$tmp/left" ] && kill -0 "$(cat "$tmp/left")"; }
end_left() { [ ! -s "$tmp/left" ] || kill "$(cat "$tmp/left")" 2>/dev/null || :; }

# install SCRIPT: what modprobe runs for the module.
install()
{
	printf '#!/bin/sh\n%s\n' "$1" >"$tmp/install"
	chmod +x "$tmp/install"
	echo "install culvert $tmp/install" >"$fragment"
	wait_for 30 module_gone culvert
}

daemon="sh -c 'echo \$\$ >$tmp/left; while :; do echo noise; echo noise >&2; sleep 0.1; done' &"

install "$daemon
modprobe --ignore-install culvert"
works "culvert load ends though modprobe leaves a daemon" timeout 60 culvert load
works "culvert load, modprobe leaves a daemon: the module is loaded" test -d /sys/module/culvert
works "culvert load, modprobe leaves a daemon: the daemon runs" left
# Its writes neither fail it nor block it once the command has gone.
lived() { [ "$(ps -o etimes= -p "$(cat "$tmp/left")")" -ge 2 ]; }
soon "culvert load, modprobe leaves a daemon: it runs on" 30 lived
end_left

install "echo 'modprobe: it is Friday' >&2
$daemon
exit 1"
fails_with "modprobe fails: culvert load fails with its message" "it is Friday" \
	timeout 60 culvert load
end_left

install "exec sleep 1000"
start=$(now_ms)
fails_with "modprobe does not end: culvert load fails" "modprobe is still running after 60 s" \
	timeout 100 culvert load
between "modprobe does not end: ms until culvert load fails" 59000 110000 $(($(now_ms) - start))
pid=$(pgrep -f "sleep 1000" | head -1)
[ -z "$pid" ] || kill "$pid"

rm -f "$fragment"
works "culvert load without modprobe.d's file" culvert load
finish
