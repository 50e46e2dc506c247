/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The batch, the unit of work of the datapath: packets of one peer under one
 * session, sealed with consecutive nonces or opened together.
 */
#ifndef CV_DATAPATH_BATCH_H
#define CV_DATAPATH_BATCH_H

#include <linux/build_bug.h>
#include <linux/list.h>
#include <linux/skbuff.h>
#include <linux/types.h>

#include "order.h"
#include "../control/drop.h"

struct cv_session;

/*
 * What one batch may hold. A UDP GSO super-packet could be of 64, but then a TCP
 * super-packet is one batch and one CPU's work: with 32 two CPUs share it, and TCP has
 * been measured 1.4 times as fast as with 64 (two CPUs, native), and with 16 no faster.
 */
#define CV_BATCH_MAX_PACKETS 32
#define CV_BATCH_MAX_BYTES 65536

/* Bytes per device and direction that may be in flight through the crypto. */
#define CV_BATCH_FLIGHT_BYTES (4 << 20)

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
	/** @work_link: in a crypto worker's list */
	struct list_head work_link;
	/** @order: the queue it leaves by */
	struct cv_order *order;
	/** @session: referenced */
	struct cv_session *session;
	/** @counter: nonce of the first packet (sealing) */
	u64 counter;
	/** @in: packets to seal, or datagrams to open; grows only while WAITING */
	struct sk_buff_head in;
	/** @out: sealed super-packets, or opened packets */
	struct sk_buff_head out;
	/** @packets: how many @in holds, datagrams counted singly */
	unsigned int packets;
	/** @bytes: how many @in holds */
	unsigned int bytes;
	/** @mtu: the link's when sealing began: one value for all sizes of the batch */
	unsigned int mtu;
	/** @flight_bytes: what it counts in the device's bytes in flight */
	unsigned int flight_bytes;
	/** @state: see enum cv_batch_state */
	enum cv_batch_state state;
	/** @sealing: outgoing; else incoming */
	bool sealing;
};

/**
 * struct cv_batch_cb - what a packet carries in its control block within a batch
 */
struct cv_batch_cb {
	union {
		/** @tx: an inner packet to seal, or an outer one that was sealed */
		struct {
			/** @tx.bytes: inner bytes */
			u32 bytes;
			/** @tx.packets: inner packets, keepalives not counted */
			u16 packets;
			/** @tx.ds: DS field of the outer packet, ECN included */
			u8 ds;
			/** @tx.depth: how many tunnels it has been through already */
			u8 depth;
		} tx;
		/** @rx: datagrams of one session, one after the other */
		struct {
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
			/** @opened.wire_bytes: size of the datagram it came in */
			u32 wire_bytes;
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

int cv_batch_init(void);
void cv_batch_exit(void);
struct cv_batch *cv_batch_create(struct cv_session *session, bool sealing);
void cv_batch_free(struct cv_batch *batch);
bool cv_batch_begin(struct cv_batch *batch);
void cv_batch_complete(struct cv_batch *batch);
void cv_batch_drain(struct cv_order *order);

#endif /* CV_DATAPATH_BATCH_H */
