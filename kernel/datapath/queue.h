/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Back-pressure: with a queueing discipline on the link, the link's queue stops while
 * enough is in flight to keep the crypto busy, so that what waits does so where the
 * discipline can choose. For tx.c.
 */
#ifndef CV_DATAPATH_QUEUE_H
#define CV_DATAPATH_QUEUE_H

#include <linux/dynamic_queue_limits.h>
#include <linux/spinlock.h>

struct cv_device;

/**
 * struct cv_queue - how much of a link is in flight, and how much may be
 */
struct cv_queue {
	/** @lock: all of this, and stopping and waking of the link's queue */
	spinlock_t lock;
	/** @limit: inner bytes; grows when the crypto ran out of work, else shrinks */
	struct dql limit;
} ____cacheline_aligned_in_smp;

void cv_queue_init(struct cv_device *dev);
bool cv_queue_has_discipline(const struct cv_device *dev);
unsigned int cv_queue_sent(struct cv_device *dev, unsigned int bytes);
void cv_queue_completed(struct cv_device *dev, unsigned int bytes);

#endif /* CV_DATAPATH_QUEUE_H */
