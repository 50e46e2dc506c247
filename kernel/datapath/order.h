/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reorder queue, one per peer and direction: batches are sealed and opened on any CPU and
 * leave in the order they came. The CPU that completes the head drains all completed
 * batches; no wakeup is needed.
 */
#ifndef CV_DATAPATH_ORDER_H
#define CV_DATAPATH_ORDER_H

#include <linux/list.h>
#include <linux/llist.h>
#include <linux/lockdep.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct cv_batch;
struct cv_session;

/**
 * struct cv_order - batches of one peer in one direction
 */
struct cv_order {
	/** @lock: all of this, the nonces of the peer's sessions, the state of its batches */
	spinlock_t lock;
	/** @draining: one CPU drains the queue, or holds it, see cv_order_complete() */
	bool draining;
	/** @waiting: how many batches wait for a worker */
	unsigned int waiting;
	/** @bulk: how many of those are bulk */
	unsigned int bulk;
	/** @running: how many are being sealed or opened */
	unsigned int running;
	/** @packets: how many the batches hold; read without the lock by cv_place_admits() */
	unsigned int packets;
	/** @held: @draining, and nothing is being drained: what was sent is in a backlog */
	bool held;
	/** @held_tail: where the backlog of the CPU that sent ended then */
	u32 held_tail;
	/** @held_jiffies: when that was */
	unsigned long held_jiffies;
	/** @held_node: in the list of the queues that this CPU holds */
	struct llist_node held_node;
	/** @batches: oldest first */
	struct list_head batches;
};

/**
 * cv_order_count_packets() - count packets that were added to a batch of a queue
 * @order: the queue
 * @packets: how many, segments and datagrams counted singly
 *
 * Context: BH off, &cv_order.lock held.
 */
static inline void cv_order_count_packets(struct cv_order *order, unsigned int packets)
{
	lockdep_assert_held(&order->lock);
	WRITE_ONCE(order->packets, order->packets + packets);
}

int cv_order_init_cpus(void);
void cv_order_exit_cpus(void);
void cv_order_init(struct cv_order *order);
struct cv_batch *cv_order_growing(struct cv_order *order, const struct cv_session *session);
void cv_order_add(struct cv_batch *batch);
void cv_order_begin(struct cv_batch *batch);
void cv_order_complete(struct cv_batch *batch);

#endif /* CV_DATAPATH_ORDER_H */
