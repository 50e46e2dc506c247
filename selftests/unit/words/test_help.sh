#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The help of each subcommand fits a screen and has each of its words, and an unknown word is
# answered with the nearest known one. selftests/check-unit runs it.
. "$(dirname "$0")/tap.sh"

# fits NAME TEXT: 24 lines of 80 columns.
fits()
{
	is "$1: fits 24 lines of 80 columns" "" "$(awk '
		length > 80 { print NR ": " length " columns" }
		END { if (NR > 24) print NR " lines" }' <<<"$2")"
}

# said NAME TEXT ARGUMENT...: the one line on standard error.
said()
{
	local name=$1 text=$2

	shift 2
	is "$name" "culvert: $text" "$(culvert "$@" 2>&1 >/dev/null)"
}

fits "culvert help" "$(culvert help)"
for name in $(words subcommand); do
	fits "culvert $name --help" "$(culvert "$name" --help)"
	is "culvert help $name: the same" "$(culvert "$name" --help)" "$(culvert help "$name")"
	has "culvert help: $name" "^  $name " "$(culvert help)"
done
for kind in field set peer column; do
	subcommand="set"
	[ $kind != field ] || subcommand="show"
	[ $kind != column ] || subcommand="top"
	for word in $(words $kind); do
		has "culvert help $subcommand: $word" "(^|  )$word( |$)" "$(culvert help $subcommand)"
		has "culvert help $subcommand $word" "^  $word .*[a-z]" "$(culvert help $subcommand "$word")"
	done
done
is "no words: an empty column" "" "$(culvert help --words | awk -F '\t' 'NF != 3 || /\t\t|\t$/')"

said "a subcommand" "there is no subcommand 'shwo'; did you mean 'show'? See 'culvert help'" shwo
said "a subcommand like none" "there is no subcommand 'frob'; see 'culvert help'" frob
said "help of a subcommand" "there is no subcommand 'gnekey'; did you mean 'genkey'? See 'culvert help'" \
	help gnekey
said "a field" "show: 'allowed-ip' is not a field; did you mean 'allowed-ips'? See 'culvert help show'" \
	show lo allowed-ip
said "a word of help" "set: 'idel' is not a word of it; did you mean 'idle'? See 'culvert help set'" \
	help set idel
said "a word of help like none" "genkey: 'x' is not a word of it; see 'culvert help genkey'" help genkey x
said "one word too many" "help: unexpected argument 'x'; expected one SUBCOMMAND and one WORD; see 'culvert help help'" \
	help set idle x
said "a word of set" "set: 'lisen-port' is not a setting; did you mean 'listen-port'?" \
	set lo lisen-port 4
said "a word of a peer" "set: 'alowed-ips' is not a setting; did you mean 'allowed-ips'?" \
	set lo peer "$(culvert genkey | culvert pubkey)" alowed-ips 10.0.0.0/8
finish
