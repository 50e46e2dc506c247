# SPDX-License-Identifier: GPL-2.0
# The words the namespace tests are written in: results, namespaces, topologies,
# tunnels, counters, waiting. Every selftests/net/*.sh sources it first and calls
# `finish` last. Bash only.
# shellcheck shell=bash
#
# CV_KIND is the link kind under test (culvert) and CV_TOOL the command that
# configures it (culvert): `CV_KIND=wireguard CV_TOOL=wg` runs the same tests on
# the kernel's own driver, as far as it can pass them. With CV_REPLACE=1 as well they
# run on culvert in its place.

set -euE -o pipefail
export LC_ALL=C

net_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
test_name=$(basename "$0" .sh)
kind=${CV_KIND:-culvert}
tool=${CV_TOOL:-culvert}
port=51820
tmp=$(mktemp -d)
export CV_KIND=$kind CV_TOOL=$tool

# ---------------------------------------------------------------- results

passed=0
failed=0
skipped=0
finished=

echo "KTAP version 1"
echo "# $test_name: kind $kind, tool $tool"

result() { echo "$1 $((passed + failed + skipped)) - $test_name: $2"; }

ok()
{
	passed=$((passed + 1))
	result ok "$1"
}

# fail NAME EXPECTED GOT: also for more than one line of either.
fail()
{
	failed=$((failed + 1))
	result "not ok" "$1"
	echo "  expected: ${2//$'\n'/$'\n'    }" | sed 's/^/# /'
	echo "  got:      ${3//$'\n'/$'\n'    }" | sed 's/^/# /'
}

# skip NAME WHY: for what this machine cannot show, never for what fails.
skip()
{
	skipped=$((skipped + 1))
	result ok "$1 # SKIP $2"
}

note() { echo "# $*"; }

# works NAME COMMAND...: COMMAND succeeds.
works()
{
	local name=$1 out

	shift
	if out=$("$@" 2>&1); then
		ok "$name"
	else
		fail "$name" "success of: $*" "status $?: $out"
	fi
}

# fails NAME COMMAND...: COMMAND ends with an error.
fails()
{
	local name=$1 out

	shift
	if out=$("$@" 2>&1); then
		fail "$name" "failure of: $*" "success: $out"
	else
		ok "$name"
	fi
}

# fails_with NAME TEXT COMMAND...: and says TEXT (a regular expression).
fails_with()
{
	local name=$1 text=$2 out

	shift 2
	if out=$("$@" 2>&1); then
		fail "$name" "failure of: $*" "success: $out"
	elif grep -qEe "$text" <<<"$out"; then
		ok "$name"
	else
		fail "$name" "an error that says: $text" "$out"
	fi
}

# is NAME EXPECTED GOT
is()
{
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		fail "$1" "$2" "$3"
	fi
}

# isnt NAME UNEXPECTED GOT
isnt()
{
	if [ "$2" != "$3" ]; then
		ok "$1"
	else
		fail "$1" "anything but $2" "$3"
	fi
}

# between NAME LOW HIGH GOT: whole numbers, ends included.
between()
{
	if [ "$4" -ge "$2" ] 2>/dev/null && [ "$4" -le "$3" ]; then
		ok "$1"
	else
		fail "$1" "$2 to $3" "$4"
	fi
}

# matches NAME REGEX GOT
matches()
{
	if grep -qEe "$2" <<<"$3"; then
		ok "$1"
	else
		fail "$1" "text that matches: $2" "$3"
	fi
}

# soon NAME SECONDS COMMAND...: COMMAND succeeds before SECONDS have passed.
soon()
{
	local name=$1 limit=$2

	shift 2
	if wait_for "$limit" "$@"; then
		ok "$name"
	else
		fail "$name" "within $limit s: $*" "$("$@" 2>&1 || :) (after $limit s)"
	fi
}

# relay COMMAND...: COMMAND prints `ok - NAME`, `not ok - NAME` and notes; they
# become results of this script. Its own death is a failed result.
relay()
{
	local line

	while IFS= read -r line; do
		case $line in
		"ok - "*"# SKIP "*)
			skipped=$((skipped + 1))
			result ok "${line#ok - }"
			;;
		"ok - "*) ok "${line#ok - }" ;;
		"not ok - "*)
			failed=$((failed + 1))
			result "not ok" "${line#not ok - }"
			;;
		"status 0") ;;
		"status "*) fail "${1##*/} ${2##*/} runs to its end" "status 0" "$line" ;;
		"# "*) echo "$line" ;;
		*) echo "# $line" ;;
		esac
	done < <("$@" 2>&1 && echo "status 0" || echo "status $?")
}

# finish: the last command of every test.
finish() { finished=1; exit; }

# ---------------------------------------------------------------- waiting

# Time is what has passed since boot: the tests of clocks set the other one.
now_ms()
{
	local up

	read -r up _ </proc/uptime
	echo $((10#${up/./} * 10))
}

# A pause between two looks, never a wait for something to have happened.
breathe() { read -rt 0.02 <> <(:) || :; }

# wait_for SECONDS COMMAND...
wait_for()
{
	local end

	end=$(($(now_ms) + $1 * 1000))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$(now_ms)" -lt "$end" ] || return 1
		breathe
	done
}

# ---------------------------------------------------------------- cleaning up

deferred=()
declare -A ns=()

# defer COMMAND: run at the end, last first, whatever happened.
defer() { deferred+=("$*"); }

# bg COMMAND...: in the background, ended with the script; its output is kept.
bg_pid=
bg()
{
	"$@" >"$tmp/bg.out" 2>&1 &
	bg_pid=$!
	defer "end_process $bg_pid"
}

# end_process PID: and what it has started, for a function in the background is a shell
# that waits for a command.
end_process()
{
	local child

	for child in $(cat "/proc/$1/task/$1/children" 2>/dev/null); do
		end_process "$child"
	done
	kill "$1" 2>/dev/null || return 0
	wait "$1" 2>/dev/null || :
}

ns_drop()
{
	local name=$1 pid

	for pid in $(ip netns pids "${ns[$name]}" 2>/dev/null); do
		kill -9 "$pid" 2>/dev/null || :
	done
	ip netns del "${ns[$name]}" 2>/dev/null || :
	unset "ns[$name]"
}

# drop_all: everything a case has made; a script with several cases calls it
# between them.
drop_all()
{
	local i name

	for ((i = ${#deferred[@]} - 1; i >= 0; i--)); do
		eval "${deferred[i]}" || :
	done
	deferred=()
	for name in "${!ns[@]}"; do
		ns_drop "$name"
	done
}

module_gone() { [ ! -d "/sys/module/$1" ] || rmmod "$1"; }

at_exit()
{
	local status=$? module

	trap - ERR EXIT
	set +e
	if [ -z "$finished" ]; then
		fail "runs to its end" "no error" \
			"status $status in line ${err_line:-?}: ${err_command:-?}"
	fi
	drop_all
	for module in ${loaded_modules:-}; do
		wait_for 60 module_gone "$module" ||
			fail "module $module can be unloaded" "unloaded" \
				"$(rmmod "$module" 2>&1)"
	done
	rm -rf "$tmp"
	[ $((passed + failed + skipped)) -gt 0 ] ||
		fail "has tests" "at least one result" "none"
	echo "1..$((passed + failed + skipped))"
	[ "$failed" -eq 0 ]
	exit
}
trap at_exit EXIT
trap 'err_line=${BASH_LINENO[0]:-$LINENO} err_command=$BASH_COMMAND' ERR
trap 'exit 130' INT
trap 'exit 143' TERM

# ---------------------------------------------------------------- modules

# need_module NAME [OPTION...]: loads it, and unloads it at the end if it was not there.
need_module()
{
	[ "$1:${replaced:-}" != wireguard:1 ] || return 0
	[ ! -d "/sys/module/$1" ] || return 0
	modprobe "$@"
	loaded_modules+=" $1"
}

# replace_wireguard: culvert takes the place of wireguard.ko until the script ends.
replaced=
replace_wireguard()
{
	wait_for 30 module_gone wireguard
	wait_for 30 module_gone culvert
	need_module culvert replace_wireguard=1
	[ "$(cat /sys/module/culvert/parameters/replace_wireguard)" = Y ]
	replaced=1
}

if [ -n "${CV_REPLACE:-}" ]; then
	replace_wireguard
else
	need_module "$kind"
fi

# ---------------------------------------------------------------- namespaces

# ns_new NAME...: fresh ones; $(in NAME) and the words below know them by NAME.
ns_serial=0
# A module of other tunnels that some test has loaded would put gre0 and the like into each.
echo 1 >/proc/sys/net/core/fb_tunnels_only_for_init_net
ns_new()
{
	local name

	for name; do
		ns_serial=$((ns_serial + 1))
		ns[$name]=cv-$$-$ns_serial-$name
		ip netns add "${ns[$name]}"
		ip -n "${ns[$name]}" link set lo up
		n "$name" sysctl -qw net.ipv6.conf.all.accept_dad=0 \
			net.ipv6.conf.default.accept_dad=0 \
			net.ipv6.conf.default.router_solicitations=0 \
			net.ipv4.ping_group_range="0 2147483647" \
			net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
	done
}

# n NAME COMMAND...: COMMAND in namespace NAME. n_sys: for what reads /sys, which is that
# of the first one otherwise; it takes half as long again, and there are many calls.
n()
{
	local name=${ns[$1]}

	shift
	nsenter --net="/run/netns/$name" "$@"
}

n_sys()
{
	local name=${ns[$1]}

	shift
	ip netns exec "$name" "$@"
}

# ipn NAME ARGUMENT...: ip(8) for namespace NAME.
ipn()
{
	local name=${ns[$1]}

	shift
	ip -n "$name" "$@"
}

# Without packages beside Python's own it starts in half the time.
python=(/usr/bin/python3 -S)

# py SCRIPT ARGUMENT...; n_py NAME SCRIPT ARGUMENT...
py() { local script=$1; shift; "${python[@]}" "$net_dir/$script" "$@"; }
n_py()
{
	local name=$1 script=$2

	shift 2
	n "$name" "${python[@]}" "$net_dir/$script" "$@"
}

# addr NAME DEV ADDRESS...: without waiting for duplicate address detection.
addr()
{
	local name=$1 dev=$2 one

	shift 2
	for one; do
		case $one in
		*:*) echo "addr add $one dev $dev nodad" ;;
		*) echo "addr add $one dev $dev" ;;
		esac
	done | ipn "$name" -batch -
}

# wire A DEV B DEV [MTU]: a veth pair between two namespaces, up.
wire()
{
	ip link add "$2" netns "${ns[$1]}" type veth peer name "$4" netns "${ns[$3]}"
	[ -z "${5:-}" ] || { ipn "$1" link set "$2" mtu "$5"; ipn "$3" link set "$4" mtu "$5"; }
	ipn "$1" link set "$2" up
	ipn "$3" link set "$4" up
	wait_for 5 carrier "$1" "$2"
	wait_for 5 carrier "$3" "$4"
}

carrier() { [ "$(n_sys "$1" cat "/sys/class/net/$2/carrier")" = 1 ]; }

# net_pair [MTU]: two hosts on one wire.
#
#     a ─ va ─────────────── vb ─ b
#     198.51.100.1    198.51.100.2
#     2001:db8:51::1  2001:db8:51::2
net_pair()
{
	ns_new a b
	wire a va b vb "${1:-}"
	addr a va 198.51.100.1/24 2001:db8:51::1/64
	addr b vb 198.51.100.2/24 2001:db8:51::2/64
	outer4=([a]=198.51.100.1 [b]=198.51.100.2)
	outer6=([a]=2001:db8:51::1 [b]=2001:db8:51::2)
}

# net_routed [MTU]: two hosts with a router between them.
#
#     a ─ va ── ra ─ r ─ rb ── vb ─ b
#     192.0.2.1   .254   .254   198.51.100.2
#     2001:db8:2::1 ::fe  ::fe  2001:db8:51::2
net_routed()
{
	ns_new a r b
	wire a va r ra "${1:-}"
	wire r rb b vb "${1:-}"
	addr a va 192.0.2.1/24 2001:db8:2::1/64
	addr r ra 192.0.2.254/24 2001:db8:2::fe/64
	addr r rb 198.51.100.254/24 2001:db8:51::fe/64
	addr b vb 198.51.100.2/24 2001:db8:51::2/64
	n r sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	ipn a route add default via 192.0.2.254
	ipn a -6 route add default via 2001:db8:2::fe
	ipn b route add default via 198.51.100.254
	ipn b -6 route add default via 2001:db8:51::fe
	outer4=([a]=192.0.2.1 [b]=198.51.100.2)
	outer6=([a]=2001:db8:2::1 [b]=2001:db8:51::2)
}
declare -A outer4=() outer6=()

# hostport ADDRESS [PORT]
hostport()
{
	case $1 in
	*:*) echo "[$1]:${2:-$port}" ;;
	*) echo "$1:${2:-$port}" ;;
	esac
}

# ---------------------------------------------------------------- tunnels

declare -A pub=()

# key NAME: a key pair in $tmp/NAME.key and ${pub[NAME]}.
key()
{
	(umask 077; "$tool" genkey >"$tmp/$1.key")
	pub[$1]=$("$tool" pubkey <"$tmp/$1.key")
}

# psk NAME: a pre-shared key in $tmp/NAME.psk
psk() { (umask 077; "$tool" genpsk >"$tmp/$1.psk"); }

# tun_new NAME DEV [KIND]: a link with a fresh key for NAME, still down.
tun_new()
{
	local name=$1 dev=$2 of=${3:-$kind}

	need_module "$of"
	ipn "$name" link add "$dev" type "$of"
	[ -n "${pub[$name]:-}" ] || key "$name"
	tun_set "$name" "$dev" private-key "$tmp/$name.key"
}

# tun_set NAME DEV WORD...: the words of wg(8).
tun_set()
{
	local name=$1 dev=$2

	shift 2
	n "$name" "$tool" set "$dev" "$@"
}

# tun_show NAME DEV FIELD
tun_show() { n "$1" "$tool" show "$2" "$3"; }

# field NAME DEV FIELD PEER: that peer's value of a field of `show`.
field()
{
	local key value

	tun_show "$1" "$2" "$3" | while IFS=$'\t' read -r key value; do
		[ "$key" != "${pub[$4]}" ] || echo "${value//$'\t'/ }"
	done
}
peer_rx() { local both; both=$(field "$1" "$2" transfer "$3"); echo "${both% *}"; }
peer_tx() { local both; both=$(field "$1" "$2" transfer "$3"); echo "${both#* }"; }
peer_endpoint() { field "$1" "$2" endpoints "$3"; }
peer_handshake() { field "$1" "$2" latest-handshakes "$3"; }
has_session() { [ "$(peer_handshake "$1" "$2" "$3")" != 0 ]; }

# tunnel_pair [WORD=VALUE...]: a tunnel cv0 from a to b over what net_pair or
# net_routed made.
#
#     a: cv0 10.77.0.1/24 fd77::1/64      b: cv0 10.77.0.2/24 fd77::2/64
#
# outer=4|6 (4), psk=1, a=KIND, b=KIND, mtu=N, endpoint=a|b|both|none (whose
# endpoint the other knows: both), keepalive=N (at a)
tunnel_pair()
{
	local outer=4 psk='' a=$kind b=$kind mtu='' endpoint=both keepalive='' word
	local -a more_a=() more_b=()

	for word; do
		local "${word?}"
	done
	tun_new a cv0 "$a"
	tun_new b cv0 "$b"
	if [ -n "$psk" ]; then
		psk shared
		more_a+=(preshared-key "$tmp/shared.psk")
		more_b+=(preshared-key "$tmp/shared.psk")
	fi
	local -n outer_of=outer$outer
	case $endpoint in both | b) more_a+=(endpoint "$(hostport "${outer_of[b]}")") ;; esac
	case $endpoint in both | a) more_b+=(endpoint "$(hostport "${outer_of[a]}")") ;; esac
	[ -z "$keepalive" ] || more_a+=(persistent-keepalive "$keepalive")
	tun_set a cv0 listen-port "$port" peer "${pub[b]}" "${more_a[@]}" \
		allowed-ips 10.77.0.2/32,fd77::2/128
	tun_set b cv0 listen-port "$port" peer "${pub[a]}" "${more_b[@]}" \
		allowed-ips 10.77.0.1/32,fd77::1/128
	addr a cv0 10.77.0.1/24 fd77::1/64
	addr b cv0 10.77.0.2/24 fd77::2/64
	if [ -n "$mtu" ]; then
		ipn a link set cv0 mtu "$mtu"
		ipn b link set cv0 mtu "$mtu"
	fi
	ipn a link set cv0 up
	ipn b link set cv0 up
}

# ---------------------------------------------------------------- traffic

# ping_ok NAME ADDRESS [PING-ARGUMENT...]: three answers of three.
ping_ok()
{
	local name=$1 to=$2

	shift 2
	n "$name" ping -q -n -c 3 -i 0.02 -W 5 "$@" "$to" >"$tmp/ping" ||
		{ cat "$tmp/ping"; return 1; }
}

# ping_once NAME ADDRESS [PING-ARGUMENT...]: for polling, and for what must fail.
ping_once()
{
	local name=$1 to=$2

	shift 2
	n "$name" ping -q -n -c 1 -W 1 "$@" "$to"
}

# tcp CLIENT SERVER ADDRESS [BYTES]: BYTES each way at once, checked by SHA-256.
tcp() { py traffic.py tcp "${ns[$1]}" "${ns[$2]}" "$3" "${4:-2000000}"; }

# udp CLIENT SERVER ADDRESS SIZE...: echoes datagrams of these sizes, checked.
udp()
{
	local client=${ns[$1]} server=${ns[$2]} to=$3

	shift 3
	py traffic.py udp "$client" "$server" "$to" "$@"
}

# ---------------------------------------------------------------- counters

# stat NAME DEV COUNTER: of `ip -s link`.
stat() { n_sys "$1" cat "/sys/class/net/$2/statistics/$3"; }

# drops NAME DEV REASON: of `ethtool -S`; "none" when there is no such counter.
drops()
{
	local counter value found=none

	while read -r counter value; do
		[ "$counter" != "$3:" ] || found=$value
	done < <(n "$1" ethtool -S "$2" 2>/dev/null)
	echo "$found"
}

# dropped NAME DEV REASON LEAST: a culvert link has counted at least LEAST.
dropped() { [ "$kind" != culvert ] || [ "$(drops "$1" "$2" "$3")" -ge "$4" ]; }

# reason TEST-NAME NAME DEV REASON EXPECTED: exactly; only culvert counts reasons.
reason()
{
	if [ "$kind" = culvert ]; then
		is "$1: counted as $4" "$5" "$(drops "$2" "$3" "$4")"
	else
		note "$1: $kind has no counter $4"
	fi
}

# stuck: where in the kernel everything is that sleeps uninterruptibly, every worker of the
# kernel's that has work, and what runs; and connections that are tracked, for which a
# namespace waits.
stuck()
{
	local process stack

	for process in /proc/[0-9]*; do
		stack=$(cat "$process/stack" 2>/dev/null) || continue
		if grep -q '^State:.D ' "$process/status" ||
		   { [[ $(<"$process/comm") == kworker/* ]] &&
		     [[ $stack == *process_one_work* ]]; }; then
			echo "${process#/proc/} $(<"$process/comm"):"
			echo "$stack"
		fi
	done 2>/dev/null
	ps -eo pid,stat,time,comm | awk '$2 ~ /^[RD]/'
	grep -E '^(nf_conntrack|ip[46]-frags|nf-frags) ' /proc/slabinfo || true
}
