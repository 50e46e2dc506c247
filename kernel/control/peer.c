// SPDX-License-Identifier: GPL-2.0
/*
 * The life of a peer: made by netlink, found and held by everybody, torn down by a
 * worker when the last list has let go of it.
 *
 * DOC: The end of a peer
 * Removal is bounded in time, because it only unpublishes: the peer leaves the tables,
 * so that nothing finds it, and is marked dead, so that whoever has found it begins
 * nothing new. The reaper of its device then stops its timers, drops its sessions, its
 * exchange and what is staged, and gives back the reference of the list. Sessions,
 * batches and queued work hold references of their own, which drain. The last one frees
 * the peer after a grace period, since readers may borrow it under RCU. All that may last
 * longer than the namespace the link was born in: see path.c, DOC: Routes.
 */
#include <linux/error-injection.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "device.h"
#include "peer.h"
#include "../datapath/tx.h"
#include "../handshake/exchange.h"
#include "../handshake/session.h"
#include "../handshake/timers.h"
#include "../handshake/work.h"

/* Peers that the reaper tears down before others may use its worker. */
#define CV_PEER_REAP_COUNT 256

static struct kmem_cache *cv_peer_cache;
static struct workqueue_struct *cv_peer_workqueue;

/**
 * cv_peer_init() - make what all peers share
 *
 * Context: process, at module load.
 * Return: 0 or -ENOMEM.
 */
int cv_peer_init(void)
{
	/* Charged to the memory cgroup of the process that asks for a peer. */
	cv_peer_cache = KMEM_CACHE(cv_peer, SLAB_ACCOUNT);
	cv_peer_workqueue = alloc_workqueue("culvert_reaper", WQ_UNBOUND, 0);
	if (cv_peer_cache && cv_peer_workqueue)
		return 0;
	cv_peer_exit();
	return -ENOMEM;
}

/**
 * cv_peer_exit() - free what all peers shared
 *
 * Context: process, at module unload, no device left.
 */
void cv_peer_exit(void)
{
	if (cv_peer_workqueue)
		destroy_workqueue(cv_peer_workqueue);
	/* The last callbacks may still be on their way to free a peer or a session. */
	rcu_barrier();
	kmem_cache_destroy(cv_peer_cache);
}

/**
 * cv_peer_create() - make a peer
 * @dev: its device
 * @public_key: its public key
 *
 * It is in no table yet, and dead: cv_peer_reserve() and cv_peer_publish() come next, or
 * cv_peer_put().
 *
 * Context: process, may sleep.
 * Return: the peer with one reference, the caller's; NULL without memory.
 */
struct cv_peer *cv_peer_create(struct cv_device *dev, const u8 public_key[CV_WIRE_KEY_BYTES])
{
	struct cv_peer *peer = kmem_cache_zalloc(cv_peer_cache, GFP_KERNEL);

	if (!peer)
		return NULL;
	peer->dev = dev;
	cv_order_init(&peer->tx);
	cv_pace_init(&peer->pace);
	cv_order_init(&peer->rx);
	skb_queue_head_init(&peer->staged);
	cv_path_init(&peer->path);
	spin_lock_init(&peer->slot_lock);
	spin_lock_init(&peer->timer_lock);
	mutex_init(&peer->exchange_lock);
	memcpy(peer->public_key, public_key, CV_WIRE_KEY_BYTES);
	peer->dead = true;
	peer->id = get_random_u32();
	refcount_set(&peer->refs, 1);
	INIT_LIST_HEAD(&peer->link);
	INIT_LIST_HEAD(&peer->allowed_ips);
	cv_work_create(peer);
	cv_device_get(dev);
	return peer;
}

ALLOW_ERROR_INJECTION(cv_peer_create, NULL);

/**
 * cv_peer_get() - take a reference
 * @peer: a peer to which the caller, or something it holds, has one already
 *
 * Context: any.
 * Return: @peer, one more reference, to be given back with cv_peer_put().
 */
struct cv_peer *cv_peer_get(struct cv_peer *peer)
{
	refcount_inc(&peer->refs);
	return peer;
}

/**
 * cv_peer_tryget() - take a reference to a peer that was found
 * @peer: borrowed under RCU, or NULL
 *
 * Context: any.
 * Return: @peer with one more reference, or NULL if it is about to be freed.
 */
struct cv_peer *cv_peer_tryget(struct cv_peer *peer)
{
	return peer && refcount_inc_not_zero(&peer->refs) ? peer : NULL;
}

static void cv_peer_free(struct rcu_head *rcu)
{
	struct cv_peer *peer = container_of(rcu, struct cv_peer, rcu);
	struct cv_device *dev = peer->dev;

	cv_path_destroy_routes(&peer->path);
	__skb_queue_purge(&peer->staged);
	memzero_explicit(peer, sizeof(*peer));
	kmem_cache_free(cv_peer_cache, peer);
	cv_device_put(dev);
}

/**
 * cv_peer_put() - give a reference back
 * @peer: the peer; freed after a grace period if this was the last one
 *
 * Context: any.
 */
void cv_peer_put(struct cv_peer *peer)
{
	if (refcount_dec_and_test(&peer->refs))
		call_rcu(&peer->rcu, cv_peer_free);
}

/**
 * cv_peer_reserve() - see to it that a peer can be published
 * @peer: from cv_peer_create()
 *
 * Context: process, holds &cv_device.lock.
 * Return: 0, or the error of cv_peers_insert().
 */
int cv_peer_reserve(struct cv_peer *peer)
{
	lockdep_assert_held(&peer->dev->lock);
	return cv_peers_insert(&peer->dev->peers, peer);
}

ALLOW_ERROR_INJECTION(cv_peer_reserve, ERRNO);

/**
 * cv_peer_cancel() - give up a peer that has been reserved but is not to be published
 * @peer: the peer; the caller's reference goes
 *
 * Context: process, holds &cv_device.lock.
 */
void cv_peer_cancel(struct cv_peer *peer)
{
	lockdep_assert_held(&peer->dev->lock);
	cv_peers_remove(&peer->dev->peers, peer);
	cv_peer_put(peer);
}

/**
 * cv_peer_publish() - a peer becomes one of its device
 * @peer: reserved; the device's list gets the caller's reference
 *
 * Context: process, holds &cv_device.lock; cannot fail.
 */
void cv_peer_publish(struct cv_peer *peer)
{
	struct cv_device *dev = peer->dev;

	lockdep_assert_held(&dev->lock);
	list_add_tail(&peer->link, &dev->peer_list);
	dev->peer_count++;
	/* From here on its initiations are answered: all of it must be in place. */
	smp_store_release(&peer->dead, false);
	cv_device_changed(dev);
	if (netif_running(dev->netdev))
		cv_timers_event(peer, CV_EVENT_START);
}

/* The rest of a removal is the reaper's. */
static void cv_peer_wake_reaper(struct cv_device *dev)
{
	lockdep_assert_held(&dev->lock);
	cv_device_get(dev);
	if (!queue_work(cv_peer_workqueue, &dev->reaper))
		cv_device_put(dev);
}

/**
 * cv_peer_remove() - a peer is no longer one of its device
 * @peer: published; the reference of the list is given back in a while
 *
 * Context: process, holds &cv_device.lock; cannot fail.
 */
void cv_peer_remove(struct cv_peer *peer)
{
	struct cv_device *dev = peer->dev;

	lockdep_assert_held(&dev->lock);
	WRITE_ONCE(peer->dead, true);
	cv_peers_remove(&dev->peers, peer);
	cv_allowedips_remove_peer(&dev->allowed_ips, &peer->allowed_ips);
	list_move_tail(&peer->link, &dev->leaving);
	dev->leaving_count++;
	dev->peer_count--;
	cv_device_changed(dev);
	/* Cheap for one peer, and so nothing more comes in by it from here on. */
	cv_session_drop_all(peer);
	cv_peer_wake_reaper(dev);
}

/* Set all allowed IPs aside, in the time that one would take. */
static void cv_peer_set_ips_aside(struct cv_device *dev)
{
	struct cv_allowedips *from = &dev->allowed_ips;
	struct cv_allowedips *to = &dev->leaving_ips;
	unsigned int i;

	mutex_lock(&dev->reap_lock);
	for (i = 0; i < ARRAY_SIZE(to->root); i++)
		rcu_assign_pointer(to->root[i],
				   rcu_replace_pointer(from->root[i], NULL,
						       lockdep_is_held(&dev->lock)));
	mutex_unlock(&dev->reap_lock);
}

/*
 * The reaper still has peers of the last time: these are taken out of the tables here
 * and now, lest they pile up there.
 */
static void cv_peer_unpublish_all(struct cv_device *dev)
{
	struct cv_peer *peer;

	cv_allowedips_free(&dev->allowed_ips);
	list_for_each_entry(peer, &dev->peer_list, link)
		cv_peers_remove(&dev->peers, peer);
}

/**
 * cv_peer_remove_all() - remove all peers of a device
 * @dev: the device
 *
 * Does as little for each peer as can be done: being dead it is found no more. The
 * reaper does the rest.
 *
 * Context: process, holds &cv_device.lock; cannot fail.
 */
void cv_peer_remove_all(struct cv_device *dev)
{
	struct cv_peer *peer;

	lockdep_assert_held(&dev->lock);
	if (list_empty(&dev->peer_list))
		return;
	list_for_each_entry(peer, &dev->peer_list, link)
		WRITE_ONCE(peer->dead, true);
	if (dev->leaving_count)
		cv_peer_unpublish_all(dev);
	else
		cv_peer_set_ips_aside(dev);
	list_splice_tail_init(&dev->peer_list, &dev->leaving);
	dev->leaving_count += dev->peer_count;
	dev->peer_count = 0;
	cv_device_changed(dev);
	cv_peer_wake_reaper(dev);
}

static void cv_peer_wipe(struct cv_peer *peer)
{
	cv_exchange_clear(peer);
	cv_session_drop_all(peer);
	cond_resched();
}

/**
 * cv_peer_wipe_all() - forget all keys that were agreed on with the peers of a device
 * @dev: the device; its link may have been deleted
 *
 * Those of removed peers, too; a peer that is in no list any more has none. They are
 * wiped after a grace period: see cv_session_wait_wiped().
 *
 * Context: process, may sleep.
 */
void cv_peer_wipe_all(struct cv_device *dev)
{
	struct cv_peer *peer;

	mutex_lock(&dev->lock);
	list_for_each_entry(peer, &dev->peer_list, link) {
		cv_peer_wipe(peer);
		cv_timers_event(peer, CV_EVENT_WIPED);
	}
	list_for_each_entry(peer, &dev->leaving, link)
		cv_peer_wipe(peer);
	mutex_lock(&dev->reap_lock);
	list_for_each_entry(peer, &dev->reaping, link)
		cv_peer_wipe(peer);
	mutex_unlock(&dev->reap_lock);
	mutex_unlock(&dev->lock);
}

static void cv_peer_tear_down(struct cv_peer *peer)
{
	struct cv_device *dev = peer->dev;

	/* Not there any more, unless all peers were removed at once. */
	cv_peers_remove(&dev->peers, peer);
	cv_timers_shutdown(peer);
	/* The exchange first: it makes sessions, until it has seen that the peer is dead. */
	cv_exchange_clear(peer);
	cv_session_drop_all(peer);
	cv_tx_drop_staged(peer, CV_DROP_TX_LINK_DOWN);
	mutex_lock(&dev->reap_lock);
	/* Not before it has no keys any more: see cv_peer_wipe_all(). */
	list_del(&peer->link);
	cv_allowedips_remove_peer(&dev->leaving_ips, &peer->allowed_ips);
	mutex_unlock(&dev->reap_lock);
	cv_peer_put(peer);
}

/**
 * cv_peer_reap() - tear some removed peers down, and come again for more
 * @work: &cv_device.reaper
 *
 * Context: worker, may sleep.
 */
void cv_peer_reap(struct work_struct *work)
{
	struct cv_device *dev = container_of(work, struct cv_device, reaper);
	unsigned int count = 0;

	mutex_lock(&dev->lock);
	list_splice_tail_init(&dev->leaving, &dev->reaping);
	mutex_unlock(&dev->lock);

	for (; !list_empty(&dev->reaping) && count < CV_PEER_REAP_COUNT; count++) {
		cv_peer_tear_down(list_first_entry(&dev->reaping, struct cv_peer, link));
		cond_resched();
	}

	mutex_lock(&dev->lock);
	dev->leaving_count -= count;
	if (dev->leaving_count)
		cv_peer_wake_reaper(dev);
	mutex_unlock(&dev->lock);
	cv_device_put(dev);
}
