# SPDX-License-Identifier: GPL-2.0
# Completion of the command culvert for bash. All words come from `culvert help --words`.
# shellcheck shell=bash

# _culvert_words KIND...: the second columns of its lines of these kinds.
_culvert_words()
{
	local kind word rest

	while IFS=$'\t' read -r kind word rest; do
		[[ " $* " != *" $kind "* ]] || echo "$word"
	done <<<"$lines"
}

# _culvert_of KIND WORD: the third columns of the lines that are of both.
_culvert_of()
{
	local kind word rest

	while IFS=$'\t' read -r kind word rest; do
		[ "$kind $word" != "$1 $2" ] || echo "$rest"
	done <<<"$lines"
}

# Words with a space between them. compgen -W would expand them, and a link may be called "$(reboot)".
_culvert_offer()
{
	local choice choices

	read -r -d '' -a choices <<<"$1"
	for choice in "${choices[@]}"; do
		[[ $choice != "$cur"* ]] || COMPREPLY+=("$(printf %q "$choice")")
	done
}

_culvert_offer_files()
{
	compopt -o filenames 2>/dev/null
	mapfile -t COMPREPLY < <(compgen -f -- "$cur")
}

_culvert_offer_netns() { _culvert_offer "$(cd /run/netns 2>/dev/null && echo *)"; }

_culvert_links() { culvert show interfaces 2>/dev/null; }

# Keys of peers. Where they are listed for people (63), each has its name beside it: keys
# differ from their first letters on, so that none of it gets into the line.
_culvert_offer_peers()
{
	local key name all=() i

	while IFS=$'\t' read -r key name; do
		[[ $key != "$cur"* ]] || all+=("$key"$'\t'"$name")
	done < <(culvert show "$1" names 2>/dev/null)
	for i in "${!all[@]}"; do
		key=${all[i]%%$'\t'*} name=${all[i]#*$'\t'}
		if [[ ${COMP_TYPE-} = 63 && ${#all[@]} -gt 1 && $name != "(none)" ]]; then
			COMPREPLY+=("$key ($name)")
		else
			COMPREPLY+=("$key")
		fi
	done
}

# What may stand for the value of a word of set.
_culvert_offer_values()
{
	local value values=""

	for value in $(_culvert_of value "$1"); do
		case $value in
		FILE) _culvert_offer_files; return ;;
		KEY) _culvert_offer_peers "${words[2]}"; return ;;
		LINK) values+=" $(cd /sys/class/net && echo *)" ;;
		*[A-Z]*) ;;
		*) values+=" $value" ;;
		esac
	done
	_culvert_offer "$values"
}

_culvert_set()
{
	local i kinds="set"

	for ((i = 3; i < count; i++)); do
		[ "${words[i]}" != peer ] || kinds="set peer"
		[ -n "$(_culvert_of value "${words[i]}")" ] || continue
		i=$((i + 1))
		[ "$i" != "$count" ] || { _culvert_offer_values "${words[count - 1]}"; return; }
	done
	# shellcheck disable=SC2086 # words
	_culvert_offer "$(_culvert_words $kinds)"
}

# Those that have options: show, monitor, why, doctor, admit, up and down.
_culvert_with_options()
{
	local i given=() options="" choices="" word

	for ((i = 2; i < count; i++)); do
		case ${words[i]} in
		-f | --file)
			i=$((i + 1))
			[ "$i" != "$count" ] || { _culvert_offer_files; return; }
			;;
		-[nrt] | --netns)
			i=$((i + 1))
			[[ $i != "$count" || ${words[1]} != @(up|down) ]] || { _culvert_offer_netns; return; }
			;;
		-*) ;;
		*) given+=("${words[i]}") ;;
		esac
	done
	for word in $(_culvert_of arguments "${words[1]}" | tr -d '[]|'); do
		case $word in
		-*) options+=" $word" ;;
		DEV) choices+=" $(_culvert_links)" ;;
		*[A-Z]*) ;;
		*) choices+=" $word" ;;
		esac
	done
	case ${#given[@]} in
	0)	[[ ${words[1]} != @(up|down) || $cur = -* ]] || { _culvert_offer_files; return; }
		_culvert_offer "$options$choices"
		;;
	1)	[ "${words[1]}" != admit ] || { _culvert_offer_files; return; }
		[ "${words[1]}" != why ] || { _culvert_offer_peers "${given[0]}"; return; }
		choices=$(_culvert_words field)
		[[ ${words[1]} = show && ${given[0]} != interfaces ]] || choices=""
		[[ $cur != -* ]] || choices=$options
		_culvert_offer "$choices"
		;;
	esac
}

# Its options take a value each.
_culvert_top()
{
	local i choices word

	choices=$(_culvert_links)
	for ((i = 2; i < count; i++)); do
		[[ ${words[i]} = -* ]] || choices=""
		case ${words[i]} in
		-i | -s | --interval | --sort) i=$((i + 1)) ;;
		esac
	done
	if [ "$i" -gt "$count" ]; then
		[[ ${words[count - 1]} != *-s* ]] || _culvert_offer "$(_culvert_words column)"
		return
	fi
	for word in $(_culvert_of arguments top | tr -d '[]'); do
		[[ $word != -* ]] || choices+=" $word"
	done
	_culvert_offer "$choices"
}

# Those that take a device, a file, or the name of another.
_culvert_other()
{
	local arguments

	read -ra arguments < <(_culvert_of arguments "${words[1]}" | tr -d '[]')
	case ${arguments[count - 2]-} in
	DEV) _culvert_offer "$(_culvert_links)" ;;
	FILE) _culvert_offer_files ;;
	SUBCOMMAND) _culvert_offer "$(_culvert_words subcommand)" ;;
	WORD)
		case ${words[2]} in
		show) _culvert_offer "$(_culvert_words field)" ;;
		set) _culvert_offer "$(_culvert_words set peer)" ;;
		top) _culvert_offer "$(_culvert_words column)" ;;
		esac
		;;
	esac
}

_culvert()
{
	local cur="" words count lines i prefix

	# Bash itself also splits at ":" and "=", which keys and endpoints have.
	read -ra words <<<"${COMP_LINE:0:COMP_POINT}"
	count=${#words[@]}
	if [[ ${COMP_LINE:0:COMP_POINT} != *[[:space:]] ]]; then
		count=$((count - 1))
		cur=${words[count]}
	fi
	COMPREPLY=()
	lines=$(culvert help --words 2>/dev/null)
	case $count:${words[1]-} in
	1:*) _culvert_offer "$(_culvert_words subcommand)" ;;
	2:set) _culvert_offer "$(_culvert_links)" ;;
	*:set) _culvert_set ;;
	*:show | *:monitor | *:why | *:doctor | *:admit | *:up | *:down) _culvert_with_options ;;
	*:top) _culvert_top ;;
	*) _culvert_other ;;
	esac
	# What stands before the last of these is in the line already.
	prefix=${cur%"${cur##*[:=]}"}
	for i in "${!COMPREPLY[@]}"; do
		COMPREPLY[i]=${COMPREPLY[i]#"$prefix"}
	done
}
complete -F _culvert culvert
