/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The batch, the unit of work of the datapath: packets of one peer under one
 * session, sealed with consecutive nonces or opened together.
 */
#ifndef CV_DATAPATH_BATCH_H
#define CV_DATAPATH_BATCH_H

#include <linux/build_bug.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/skbuff.h>
#include <linux/types.h>

#include "order.h"
#include "../control/drop.h"
#include "../tables/replay.h"

struct cv_peer;
struct cv_session;

/*
 * What one batch may hold. A UDP GSO super-packet could be of 64, but then a TCP
 * super-packet is one batch and one CPU's work: with 32 two CPUs share it, and TCP has
 * been measured 1.4 times as fast as with 64 (two CPUs, native), and with 16 no faster.
 */
#define CV_BATCH_MAX_PACKETS 32
#define CV_BATCH_MAX_BYTES 65536

/* Inner packets up to this are short: longer ones are bulk, whose rate counts. */
#define CV_BATCH_SHORT_BYTES 512

/* Bytes per device and direction that may be in flight through the crypto. */
#define CV_BATCH_FLIGHT_BYTES (4 << 20)

/*
 * Received packets per peer that may be in flight. A batch may be opened later than all
 * others in flight: the span of their counters must fit the replay window, however small
 * the packets are. Half of it is for packets that were lost or reordered on the path.
 */
#define CV_BATCH_FLIGHT_PACKETS (CV_REPLAY_WINDOW / 2)

/**
 * enum cv_batch_state - where a batch is; changed under &cv_order.lock
 * @CV_BATCH_WAITING: queued to a crypto worker, may still grow
 * @CV_BATCH_RUNNING: being sealed or opened
 * @CV_BATCH_DONE: waits for its turn to leave
 */
enum cv_batch_state {
	CV_BATCH_WAITING,
	CV_BATCH_RUNNING,
	CV_BATCH_DONE,
};

/**
 * struct cv_batch - one batch
 *
 * Built by tx.c or rx.c, worked on by whoever runs it (cv_crypt), then carried
 * away in order by whoever drains its order queue.
 */
struct cv_batch {
	/** @order_link: in &cv_order.batches of its peer and direction */
	struct list_head order_link;
	/** @work_link: in a crypto worker's list; whoever takes it out of there runs it */
	struct list_head work_link;
	/** @cpu: whose crypto worker */
	int cpu;
	/** @order: the queue it leaves by */
	struct cv_order *order;
	/** @session: referenced */
	struct cv_session *session;
	/** @counter: nonce of the first packet; of a received one as it says */
	u64 counter;
	/** @in: what to seal or to open, super-packets included; grows only while WAITING */
	struct sk_buff_head in;
	/** @out: sealed super-packets, or opened packets */
	struct sk_buff_head out;
	/** @packets: how many @in holds, segments and datagrams counted singly */
	unsigned int packets;
	/** @bytes: how many @in holds */
	unsigned int bytes;
	/** @wire_bytes: of the datagrams that were opened */
	unsigned int wire_bytes;
	/** @run_bytes: of a super-packet at most, unless one packet has more (sealing) */
	unsigned int run_bytes;
	/** @last_counter: of the first packet of what was added last (opening) */
	u64 last_counter;
	/** @flight_bytes: what it counts in the device's bytes in flight */
	unsigned int flight_bytes;
	/** @limited_bytes: what it counts in the device's queue (sealing) */
	unsigned int limited_bytes;
	/** @state: see enum cv_batch_state */
	enum cv_batch_state state;
	/** @sealing: outgoing; else incoming */
	bool sealing;
	/** @bulk: began with long packets, and is run by a worker as one among programs */
	bool bulk;
};

/**
 * struct cv_batch_cb - what a packet carries in its control block within a batch
 */
struct cv_batch_cb {
	union {
		/** @tx: inner packets to seal, or an outer one of what was sealed */
		struct {
			/** @tx.bytes: inner bytes */
			u32 bytes;
			/** @tx.flight_bytes: memory it counts for while it is in flight */
			u32 flight_bytes;
			/** @tx.hash: of the inner flow; 0: none, or an outer one of several */
			u32 hash;
			/** @tx.packets: inner packets; of an outer one, without keepalives */
			u16 packets;
			/** @tx.first: which of a super-packet's segments is the first of them */
			u16 first;
			/** @tx.header_bytes: of each segment; 0: not a super-packet */
			u16 header_bytes;
			/** @tx.mtu: of the inner route and the link: padding ends there */
			u16 mtu;
			/** @tx.ds: DS field of the outer packet, ECN included */
			u8 ds;
			/** @tx.depth: how many tunnels it has been through already */
			u8 depth;
		} tx;
		/** @rx: datagrams of one session, one after the other */
		struct {
			/** @rx.counter: of the first, as it says */
			u64 counter;
			/** @rx.offset: where the first begins */
			u32 offset;
			/** @rx.bytes: all of them */
			u32 bytes;
			/** @rx.stride: size of each but the last */
			u32 stride;
			/** @rx.authentic: one of them was authentic and new */
			bool authentic;
		} rx;
		/** @opened: an opened inner packet */
		struct {
			/** @opened.ds: DS field of the outer packet */
			u8 ds;
		} opened;
	};
};

/**
 * cv_batch_cb() - a packet's control block while it is in a batch
 * @skb: the packet
 *
 * Return: the control block.
 */
static inline struct cv_batch_cb *cv_batch_cb(struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct cv_batch_cb) > sizeof(skb->cb));
	return (struct cv_batch_cb *)skb->cb;
}

/**
 * cv_batch_add_packets() - count packets that were added to a batch
 * @batch: the batch, waiting
 * @packets: how many, segments and datagrams counted singly
 *
 * Context: BH off, the order's lock held.
 */
static inline void cv_batch_add_packets(struct cv_batch *batch, unsigned int packets)
{
	struct cv_order *order = batch->order;

	lockdep_assert_held(&order->lock);
	batch->packets += packets;
	WRITE_ONCE(order->packets, order->packets + packets);
}

/**
 * cv_batch_admits() - whether received packets may join those in flight
 * @order: the peer's receiving queue
 * @packets: how many
 *
 * CPUs that receive from one peer at once may exceed the limit by a super-packet each,
 * which is far less than the window has left.
 *
 * Context: any; takes no lock.
 * Return: false when they are to be dropped.
 */
static inline bool cv_batch_admits(const struct cv_order *order, unsigned int packets)
{
	return READ_ONCE(order->packets) + packets <= CV_BATCH_FLIGHT_PACKETS;
}

/**
 * struct cv_batch_place - where a batch was placed: for cv_crypt_start()
 */
struct cv_batch_place {
	/** @cpu: whose crypto worker runs it */
	int cpu;
	/** @soon: that is this CPU's, after the burst */
	bool soon;
	/** @bulk: as &cv_batch.bulk */
	bool bulk;
	/** @help: how many of the oldest batches that wait its maker is to run, at most */
	unsigned int help;
};

int cv_batch_init(void);
void cv_batch_exit(void);
struct cv_batch *cv_batch_create(struct cv_session *session, bool sealing);
void cv_batch_free(struct cv_batch *batch);
struct cv_batch_place cv_batch_join(struct cv_batch *batch, bool small, bool lone);
unsigned int cv_batch_help(const struct cv_order *order, bool lone);
struct cv_batch *cv_batch_claim(struct cv_order *order, bool bulk);
void cv_batch_begin(struct cv_batch *batch);

#endif /* CV_DATAPATH_BATCH_H */
