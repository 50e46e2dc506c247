#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# timeout: 60
# What the tracepoints of the module show, and the kernel's own of packets that are refused.
. "$(dirname "$0")/../../lib/test.sh"

tracing=/sys/kernel/tracing

if [ "$kind" != culvert ]; then
	skip "tracepoints" "they are culvert's"
	finish
fi

quiet()
{
	echo 0 >$tracing/events/culvert/enable
	echo 0 >$tracing/events/skb/kfree_skb/enable
	echo >$tracing/trace
}
traced() { grep -qE "$1" $tracing/trace; }
# shows NAME PATTERN: a line of the trace.
shows()
{
	if traced "$2"; then
		ok "$1"
	else
		fail "$1" "a line with $2" "$(tail -n 20 $tracing/trace)"
	fi
}

net_pair
tunnel_pair
[ -e $tracing/trace ] || mount -t tracefs tracefs $tracing
defer quiet
echo 1 >$tracing/events/culvert/enable
echo 1 >$tracing/events/skb/kfree_skb/enable
works "ping at first" ping_ok a 10.77.0.2
n a bash -c "echo >/dev/udp/${outer4[b]}/$port"
soon "a datagram of one byte: counted" 10 dropped b cv0 rx_short 1
echo 0 >$tracing/events/enable
shows "an initiation was sent" 'cv_peer_event: link=cv0 peer=[0-9]+ event=initiation_sent'
shows "a handshake is complete" 'cv_peer_event: link=cv0 peer=[0-9]+ event=handshake_complete'
shows "a batch was placed" \
	'cv_batch_placed: link=cv0 peer=[0-9]+ seal counter=0 packets=1 bytes=84 cpu=0 level=soon'
shows "the batch was begun" 'cv_batch_begun: link=cv0 peer=[0-9]+ seal counter=0 packets=1'
shows "the batch has left" 'cv_batch_leaves: link=cv0 peer=[0-9]+ seal counter=0 packets=1'
shows "the batch was opened at the other end" \
	'cv_batch_leaves: link=cv0 peer=[0-9]+ open counter=0 '
shows "the short datagram was refused" 'cv_drop: link=cv0 reason=rx_short count=1'
shows "the short datagram was refused: the kernel's own reason" 'kfree_skb: .*reason: PKT_TOO_SMALL'
finish
