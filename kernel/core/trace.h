/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints: what is refused, what happens to a peer, and where batches go. They cost a
 * branch that is not taken until a tracer switches them on: what is recorded is looked up
 * from their arguments after that. The manual has examples.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM culvert

#if !defined(CV_CORE_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define CV_CORE_TRACE_H

#include <linux/netdevice.h>
#include <linux/tracepoint.h>

#include "device.h"
#include "drop.h"
#include "peer.h"
#include "../datapath/batch.h"
#include "../handshake/session.h"
#include "../handshake/timer_rules.h"

#define CV_TRACE_SYMBOL_OF_DROP(id, name, class, class_wireguard, skb_reason, help)	\
	{ CV_DROP_##id, name },

TRACE_EVENT(cv_drop,
	TP_PROTO(const struct cv_device *dev, enum cv_drop reason, unsigned int count),
	TP_ARGS(dev, reason, count),
	TP_STRUCT__entry(
		__array(char, link, IFNAMSIZ)
		__field(unsigned int, reason)
		__field(unsigned int, count)
	),
	TP_fast_assign(
		memcpy(__entry->link, dev->netdev->name, IFNAMSIZ);
		__entry->reason = reason;
		__entry->count = count;
	),
	TP_printk("link=%s reason=%s count=%u", __entry->link,
		  __print_symbolic(__entry->reason, CV_DROP_REASONS(CV_TRACE_SYMBOL_OF_DROP)
				   { CV_DROP_NONE, "none" }),
		  __entry->count)
);

TRACE_EVENT(cv_peer_event,
	TP_PROTO(const struct cv_peer *peer, enum cv_event event),
	TP_ARGS(peer, event),
	TP_STRUCT__entry(
		__array(char, link, IFNAMSIZ)
		__field(u32, peer)
		__field(unsigned int, event)
	),
	TP_fast_assign(
		memcpy(__entry->link, peer->dev->netdev->name, IFNAMSIZ);
		__entry->peer = peer->id;
		__entry->event = event;
	),
	TP_printk("link=%s peer=%u event=%s", __entry->link, __entry->peer,
		  __print_symbolic(__entry->event,
				   { CV_EVENT_START, "start" },
				   { CV_EVENT_STOP, "stop" },
				   { CV_EVENT_DATA_SENT, "data_sent" },
				   { CV_EVENT_DATA_RECEIVED, "data_received" },
				   { CV_EVENT_KEEPALIVE_SENT, "keepalive_sent" },
				   { CV_EVENT_KEEPALIVE_RECEIVED, "keepalive_received" },
				   { CV_EVENT_INITIATION_SENT, "initiation_sent" },
				   { CV_EVENT_INITIATION_PUT_OFF, "initiation_put_off" },
				   { CV_EVENT_RESPONSE_SENT, "response_sent" },
				   { CV_EVENT_HANDSHAKE_MESSAGE_RECEIVED,
				     "handshake_message_received" },
				   { CV_EVENT_SESSION_DERIVED, "session_derived" },
				   { CV_EVENT_HANDSHAKE_COMPLETE, "handshake_complete" },
				   { CV_EVENT_GIVE_UP, "give_up" },
				   { CV_EVENT_WIPED, "wiped" },
				   { CV_EVENT_PERSISTENT_CHANGED, "persistent_changed" },
				   { CV_EVENT_IDLE_CHANGED, "idle_changed" },
				   { CV_EVENT_WAY_CHANGED, "way_changed" },
				   { CV_EVENT_KEY_CHANGED, "key_changed" }))
);

DECLARE_EVENT_CLASS(cv_batch,
	TP_PROTO(const struct cv_batch *batch),
	TP_ARGS(batch),
	TP_STRUCT__entry(
		__array(char, link, IFNAMSIZ)
		__field(u32, peer)
		__field(u64, counter)
		__field(unsigned int, packets)
		__field(unsigned int, bytes)
		__field(int, cpu)
		__field(unsigned int, level)
		__field(bool, sealing)
	),
	TP_fast_assign(
		memcpy(__entry->link, batch->session->peer->dev->netdev->name, IFNAMSIZ);
		__entry->peer = batch->session->peer->id;
		__entry->counter = batch->counter;
		__entry->packets = batch->packets;
		__entry->bytes = batch->bytes;
		__entry->cpu = batch->cpu;
		__entry->level = batch->level;
		__entry->sealing = batch->ops->sealing;
	),
	TP_printk("link=%s peer=%u %s counter=%llu packets=%u bytes=%u cpu=%d level=%s",
		  __entry->link, __entry->peer, __entry->sealing ? "seal" : "open",
		  __entry->counter, __entry->packets, __entry->bytes, __entry->cpu,
		  __print_symbolic(__entry->level,
				   { CV_BATCH_SOON, "soon" },
				   { CV_BATCH_URGENT, "urgent" },
				   { CV_BATCH_PATIENT, "patient" }))
);

/* Placed: it may still grow. @cpu is whose worker has it; another may run it. */
DEFINE_EVENT(cv_batch, cv_batch_placed,
	TP_PROTO(const struct cv_batch *batch),
	TP_ARGS(batch)
);

/* Begun by the CPU that the record is of. */
DEFINE_EVENT(cv_batch, cv_batch_begun,
	TP_PROTO(const struct cv_batch *batch),
	TP_ARGS(batch)
);

/* Sealed or opened, and its turn has come: it is sent or handed up next. */
DEFINE_EVENT(cv_batch, cv_batch_leaves,
	TP_PROTO(const struct cv_batch *batch),
	TP_ARGS(batch)
);

#endif /* CV_CORE_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH core
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
