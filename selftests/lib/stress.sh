# SPDX-License-Identifier: GPL-2.0
# For the stress tests: traffic both ways all the while, a disturbance again and again for its
# share of the time, traffic that must come back within a stated time, and checks of what must
# not be left behind. Sourced by those tests instead of test.sh.
# shellcheck shell=bash
#
# CV_SECONDS is how long a script disturbs, all its disturbances together; 20 unless
# given. Each of them is done twice at least, however little time there is.

. "$(dirname "${BASH_SOURCE[0]}")/test.sh"

seconds=${CV_SECONDS:-20}
# How many disturbances the script has: each gets its share.
disturbances=1
traffic=$tmp/traffic
traffic_pid=

# ---------------------------------------------------------------- traffic

# traffic_start [ADDRESS-A ADDRESS-B]: from a to b and back, till traffic_stop.
traffic_start()
{
	rm -f "$traffic".*
	/usr/bin/python3 "$lib_dir/python/bothways.py" "${ns[a]}" "${ns[b]}" "${1:-10.77.0.1}" \
		"${2:-10.77.0.2}" "$traffic" >"$tmp/traffic.out" 2>&1 &
	traffic_pid=$!
	defer "end_process $traffic_pid"
	wait_for 60 test -s "$traffic.udp"
	wait_for 60 test -s "$traffic.tcp"
}

traffic_stop() { end_process "$traffic_pid"; }

# arrived: what has come to b and to a, of datagrams and of streams: four numbers.
arrived()
{
	local udp=() tcp=()

	read -ra udp <"$traffic.udp"
	read -ra tcp <"$traffic.tcp"
	echo "${udp[0]} ${udp[1]} ${tcp[0]} ${tcp[1]}"
}

# more_than NUMBER NUMBER NUMBER NUMBER: all four have grown since.
more_than()
{
	local now=()

	read -ra now <<<"$(arrived)"
	[ "${now[0]}" -gt "$1" ] && [ "${now[1]}" -gt "$2" ] &&
		[ "${now[2]}" -gt "$3" ] && [ "${now[3]}" -gt "$4" ]
}

# flows SECONDS: datagrams and streams arrive both ways before so long. What was under
# way when this begins does not count: hence a second look. A kernel that looks for bugs has
# CV_SLOW times as long (vm/suite).
flows()
{
	local since end

	end=$(($(now_ms) + $1 * 1000 * ${CV_SLOW:-1}))
	for _ in 1 2; do
		read -ra since <<<"$(arrived)"
		until more_than "${since[@]}"; do
			[ "$(now_ms)" -lt "$end" ] || return 1
			breathe
		done
	done
}

# traffic_good: nothing came changed, twice, or unsent; one result.
traffic_good()
{
	if ! kill -0 "$traffic_pid" 2>/dev/null; then
		fail "the traffic process runs to the end" "a process" \
			"$(tail -n 3 "$tmp/traffic.out")"
	elif [ -e "$traffic.errors" ]; then
		fail "received data is as sent" "no errors" "$(head -n 5 "$traffic.errors")"
	else
		ok "received data is as sent: $(arrived) datagrams and pieces"
	fi
}

# watch_indices: from now on it is known which sessions send.
watch_indices()
{
	n_py a indices.py va "$tmp/indices" >"$tmp/indices.out" 2>&1 &
	defer "end_process $!"
	wait_for 60 test -e "$tmp/indices"
}

# only_new_sessions BEGUN DONE: in milliseconds, when something that ends all sessions was
# begun and done: traffic comes back, and of those that had sent before it none sends half
# a second after it or later, when what was on its way has gone.
only_new_sessions()
{
	local old

	flows 15 || { echo "expected traffic both ways within 15 s: $(what_came)"; return 1; }
	wait_for 10 indices_since $(($2 + 700)) ||
		{ echo "expected sessions at work, saw none: $(cat "$tmp/indices.out")"; return 1; }
	old=$(awk -v begun="$1" -v done="$2" '$2 < begun && $3 > done + 500' "$tmp/indices")
	[ -z "$old" ] || {
		echo "sessions from before $1 still send after $2 (index, first, last): $old"
		return 1
	}
	[ -n "$(awk -v begun="$1" '$2 < begun' "$tmp/indices")" ] ||
		{ echo "expected a session before $1, saw none"; return 1; }
}
indices_since() { [ -n "$(awk -v t="$1" '$3 > t' "$tmp/indices")" ]; }

# ---------------------------------------------------------------- disturbances

# disturb NAME SECONDS COMMAND...: COMMAND, which must succeed, and traffic that is back
# before SECONDS have passed, again and again; one result.
disturb()
{
	local name=$1 limit=$2 end rounds=0 worst=0 took since

	shift 2
	end=$(($(now_ms) + seconds * 1000 / disturbances))
	while [ "$rounds" -lt 2 ] || [ "$(now_ms)" -lt "$end" ]; do
		rounds=$((rounds + 1))
		# Not in a shell of its own, for it may make namespaces anew. Errexit does not
		# reach into a condition: COMMAND itself must say what failed.
		if ! "$@" >"$tmp/disturb" 2>&1; then
			fail "$name" "round $rounds: success of $*" "$(cat "$tmp/disturb")"
			return 0
		fi
		since=$(now_ms)
		if ! flows "$limit"; then
			fail "$name" "round $rounds: traffic both ways again within $limit s" \
				"$(what_came)"
			return 0
		fi
		took=$(($(now_ms) - since))
		[ "$took" -le "$worst" ] || worst=$took
	done
	ok "$name: $rounds times, traffic was back after $worst ms at most"
}

# what_came: what there is to know when traffic does not come back, for a failure.
what_came()
{
	echo "of datagrams to b and a and streams likewise: $(arrived)"
	tun_show a cv0 dump 2>&1 | cut -f 3-
	tun_show b cv0 dump 2>&1 | cut -f 3-
	drop_counts
	# The last but one is what waits in a processor's backlog.
	echo
	echo "softnet_stat: $(cut -d ' ' -f 1,2,12,13 /proc/net/softnet_stat | tr '\n' ';')"
}

# drop_counts: why packets were dropped at either end, for a failure.
drop_counts()
{
	local name

	for name in a b; do
		n $name ethtool -S cv0 2>/dev/null |
			awk -v end="$name" '$2 > 0 && NF == 2 { printf "%s: %s %s; ", end, $1, $2 }'
	done
}

# ---------------------------------------------------------------- books

# caches: objects in use in the module's slab caches, a line for each cache.
caches() { awk '$1 ~ /^cv_/ { print $1, $2 }' /proc/slabinfo; }

# kernel_kib: kernel memory that cannot be reclaimed, in KiB.
kernel_kib()
{
	sync
	echo 3 >/proc/sys/vm/drop_caches
	awk '$1 ~ /^(SUnreclaim|Percpu|VmallocUsed|KernelStack|PageTables):$/ { n += $2 }
		END { print n }' /proc/meminfo
}

# Not a link of the kind, in whichever namespace there still is.
no_links()
{
	local name

	[ -z "$(ip -o link show type "$kind")" ] || return 1
	for name in $(ip netns list | cut -d ' ' -f 1); do
		[ -z "$(ip -n "$name" -o link show type "$kind")" ] || return 1
	done
}

unused() { [ "$(cat "/sys/module/$kind/refcnt")" = 0 ]; }

# nothing_left: after drop_all: links, references and objects; the module goes, with its
# caches, of which the kernel says so when they still hold objects.
nothing_left()
{
	soon "no link is left" 20 no_links
	soon "the module's refcount is 0" 30 unused
	caches_empty
	soon "the module can be unloaded" 30 module_gone "$kind"
	if caches_seen "the module's slab caches went with it"; then
		is "the module's slab caches went with it" "" "$(caches)"
	fi
	modprobe "$kind"
}

# caches_seen NAME: whether the kernel tells of its caches; if not, that result is skipped.
caches_seen()
{
	[ ! -r /proc/slabinfo ] || return 0
	skip "$1" "this kernel has no /proc/slabinfo"
	return 1
}

# Shrinking frees per-CPU slabs, whose free objects count as in use.
shrink()
{
	local cache

	for cache in /sys/kernel/slab/cv_*/shrink; do
		[ ! -e "$cache" ] || echo 1 >"$cache"
	done
}
shrunk() { shrink; ! caches | awk '$2 > 0 { found = 1 } END { exit !found }'; }

# caches_empty: one result. The last objects are freed after a grace period.
caches_empty()
{
	caches_seen "no object is left in the module's slab caches" || return 0
	if wait_for 20 shrunk; then
		ok "no object is left in the module's slab caches"
	else
		fail "no object is left in the module's slab caches" "0 in each" "$(caches)"
	fi
}
