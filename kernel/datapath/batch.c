// SPDX-License-Identifier: GPL-2.0
/*
 * The life of a batch between its making (tx.c, rx.c) and its leaving: begun by
 * one worker, completed, then drained in order.
 */
#include <linux/slab.h>

#include "batch.h"
#include "crypt.h"
#include "rx.h"
#include "tx.h"
#include "../handshake/session.h"

/* How many finished batches one CPU carries away before it hands over. */
#define CV_BATCH_DRAIN_MAX 16

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
 * cv_order_init() - an empty order queue
 * @order: the queue
 */
void cv_order_init(struct cv_order *order)
{
	spin_lock_init(&order->lock);
	INIT_LIST_HEAD(&order->batches);
	order->draining = false;
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
	batch->state = CV_BATCH_WAITING;
	batch->packets = 0;
	batch->bytes = 0;
	batch->flight_bytes = 0;
	batch->counter = 0;
	__skb_queue_head_init(&batch->in);
	__skb_queue_head_init(&batch->out);
	return batch;
}

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

/**
 * cv_batch_begin() - a worker takes a batch in hand
 * @batch: from its list
 *
 * From here on nobody adds to the batch. Context: BH off.
 * Return: false when the batch is done already and only its queue is to be
 * drained: cv_batch_drain() then, which the caller has been handed the turn for.
 */
bool cv_batch_begin(struct cv_batch *batch)
{
	bool fresh;

	spin_lock(&batch->order->lock);
	fresh = batch->state == CV_BATCH_WAITING;
	if (fresh)
		batch->state = CV_BATCH_RUNNING;
	spin_unlock(&batch->order->lock);
	return fresh;
}

/**
 * cv_batch_complete() - a batch has been sealed or opened
 * @batch: the batch; may be freed on return
 *
 * Context: BH off, no lock held.
 */
void cv_batch_complete(struct cv_batch *batch)
{
	struct cv_order *order = batch->order;
	bool ours;

	lockdep_assert_in_softirq();
	spin_lock(&order->lock);
	batch->state = CV_BATCH_DONE;
	/*
	 * If another CPU is draining, it will look at the head once more under the
	 * lock before it stops, and so sees this one: nothing to wake.
	 */
	ours = !order->draining;
	order->draining = true;
	spin_unlock(&order->lock);
	if (ours)
		cv_batch_drain(order);
}

/**
 * cv_batch_drain() - carry finished batches away, oldest first
 * @order: the queue; &cv_order.draining is set and is the caller's
 *
 * After CV_BATCH_DRAIN_MAX of them the turn goes to a crypto worker together with
 * the head, so that a softirq or a caller of sendmsg() is not held for ever by
 * what other CPUs go on finishing. While the turn is out nobody else can free
 * that head.
 *
 * A peer, and so its order queue, is alive here because the head's session is
 * referenced; after the last head has been freed under the turn, the queue must
 * not be looked at unless something else holds the peer: hence the reference.
 *
 * Context: BH off, no lock held.
 */
void cv_batch_drain(struct cv_order *order)
{
	struct cv_batch *head;
	struct cv_peer *peer;
	unsigned int n = 0;

	spin_lock(&order->lock);
	head = list_first_entry_or_null(&order->batches, struct cv_batch, order_link);
	if (!head || head->state != CV_BATCH_DONE) {
		order->draining = false;
		spin_unlock(&order->lock);
		return;
	}
	peer = cv_peer_get(head->session->peer);
	while (head && head->state == CV_BATCH_DONE && n++ < CV_BATCH_DRAIN_MAX) {
		list_del(&head->order_link);
		spin_unlock(&order->lock);
		if (head->sealing)
			cv_tx_finish(head);
		else
			cv_rx_finish(head);
		spin_lock(&order->lock);
		head = list_first_entry_or_null(&order->batches, struct cv_batch, order_link);
	}
	if (head && head->state == CV_BATCH_DONE) {
		spin_unlock(&order->lock);
		cv_crypt_queue(head);
	} else {
		order->draining = false;
		spin_unlock(&order->lock);
	}
	cv_peer_put(peer);
}
