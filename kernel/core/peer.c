// SPDX-License-Identifier: GPL-2.0
/*
 * The life of a peer: made by netlink_set.c, found and held by all parts of the module, and
 * freed when the last reference has gone. How one is removed is in reaper.c.
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

static struct kmem_cache *cv_peer_cache;

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
	return cv_peer_cache ? 0 : -ENOMEM;
}

/**
 * cv_peer_exit() - free what all peers shared
 *
 * Context: process, at module unload, no device left.
 */
void cv_peer_exit(void)
{
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

/**
 * cv_peer_is_running() - whether an exchange or a session may be begun with a peer
 * @peer: borrowed or referenced
 *
 * A link that goes down is no more running when cv_peer_stop() takes the locks under which
 * these are published: what is decided under &cv_peer.exchange_lock holds.
 *
 * Context: any.
 * Return: true if it is live and its link up.
 */
bool cv_peer_is_running(const struct cv_peer *peer)
{
	return cv_peer_is_live(peer) && netif_running(peer->dev->netdev);
}

/**
 * cv_peer_stop() - a peer has nothing more to do until it is started again, or ever
 * @peer: the link goes down, or the peer has been removed
 *
 * Context: process, may sleep; holds &cv_device.lock, or the peer has been removed.
 */
void cv_peer_stop(struct cv_peer *peer)
{
	cv_timers_event(peer, CV_EVENT_STOP);
	/* Before the sessions: until it has seen the link down or the peer dead, it makes some. */
	cv_exchange_clear(peer);
	cv_session_drop_all(peer);
	cv_tx_drop_staged(peer, CV_DROP_TX_LINK_DOWN);
}
