# SPDX-License-Identifier: GPL-2.0
# For the tests that run in a chroot, check-dkms-inside and check-deb-inside: each function
# prints a line of TAP; `finish` goes last.
# shellcheck shell=bash

count=0 failed=0 out=''
log=/tmp/log

result()
{
	count=$((count + 1))
	echo "$1 $count - $2"
}

ok() { result ok "$1"; }

# fail NAME EXPECTED GOT
fail()
{
	failed=$((failed + 1))
	result "not ok" "$1"
	printf '  expected: %s\n  got:      %s\n' "$2" "$3" | sed 's/^/# /'
}

# works NAME COMMAND...: it succeeds; out is what it said.
works()
{
	local name=$1 status=0

	shift
	"$@" >"$log" 2>&1 </dev/null || status=$?
	out=$(cat "$log")
	if [ "$status" = 0 ]; then
		ok "$name"
	else
		fail "$name" "success of: $*" "status $status: $(tail -n 25 "$log")"
	fi
}

# fails_with NAME TEXT COMMAND...: it fails and says TEXT, a regular expression.
fails_with()
{
	local name=$1 text=$2

	shift 2
	if "$@" >"$log" 2>&1 </dev/null; then
		fail "$name" "failure of: $*" "success: $(tail -n 25 "$log")"
	elif grep -qEe "$text" "$log"; then
		ok "$name"
	else
		fail "$name" "an error that says: $text" "$(tail -n 25 "$log")"
	fi
	out=$(cat "$log")
}

# is NAME EXPECTED GOT
is() { if [ "$2" = "$3" ]; then ok "$1"; else fail "$1" "$2" "$3"; fi; }

# matches NAME TEXT GOT
matches() { if grep -qEe "$2" <<<"$3"; then ok "$1"; else fail "$1" "a match of: $2" "$3"; fi; }

# apt ARGUMENT...: without questions
apt()
{
	DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends \
		-o Dpkg::Use-Pty=0 "$@"
}

finish()
{
	echo "1..$count"
	echo "# $((count - failed)) passed, $failed failed"
	[ "$failed" = 0 ]
	exit
}
