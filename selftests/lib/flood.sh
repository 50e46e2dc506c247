# SPDX-License-Identifier: GPL-2.0
# A flood of forged messages beside an established session: what flood-*.sh share. Sourced by
# them instead of stress.sh.
# shellcheck shell=bash
. "$(dirname "${BASH_SOURCE[0]}")/stress.sh"

# 0 is the highest rate that the generator reaches; the test needs at least 5000 a second.
asked_per_s=${CV_FLOOD_PER_S:-0}
least_per_s=$((asked_per_s ? asked_per_s : 5000))
# A twentieth more than asked for: it makes up for what it could not send in time, but not
# for what is late at the end.
rate_per_s=$((asked_per_s * 21 / 20))
# What a session must keep of the throughput that it has while the same packets come in by
# the same way but are for another socket, which any machine has to pay for.
least_percent=60
seconds=4
victim=10.67.0.1
forge=$CULVERT_BUILD/selftests/forge

#     f ─ out ─── in ─ a ─ va ─── vb ─ b
#     forges           cv0           cv0, cv1
#
# Answers to the forged sources go back to f, which ignores them.
flood_setup()
{
	local mac

	[ -x "$forge" ] || { fail "the flood generator is built" "$forge" "nothing"; finish; }
	net_pair
	ns_new f
	wire f out a in
	addr a in $victim/24
	mac=$(n_sys f cat /sys/class/net/out/address)
	ipn a route add 10.66.0.0/16 via 10.67.0.2 dev in onlink
	ipn a neigh add 10.67.0.2 lladdr "$mac" dev in
	victim_mac=$(n_sys a cat /sys/class/net/in/address)
	tunnel_pair
	py forged.py "$tmp" "${pub[a]}"
	works "ping before the flood" ping_ok a 10.77.0.2
	n a iperf3 -s >"$tmp/iperf3" 2>&1 &
	defer "end_process $!"
	wait_for 60 listening
}
listening() { [ -n "$(n a ss -Hltn 'sport = :5201')" ]; }

# flood PORT MS FILE...: in the background; flood_end ends it and sets per_s.
flood()
{
	local to=$1 ms=$2 files=()

	shift 2
	for file; do
		files+=("$tmp/$file")
	done
	n f "$forge" out "$victim_mac" $victim "$to" $rate_per_s "$ms" "${files[@]}" >"$tmp/forge" 2>&1 &
	flood_pid=$!
}

# end_program PID: ends a program in the background, which the shell PID has started and waits for.
end_program()
{
	local child

	for child in $(cat "/proc/$1/task/$1/children" 2>/dev/null); do
		kill "$child" 2>/dev/null || :
	done
	wait "$1"
}

flood_end()
{
	end_program "$flood_pid" || { fail "the flood generator succeeds" "success" \
		"$(cat "$tmp/forge")"; return 0; }
	per_s=$(awk '/^sent/ { printf "%d", $2 * 1e9 / $4 }' "$tmp/forge")
}

# throughput: of a stream from b to a through the tunnel, in kbit/s; 0 for none.
throughput()
{
	n b timeout $((4 * seconds)) iperf3 -c 10.77.0.1 -t $seconds -J >"$tmp/stream" 2>&1 || :
	jq -r '.end.sum_received.bits_per_second // 0 | . / 1000 | floor' "$tmp/stream" \
		2>/dev/null || echo 0
}

# A socket that receives the flood beside the link; nothing reads it.
sink() { n_py a flood_sink.py 51999; }

kernel_kib() { awk '/^(Slab|Percpu|VmallocUsed|KernelStack):/ { n += $2 } END { print n }' /proc/meminfo; }

# new_peer: a link at b that a does not know yet becomes its peer.
new_peer()
{
	key new
	ipn b link add cv1 type "$kind"
	addr b cv1 10.78.0.2/32
	tun_set b cv1 private-key "$tmp/new.key" peer "${pub[a]}" \
		endpoint "$(hostport "${outer4[a]}")" allowed-ips 10.78.0.1/32
	tun_set a cv0 peer "${pub[new]}" allowed-ips 10.78.0.2/32
	addr a cv0 10.78.0.1/32
	ipn a route add 10.78.0.2/32 dev cv0
	ipn b link set cv1 up
	ipn b route add 10.78.0.1/32 dev cv1 src 10.78.0.2
}

drop_peer()
{
	ipn b link del cv1
	ipn a route del 10.78.0.2/32 dev cv0
	tun_set a cv0 peer "${pub[new]}" remove
	ipn a addr del 10.78.0.1/32 dev cv0
}

# under_flood NAME FILE...: all that must hold while FILEs come in without end.
under_flood()
{
	local name=$1 elsewhere here kib most began

	shift
	sink >"$tmp/sink" 2>&1 &
	defer "end_process $!"
	wait_for 60 eval '[ -n "$(n a ss -Hlun "sport = :51999")" ]'
	flood 51999 $((seconds * 5000)) "$@"
	elsewhere=$(throughput)
	flood_end
	note "$name: $per_s a second for another socket, the session has $elsewhere kbit/s"

	kib=$(kernel_kib)
	flood "$port" $((seconds * 5000 + 14000)) "$@"
	began=$(now_ms)
	here=$(throughput)
	most=$(kernel_kib)
	between "$name: throughput of the session, at least $least_percent %, kbit/s" \
		$((elsewhere * least_percent / 100)) 999999999 "$here"
	new_peer
	# One try and two retries, 5 s and their jitter apart.
	soon "$name: a new peer pings within two retries" 12 ping_once b 10.78.0.1 -I cv1
	between "$name: kernel memory during the flood, KiB more" -999999 6000 $((most - kib))
	note "$name: the first $(($(now_ms) - began)) ms of it are over"
	works "$name: ping in the established session" ping_once a 10.77.0.2
	flood_end
	note "$name: $per_s a second for the link's socket, the session has $here kbit/s"
	drop_peer
	between "$name: forged messages per second" $least_per_s 99999999 "$per_s"
}
