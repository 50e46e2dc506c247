#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: smp
# timeout: 120
# A queueing discipline on the link: when the crypto is the bottleneck, what cannot be
# sealed yet waits there, is dropped there and nowhere else, and leaves in its order.
# Without one the link never stops its queue.
. "$(dirname "$0")/../../lib/test.sh"

if [ "$kind" != culvert ]; then
	skip "queueing disciplines" "$kind has no counters to see it by"
	finish
fi

#   b ═ a ═ d; d's host drops what is large before it is opened, so that sealing at a
#   is the bottleneck
net_pair
ns_new d
wire a vd d v0
addr a vd 203.0.113.1/24
addr d v0 203.0.113.2/24
key d
tunnel_pair
tun_new d cv0
tun_set d cv0 listen-port "$port" peer "${pub[a]}" allowed-ips 10.77.0.1/32
addr d cv0 10.77.0.3/24
ipn d link set cv0 up
tun_set a cv0 peer "${pub[d]}" endpoint "203.0.113.2:$port" allowed-ips 10.77.0.3/32
works "ping b at first" ping_ok a 10.77.0.2
works "ping d at first" ping_ok a 10.77.0.3
n d nft -f - <<-END
	table netdev sink {
		chain in {
			type filter hook ingress device v0 priority 0
			meta length > 500 drop
		}
	}
END
dmesg --clear

busy() { drops a cv0 tx_busy; }
qdisc() { n a tc qdisc replace dev cv0 root "$@"; }
# At a higher priority than the workers, or it makes no more than they seal; and this script before
# it: else it is not the packets that wait, but each program that is started beside a flood.
chrt --fifo --pid 2 $$
flood() { n a chrt --fifo 1 "${python[@]}" "$test_dir/urgent.py" flood 10.77.0.3 "$@"; }
streams() { py stream.py tcp "${ns[a]}" "${ns[b]}" 10.77.0.2 "$1" 2; }

# flood_begin [PAUSE]; flood_end
flood_begin()
{
	flood 100 "$@" >"$tmp/flood" &
	flood_pid=$!
	defer "end_process $flood_pid"
	wait_for 10 under_load
}
under_load()
{
	local before

	before=$(stat a cv0 tx_packets)
	breathe
	[ "$(stat a cv0 tx_packets)" -gt $((before + 10)) ]
}
flood_end() { end_process "$flood_pid"; }

flood 2 >"$tmp/flood"
note "without a qdisc: $(cat "$tmp/flood") bytes offered, tx_busy $(busy)"
is "flood without a qdisc: no stopped queue in the log" "" \
	"$(dmesg | grep -E 'asks to queue|WATCHDOG' || :)"
works "flood without a qdisc: ping afterwards" ping_ok a 10.77.0.2

# qdisc_count WORD: a figure of the qdisc's statistics
qdisc_count()
{
	n a tc -s qdisc show dev cv0 root |
		sed -n "s/^ Sent .*[( ]$1 \([0-9]*\).*/\1/p" | head -n 1
}

modprobe -a sch_fq_codel sch_prio sch_cake sch_fq
waited=0
for words in "fq_codel" "fq" "cake" "prio" "pfifo limit 100"; do
	name=${words%% *}
	# shellcheck disable=SC2086 # several words
	if ! qdisc $words 2>"$tmp/qdisc"; then
		skip "$name" "this kernel has none: $(head -n 1 "$tmp/qdisc")"
		continue
	fi
	before=$(busy)
	case $name in
	prio | pfifo)
		# These do not separate flows: no stream gets through beside a flood.
		flood 2 >"$tmp/flood"
		works "$name: streams after a flood" streams 100000
		;;
	*)
		flood_begin
		works "$name: streams beside a flood" streams 200000
		flood_end
		;;
	esac
	is "$name: the link drops nothing as tx_busy" "$before" "$(busy)"
	between "$name: bytes of the flood through the qdisc" 20 1000000000 "$(qdisc_count bytes)"
	waited=$((waited + $(qdisc_count dropped) + $(qdisc_count requeues)))
	soon "$name: ping after the flood" 20 ping_once a 10.77.0.2
done

# The flood must outrun the crypto, or the results above show nothing.
between "all qdiscs: packets dropped or requeued" 1 1000000000 "$waited"

# Urgent packets go first, and none is lost. On a kernel that is slow most of their time goes by
# before and after the qdisc, for all of them alike.
# (By the kernel's own map DSCP EF shares a band with everything else.)
qdisc handle 1: prio
n a tc filter add dev cv0 parent 1: protocol ip u32 match ip tos 0xb8 0xfc flowid 1:1
before=$(busy)
n_py a urgent.py echo "${ns[a]}" "${ns[b]}" 10.77.0.2 10.77.0.3 >"$tmp/echo"
{ read -r urgent urgent_ms; read -r other other_ms; } <"$tmp/echo"
note "beside a flood through prio: DSCP EF: $urgent of 60 answered, half within" \
	"$urgent_ms ms; none: $other of 60, half within $other_ms ms"
is "prio beside a flood: packets of DSCP EF answered, of 60" 60 "$urgent"
between "prio beside a flood: what is not urgent waits, ms" 20 100000 "$other_ms"
most_ms=$((other_ms / 3))
[ "${CV_SLOW:-1}" -le 1 ] || most_ms=$((other_ms * 3 / 4))
between "prio beside a flood: DSCP EF takes a third of others' time, ms" 0 $most_ms "$urgent_ms"
is "prio beside a flood: the link drops nothing as tx_busy" "$before" "$(busy)"

# Attached and removed every 50 ms under load.
change()
{
	local words

	while :; do
		for words in "fq_codel" "" "prio" "pfifo limit 10" "" "fq_codel limit 5"; do
			if [ -z "$words" ]; then
				n a tc qdisc del dev cv0 root || :
			else
				# shellcheck disable=SC2086
				qdisc $words || :
			fi
			echo >>"$tmp/changes"
			read -rt 0.05 <> <(:) || :
		done
	done
}
changed() { [ "$(wc -l <"$tmp/changes")" -ge $(($1 * 18)) ]; }
flood_begin 0.02
change 2>/dev/null &
changer=$!
defer "end_process $changer"
for round in 1 2; do
	works "qdiscs attached and removed under load: streams" streams 100000
	# All of them three times in each round.
	wait_for 60 changed $round
done
end_process "$changer"
flood_end
n a tc qdisc del dev cv0 root 2>/dev/null || :
# The stack logs it, and drops, when a qdisc is removed while the queue is stopped,
# until the next batch is through and wakes it; at no other time.
in_vain() { dmesg | grep -cE 'asks to queue' || :; }
excused=$(in_vain)
works "qdiscs attached and removed, none left: ping" ping_ok a 10.77.0.2
works "qdiscs attached and removed, none left: streams" streams 100000
qdisc fq_codel
works "qdiscs attached and removed, fq_codel again: streams" streams 100000

# The link goes down and comes back while its queue is full.
flood_begin
ipn a link set cv0 down
ipn a link set cv0 up
flood_end
soon "down and up under load: ping" 20 ping_once a 10.77.0.2
works "down and up under load: streams" streams 100000
flood_begin
works "link deleted under load" ipn a link del cv0
flood_end
is "without a qdisc: no stopped queue in the log" "$excused" "$(in_vain)"
is "no transmit watchdog in the log" "" "$(dmesg | grep -F WATCHDOG || :)"
finish
