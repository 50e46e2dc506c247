# SPDX-License-Identifier: GPL-2.0
# What a test script sources first: shell functions for results, namespaces, tunnels and
# traffic, with the module under test loaded. The test calls `finish` last. Bash only.
# shellcheck shell=bash
#
# Some tests source client.sh, findings.sh, stress.sh or flood.sh instead, which source this
# and add functions of their own.
#
# CV_KIND is the link kind under test (culvert) and CV_TOOL the command that
# configures it (culvert): `CV_KIND=wireguard CV_TOOL=wg` runs the same tests on
# the kernel's own driver, as far as it can pass them. With CV_REPLACE=1 as well they
# run on culvert in its place. CV_CASE is the word of a script with cases, and CV_TEST the
# name of the test: see vm/suite, which sets them.

set -euE -o pipefail
export LC_ALL=C

lib_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
test_dir=$(cd "$(dirname "$0")" && pwd -P)
CV_CASE=${CV_CASE:-}
test_name=${CV_TEST:-$(basename "$0" .sh)${CV_CASE:+-$CV_CASE}}
kind=${CV_KIND:-culvert}
tool=${CV_TOOL:-culvert}
port=51820
tmp=$(mktemp -d)
export CV_KIND=$kind CV_TOOL=$tool

# Python programs find the package cvtest by this.
export PYTHONPATH=$lib_dir/python
# Without packages beside Python's own it starts in half the time.
python=(/usr/bin/python3 -S)

# py PROGRAM ARGUMENT...; n_py NAME PROGRAM ARGUMENT...: PROGRAM is beside the test or in
# lib/python.
py()
{
	local program=$test_dir/$1

	shift
	[ -f "$program" ] || program=$lib_dir/python/${program##*/}
	"${python[@]}" "$program" "$@"
}

n_py()
{
	local name=$1 program=$test_dir/$2

	shift 2
	[ -f "$program" ] || program=$lib_dir/python/${program##*/}
	n "$name" "${python[@]}" "$program" "$@"
}

# expect_log REGEX: lines of the kernel's log that the test itself brings about on purpose, which
# the suite would take for a fault (vm/guest-lib.sh).
expect_log() { echo "$1" >>/run/culvert-expected-log; }

. "$lib_dir/ktap.sh"
. "$lib_dir/netns.sh"
. "$lib_dir/tunnel.sh"
. "$lib_dir/traffic.sh"

if [ -n "${CV_REPLACE:-}" ]; then
	replace_wireguard
else
	need_module "$kind"
fi
