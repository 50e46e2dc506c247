#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# slow: a terminal is looked at again and again
# timeout: 300
# needs: tmux stty
# culvert top in a terminal, which tmux is: what it shows of both kinds of link at several sizes,
# what its keys do, and that it leaves the terminal as it was, however it ends.
. "$(dirname "$0")/../../lib/test.sh"

if [ "$kind" != culvert ]; then
	skip "culvert top" "it is culvert's"
	finish
fi
for program in tmux culvert-top; do
	type -P "$program" >/dev/null || {
		skip "culvert top" "there is no $program"
		finish
	}
done

# Peers that are idle, of another device.
many=20000

# ---------------------------------------------------------------- the terminal

t() { LC_ALL=C.UTF-8 tmux -u -L "$test_name" -f /dev/null "$@"; }

# open_terminal PLACE [WIDTH HEIGHT [NAME=VALUE...]]: a shell in a fresh one.
open_terminal()
{
	local place=$1 width=${2:-80} height=${3:-24}

	shift "$(($# < 3 ? $# : 3))"
	t new-session -d -s top -x "$width" -y "$height" \
		env LC_ALL=C.UTF-8 PS1='ready$ ' "$@" \
		nsenter --net="/run/netns/${ns[$place]}" bash --norc --noprofile
	wait_for 20 at_prompt
}
# close_terminal [NAME]: a result that the program has ended, if it has a name.
close_terminal()
{
	t kill-session -t top
	[ -z "${1:-}" ] || soon "$1" 10 gone
}

# enter TEXT: and the key Enter; press KEY...: as tmux calls them.
enter() { t send-keys -t top -l "$1"; t send-keys -t top Enter; }
press() { t send-keys -t top "$@"; }

picture() { t capture-pane -t top -p; }
# In the colours and styles that it has.
styled() { t capture-pane -t top -p -e; }
last_line() { picture | sed '/^$/d' | tail -n 1; }
# shows REGEX: a line of the picture has it; says what it is otherwise.
shows() { picture | LC_ALL=C.UTF-8 grep -qE -- "$1" || { picture; return 1; }; }
lacks() { ! shows "$1"; }
at_prompt() { [ "$(last_line)" = 'ready$' ] || { picture; return 1; }; }
# What of the terminal a program changes: whether it shows its other screen, and the cursor.
state() { t display-message -t top -p '#{alternate_on} #{cursor_flag} #{keypad_flag}'; }

# resize WIDTH HEIGHT
resize() { t resize-window -t top -x "$1" -y "$2"; }

# The process that shows the screen, and whether there is none.
pid() { pgrep -x culvert-top; }
gone() { ! pid; }

# start ARGUMENT...: until its screen has the line of keys; ARGUMENTs are words for the shell.
start()
{
	enter "culvert top $*"
	soon "culvert top $*: its screen" 30 shows 'q quit'
}
# quit NAME
quit() { press q; soon "$1: q ends it" 20 at_prompt; }

# masked: the picture without what is another time something else: numbers and units, how much
# space is around them, curves, and the key of a peer without a name.
masked()
{
	picture | LC_ALL=C.UTF-8 sed -E "s/[▁▂▃▄▅▆▇█]+//g; s|^${pub[c]:0:6}[^ ]*|KEY|
		s/\\b[0-9]+m[0-9]+s\\b|\\b[0-9]+s\\b|\\bnever\\b/AGE/g
		s/\\b[0-9]+\\.[0-9]+\\.[0-9]+\\.[0-9]+:[0-9]+/ADDRESS/g
		s/\\b[0-9]+(\\.[0-9])?[KMG]?\\b/N/g; s/ +/ /g; s/ \$//" | sed '/^$/d'
}

# rows: the first columns of the table.
rows() { picture | sed '1,/NAME/d; $d; /^$/d' | sed 's/ .*//'; }
# sorted NAME EXPECTED: soon the rows are in this order.
sorted() { soon "$1" 20 in_order "${2// /$'\n'}"; }
in_order() { [ "$(rows)" = "$1" ] || { rows; return 1; }; }

# stands_for WIDTH HEIGHT: the pictures, as they are at this size.
stands_for()
{
	local all="cv0 in N/s out N/s N peers, N heard culvert"
	local dropped="dropped: nothing since the start" keys

	keys="N-N of N q quit ? help p pause f filter n e h x t sort r reverse d device"
	case $1 in
	40)	echo "cv0 in N/s out N/s N peers, …"
		printf '%s\n' "in out" "$dropped" "NAME HEARD RX/s↓ TX/s" "böb AGE N N" \
			"anna AGE N N" "zo?e AGE N N" "KEY AGE N N" "N-N of N q quit ? help p pause f fi…"
		;;
	60)	printf '%s\n' "$all" "in out" "$dropped" "NAME ENDPOINT HEARD RX/s↓ TX/s" \
			"böb ADDRESS AGE N N" "anna ADDRESS AGE N N" "zo?e - AGE N N" \
			"KEY ADDRESS AGE N N" "N-N of N q quit ? help p pause f filter n e h x t sort…"
		;;
	80)	printf '%s\n' "$all" "in out" "$dropped" \
			"NAME ENDPOINT WAY HEARD RX/s↓ TX/s RX+TX" "böb ADDRESS - AGE N N" \
			"anna ADDRESS class N AGE N N" "zo?e - - AGE N N" "KEY ADDRESS - AGE N N" "$keys"
		;;
	200)	printf '%s\n' "$all" "in out" "$dropped" \
			"NAME ENDPOINT WAY HEARD RX/s↓ TX/s RX TX RX+TX" "böb ADDRESS - AGE N N N N" \
			"anna ADDRESS class N AGE N N N N" "zo?e - - AGE N N N N" \
			"KEY ADDRESS - AGE N N N N" "$keys"
		;;
	esac
}

# sound WIDTH HEIGHT: soon the picture is that of this size, and each line is where it belongs.
sound() { soon "$1x$2: the picture" 20 is_sound "$1" "$2"; }
is_sound()
{
	local number

	number=$(picture | grep -n 'q quit' | cut -d : -f 1)
	[ "$(masked)" = "$(stands_for "$1")" ] && [ "$number" = "$2" ] &&
		shows '^böb .* [0-9.]+K +[0-9.]+K' || { picture; masked; return 1; }
}

# ---------------------------------------------------------------- the tunnels

net_pair
tunnel_pair b=wireguard
for name in c d e; do
	key "$name"
done
anna=(peer "${pub[d]}" name anna endpoint 192.0.2.9:7
	candidates "192.0.2.9:7@3,192.0.2.10:7@3")
tun_set a cv0 peer "${pub[b]}" name böb peer "${pub[c]}" endpoint 192.0.2.200:7 \
	peer "${pub[e]}" name $'zo\xe2\x80\xaee' "${anna[@]}"
ping_ok a 10.77.0.2
n a ping -q -i 0.05 -s 1000 10.77.0.2 >/dev/null &
defer "end_process $!"
defer "t kill-server"

# ---------------------------------------------------------------- sizes

open_terminal a
enter "stty -a >$tmp/stty.before; clear; echo hello"
soon "a shell in the terminal" 20 shows '^hello'
before=$(state)
start cv0
sound 80 24
isnt "it has a screen of its own, without a cursor" "$before" "$(state)"
for size in "60 15" "40 10" "200 50" "80 24"; do
	read -r width height <<<"$size"
	resize "$width" "$height"
	sound "$width" "$height"
done
for size in "39 10" "80 4"; do
	read -r width height <<<"$size"
	resize "$width" "$height"
	soon "${width}x$height: too small, and it says so" 20 shows '^terminal too small'
done
resize 1 1
resize 300 2
resize 80 24
sound 80 24

# ---------------------------------------------------------------- keys

short=$(picture | sed -n "s|^\(${pub[c]:0:6}[^ ]*\) .*|\1|p")
sorted "by rx, which is what it begins with" "böb anna zo?e $short"
press n
sorted "n: by name" "anna böb zo?e $short"
press r
sorted "r: reversed" "$short zo?e böb anna"
press r e
sorted "e: by endpoint" "anna $short böb zo?e"
press h
sorted "h: by when they were heard from" "böb anna zo?e $short"
press t
soon "t: by tx" 20 shows 'TX/s↓'
press n f
soon "f: a filter is typed in" 20 shows '^filter: _$'
t send-keys -t top -l 'BöBöx'
sorted "it is in effect as it is typed" "no"
press BSpace BSpace Enter
sorted "Enter keeps it" "böb"
press / Escape
sorted "Escape takes it away" "anna böb zo?e $short"
press / 1 9 2 . 0 Enter
sorted "a filter for endpoints" "anna $short"
press / Escape '?'
soon "?: help" 20 shows '^p +pause'
press x
soon "any key: back" 20 shows 'NAME'
press p
soon "p: paused" 20 shows '^cv0 PAUSED'
is "paused: nothing moves" "$(picture)" "$(wait_for 1 false || picture)"
press p
soon "p: it goes on" 20 lacks PAUSED
press NPage Down End Home Up PPage F5 Left M-x
sound_name="keys that do nothing"
press x
soon "$sound_name" 20 is_sound 80 24
quit "keys"
enter "stty -a >$tmp/stty.after"
soon "the terminal as it was: what was on it" 20 shows '^hello'
is "the cursor, and which screen" "$before" "$(state)"
wait_for 20 test -s "$tmp/stty.after"
is "and its settings" "$(<"$tmp/stty.before")" "$(<"$tmp/stty.after")"

# ---------------------------------------------------------------- peers and drops change

start -s name -i 0.2
reason_probe() { n b ping -q -c 3 -i 0.02 -W 1 -I 10.99.0.1 10.77.0.1 >/dev/null || :; }
ipn b addr add 10.99.0.1/32 dev cv0
reason_probe
soon "a drop reason that grows" 20 shows '^dropped: rx_inner_source [0-9]+$'
tun_set a cv0 peer "${pub[d]}" remove
sorted "a peer that is removed" "böb zo?e $short"
tun_set a cv0 peer "${pub[d]}" name berta
sorted "a new one" "berta böb zo?e $short"
tun_set a cv0 "${anna[@]}"
sorted "another name" "anna böb zo?e $short"
ipn a link add $'e\e[7mx' type culvert
soon "a device that is new" 20 shows '^cv0 .*device 1 of 2'
press d
soon "d: the next device; its name has no effect on the terminal" 20 shows '^e\?\[7mx .*device 2 of 2'
is "no escape of it" "" "$(styled | sed -n 1p | grep -F $'\e[7m' || :)"
soon "it has no peers" 20 shows '^no peers'
ipn a link del $'e\e[7mx'
soon "it is gone: the other one" 20 shows '^cv0 '
quit "changes"

# ---------------------------------------------------------------- how it ends

# ends NAME STATUS: the shell is back, with this exit status and the terminal as it was.
ends()
{
	enter "echo status \$?"
	soon "$1: status $2" 20 shows "^status $2\$"
	is "$1: cursor and screen" "$before" "$(state)"
	enter "stty -a >$tmp/stty.after; clear"
	soon "$1: settings" 20 cmp "$tmp/stty.before" "$tmp/stty.after"
}

start cv0
press C-c
soon "Ctrl-C" 20 at_prompt
ends "Ctrl-C" 130
start cv0
kill -TERM "$(pid)"
soon "SIGTERM" 20 gone
ends "SIGTERM" 143
start cv0
press C-z
soon "Ctrl-Z" 20 shows 'Stopped'
is "Ctrl-Z: cursor and screen" "$before" "$(state)"
enter "stty -a | diff $tmp/stty.before - && echo the same; stty -echo; stty echo; fg"
soon "fg: it goes on" 20 is_sound 80 24
press C-z
soon "Ctrl-Z once more" 20 shows 'Stopped'
enter "kill %1"
soon "kill, while it stands still" 20 gone
enter clear
start cv0
kill -STOP "$(pid)"
soon "SIGSTOP" 20 shows 'Stopped'
enter fg
soon "fg after SIGSTOP: all is drawn again" 20 is_sound 80 24
press C-s
kill -TERM "$(pid)"
soon "SIGTERM while the terminal takes no output" 20 gone
soon "SIGTERM: the prompt" 20 at_prompt
ends "SIGTERM, without output" 143
start cv0
close_terminal "the terminal is closed: it ends"
open_terminal a
enter "trap '' HUP"
start cv0
close_terminal "and where SIGHUP is ignored"

# ---------------------------------------------------------------- colours and letters

coloured() { styled | grep -q $'\e\\[[0-9;]*3[1-6]m'; }

open_terminal a
start cv0
soon "colours" 20 coloured
quit "colours"
enter "export NO_COLOR=1 LC_ALL=C"
start cv0
soon "without UTF-8" 20 shows '^b\?\?b .*K'
is "NO_COLOR: none" "" "$(styled | grep -E $'\e\\[[0-9;]*3[1-6]m' || :)"
soon "curves of ASCII" 20 shows '^in .*#'
is "no other letters" "" "$(picture | grep -P '[^\x00-\x7f]' || :)"
quit "ASCII"

# ---------------------------------------------------------------- what it cannot do

# refused NAME TEXT COMMAND: in the terminal, with this line.
refused()
{
	enter "clear; ($3) 2>&1 | tr -d '\\n' >$tmp/said; echo status \${PIPESTATUS[0]}"
	soon "$1: status" 20 shows '^status 1$'
	matches "$1" "^culvert: $2\$" "$(<"$tmp/said")"
}

# With a terminal for both, and standard error not one.
refuses()
{
	enter "clear; $3 2>$tmp/said; echo status \$?"
	soon "$1: status" 20 shows '^status 1$'
	matches "$1" "^culvert: $2\$" "$(<"$tmp/said")"
}

see="; see 'culvert help top'"
refused "no terminal" "top: standard output is not a terminal; expected one: 'culvert show' and 'culvert monitor' print for scripts$see" \
	"culvert top"
refuses "no terminal to type at" "top: standard input is not a terminal; .*" "culvert top </dev/null"
refuses "TERM is not set" "top: TERM is not set; expected .*" "env -u TERM culvert top"
refuses "TERM is not known" "top: there is no description of the terminal 'no\?ne', .*" \
	"TERM=\$'no\\ene' culvert top"
refuses "TERM is too simple" "top: the terminal 'dumb', .*" "TERM=dumb culvert top"
refuses "a device that is not there" "cv7: there is no such device" "culvert top cv7"
refuses "a device of another kind" "va: this device is neither .*" "culvert top va"
refuses "two devices" "top: unexpected argument 'cv1'; expected at most one device$see" \
	"culvert top cv0 cv1"
refuses "an option" "top: unknown option '-x'; expected -i or -s$see" "culvert top -x"
refuses "a column" "top: 'heart' is not a column; did you mean 'heard'\\? See 'culvert help top'" \
	"culvert top -s heart"
for value in 0 0.19 60.1 -1 nan inf 1x ''; do
	refuses "an interval of '$value'" "top: -i '$value': expected seconds, from 0.2 to 60$see" \
		"culvert top -i '$value'"
done
refuses "an interval that is missing" "top: -i '': expected seconds, .*" "culvert top cv0 -i"
cp "$(type -P culvert)" "$tmp/culvert"
refuses "without culvert-top" "top: culvert-top is not installed; install the package culvert-top.*" \
	"$tmp/culvert top"
close_terminal

# ---------------------------------------------------------------- the other kind, and many peers

open_terminal b
start cv0
start_of_key=${pub[a]:0:16}
soon "kind wireguard: the peer, its latest handshake and its rates" 20 \
	shows "^${start_of_key//+/[+]}[^ ]* +${outer4[a]}:$port +[0-9ms]+ +[0-9.]+K +[0-9.]+K"
soon "kind wireguard: what it has" 20 shows '^NAME +ENDPOINT +SHAKEN +RX/s↓ +TX/s'
soon "kind wireguard: what it has not" 20 shows '^dropped: the module wireguard does not say'
quit "kind wireguard"
close_terminal

# cpu_ms PID: user and system time that it has used.
cpu_ms() { awk '{ print ($14 + $15) * 10 }' "/proc/$1/stat"; }
up_ms() { awk '{ print int($1 * 1000) }' /proc/uptime; }
is_up() { [ "$(up_ms)" -ge "$1" ]; }

ipn a link add cv1 type culvert
idle_peers "$tmp/peers" "$many"
n a "$tool" addconf cv1 "$tmp/peers"
open_terminal a
start -i 0.2 -s name cv1
soon "$many peers" 60 shows "of $many"
press End
soon "the last ones" 20 shows "^$((many - 18))-$many of $many"
began=$(up_ms) used=$(cpu_ms "$(pid)")
wait_for 30 is_up $((began + 3000))
between "it takes at most half of a processor, and a little (in percent)" 1 65 \
	$(((100 * ($(cpu_ms "$(pid)") - used)) / ($(up_ms) - began)))
press Home
soon "and answers to keys" 20 shows "^1-19 of $many"
quit "$many peers"
finish
