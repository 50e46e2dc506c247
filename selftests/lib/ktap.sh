# SPDX-License-Identifier: GPL-2.0
# Results in the form of KTAP, waiting for something to happen, and the end of a test, which
# takes down what the test has made. Sourced by test.sh.
# shellcheck shell=bash

# ---------------------------------------------------------------- results

passed=0
failed=0
skipped=0
finished=

echo "KTAP version 1"
echo "# $test_name: kind $kind, tool $tool"

result() { echo "$1 $((passed + failed + skipped)) - $test_name: $2"; }

ok()
{
	passed=$((passed + 1))
	result ok "$1"
}

# fail NAME EXPECTED GOT: also for more than one line of either.
fail()
{
	failed=$((failed + 1))
	result "not ok" "$1"
	echo "  expected: ${2//$'\n'/$'\n'    }" | sed 's/^/# /'
	echo "  got:      ${3//$'\n'/$'\n'    }" | sed 's/^/# /'
}

# skip NAME WHY: for what this machine cannot show, never for what fails.
skip()
{
	skipped=$((skipped + 1))
	result ok "$1 # SKIP $2"
}

note() { echo "# $*"; }

# works NAME COMMAND...: COMMAND succeeds.
works()
{
	local name=$1 out

	shift
	if out=$("$@" 2>&1); then
		ok "$name"
	else
		fail "$name" "success of: $*" "status $?: $out"
	fi
}

# fails NAME COMMAND...: COMMAND ends with an error.
fails()
{
	local name=$1 out

	shift
	if out=$("$@" 2>&1); then
		fail "$name" "failure of: $*" "success: $out"
	else
		ok "$name"
	fi
}

# fails_with NAME TEXT COMMAND...: and says TEXT (a regular expression).
fails_with()
{
	local name=$1 text=$2 out

	shift 2
	if out=$("$@" 2>&1); then
		fail "$name" "failure of: $*" "success: $out"
	elif grep -qEe "$text" <<<"$out"; then
		ok "$name"
	else
		fail "$name" "an error that says: $text" "$out"
	fi
}

# is NAME EXPECTED GOT
is()
{
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		fail "$1" "$2" "$3"
	fi
}

# isnt NAME UNEXPECTED GOT
isnt()
{
	if [ "$2" != "$3" ]; then
		ok "$1"
	else
		fail "$1" "anything but $2" "$3"
	fi
}

# between NAME LOW HIGH GOT: whole numbers, ends included.
between()
{
	if [ "$4" -ge "$2" ] 2>/dev/null && [ "$4" -le "$3" ]; then
		ok "$1"
	else
		fail "$1" "$2 to $3" "$4"
	fi
}

# matches NAME REGEX GOT
matches()
{
	if grep -qEe "$2" <<<"$3"; then
		ok "$1"
	else
		fail "$1" "text that matches: $2" "$3"
	fi
}

# soon NAME SECONDS COMMAND...: COMMAND succeeds before SECONDS have passed.
soon()
{
	local name=$1 limit=$2

	shift 2
	if wait_for "$limit" "$@"; then
		ok "$name"
	else
		fail "$name" "within $limit s: $*" "$("$@" 2>&1 || :) (after $limit s)"
	fi
}

# relay COMMAND...: COMMAND prints `ok - NAME`, `not ok - NAME` and notes; they
# become results of this script. Its own death is a failed result.
relay()
{
	local line

	while IFS= read -r line; do
		case $line in
		"ok - "*"# SKIP "*)
			skipped=$((skipped + 1))
			result ok "${line#ok - }"
			;;
		"ok - "*) ok "${line#ok - }" ;;
		"not ok - "*)
			failed=$((failed + 1))
			result "not ok" "${line#not ok - }"
			;;
		"status 0") ;;
		"status "*) fail "${1##*/} ${2##*/} runs to its end" "status 0" "$line" ;;
		"# "*) echo "$line" ;;
		*) echo "# $line" ;;
		esac
	done < <("$@" 2>&1 && echo "status 0" || echo "status $?")
}

# finish: the last command of every test.
finish() { finished=1; exit; }

# ---------------------------------------------------------------- waiting

# Time is what has passed since boot: the tests of clocks set the other one.
now_ms()
{
	local up

	read -r up _ </proc/uptime
	echo $((10#${up/./} * 10))
}

# A pause between two looks, never a wait for something to have happened.
breathe() { read -rt 0.02 <> <(:) || :; }

# wait_for SECONDS COMMAND...
wait_for()
{
	local end

	end=$(($(now_ms) + $1 * 1000))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$(now_ms)" -lt "$end" ] || return 1
		breathe
	done
}

# ---------------------------------------------------------------- cleaning up

deferred=()

# defer COMMAND: run at the end, last first, whatever happened.
defer() { deferred+=("$*"); }

# bg COMMAND...: in the background, ended with the script; its output is kept.
bg_pid=
bg()
{
	"$@" >"$tmp/bg.out" 2>&1 &
	bg_pid=$!
	defer "end_process $bg_pid"
}

# end_process PID: and what it has started, for a function in the background is a shell
# that waits for a command.
end_process()
{
	local child

	for child in $(cat "/proc/$1/task/$1/children" 2>/dev/null); do
		end_process "$child"
	done
	kill "$1" 2>/dev/null || return 0
	wait "$1" 2>/dev/null || :
}

# drop_all: everything a case has made; a script with several cases calls it
# between them.
drop_all()
{
	local i name

	for ((i = ${#deferred[@]} - 1; i >= 0; i--)); do
		eval "${deferred[i]}" || :
	done
	deferred=()
	for name in "${!ns[@]}"; do
		ns_drop "$name"
	done
}

at_exit()
{
	local status=$? module

	trap - ERR EXIT
	set +e
	if [ -z "$finished" ]; then
		fail "runs to its end" "no error" \
			"status $status in line ${err_line:-?}: ${err_command:-?}"
	fi
	drop_all
	for module in ${loaded_modules:-}; do
		wait_for 60 module_gone "$module" ||
			fail "module $module can be unloaded" "unloaded" \
				"$(rmmod "$module" 2>&1)"
	done
	rm -rf "$tmp"
	[ $((passed + failed + skipped)) -gt 0 ] ||
		fail "has tests" "at least one result" "none"
	echo "1..$((passed + failed + skipped))"
	[ "$failed" -eq 0 ]
	exit
}
trap at_exit EXIT
trap 'err_line=${BASH_LINENO[0]:-$LINENO} err_command=$BASH_COMMAND' ERR
trap 'exit 130' INT
trap 'exit 143' TERM
