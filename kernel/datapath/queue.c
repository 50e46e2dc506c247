// SPDX-License-Identifier: GPL-2.0
/*
 * Back-pressure: with a queueing discipline on the link, the link's queue stops while
 * enough is in flight to keep the crypto busy, so that what waits does so where the
 * discipline can choose. For tx.c.
 *
 * Without a discipline the stack could not hold what a stopped queue does not take: then
 * the queue is never stopped, and CV_BATCH_FLIGHT_BYTES is the only bound. The kernel's
 * own byte queue limits, whose arithmetic this is, need one sender and one completer at
 * a time, which a link that many CPUs send on does not have: hence the lock, which is
 * taken once a batch and only with a discipline.
 */
#include <linux/cpumask.h>
#include <linux/netdevice.h>
#include <linux/sizes.h>
#include <net/sch_generic.h>

#include "queue.h"
#include "../core/device.h"

/*
 * The limit's arithmetic knows when nothing was left to do, but not that one CPU had
 * work and another had none: so many bytes for each CPU are never too much.
 */
#define CV_QUEUE_CPU_BYTES SZ_64K
#define CV_QUEUE_MAX_BYTES SZ_1M

/**
 * cv_queue_init() - nothing is in flight
 * @dev: the device
 *
 * Context: RTNL, before the link is registered.
 */
void cv_queue_init(struct cv_device *dev)
{
	struct cv_queue *queue = &dev->queue;

	spin_lock_init(&queue->lock);
	dql_init(&queue->limit, HZ);
	queue->limit.max_limit = CV_QUEUE_MAX_BYTES;
	queue->limit.min_limit = min_t(unsigned int, num_possible_cpus() * CV_QUEUE_CPU_BYTES,
				       CV_QUEUE_MAX_BYTES);
}

/**
 * cv_queue_has_discipline() - can packets wait in front of the link
 * @dev: the device
 *
 * Context: BH off.
 * Return: a discipline may come or go right after.
 */
bool cv_queue_has_discipline(const struct cv_device *dev)
{
	return rcu_dereference_bh(netdev_get_tx_queue(dev->netdev, 0)->qdisc)->enqueue;
}

/**
 * cv_queue_sent() - packets are on their way to the crypto
 * @dev: the device
 * @bytes: how much
 *
 * Context: BH off.
 * Return: what cv_queue_completed() must be told of them, once.
 */
unsigned int cv_queue_sent(struct cv_device *dev, unsigned int bytes)
{
	struct cv_queue *queue = &dev->queue;

	if (likely(!cv_queue_has_discipline(dev)))
		return 0;
	spin_lock(&queue->lock);
	dql_queued(&queue->limit, bytes);
	/* A discipline may just have gone: the next completion wakes the queue again. */
	if (dql_avail(&queue->limit) < 0)
		netif_stop_queue(dev->netdev);
	spin_unlock(&queue->lock);
	return bytes;
}

/**
 * cv_queue_completed() - packets have left, one way or another
 * @dev: the device
 * @bytes: sum of what cv_queue_sent() returned for them
 *
 * Context: BH off.
 */
void cv_queue_completed(struct cv_device *dev, unsigned int bytes)
{
	struct cv_queue *queue = &dev->queue;

	if (likely(!bytes))
		return;
	spin_lock(&queue->lock);
	dql_completed(&queue->limit, bytes);
	if (netif_queue_stopped(dev->netdev) &&
	    (dql_avail(&queue->limit) >= 0 || !cv_queue_has_discipline(dev)))
		netif_wake_queue(dev->netdev);
	spin_unlock(&queue->lock);
}
