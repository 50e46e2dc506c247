#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Completion in bash, zsh and fish: what each offers at the end of a line, with a stub in place
# of the command that has two links and two peers, and the words of the true one.
# selftests/check-unit runs it.
. "$(dirname "$0")/tap.sh"

completion=$CULVERT_TREE/tools/completion
one=aGVsbG8gSSBhbSB0aGUgZmlyc3Qga2V5IG9mIHR3bzE=
two=d2hlbiB3aWxsIEkgYmUgdGhlIGZpcnN0IGtleSBhbHM=

mkdir "$tmp/stub" "$tmp/files"
touch "$tmp/files/one.conf" "$tmp/files/two.conf"
culvert help --words >"$tmp/words"
cat >"$tmp/stub/culvert" <<END
#!/bin/bash
case \$* in
"help --words") cat "$tmp/words" ;;
"show interfaces") echo "cv0 wg0" ;;
"show cv0 names") printf '%s\t%s\n' $one anna $two '(none)' ;;
*) echo "culvert \$*: not expected" >>"$tmp/unexpected"; exit 1 ;;
esac
END
chmod +x "$tmp/stub/culvert"
# What the words of the true command are was asked before; from here on it is the stub.
subcommands=$(words subcommand) fields=$(words field) of_device=$(words set)
columns=$(words column)
of_both=$(words set; words peer)
PATH=$tmp/stub:$PATH
cd "$tmp/files" || exit 1

# Each shell has a function that prints what it offers at the end of LINE, one on each line.

# The variables are those that bash gives a completion function.
in_bash()
{
	bash --norc -c '
		. "$1/culvert.bash"
		COMP_LINE=$2 COMP_POINT=${#2} COMP_TYPE=$3
		_culvert
		printf "%s\n" "${COMPREPLY[@]}"' bash "$completion" "$1" "${2:-9}"
}

in_fish()
{
	HOME=$tmp fish --no-config -c '
		source $argv[1]/culvert.fish
		complete -C $argv[2]' "$completion" "$1" | tee "$tmp/fish" | cut -f 1
}

# Zsh completes only in a terminal. There compadd, which takes what is offered, writes it down.
cat >"$tmp/zshrc" <<END
setopt extendedglob
fpath=($completion \$fpath)
autoload -U compinit
compinit -u -D
compadd()
{
	local -a found
	local word

	# Arrays are named: that of what is shown beside the words is one of them.
	for word; do
		[[ \$word != [a-zA-Z_]## || \${(Pt)word} != array* ]] ||
			print -rl -- "\${(P@)word}" >>$tmp/described
	done
	# These only ask which would match.
	if [[ -z \${(M)@:#-[OAD]*} ]]; then
		builtin compadd -O found "\$@"
		print -rl -- \$found >>$tmp/added
	fi
	builtin compadd "\$@"
}
END
cat >"$tmp/terminal" <<'END'
zmodload zsh/zpty
zpty shell "env TERM=vt100 HOME=$1 zsh -f -i"
zpty -w shell ". $1/zshrc; : >$1/ready"
while [[ ! -e $1/ready ]]; do zpty -r -t shell text || sleep 0.1; done
while IFS= read -r line; do
	rm -f $1/done
	zpty -w -n shell "$line"$'\t'
	# Kills the line; what comes after it is read when the completion has ended.
	zpty -w shell $'\C-u'": >$1/done"
	while [[ ! -e $1/done ]]; do zpty -r -t shell text || sleep 0.02; done
	print done
done
zpty -d shell
END
# One for all lines: to begin takes a second and more. A coprocess is not known in subshells.
if have zsh; then
	coproc terminal { exec zsh -f "$tmp/terminal" "$tmp" 2>/dev/null; }
	exec 5>&"${terminal[1]}" 6<&"${terminal[0]}"
fi

in_zsh()
{
	local answer

	rm -f "$tmp/added" "$tmp/described"
	printf '%s\n' "$1" >&5
	read -r -t 60 answer <&6 || echo "zsh has not answered ${answer:-}"
	[ ! -e "$tmp/added" ] || cat "$tmp/added"
}

sorted() { sed '/^$/d' | LC_ALL=C sort -u; }

# offers NAME LINE EXPECTED: the words, in whichever order.
offers()
{
	is "$shell: $1" "$(tr ' ' '\n' <<<"$3" | sorted)" "$("in_$shell" "$2" | sed 's/ *$//' | sorted)"
}

# Whether the shell is shown the options, or only where a dash has been typed.
check()
{
	offers "subcommands" "culvert " "$subcommands"
	offers "the begin of a subcommand" "culvert show" "show showconf"
	offers "showconf: links" "culvert showconf " "cv0 wg0"
	offers "the begin of a link" "culvert set c" "cv0"
	offers "setconf: files" "culvert setconf cv0 " "one.conf two.conf"
	offers "show: fields" "culvert show cv0 " "$fields"
	offers "show: options" "culvert show -" "-j -p"
	offers "show -j: fields" "culvert show -j cv0 latest-ha" "latest-handshakes"
	offers "show interfaces: nothing" "culvert show interfaces " ""
	offers "show, after a field: nothing" "culvert show cv0 idle " ""
	offers "monitor: options" "culvert monitor -" "-j -p -s"
	offers "monitor: links" "culvert monitor c" "cv0"
	offers "monitor, after a link: nothing" "culvert monitor cv0 " ""
	offers "doctor: options" "culvert doctor -" "-j -p"
	offers "doctor: no link" "culvert doctor c" ""
	offers "admit: options" "culvert admit -" "-n -r -t"
	offers "admit: links" "culvert admit -n 3 c" "cv0"
	offers "admit: a command" "culvert admit -n 3 cv0 one" "one.conf"
	offers "up: options" "culvert up -" "-n -w"
	offers "up: files" "culvert up -n there o" "one.conf"
	offers "down: files" "culvert down t" "two.conf"
	offers "strip: files" "culvert strip o" "one.conf"
	offers "why: options" "culvert why -" "-f -j -p"
	offers "why: files" "culvert why -f o" "one.conf"
	offers "why: links" "culvert why -f one.conf c" "cv0"
	offers "why: peers" "culvert why -j -f one.conf cv0 aG" "$one"
	offers "set: words of a device" "culvert set cv0 " "$of_device"
	offers "set: after a value" "culvert set cv0 listen-port 5 soc" "socket socket-pass"
	offers "set: after a peer, those of peers too" "culvert set cv0 peer $one " "$of_both"
	offers "set: a word without a value" "culvert set cv0 peer $one remove id" "idle"
	offers "set: literals" "culvert set cv0 dscp " "copy none"
	offers "set: literals of a peer" "culvert set cv0 peer $one follow " "anywhere never"
	offers "set: a value that only people know" "culvert set cv0 listen-port " ""
	offers "set: a value is no word" "culvert set cv0 private-key one.conf fw" "fwmark"
	offers "set: interfaces" "culvert set cv0 bind-device l" "lo"
	offers "set: files" "culvert set cv0 private-key o" "one.conf"
	offers "set: keys of peers" "culvert set cv0 peer " "$one $two"
	offers "set: the begin of a key" "culvert set cv0 peer aG" "$one"
	offers "top: links" "culvert top c" "cv0"
	offers "top: options" "culvert top -" "-i -s"
	offers "top -s: columns" "culvert top -s " "$columns"
	offers "top -i: nothing" "culvert top -i " ""
	offers "top, after a value: links" "culvert top -i 2 w" "wg0"
	offers "top, after a link: options" "culvert top wg0 " "-i -s"
	offers "help top: columns" "culvert help top he" "heard"
	offers "help: subcommands" "culvert help gen" "genkey genpsk"
	offers "help show: fields" "culvert help show " "$fields"
	offers "help set: words" "culvert help set pe" "peer persistent-keepalive"
	offers "genkey: nothing" "culvert genkey " ""
}

for shell in bash zsh fish; do
	if have $shell; then
		check
	else
		skip "$shell" "it is not installed"
	fi
done
# evil: as if links had names that are commands.
evil() { sed -i 's/echo "cv0 wg0"/echo '"'wg0 \$(touch pwned) \`touch pwned\` ~root'"'/' "$tmp/stub/culvert"; }
cp "$tmp/stub/culvert" "$tmp/good"
evil
for shell in bash zsh fish; do
	have $shell || continue
	"in_$shell" "culvert show " >/dev/null
	"in_$shell" "culvert set " >/dev/null
done
is "no name of a link is run" "" "$(find "$tmp" -name pwned)"
cp "$tmp/good" "$tmp/stub/culvert"
is "bash: where keys are listed, names are beside them" "$one (anna) $two" \
	"$(in_bash "culvert set cv0 peer " 63 | paste -sd ' ')"
is "bash: what stands before the last colon is not offered again" "" \
	"$(in_bash "culvert set cv0 peer $one endpoint 192.0.2.1:")"
if have fish; then
	in_fish "culvert set cv0 peer " >/dev/null
	has "fish: keys have names beside them" "^$one.anna$" "$(<"$tmp/fish")"
	in_fish "culvert sho" >/dev/null
	has "fish: subcommands have their help beside them" "^show.show devices" "$(<"$tmp/fish")"
fi
if have zsh; then
	in_zsh "culvert set cv0 peer " >/dev/null
	has "zsh: keys have names beside them" "^$one .*anna$" "$(<"$tmp/described")"
fi
is "the command is asked for what it has, and nothing else" "" "$(cat "$tmp/unexpected" 2>&-)"
finish
