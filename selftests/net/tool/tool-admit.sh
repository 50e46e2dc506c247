#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# slow: commands that stall, and run out of time
# kmemleak: off
# timeout: 240
# culvert admit: who knocks is let in or refused as a command says; a command that fails, hangs, says
# too much or something else does no harm; no more run at once than may; it ends with the device, or
# by a signal, and leaves nothing behind.
. "$(dirname "$0")/../../lib/test.sh"

if [ "$kind" != culvert ]; then
	skip "culvert admit" "it is for links of kind culvert"
	finish
fi

strangers=6

# knock N...: strangers begin a handshake with a.
knock()
{
	local i

	for i; do
		n b culvert set "s$i" peer "${pub[a]}" rekey
	done
}
# admit OPTION... COMMAND...: begins at cv0 of a; what it says is in $tmp/said, errors in $tmp/wrong.
admit()
{
	: >"$tmp/said"
	: >"$tmp/wrong"
	nsenter --net="/run/netns/${ns[a]}" culvert admit "$@" >"$tmp/said" 2>"$tmp/wrong" &
	admit_pid=$!
	defer "end_process $admit_pid"
	soon "culvert admit listens" 10 said "^listening at cv0$"
}
end_admit() { kill "$admit_pid"; wait "$admit_pid"; }
said() { grep -qE "$1" "$tmp/said"; }
wrong() { grep -qE "$1" "$tmp/wrong"; }
key_of() { echo "${pub[s$1]//+/[+]}"; }
# script NAME TEXT: a script.
script() { printf '#!/bin/sh\n%s\n' "$2" >"$tmp/$1"; chmod +x "$tmp/$1"; }
# forget: strangers as new ones: other keys.
forget()
{
	local i

	for ((i = 1; i <= strangers; i++)); do
		key "s$i"
		n b culvert set "s$i" private-key "$tmp/s$i.key"
	done
}

net_pair
tun_new a cv0
tun_set a cv0 listen-port "$port"
addr a cv0 10.77.0.1/24 up
for ((i = 1; i <= strangers; i++)); do
	ipn b link add "s$i" type culvert
	n b culvert set "s$i" peer "${pub[a]}" endpoint "$(hostport "${outer4[a]}")" allowed-ips 10.77.0.0/24
	ipn b link set "s$i" up
done
forget
addr b s1 10.77.0.2/24

# ---------------------------------------------------------------- the example

mkdir "$tmp/folder"
printf 'AllowedIPs = 10.77.0.2/32\n' >"$tmp/folder/$(tr / _ <<<"${pub[s1]}")"
admit -r 3600 cv0 "$CULVERT_TREE/tools/examples/admit-folder" "$tmp/folder"
works "who has a file comes in" wait_for 10 n b ping -c 1 -W 1 10.77.0.1
soon "it is said" 10 said "^let in $(key_of 1) from ${outer4[b]}:[0-9]+$"
is "with what the file says" "10.77.0.2/32" "$(field a cv0 allowed-ips s1)"
knock 2
soon "who has none is refused" 10 said "^refused $(key_of 2) from"
is "nothing is wrong" "" "$(<"$tmp/wrong")"
fails_with "two at a device" "another program" n a culvert admit cv0 true
status=0
end_admit || status=$?
is "it ends by a signal: status" 0 "$status"
is "the peer stays" "10.77.0.2/32" "$(field a cv0 allowed-ips s1)"

# ---------------------------------------------------------------- the example for LDAP

# A stub in the place of ldapsearch, which has one entry for s1, two for s2 and none for s3, and fails
# for s4.
mkdir "$tmp/bin"
cat >"$tmp/bin/ldapsearch" <<-END
	#!/bin/sh
	case \$* in
	*"-H ldap://here -b dc=here (description=culvert ${pub[s1]}) l")
		printf 'dn: cn=one,dc=here\nl: 10.77.0.5/32\nl: fd77::5/128\nl: rm -rf\n\n' ;;
	*"(description=culvert ${pub[s2]}) l") printf 'dn: cn=one\n\ndn: cn=two\n\n' ;;
	*"(description=culvert ${pub[s4]}) l") exit 255 ;;
	esac
END
chmod +x "$tmp/bin/ldapsearch"
ldap() { PATH=$tmp/bin:$PATH "$CULVERT_TREE/tools/examples/admit-ldap" ldap://here dc=here "$1" 192.0.2.1:5; }
is "LDAP: an entry" "[Peer] PublicKey = ${pub[s1]} AllowedIPs = 10.77.0.5/32 AllowedIPs = fd77::5/128" \
	"$(ldap "${pub[s1]}" | paste -sd ' ')"
# ldap_status N: how it ends for a stranger.
ldap_status() { local status=0; ldap "${pub[s$1]}" >/dev/null 2>&1 || status=$?; echo "$status"; }
is "LDAP: no entry: status" 1 "$(ldap_status 3)"
is "LDAP: two entries: status" 2 "$(ldap_status 2)"
is "LDAP: no answer: status" 255 "$(ldap_status 4)"

# ---------------------------------------------------------------- what a command may do

script runs "echo \"\$CULVERT_DEVICE \$CULVERT_KEY \$CULVERT_ENDPOINT \$*\" >>$tmp/ran; exit 1"
: >"$tmp/ran"
forget
admit -r 8 cv0 "$tmp/runs" "two words" '$(touch x)'
knock 2
soon "refused by status 1" 10 said "^refused $(key_of 2)"
matches "words and environment" \
	"^cv0 $(key_of 2) ${outer4[b]}:[0-9]+ two words [$][(]touch x[)] $(key_of 2) ${outer4[b]}:[0-9]+$" \
	"$(<"$tmp/ran")"
refusals() { drops a cv0 hs_knock_refused; }
before=$(refusals)
refused_again() { [ "$(refusals)" -gt "$before" ]; }
knock 2
soon "a refused key knocks again" 20 refused_again
is "a refused key is not asked about again" 1 "$(wc -l <"$tmp/ran")"
ran_twice() { [ "$(wc -l <"$tmp/ran")" -ge 2 ]; }
soon "but when its time is over" 20 ran_twice
end_admit

# complains NAME TEXT SCRIPT: what the command does is said, and its key is refused.
complains()
{
	script bad "$3"
	forget
	admit -t 1 cv0 "$tmp/bad"
	knock 3
	soon "$1: it is said" 15 wrong "^culvert: admit: $(key_of 3): .*$2"
	soon "$1: the key is refused" 10 said "^refused $(key_of 3)"
	is "$1: one line" 1 "$(wc -l <"$tmp/wrong")"
	end_admit
	is "$1: no peer was made" "" "$(field a cv0 allowed-ips s3)"
}
complains "another status" "ended with status 7" 'exit 7'
complains "a signal" "ended by signal 15" 'kill -TERM $$'
complains "a command that hangs" "took longer than 1 s" 'sleep 1000 & sleep 1000'
is "what hung was killed, with its children" "" "$(pgrep -f 'sleep 1000' || :)"
complains "too much" "more than 65536 bytes" 'while :; do echo AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA; done'
complains "nothing" "has not printed one section" 'true'
complains "another key" "another public key" "printf '[Peer]\nPublicKey = ${pub[a]}\n'"
complains "two peers" "has not printed one section" \
	"printf '[Peer]\nPublicKey = %s\n[Peer]\nPublicKey = ${pub[a]}\n' \$1"
complains "a setting of the device" "has not printed one section" \
	"printf '[Interface]\nListenPort = 5\n[Peer]\nPublicKey = %s\n' \$1"
complains "a name for an endpoint" "the name 'no.such.name.invalid' for an endpoint" \
	"printf '[Peer]\nPublicKey = %s\nEndpoint = no.such.name.invalid:5\n' \$1"
complains "no configuration" "answer of the command:1: " 'echo hello'
complains "what the kernel refuses" "allowed IPs|AllowedIPs|prefix" \
	"printf '[Peer]\nPublicKey = %s\nAllowedIPs = 10.0.0.0/99\n' \$1"
admit cv0 "$tmp/none"
forget
knock 4
soon "no such command" 10 wrong "cannot run $tmp/none: No such file"
end_admit

# A child that keeps the output open is not waited for longer than its time.
script leaves "printf '[Peer]\nPublicKey = %s\nAllowedIPs = 10.77.0.9/32\n' \$1; exec >/dev/null; sleep 1000 &"
forget
admit cv0 "$tmp/leaves"
knock 5
soon "what goes on in the background does not matter" 10 said "^let in $(key_of 5)"
end_admit
is "and is ended" "" "$(pgrep -f 'sleep 1000' || :)"

# ---------------------------------------------------------------- many

script counts "
	echo begin >>$tmp/many; sleep 0.3; echo end >>$tmp/many
	printf '[Peer]\nPublicKey = %s\n' \$1"
: >"$tmp/many"
forget
admit -n 2 cv0 "$tmp/counts"
knock 1 2 3 4 5 6
all_in() { [ "$(grep -c '^let in' "$tmp/said")" = $strangers ]; }
soon "all come in" 20 all_in
is "never more than two at once" 2 \
	"$(awk '/begin/ { n++ } /end/ { n-- } n > most { most = n } END { print most }' "$tmp/many")"
end_admit
script hangs "sleep 1000"
forget
admit cv0 "$tmp/hangs"
knock 1 2
runs() { pgrep -f 'sleep 1000' >/dev/null; }
soon "commands run" 10 runs
end_admit
is "it ends them when it ends" "" "$(pgrep -f 'sleep 1000' || :)"

admit cv0 "$tmp/hangs"
ipn a link del cv0
status=0
wait "$admit_pid" || status=$?
is "it ends with the device: status" 1 "$status"
matches "it ends with the device" "cv0: the device no longer exists" "$(<"$tmp/wrong")"

# ---------------------------------------------------------------- what is wrong in a question

tun_new a cv0
fails_with "no command" "expected DEV and COMMAND" n a culvert admit cv0
fails_with "an unknown option" "unknown option '-x'; expected -n, -r or -t" n a culvert admit -x cv0 true
fails_with "no number" "-n 'many': expected a number from 1 to 256" n a culvert admit -n many cv0 true
fails_with "too long" "-t '6': expected a number from 1 to 5" n a culvert admit -t 6 cv0 true
fails_with "no such device" "nodev: there is no such device" n a culvert admit nodev true
fails_with "without privilege" "CAP_NET_ADMIN" \
	n a setpriv --bounding-set=-net_admin --inh-caps=-all culvert admit cv0 true
finish
