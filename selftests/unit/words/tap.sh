# SPDX-License-Identifier: GPL-2.0
# Results as TAP, for the scripts of this directory, which source it; CULVERT_TREE is the tree,
# CULVERT_TOOLS has the command. $tmp is a directory that goes at the end.
# shellcheck shell=bash

tap_number=0 tap_failed=0
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
PATH=$CULVERT_TOOLS:$PATH

ok() { tap_number=$((tap_number + 1)); echo "ok $tap_number - $1"; }

# fail NAME EXPECTED GOT
fail()
{
	tap_number=$((tap_number + 1)) tap_failed=$((tap_failed + 1))
	echo "not ok $tap_number - $1"
	printf '%s\n' "expected: $2" "got: $3" | sed 's/^/# /'
}

skip() { ok "$1 # SKIP $2"; }

# is NAME EXPECTED GOT
is() { if [ "$2" = "$3" ]; then ok "$1"; else fail "$@"; fi; }

# has NAME REGEX GOT: a line of it.
has() { if grep -qE -- "$2" <<<"$3"; then ok "$1"; else fail "$1" "a line with $2" "$3"; fi; }

have() { command -v "$1" >/dev/null; }

# words KIND: of the command, sorted.
words() { culvert help --words | awk -F '\t' -v kind="$1" '$1 == kind { print $2 }' | sort; }

finish() { echo "1..$tap_number"; [ "$tap_failed" = 0 ]; exit; }
