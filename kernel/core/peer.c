// SPDX-License-Identifier: GPL-2.0
/*
 * What all parts of the module do with a peer: hold it, and ask whether it may be used. It is
 * made and published by peering.c, removed by reaper.c, and freed here when the last reference
 * has gone.
 */
#include <linux/netdevice.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "device.h"
#include "peer.h"

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
 * cv_peer_alloc() - memory for a peer, with nothing in it but what all of the module uses
 * @dev: its device, of which it holds a reference
 * @public_key: its public key
 *
 * Called by cv_peering_create() alone, which makes the rest.
 *
 * Context: process, may sleep.
 * Return: the peer, not live, with one reference; NULL without memory.
 */
struct cv_peer *cv_peer_alloc(struct cv_device *dev, const u8 public_key[CV_WIRE_KEY_BYTES])
{
	struct cv_peer *peer = kmem_cache_zalloc(cv_peer_cache, GFP_KERNEL);

	if (!peer)
		return NULL;
	peer->dev = dev;
	peer->dead = true;
	peer->id = get_random_u32();
	skb_queue_head_init(&peer->staged);
	spin_lock_init(&peer->slot_lock);
	spin_lock_init(&peer->timer_lock);
	mutex_init(&peer->exchange_lock);
	memcpy(peer->public_key, public_key, CV_WIRE_KEY_BYTES);
	refcount_set(&peer->refs, 1);
	INIT_LIST_HEAD(&peer->link);
	INIT_LIST_HEAD(&peer->allowed_ips);
	cv_device_get(dev);
	return peer;
}

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
	cv_path_exit(&peer->path);
	__skb_queue_purge(&peer->staged);
	kfree(peer->name);
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
 * cv_peer_is_running() - whether an exchange or a session may be begun with a peer
 * @peer: borrowed or referenced
 *
 * A link that goes down is no more running when cv_peering_stop() takes the locks under which
 * these are published: what is decided under &cv_peer.exchange_lock holds.
 *
 * Context: any.
 * Return: true if it is live and its link up.
 */
bool cv_peer_is_running(const struct cv_peer *peer)
{
	return cv_peer_is_live(peer) && netif_running(peer->dev->netdev);
}
