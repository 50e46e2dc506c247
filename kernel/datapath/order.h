/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Order: batches are sealed and opened on any CPU and leave in the order they
 * came. One queue a peer and direction; whoever completes the head carries the
 * finished ones away, so that there is no wake-up to lose.
 */
#ifndef CV_DATAPATH_ORDER_H
#define CV_DATAPATH_ORDER_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>

/**
 * struct cv_order - batches of one peer in one direction
 */
struct cv_order {
	/** @lock: all of this, the nonces of the peer's sessions, the state of its batches */
	spinlock_t lock;
	/** @draining: one CPU is carrying finished batches away */
	bool draining;
	/** @waiting: how many batches wait for a worker */
	unsigned int waiting;
	/** @bulk: how many of those are bulk */
	unsigned int bulk;
	/** @running: how many are being sealed or opened */
	unsigned int running;
	/** @batches: oldest first */
	struct list_head batches;
};

void cv_order_init(struct cv_order *order);

#endif /* CV_DATAPATH_ORDER_H */
