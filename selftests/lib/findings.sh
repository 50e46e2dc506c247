# SPDX-License-Identifier: GPL-2.0
# For the tests of culvert doctor: each set-up is tried with a ping, so that what doctor says
# of it can be held against what is so. Sourced by those tests instead of test.sh.
# shellcheck shell=bash
. "$(dirname "${BASH_SOURCE[0]}")/test.sh"

# examine NAME: its words in $doctor_out, its exit status in $doctor_status.
doctor_out='' doctor_status=0
examine()
{
	doctor_status=0
	doctor_out=$(n "$1" culvert doctor 2>&1) || doctor_status=$?
}

# finds TEST NAME TEXT: it is BAD, and the exit status says so.
finds()
{
	examine "$2"
	matches "$1: doctor says BAD" "^BAD .*$3" "$doctor_out"
	is "$1: doctor's exit status" 1 "$doctor_status"
}

# notes TEST NAME TEXT: it is a note, and nothing is BAD.
notes()
{
	quiet "$1" "$2"
	matches "$1: doctor has a note" "^note .*$3" "$doctor_out"
}

# quiet TEST NAME [TEXT]: nothing is BAD, the exit status says so, and nothing says TEXT.
quiet()
{
	examine "$2"
	is "$1: doctor says nothing BAD" "" "$(grep '^BAD' <<<"$doctor_out" || :)"
	is "$1: doctor's exit status" 0 "$doctor_status"
	[ -z "${3:-}" ] || is "$1: doctor says nothing about $3" "" \
		"$(grep -E "$3" <<<"$doctor_out" || :)"
}

# alive, dead TEST NAME ADDRESS: whether a ping comes back.
alive() { soon "$1: a ping comes back" 8 ping_once "$2" "$3"; }
dead() { fails "$1: no ping comes back" ping_once "$2" "$3"; }
