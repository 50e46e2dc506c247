// SPDX-License-Identifier: GPL-2.0
/*
 * The life of a batch between its making (tx.c, rx.c) and its leaving: begun by
 * one worker, completed, then drained in order.
 */
#include <linux/cpumask.h>
#include <linux/error-injection.h>
#include <linux/slab.h>

#include "batch.h"
#include "crypt.h"
#include "../handshake/session.h"

/* By how many batches one may have been overtaken and still take its place. */
#define CV_BATCH_MAX_OVERTAKEN 8

/* How far into a queue one looks for a batch to run. */
#define CV_BATCH_MAX_CLAIM 64

/*
 * How many batches of one peer and direction may wait before their maker must help, and
 * how many one runs at most for the sake of a lone packet: half a millisecond's work with
 * AVX-512, some milliseconds' without SIMD.
 */
#define CV_BATCH_MAX_WAITING 16

static struct kmem_cache *cv_batch_cache;

/**
 * cv_batch_init() - make what batches are allocated from
 *
 * Context: module load. Return: 0 or -ENOMEM.
 */
int cv_batch_init(void)
{
	cv_batch_cache = KMEM_CACHE(cv_batch, SLAB_HWCACHE_ALIGN);
	return cv_batch_cache ? 0 : -ENOMEM;
}

/**
 * cv_batch_exit() - undo cv_batch_init()
 *
 * Context: module unload, when no batch is left.
 */
void cv_batch_exit(void)
{
	kmem_cache_destroy(cv_batch_cache);
}

/**
 * cv_batch_create() - an empty batch
 * @session: whose packets; a reference is taken over from the caller
 * @sealing: outgoing
 *
 * Context: any. Return: the batch, or NULL when memory is short: then the
 * reference stays the caller's.
 */
struct cv_batch *cv_batch_create(struct cv_session *session, bool sealing)
{
	struct cv_batch *batch = kmem_cache_alloc(cv_batch_cache, GFP_ATOMIC | __GFP_NOWARN);

	if (unlikely(!batch))
		return NULL;
	batch->session = session;
	batch->order = sealing ? &session->peer->tx : &session->peer->rx;
	batch->sealing = sealing;
	batch->bulk = false;
	batch->state = CV_BATCH_WAITING;
	INIT_LIST_HEAD(&batch->work_link);
	batch->packets = 0;
	batch->bytes = 0;
	batch->wire_bytes = 0;
	batch->flight_bytes = 0;
	batch->limited_bytes = 0;
	batch->counter = 0;
	__skb_queue_head_init(&batch->in);
	__skb_queue_head_init(&batch->out);
	return batch;
}

ALLOW_ERROR_INJECTION(cv_batch_create, NULL);

/**
 * cv_batch_free() - free a batch and the packets still in it
 * @batch: the batch, out of every list
 *
 * Context: any. Puts the session.
 */
void cv_batch_free(struct cv_batch *batch)
{
	__skb_queue_purge(&batch->in);
	__skb_queue_purge(&batch->out);
	cv_session_put(batch->session);
	kmem_cache_free(cv_batch_cache, batch);
}

/*
 * Behind which batch of its queue one belongs: the youngest, but if the path has had
 * packets overtake each other, those that overtook this one have not left yet. What a
 * datagram says of its counter is not yet authenticated, but can only cost a place.
 */
static struct list_head *cv_batch_before(const struct cv_batch *batch)
{
	struct list_head *place = batch->order->batches.prev;
	unsigned int n;

	for (n = 0; n < CV_BATCH_MAX_OVERTAKEN && place != &batch->order->batches; n++) {
		struct cv_batch *other = list_entry(place, struct cv_batch, order_link);

		if (other->session != batch->session || other->counter < batch->counter)
			break;
		place = place->prev;
	}
	return place;
}

/**
 * cv_batch_join() - a batch joins its queue, and it is settled where it is run
 * @batch: new and filled; its @bulk says whether what it began with was bulk
 * @small: it is but a packet or two
 * @lone: as for cv_batch_help()
 *
 * The policy of placement:
 * - With nothing in flight the tunnel is idle, and a small batch is run by this CPU as
 *   soon as the burst is over that the packet came with: for a lone packet that is at
 *   once, without a wake-up, which is most of its time; and what comes with it in the
 *   burst joins the batch.
 * - With one CPU nothing is gained by handing it to anybody: so is any batch.
 * - Otherwise crypto workers take turns, so that one flow uses several CPUs. Short
 *   packets come before programs, and wait for none of them. Bulk is done as one among
 *   programs: who reads a stream must come to it, or its window closes and it stops.
 * - If too many batches wait already, workers do not keep up: perhaps because the very
 *   softirq that makes batches leaves them no time. Then whoever makes a batch runs the
 *   oldest one that waits, and so makes no more than can be carried: what is too much is
 *   lost before any work was spent on it, in front of the tunnel.
 *
 * Context: BH off, the order's lock held. Return: what cv_crypt_start() is to be told.
 */
struct cv_batch_place cv_batch_join(struct cv_batch *batch, bool small, bool lone)
{
	struct cv_order *order = batch->order;
	struct cv_batch_place place = {};

	lockdep_assert_held(&order->lock);
	place.soon = (small && list_empty(&order->batches)) || num_online_cpus() == 1;
	batch->bulk &= !place.soon;
	list_add(&batch->order_link, cv_batch_before(batch));
	order->waiting++;
	order->bulk += batch->bulk;
	cv_crypt_queue(batch, place.soon);
	place.cpu = batch->cpu;
	place.bulk = batch->bulk;
	if (!place.soon)
		place.help = cv_batch_help(order, lone) ?:
			     order->waiting > CV_BATCH_MAX_WAITING;
	return place;
}

/**
 * cv_batch_help() - how many of the batches that wait one is to run oneself
 * @order: the queue
 * @lone: a short packet that came by itself was just put there
 *
 * Behind bulk a lone packet would wait for workers, and those for programs. Who brought it
 * runs what lies before it instead, which takes no wake-up.
 *
 * Context: BH off, the order's lock held. Return: what cv_crypt_help() is to be told.
 */
unsigned int cv_batch_help(const struct cv_order *order, bool lone)
{
	lockdep_assert_held(&order->lock);
	return lone && order->bulk ? CV_BATCH_MAX_WAITING : 0;
}

static void cv_batch_run(struct cv_batch *batch)
{
	lockdep_assert_held(&batch->order->lock);
	batch->state = CV_BATCH_RUNNING;
	batch->order->waiting--;
	batch->order->bulk -= batch->bulk;
	batch->order->running++;
}

/**
 * cv_batch_claim() - take the oldest batch that waits for a worker
 * @order: the queue
 * @bulk: even if it is bulk; else none that waits behind bulk either, whose time to leave
 *	has not come
 *
 * Context: BH off. Return: a batch to run, or NULL.
 */
struct cv_batch *cv_batch_claim(struct cv_order *order, bool bulk)
{
	struct cv_batch *batch;
	unsigned int n = 0;

	spin_lock(&order->lock);
	list_for_each_entry(batch, &order->batches, order_link) {
		/* Behind that many there is enough to be done by those that have them. */
		if (!order->waiting || n++ == CV_BATCH_MAX_CLAIM)
			break;
		if (batch->state != CV_BATCH_WAITING)
			continue;
		if (batch->bulk && !bulk)
			break;
		/* One that a worker has in hand already is about to be run by it. */
		if (cv_crypt_unqueue(batch)) {
			cv_batch_run(batch);
			spin_unlock(&order->lock);
			return batch;
		}
	}
	spin_unlock(&order->lock);
	return NULL;
}

/**
 * cv_batch_begin() - a worker takes a batch in hand
 * @batch: taken out of the worker's list
 *
 * From here on nobody adds to the batch. Context: BH off.
 */
void cv_batch_begin(struct cv_batch *batch)
{
	spin_lock(&batch->order->lock);
	cv_batch_run(batch);
	spin_unlock(&batch->order->lock);
}
