// SPDX-License-Identifier: GPL-2.0
/*
 * The peers of a device by public key. The handshake finds the sender of an initiation
 * here, netlink the peer that a request names.
 *
 * The table may hold two peers with one key for a while: one that a request is about to
 * remove and one that it is about to add. Only one of them is ever to be found, since a
 * peer that is &cv_peer.dead (not added yet, or removed) is passed over.
 */
#include <linux/once.h>
#include <linux/rhashtable.h>
#include <linux/siphash.h>
#include <linux/string.h>

#include "peers.h"
#include "../core/peer.h"

static siphash_key_t cv_peers_secret;

static u32 cv_peers_hash(const void *public_key, u32 len, u32 seed)
{
	siphash_key_t secret = cv_peers_secret;

	/* The table's own seed changes when it turns out to be filled unevenly. */
	secret.key[0] ^= seed;
	return siphash(public_key, CV_WIRE_KEY_BYTES, &secret);
}

static u32 cv_peers_hash_peer(const void *object, u32 len, u32 seed)
{
	const struct cv_peer *peer = object;

	return cv_peers_hash(peer->public_key, len, seed);
}

/* Public keys are not secret: no need of a comparison in constant time. */
static int cv_peers_compare(struct rhashtable_compare_arg *arg, const void *object)
{
	const struct cv_peer *peer = object;

	return !cv_peer_is_live(peer) || memcmp(peer->public_key, arg->key, CV_WIRE_KEY_BYTES);
}

static const struct rhashtable_params cv_peers_params = {
	.head_offset = offsetof(struct cv_peer, node),
	.key_offset = offsetof(struct cv_peer, public_key),
	.key_len = CV_WIRE_KEY_BYTES,
	.hashfn = cv_peers_hash,
	.obj_hashfn = cv_peers_hash_peer,
	.obj_cmpfn = cv_peers_compare,
	.automatic_shrinking = true,
};

/**
 * cv_peers_init() - make an empty table
 * @peers: the table
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int cv_peers_init(struct cv_peers *peers)
{
	get_random_once(&cv_peers_secret, sizeof(cv_peers_secret));
	return rhashtable_init(&peers->table, &cv_peers_params);
}

/**
 * cv_peers_destroy() - free a table
 * @peers: the table; empty, and without readers
 *
 * Context: process, may sleep.
 */
void cv_peers_destroy(struct cv_peers *peers)
{
	rhashtable_destroy(&peers->table);
}

/**
 * cv_peers_insert() - add a peer
 * @peers: the table
 * @peer: the peer; no reference is taken: it is removed before it goes
 *
 * Whether there is one with this key is not looked at: see cv_peers_find().
 *
 * Context: process, holds the lock of the peer's device.
 * Return: 0, or -ENOMEM, -E2BIG or -EBUSY when the table cannot grow.
 */
int cv_peers_insert(struct cv_peers *peers, struct cv_peer *peer)
{
	return rhashtable_insert_fast(&peers->table, &peer->node, cv_peers_params);
}

/**
 * cv_peers_remove() - take a peer out
 * @peers: the table
 * @peer: the peer; readers may still have found it until a grace period is over. If
 *	it is not there (any more), nothing happens
 *
 * Context: process.
 */
void cv_peers_remove(struct cv_peers *peers, struct cv_peer *peer)
{
	rhashtable_remove_fast(&peers->table, &peer->node, cv_peers_params);
}

/**
 * cv_peers_find() - the peer with a public key
 * @peers: the table
 * @public_key: the key
 *
 * Context: any, under rcu_read_lock() or the lock of the peers' device.
 * Return: the peer, borrowed, or NULL.
 */
struct cv_peer *cv_peers_find(struct cv_peers *peers, const u8 public_key[32])
{
	return rhashtable_lookup_fast(&peers->table, public_key, cv_peers_params);
}
