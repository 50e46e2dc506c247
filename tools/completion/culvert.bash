# SPDX-License-Identifier: GPL-2.0
# Completion of the command culvert for bash.
# shellcheck shell=bash

_culvert_peers()
{
	culvert show "$1" peers 2>/dev/null
}

# The words that may follow in "culvert set DEV ...".
_culvert_set()
{
	local cur=$1 prev=$2 seen_peer=$3
	local words="listen-port fwmark private-key bind-address bind-device dscp socket socket-pass peer"

	case $prev in
	private-key | preshared-key)
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	peer)
		mapfile -t COMPREPLY < <(compgen -W "$(_culvert_peers "${COMP_WORDS[2]}")" -- "$cur")
		return
		;;
	bind-device)
		mapfile -t COMPREPLY < <(compgen -W "any $(cd /sys/class/net && echo *)" -- "$cur")
		return
		;;
	dscp)
		mapfile -t COMPREPLY < <(compgen -W "none copy" -- "$cur")
		return
		;;
	socket)
		mapfile -t COMPREPLY < <(compgen -W own -- "$cur")
		return
		;;
	socket-pass)
		mapfile -t COMPREPLY < <(compgen -W "stun all" -- "$cur")
		return
		;;
	bind-address)
		mapfile -t COMPREPLY < <(compgen -W any -- "$cur")
		return
		;;
	follow)
		mapfile -t COMPREPLY < <(compgen -W "anywhere never" -- "$cur")
		return
		;;
	fwmark | persistent-keepalive | idle | silent)
		mapfile -t COMPREPLY < <(compgen -W off -- "$cur")
		return
		;;
	listen-port | endpoint | allowed-ips | name | candidates)
		return
		;;
	esac
	[ -z "$seen_peer" ] ||
		words+=" remove preshared-key endpoint persistent-keepalive allowed-ips name idle
			candidates follow silent rekey"
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}

_culvert()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local commands="show showconf set setconf addconf syncconf genkey genpsk pubkey load doctor monitor
		help version"
	local fields="public-key private-key listen-port fwmark bind-addresses bind-device dscp socket module
		peers preshared-keys endpoints allowed-ips latest-handshakes transfer
		persistent-keepalive names idle candidates follow silent session
		latest-heard packets refused drops dump"
	local words="" i seen_peer=""

	COMPREPLY=()
	case $COMP_CWORD:${COMP_WORDS[1]} in
	1:*) words=$commands ;;
	2:show | 3:show)
		if [[ $COMP_CWORD = 2 || $prev = -* ]]; then
			words="-j -p all interfaces $(culvert show interfaces 2>/dev/null)"
		elif [ "$prev" != interfaces ]; then
			words=$fields
		fi
		;;
	2:showconf | 2:set | 2:setconf | 2:addconf | 2:syncconf)
		words=$(culvert show interfaces 2>/dev/null)
		;;
	2:help) words=$commands ;;
	2:monitor | 3:monitor | 4:monitor)
		words="-j -s $(culvert show interfaces 2>/dev/null)"
		;;
	4:show) [[ ${COMP_WORDS[2]} != -* || $prev = -* || $prev = interfaces ]] || words=$fields ;;
	3:setconf | 3:addconf | 3:syncconf)
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	*:set)
		for ((i = 3; i < COMP_CWORD - 1; i++)); do
			[ "${COMP_WORDS[i]}" != peer ] || seen_peer=1
		done
		_culvert_set "$cur" "$prev" "$seen_peer"
		return
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -F _culvert culvert
