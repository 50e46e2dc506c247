// SPDX-License-Identifier: GPL-2.0
/*
 * What belongs to a device as a whole: how it begins, how long its memory is kept, and its
 * static key. For link.c, peer.c, netlink and the handshake.
 */
#include <crypto/curve25519.h>
#include <crypto/utils.h>
#include <linux/error-injection.h>
#include <linux/percpu.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "device.h"

/**
 * cv_device_init() - a device without tables, peers or a key
 * @dev: zeros
 * @netdev: its link
 * @net: the namespace that the link is made in, which its sockets stay in
 *
 * Context: RTNL.
 */
void cv_device_init(struct cv_device *dev, struct net_device *netdev, struct net *net)
{
	static u64 serial;

	ASSERT_RTNL();
	dev->netdev = netdev;
	dev->serial = ++serial;
	dev->peer_sequence = 1;
	mutex_init(&dev->lock);
	INIT_LIST_HEAD(&dev->peer_list);
	cv_allowedips_init(&dev->allowed_ips, &dev->lock);
	rcu_assign_pointer(dev->birth_net, net);
}

/**
 * cv_device_create_tables() - what a device finds peers and sessions by, and its counters
 * @dev: from cv_device_init()
 *
 * Context: process, may sleep.
 * Return: 0 or a negative error, with nothing made.
 */
int cv_device_create_tables(struct cv_device *dev)
{
	int err = -ENOMEM;

	dev->drops = alloc_percpu(struct cv_drop_counts);
	if (!dev->drops)
		return err;
	err = cv_peers_init(&dev->peers);
	if (err)
		goto free_drops;
	err = cv_index_init(&dev->index);
	if (err)
		goto destroy_peers;
	return 0;

destroy_peers:
	cv_peers_destroy(&dev->peers);
free_drops:
	free_percpu(dev->drops);
	return err;
}

ALLOW_ERROR_INJECTION(cv_device_create_tables, ERRNO);

/**
 * cv_device_destroy_tables() - undo cv_device_create_tables()
 * @dev: the device, without peers
 *
 * Context: process, may sleep.
 */
void cv_device_destroy_tables(struct cv_device *dev)
{
	cv_index_destroy(&dev->index);
	cv_peers_destroy(&dev->peers);
	free_percpu(dev->drops);
	mutex_destroy(&dev->lock);
	mutex_destroy(&dev->reaper.lock);
}

/**
 * cv_device_get() - keep the memory of a device and of its link
 * @dev: the device, to which the caller has a reference already
 *
 * Context: any.
 * Return: nothing; one more is to be given back with cv_device_put().
 */
void cv_device_get(struct cv_device *dev)
{
	atomic_inc(&dev->alive);
}

/**
 * cv_device_put() - a peer, the link or the reaper has gone
 * @dev: the device; gives back one, and the link may be freed after the last
 *
 * Context: any.
 */
void cv_device_put(struct cv_device *dev)
{
	if (atomic_dec_and_test(&dev->alive))
		netdev_put(dev->netdev, &dev->netdev_tracker);
}

/**
 * cv_device_changed() - dumps under way are not of one moment any more
 * @dev: the device
 *
 * Context: process, holds &cv_device.lock.
 */
void cv_device_changed(struct cv_device *dev)
{
	lockdep_assert_held(&dev->lock);
	/* To netlink 0 means that there is nothing to compare with. */
	if (!++dev->peer_sequence)
		dev->peer_sequence = 1;
}

/**
 * cv_device_read_identity() - copy the static key out
 * @dev: the device
 * @copy: gets all of the identity but @rcu; to be wiped by the caller
 *
 * Context: any.
 * Return: false if the device has no private key; @copy is untouched then.
 */
bool cv_device_read_identity(struct cv_device *dev, struct cv_identity *copy)
{
	const struct cv_identity *identity;

	rcu_read_lock();
	identity = rcu_dereference(dev->identity);
	if (identity)
		memcpy(copy, identity, offsetof(struct cv_identity, rcu));
	rcu_read_unlock();
	return identity;
}

/**
 * cv_device_make_identity() - all that follows from a private key
 * @private_key: 32 random bytes; clamped here
 *
 * Context: process, may sleep; takes as long as a curve multiplication.
 * Return: an identity for cv_device_set_identity(), to be freed with
 * kfree_sensitive() if it is not used, or ERR_PTR(): -ENOMEM, or -EINVAL for a key
 * that has no public key.
 */
struct cv_identity *cv_device_make_identity(const u8 private_key[CV_WIRE_KEY_BYTES])
{
	struct cv_identity *identity = kzalloc(sizeof(*identity), GFP_KERNEL);

	if (!identity)
		return ERR_PTR(-ENOMEM);
	memcpy(identity->private_key, private_key, CV_WIRE_KEY_BYTES);
	curve25519_clamp_secret(identity->private_key);
	if (!curve25519_generate_public(identity->public_key, identity->private_key)) {
		kfree_sensitive(identity);
		return ERR_PTR(-EINVAL);
	}
	cv_cookie_keys_init(&identity->keys, identity->public_key);
	return identity;
}

ALLOW_ERROR_INJECTION(cv_device_make_identity, ERRNO);

static void cv_device_free_identity(struct rcu_head *rcu)
{
	kfree_sensitive(container_of(rcu, struct cv_identity, rcu));
}

/**
 * cv_device_set_identity() - change the static key
 * @dev: the device
 * @identity: from cv_device_make_identity(), owned by the device from now on; NULL for
 *	none
 *
 * The sessions and exchanges of all peers are of an older generation from now on, which
 * is how they die: no peer is touched here.
 *
 * Context: process, holds &cv_device.lock.
 */
void cv_device_set_identity(struct cv_device *dev, struct cv_identity *identity)
{
	struct cv_identity *old;

	lockdep_assert_held(&dev->lock);
	if (identity)
		identity->generation = dev->key_generation + 1;
	old = rcu_replace_pointer(dev->identity, identity, lockdep_is_held(&dev->lock));
	/* A handshake that has just read the old key makes a session that is dead. */
	WRITE_ONCE(dev->key_generation, dev->key_generation + 1);
	if (old)
		call_rcu(&old->rcu, cv_device_free_identity);
}
