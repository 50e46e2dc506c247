#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# timeout: 120
# `culvert load` waits for modprobe, and not for what an `install` line of modprobe.d leaves
# running with modprobe's output in its hands.
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
works "load, where modprobe leaves a daemon behind" timeout 60 culvert load
works "the module is there" test -d /sys/module/culvert
works "the daemon runs" left
# Its writes neither fail it nor block it once the command has gone.
lived() { [ "$(ps -o etimes= -p "$(cat "$tmp/left")")" -ge 2 ]; }
soon "and goes on without the command" 30 lived
end_left

install "echo 'modprobe: it is Friday' >&2
$daemon
exit 1"
fails_with "load fails as modprobe does, with what that has said" "it is Friday" \
	timeout 60 culvert load
end_left

install "exec sleep 1000"
start=$(now_ms)
fails_with "a modprobe that does not end is an error" "modprobe is still running after 60 s" \
	timeout 100 culvert load
between "after a minute" 59000 110000 $(($(now_ms) - start))
pid=$(pgrep -f "sleep 1000" | head -1)
[ -z "$pid" ] || kill "$pid"

rm -f "$fragment"
works "load, without any of it" culvert load
finish
