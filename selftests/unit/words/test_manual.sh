#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The manual has every subcommand, field, word of set, key of a file and drop reason that there
# is, and no others; its pages are right for both readers of the language that they are written
# in, and fit a terminal. That its examples work is for selftests/net/tool/tool-manual.sh.
# selftests/check-unit runs it.
. "$(dirname "$0")/tap.sh"
export LC_ALL=C.UTF-8

man=$CULVERT_TREE/tools/man
reasons=$CULVERT_TREE/kernel/core/drop_reasons.h

# between FROM TO PAGE: the lines between the first with FROM and the next with TO.
between() { awk -v from="$1" -v to="$2" '$0 ~ to { on = 0 } on; $0 ~ from && !n++ { on = 1 }' "$man/$3"; }

# items MACRO: the names that these lines list.
items() { sed -nE "s/^\.It $1 ([A-Za-z0-9_-]+)( .*)?\$/\1/p" | sort -u; }

# keys TABLE: of a section of a file, by the reader's own table.
keys()
{
	sed -n "/^static const struct cvl_config_word $1\[\]/,/^};/s/^\tCVL_CONFIG_WORD(\"\([A-Za-z]*\)\".*/\1/p" \
		"$CULVERT_TREE/tools/lib/config.c" | sort
}

test_words()
{
	is "subcommands" "$(words subcommand)" "$(between '^\.Sh SUBCOMMANDS' '^\.Sh JSON' culvert.8 |
		items Cm | grep -xF "$(words subcommand)")"
	is "nothing that is neither subcommand nor field nor word of set" "" \
		"$(between '^\.Sh SUBCOMMANDS' '^\.Sh JSON' culvert.8 | items Cm |
			grep -vxF "$(for kind in subcommand field set peer; do words $kind; done)")"
	is "fields of show" "$(words field)" \
		"$(between '^\.It Cm show Oo' '^\.It Cm showconf' culvert.8 | items Cm)"
	is "words of set" "$({ words set; words peer; } | sort)" \
		"$(between '^\.It Cm set Ar' '^\.It Cm setconf' culvert.8 | items Cm)"
	is "columns that top sorts by" "$(words column)" \
		"$(between '^\.It Cm top' '^\.It Cm help' culvert.8 | sed -n '/^Sort by$/,/^rx unless/p' |
			sed -nE 's/^\.Li (name|endpoint|heard|rx|tx)( .*|$)/\1\2/p' | tr -d ',;' |
			tr ' ' '\n' | sed '/^$/d' | sort)"
	is "keys of a device in a file" "$(keys cvl_config_interface_words)" \
		"$(between '^\.Ss \[Interface\]' '^\.Ss ' culvert.conf.5 | items Li)"
	is "keys of a peer in a file" "$(keys cvl_config_peer_words)" \
		"$(between '^\.Ss \[Peer\]' '^\.Sh ' culvert.conf.5 | items Li)"
	is "words of a tunnel's file" \
		"$(sed -nE 's/^\t\{ UP_(INTERFACE|PEER), "([A-Za-z]*)",.*/\2/p' \
			"$CULVERT_TREE/tools/culvert/up/file.c" | sort)" \
		"$({ between '^\.Sh TUNNEL FILES' '^\.Sh AT BOOT' culvert.conf.5 |
			sed -n 's/^\.It Li //p' | tr -d ',' | tr -s ' ' '\n'
		     printf '%s\n' Candidates Follow Silent; } | sort)"
	is "drop reasons" "$({ tr -d '\t\\\n' <"$reasons"; echo; } | sed 's/R(/\n&/g' |
		sed -nE 's/^R\([A-Z0-9_]+, "([a-z0-9_]+)".*/\1/p' | sort)" \
		"$(between '^\.Ss Drops' '^\.Ss Tracing' culvert.8 | items Va)"
}

# test_page PAGE
test_page()
{
	local page=$1 name section

	if have mandoc; then
		is "$page: mandoc has nothing to say" "" "$(mandoc -Tlint -W warning "$man/$page" 2>&1)"
	else
		skip "$page: mandoc has nothing to say" "it is not installed"
	fi
	if have man; then
		is "$page: man has nothing to say" "" \
			"$(man --warnings -l -Tutf8 -Z "$man/$page" 2>&1 >/dev/null)"
		is "$page: no line is longer than 80 columns" "" \
			"$(MANWIDTH=80 MAN_KEEP_FORMATTING='' man -l "$man/$page" 2>&1 | grep -E '^.{81}')"
	else
		skip "$page: man has nothing to say" "it is not installed"
	fi
	is "$page: each example has a name" "" "$(awk '
		/^\.Bd/ && last !~ /^\.\\" (example: [a-z0-9-]+|no example: .+)$/ { print NR ": " last }
		{ last = $0 }' "$man/$page")"
	sed -nE 's/^\.Xr (culvert[a-z.-]*|libculvert) ([0-9]).*/\1 \2/p' "$man/$page" | sort -u |
		while read -r name section; do
			[ -f "$man/$name.$section" ] || echo "$name($section)"
		done >"$tmp/missing"
	is "$page: the pages of culvert that it names are there" "" "$(<"$tmp/missing")"
	grep -qw "$page" "$CULVERT_TREE/tools/Makefile" || echo "$page" >>"$tmp/not-installed"
}

# Its others are run in a VM, where there is no compiler.
test_library()
{
	{
		printf '#include <err.h>\n#include <stdio.h>\n#include "libculvert.h"\nint main(void)\n{\n'
		sed -n '/^\.\\" example: library/,/^\.Ed/{/^\./d;s/\\e/\\/g;p}' "$man/libculvert.3"
		printf 'return 0;\n}\n'
	} >"$tmp/library.c"
	is "the example of libculvert(3) compiles" "" "$(${CC:-gcc} -Wall -Wextra -Werror -fsyntax-only \
		-I"$CULVERT_TREE/tools/lib" -I"$CULVERT_TREE/kernel/uapi" "$tmp/library.c" 2>&1)"
	has "there is one" cvl_netlink_find "$(<"$tmp/library.c")"
}

test_words
test_library
for page in "$man"/*; do
	test_page "$(basename "$page")"
done
is "each page is installed" "" "$(cat "$tmp/not-installed" 2>&-)"
is "no two examples have one name" "" "$(sed -n 's/^\.\\" example: //p' "$man"/* | sort | uniq -d)"
finish
