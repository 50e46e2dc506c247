// SPDX-License-Identifier: GPL-2.0
/*
 * What batches are allocated from.
 */
#include <linux/error-injection.h>
#include <linux/slab.h>

#include "batch.h"
#include "../core/peer.h"
#include "../handshake/session.h"

static struct kmem_cache *cv_batch_cache;

/**
 * cv_batch_init() - make what batches are allocated from
 *
 * Context: module load.
 * Return: 0 or -ENOMEM.
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
 * @ops: of the direction
 *
 * Context: any.
 * Return: the batch, or NULL when memory is short: then the reference stays the caller's.
 */
struct cv_batch *cv_batch_create(struct cv_session *session, const struct cv_batch_ops *ops)
{
	struct cv_batch *batch = kmem_cache_alloc(cv_batch_cache, GFP_ATOMIC | __GFP_NOWARN);

	if (unlikely(!batch))
		return NULL;
	batch->ops = ops;
	batch->session = session;
	batch->order = ops->sealing ? &session->peer->tx : &session->peer->rx;
	batch->level = CV_BATCH_URGENT;
	batch->state = CV_BATCH_WAITING;
	INIT_LIST_HEAD(&batch->work_link);
	batch->packets = 0;
	batch->bytes = 0;
	batch->wire_bytes = 0;
	batch->flight_bytes = 0;
	batch->limited_bytes = 0;
	batch->counter = 0;
	batch->last_counter = 0;
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
