# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The examples of the manual, for tests that run them.

# manual_examples DIR: each example of the manual into a file of its name, as a reader sees it. In
# a page a line `.\" example: NAME` is in front of each.
manual_examples()
{
	mkdir -p "$1"
	awk -v dir="$1" '
		/^\.\\" example: / { name = $3; next }
		/^\.Ed/ { name = ""; on = 0 }
		on { gsub(/\\e/, "\\"); gsub(/\\-/, "-"); print >(dir "/" name) }
		/^\.Bd/ && name != "" { on = 1 }' "$CULVERT_TREE"/tools/man/*.[1-8]
}
