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

struct cv_batch;
struct cv_order;
struct cv_session;

/*
 * What one batch may hold. A UDP GSO super-packet could be of 64, but then a TCP
 * super-packet is one batch and one CPU's work: with 32 two CPUs share it, and TCP has
 * been measured 1.4 times as fast as with 64 (two CPUs, native), and with 16 no faster.
 */
#define CV_BATCH_MAX_PACKETS 32
#define CV_BATCH_MAX_BYTES 65536

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
 * enum cv_batch_level - when a CPU comes to a batch
 * @CV_BATCH_SOON: once the burst of packets is over that the CPU is receiving or sending
 * @CV_BATCH_URGENT: ahead of programs: short packets
 * @CV_BATCH_PATIENT: as one among programs: bulk
 * @CV_BATCH_LEVELS: how many levels there are
 */
enum cv_batch_level {
	CV_BATCH_SOON,
	CV_BATCH_URGENT,
	CV_BATCH_PATIENT,
	CV_BATCH_LEVELS,
};

/**
 * struct cv_batch_ops - what differs between the two directions
 *
 * place.c, worker.c and order.c call tx.c, rx.c, seal.c and open.c by this only.
 */
struct cv_batch_ops {
	/**
	 * @run: seal or open what the batch holds. BH off, the CPU's scratch is the caller's, no
	 * lock held.
	 */
	void (*run)(struct cv_batch *batch);
	/** @finish: send it or hand it up, and free it. BH off, no lock held. */
	void (*finish)(struct cv_batch *batch);
	/** @sealing: outgoing; else incoming */
	bool sealing;
};

/**
 * struct cv_batch - one batch
 *
 * Filled and placed by place.c, run by a CPU's worker (worker.c), then taken away in order
 * by the CPU that drains its order queue (order.c).
 */
struct cv_batch {
	/** @ops: of its direction */
	const struct cv_batch_ops *ops;
	/** @order_link: in &cv_order.batches of its peer and direction */
	struct list_head order_link;
	/** @work_link: in a worker's list; the CPU that takes it out of there runs it */
	struct list_head work_link;
	/** @cpu: whose worker */
	int cpu;
	/** @level: in which of the worker's lists */
	enum cv_batch_level level;
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
};

/**
 * struct cv_batch_cb - what a packet carries in its control block within a batch
 */
struct cv_batch_cb {
	/** @bytes: inner bytes; of received datagrams, what was received */
	u32 bytes;
	/** @flight_bytes: memory it counts for while it is in flight */
	u32 flight_bytes;
	/** @packets: segments or datagrams; of an outer one that was sealed, without keepalives */
	u16 packets;
	/** @packet_bytes: inner bytes of each of them but the last */
	u16 packet_bytes;
	/** @last_bytes: inner bytes of the last, or @packet_bytes where that is not known */
	u16 last_bytes;
	/** @depth: how many tunnels it has been through already (sealing) */
	u8 depth;
	union {
		/** @tx: inner packets to seal, or an outer one of what was sealed */
		struct {
			/** @tx.hash: of the inner flow; 0: none, or an outer one of several */
			u32 hash;
			/** @tx.first: which of a super-packet's segments is the first of them */
			u16 first;
			/** @tx.header_bytes: of each segment; 0: not a super-packet */
			u16 header_bytes;
			/** @tx.mtu: of the inner route and the link: padding ends there */
			u16 mtu;
			/** @tx.ds: DS field of the outer packet, ECN included */
			u8 ds;
		} tx;
		/** @rx: datagrams of one session, one after the other */
		struct {
			/** @rx.counter: of the first, as it says */
			u64 counter;
			/** @rx.offset: where the first begins */
			u32 offset;
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

int cv_batch_init(void);
void cv_batch_exit(void);
struct cv_batch *cv_batch_create(struct cv_session *session, const struct cv_batch_ops *ops);
void cv_batch_free(struct cv_batch *batch);

#endif /* CV_DATAPATH_BATCH_H */
