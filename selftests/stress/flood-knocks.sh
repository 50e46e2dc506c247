#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: icount
# timeout: 300
# needs: jq python3 iperf3
# programs: forge
# A flood while a program listens for knocks: forged initiations, and true ones of eight unknown
# keys, from sources that all differ. An established session goes on as it does when no program
# listens, and of those who show no cookie none is kept once the link is under load.
#
# The clock counts instructions, and there is one CPU: what the session keeps is what the work that
# the flood makes leaves of it, on any machine. That is why the flood is smaller than 100,000 a
# second: so many alone would be more than the CPU can do. `make flood-native` has them.
export CV_FLOOD_PER_S=${CV_FLOOD_PER_S:-12000}
. "$(dirname "$0")/../lib/flood.sh"
seconds=2
# What a listener may cost the session, of what it has without one.
listening_percent=90
# As many true initiations as forged.py makes, each of a key of its own.
keys=8

told=none

# listener: in the background; listener_end ends it and sets told.
listener()
{
	n_py a knocks.py cv0 >"$tmp/knocks" 2>&1 &
	listener_pid=$!
	defer "end_process $listener_pid"
	wait_for 60 grep -q '^listening' "$tmp/knocks"
}

listener_end()
{
	end_program "$listener_pid" || { fail "the program that listens succeeds" "success" \
		"$(cat "$tmp/knocks")"; return 0; }
	told=$(sed -n 's/^told //p' "$tmp/knocks")
}

# session_under PORT FILE...: sets kept to the throughput of the session while FILEs come in
# without end.
session_under()
{
	local to=$1

	shift
	flood "$to" 60000 "$@"
	kept=$(throughput)
	flood_end
	note "$per_s a second to port $to, the session has $kept kbit/s"
	between "to port $to: messages per second" "$least_per_s" 99999999 "$per_s"
}

# keeps NAME PERCENT OF: kbit/s
keeps() { between "$1, at least $2 %, kbit/s" $(($3 * $2 / 100)) 999999999 "$kept"; }

flood_setup
sink >"$tmp/sink" 2>&1 &
defer "end_process $!"
wait_for 60 eval '[ -n "$(n a ss -Hlun "sport = :51999")" ]'
session_under 51999 initiation
elsewhere=$kept
session_under "$port" initiation
keeps "forged ones: throughput of the session, of what a flood elsewhere leaves" \
	$least_percent "$elsewhere"
alone=$kept

listener
before=$(drops a cv0 hs_cookie_demanded)
session_under "$port" initiation
keeps "forged ones, a program listens: throughput, of what it is without" \
	$listening_percent "$alone"
between "forged ones, a program listens: at least 1000 are hs_cookie_demanded" \
	$((before + 1000)) 999999999 "$(drops a cv0 hs_cookie_demanded)"
listener_end
is "forged ones: the program is told of none" 0 "$told"

strangers=()
for ((i = 0; i < keys; i++)); do
	strangers+=("stranger-$i")
done
listener
before=$(drops a cv0 hs_cookie_demanded)
session_under "$port" "${strangers[@]}"
keeps "unknown keys, a program listens: throughput, of what forged ones leave" \
	$listening_percent "$alone"
between "unknown keys, a program listens: at least 1000 are hs_cookie_demanded" \
	$((before + 1000)) 999999999 "$(drops a cv0 hs_cookie_demanded)"
listener_end
# The first ones come before the link is under load.
between "unknown keys: the program is told of each once at most" 0 $keys "$told"
works "ping in the established session" ping_once a 10.77.0.2
finish
