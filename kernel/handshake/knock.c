// SPDX-License-Identifier: GPL-2.0
/*
 * Initiations of unknown keys: kept for a program to decide, while one listens.
 * exchange.c hands over what came, netlink_knock.c and netlink_set.c what the program decides.
 */

/**
 * DOC: What an unknown key may cost
 *
 * An initiation is kept when it has proven that its sender owns the key, which takes two
 * Diffie-Hellman here, and is always limited by source. From half the room on it must have a
 * cookie too, which inbox.c demands. What is kept is bounded for the device, for a network and
 * for a key, and goes after CV_KNOCK_HELD_S. No answer of any kind is sent before the verdict.
 *
 * struct cv_knock is made when a program listens for the first time, and stays until the device
 * is freed: so workers need no reference to it.
 */
#include <linux/error-injection.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "exchange.h"
#include "knock.h"
#include "ratelimit.h"
#include "tai64n.h"
#include "../core/device.h"
#include "../events/listener.h"
#include "../events/notify.h"
#include "../tables/stamps.h"

/* Knocks that are kept for a device; from half of that on a cookie is demanded. */
#define CV_KNOCK_MAX 1024
/* Of these, as many of one network: an IPv4 /24 or an IPv6 /64. */
#define CV_KNOCK_NETWORK_MAX 16
/* Chains of the table; a power of 2. */
#define CV_KNOCK_CHAINS 512

/**
 * struct cv_knock - the knocks at one device
 */
struct cv_knock {
	/** @dev: the device */
	struct cv_device *dev;
	/** @lock: all below; inside &cv_device.lock and &cv_peer.exchange_lock */
	struct mutex lock;
	/** @listener: the program that verdicts come from */
	struct cv_listener listener;
	/** @count: of @ages; read without @lock by the way in */
	unsigned int count;
	/** @ages: struct cv_knock_held, the oldest first */
	struct list_head ages;
	/** @chains: the same, by the hash of the key */
	struct hlist_head chains[CV_KNOCK_CHAINS];
	/** @secret: of that hash */
	siphash_key_t secret;
	/** @rung: the program has been told that there is one, and has not taken the last yet */
	bool rung;
	/** @last_id: of the last one */
	u64 last_id;
	/** @stamps: of refused and removed keys */
	struct cv_stamps *stamps;
	/** @limit: of initiations of unknown keys, by source */
	struct cv_ratelimit *limit;
	/** @tidy: frees those that are over */
	struct delayed_work tidy;
};

static struct workqueue_struct *cv_knock_wq;

static void cv_knock_tidy(struct work_struct *work);
static void cv_knock_hang_up(struct cv_listener *listener,
			     const struct cv_listener_socket *socket);

/**
 * cv_knock_init() - make what all devices share
 *
 * Context: module load.
 * Return: 0 or -ENOMEM.
 */
int cv_knock_init(void)
{
	BUILD_BUG_ON(sizeof(struct cv_knock_held) > 256);
	cv_knock_wq = alloc_workqueue("culvert-knock", WQ_UNBOUND | WQ_FREEZABLE, 0);
	return cv_knock_wq ? 0 : -ENOMEM;
}

/**
 * cv_knock_exit() - undo cv_knock_init()
 *
 * Context: module unload, no device left.
 */
void cv_knock_exit(void)
{
	destroy_workqueue(cv_knock_wq);
}

/*
 * Beginning and end.
 */

static struct cv_knock *cv_knock_of(const struct cv_device *dev)
{
	/* Pairs with cv_knock_create(). */
	return smp_load_acquire(&dev->knock);
}

static int cv_knock_create(struct cv_device *dev)
{
	struct cv_knock *knock = kvzalloc(sizeof(*knock), GFP_KERNEL_ACCOUNT);

	if (!knock)
		return -ENOMEM;
	knock->stamps = cv_stamps_create();
	knock->limit = cv_ratelimit_create();
	if (!knock->stamps || !knock->limit) {
		cv_stamps_destroy(knock->stamps);
		cv_ratelimit_destroy(knock->limit);
		kvfree(knock);
		return -ENOMEM;
	}
	knock->dev = dev;
	mutex_init(&knock->lock);
	INIT_LIST_HEAD(&knock->ages);
	get_random_bytes(&knock->secret, sizeof(knock->secret));
	INIT_DELAYED_WORK(&knock->tidy, cv_knock_tidy);
	cv_listener_init(&knock->listener, dev->netdev, cv_knock_hang_up);
	/* Pairs with cv_knock_of(): all of it is in place. */
	smp_store_release(&dev->knock, knock);
	return 0;
}

ALLOW_ERROR_INJECTION(cv_knock_create, ERRNO);

/**
 * cv_knock_destroy() - forget all about knocks
 * @dev: the device, about to be freed; there may never have been a listener
 *
 * Context: may sleep.
 */
void cv_knock_destroy(struct cv_device *dev)
{
	struct cv_knock *knock = dev->knock;

	if (!knock)
		return;
	cv_listener_exit(&knock->listener);
	cv_knock_forget(dev);
	cancel_delayed_work_sync(&knock->tidy);
	cv_stamps_destroy(knock->stamps);
	cv_ratelimit_destroy(knock->limit);
	dev->knock = NULL;
	kvfree(knock);
}

static void cv_knock_drop_all(struct cv_knock *knock);

/**
 * cv_knock_listen() - a program wants to decide
 * @dev: the device
 * @socket: of the program
 *
 * Context: process, holds RTNL.
 * Return: 0, also if it did already; -EBUSY if another socket does; -ENOMEM.
 */
int cv_knock_listen(struct cv_device *dev, const struct cv_listener_socket *socket)
{
	struct cv_knock *knock;
	int err = 0;

	ASSERT_RTNL();
	if (!cv_knock_of(dev))
		err = cv_knock_create(dev);
	if (err)
		return err;
	knock = cv_knock_of(dev);
	mutex_lock(&knock->lock);
	err = cv_listener_open(&knock->listener, socket);
	if (err > 0) {
		cv_knock_drop_all(knock);
		knock->rung = false;
		err = 0;
	}
	mutex_unlock(&knock->lock);
	return err;
}

static void cv_knock_drop(struct cv_knock *knock, struct cv_knock_held *held)
{
	lockdep_assert_held(&knock->lock);
	list_del(&held->age);
	hlist_del(&held->chain);
	WRITE_ONCE(knock->count, knock->count - 1);
}

static void cv_knock_drop_all(struct cv_knock *knock)
{
	struct cv_knock_held *held, *next;

	lockdep_assert_held(&knock->lock);
	list_for_each_entry_safe(held, next, &knock->ages, age) {
		cv_knock_drop(knock, held);
		cv_knock_free(held);
	}
}

/* A socket is closed: from here on all is as if it had never listened. */
static void cv_knock_hang_up(struct cv_listener *listener,
			     const struct cv_listener_socket *socket)
{
	struct cv_knock *knock = container_of(listener, struct cv_knock, listener);

	mutex_lock(&knock->lock);
	if (cv_listener_has_socket(listener, socket)) {
		cv_listener_close(listener);
		cv_knock_drop_all(knock);
	}
	mutex_unlock(&knock->lock);
}

/**
 * cv_knock_forget() - wipe what is kept: it has secrets in it
 * @dev: the device
 *
 * Context: may sleep.
 */
void cv_knock_forget(struct cv_device *dev)
{
	struct cv_knock *knock = cv_knock_of(dev);

	if (!knock)
		return;
	mutex_lock(&knock->lock);
	cv_knock_drop_all(knock);
	/* What comes next is news, even if the program could not ask: the link may be moved. */
	knock->rung = false;
	mutex_unlock(&knock->lock);
}

/**
 * cv_knock_free() - free one that is in no table
 * @held: wiped; or NULL
 */
void cv_knock_free(struct cv_knock_held *held)
{
	kfree_sensitive(held);
}

static bool cv_knock_is_over(const struct cv_knock_held *held, u64 now_ns)
{
	return now_ns - held->since_ns >= (u64)CV_KNOCK_HELD_S * NSEC_PER_SEC;
}

/* Free those that are over; the list is in the order of their time. */
static void cv_knock_drop_old(struct cv_knock *knock)
{
	u64 now_ns = ktime_get_boottime_ns();
	struct cv_knock_held *held, *next;

	lockdep_assert_held(&knock->lock);
	list_for_each_entry_safe(held, next, &knock->ages, age) {
		if (!cv_knock_is_over(held, now_ns))
			return;
		cv_knock_drop(knock, held);
		cv_knock_free(held);
	}
}

static void cv_knock_tidy(struct work_struct *work)
{
	struct cv_knock *knock = container_of(to_delayed_work(work), struct cv_knock, tidy);

	mutex_lock(&knock->lock);
	cv_knock_drop_old(knock);
	if (knock->count)
		queue_delayed_work(cv_knock_wq, &knock->tidy, HZ);
	mutex_unlock(&knock->lock);
}

/*
 * An initiation of an unknown key comes in.
 */

/**
 * cv_knock_is_crowded() - whether an unknown key needs a cookie
 * @dev: the device
 *
 * Context: any.
 * Return: true if a program listens and half the room is taken.
 */
bool cv_knock_is_crowded(const struct cv_device *dev)
{
	const struct cv_knock *knock = cv_knock_of(dev);

	return knock && READ_ONCE(knock->count) >= CV_KNOCK_MAX / 2;
}

static struct hlist_head *cv_knock_chain(struct cv_knock *knock,
					 const u8 public_key[CV_WIRE_KEY_BYTES])
{
	return &knock->chains[siphash(public_key, CV_WIRE_KEY_BYTES, &knock->secret) %
			      CV_KNOCK_CHAINS];
}

static struct cv_knock_held *cv_knock_find(struct cv_knock *knock,
					   const u8 public_key[CV_WIRE_KEY_BYTES])
{
	struct cv_knock_held *held;

	lockdep_assert_held(&knock->lock);
	hlist_for_each_entry(held, cv_knock_chain(knock, public_key), chain)
		if (!memcmp(held->public_key, public_key, CV_WIRE_KEY_BYTES))
			return held;
	return NULL;
}

static bool cv_knock_same_network(const struct cv_endpoint *a, const struct cv_endpoint *b)
{
	if (a->remote.any.sa_family != b->remote.any.sa_family)
		return false;
	if (a->remote.any.sa_family == AF_INET)
		return !((a->remote.v4.sin_addr.s_addr ^ b->remote.v4.sin_addr.s_addr) &
			 htonl(0xffffff00));
	return !memcmp(&a->remote.v6.sin6_addr, &b->remote.v6.sin6_addr, 8);
}

/* Whether a network has room for one more; a few microseconds at most. */
static bool cv_knock_network_has_room(const struct cv_knock *knock,
				      const struct cv_endpoint *from)
{
	const struct cv_knock_held *held;
	unsigned int count = 0;

	list_for_each_entry(held, &knock->ages, age)
		count += cv_knock_same_network(&held->from, from);
	return count < CV_KNOCK_NETWORK_MAX;
}

/* Whether what is remembered of a key forbids to keep one; @stamp may be NULL. */
static enum cv_drop cv_knock_remembered(struct cv_knock *knock,
					const u8 public_key[CV_WIRE_KEY_BYTES],
					const u8 *stamp)
{
	const struct cv_stamps_entry *entry = cv_stamps_find(knock->stamps, public_key);

	lockdep_assert_held(&knock->lock);
	if (!entry)
		return CV_DROP_NONE;
	if (entry->refused_until_ns > ktime_get_boottime_ns())
		return CV_DROP_HS_REFUSED;
	if (stamp && !cv_tai64n_after(stamp, entry->stamp))
		return CV_DROP_HS_REPLAY;
	return CV_DROP_NONE;
}

/* Add one, behind what came before it: the list is in the order of time. */
static void cv_knock_insert(struct cv_knock *knock, struct cv_knock_held *held)
{
	struct cv_knock_held *before;

	lockdep_assert_held(&knock->lock);
	list_for_each_entry_reverse(before, &knock->ages, age)
		if (before->since_ns <= held->since_ns)
			break;
	list_add(&held->age, &before->age);
	hlist_add_head(&held->chain, cv_knock_chain(knock, held->public_key));
	WRITE_ONCE(knock->count, knock->count + 1);
	queue_delayed_work(cv_knock_wq, &knock->tidy, HZ);
}

/* Keep one, in place of an older one of its key, which gives it its id. */
static enum cv_drop cv_knock_hold(struct cv_knock *knock, struct cv_knock_held *held)
{
	struct cv_knock_held *old;
	enum cv_drop reason;

	lockdep_assert_held(&knock->lock);
	/* The inbox may still have a message when a link that is down has forgotten all. */
	if (!cv_listener_is_heard(&knock->listener) || !netif_running(knock->dev->netdev))
		return CV_DROP_HS_UNKNOWN_PEER;
	reason = cv_knock_remembered(knock, held->public_key, held->stamp);
	if (reason != CV_DROP_NONE)
		return reason;
	/* What is over gives nothing to the next one of its key, which is told anew. */
	cv_knock_drop_old(knock);
	old = cv_knock_find(knock, held->public_key);
	if (old && !cv_tai64n_after(held->stamp, old->stamp))
		return CV_DROP_HS_REPLAY;
	if (!(old && cv_knock_same_network(&old->from, &held->from)) &&
	    !cv_knock_network_has_room(knock, &held->from))
		return CV_DROP_HS_KNOCKS_FULL;
	if (!old && knock->count >= CV_KNOCK_MAX)
		return CV_DROP_HS_KNOCKS_FULL;
	held->id = old ? old->id : ++knock->last_id;
	/* Told again if the program would let in something else than what it knows. */
	held->asked = old && old->asked && old->generation == held->generation &&
		      cv_endpoint_same_remote(&old->from, &held->from);
	if (old) {
		cv_knock_drop(knock, old);
		cv_knock_free(old);
	}
	cv_knock_insert(knock, held);
	return CV_DROP_NONE;
}

/* What is kept of an initiation; NULL without memory. */
static struct cv_knock_held *cv_knock_alloc(const struct cv_identity *identity,
					    const struct cv_noise *noise,
					    const struct cv_exchange_received *received)
{
	struct cv_knock_held *held = kzalloc(sizeof(*held), GFP_KERNEL_ACCOUNT);

	if (!held)
		return NULL;
	held->since_ns = ktime_get_boottime_ns();
	held->from = received->from;
	memcpy(held->remote_ephemeral, noise->remote_ephemeral, sizeof(held->remote_ephemeral));
	held->remote_index = received->message.initiation.sender;
	held->generation = identity->generation;
	return held;
}

/* What can be refused before the second Diffie-Hellman. */
static enum cv_drop cv_knock_admit(struct cv_knock *knock,
				   const u8 public_key[CV_WIRE_KEY_BYTES],
				   const struct cv_exchange_received *received)
{
	enum cv_drop reason;

	if (!received->has_cookie && cv_knock_is_crowded(knock->dev))
		return CV_DROP_HS_NO_COOKIE;
	if (!cv_ratelimit_allow(knock->limit, 0, received->from.remote.any.sa_family,
				cv_endpoint_address(&received->from),
				ktime_get_coarse_boottime_ns()))
		return CV_DROP_HS_RATE_LIMITED;
	mutex_lock(&knock->lock);
	reason = cv_knock_remembered(knock, public_key, NULL);
	mutex_unlock(&knock->lock);
	return reason;
}

/**
 * cv_knock_take() - an initiation of an unknown key
 * @dev: the device
 * @identity: of the device
 * @noise: the handshake, after its static key was opened; is changed
 * @public_key: that key
 * @received: the message
 *
 * Context: worker, may sleep.
 * Return: CV_DROP_NONE if it is kept and the program is told; else why not:
 * CV_DROP_HS_UNKNOWN_PEER if no program listens, CV_DROP_HS_NO_COOKIE if the sender has to show
 * one first.
 */
enum cv_drop cv_knock_take(struct cv_device *dev, const struct cv_identity *identity,
			   struct cv_noise *noise, const u8 public_key[CV_WIRE_KEY_BYTES],
			   const struct cv_exchange_received *received)
{
	struct cv_knock *knock = cv_knock_of(dev);
	u8 secret[CV_WIRE_KEY_BYTES];
	struct cv_knock_held *held;
	enum cv_drop reason;
	bool ring = false;

	if (likely(!knock) || !cv_listener_is_heard(&knock->listener))
		return CV_DROP_HS_UNKNOWN_PEER;
	reason = cv_knock_admit(knock, public_key, received);
	if (reason != CV_DROP_NONE)
		return reason;
	if (!cv_noise_static_static(secret, identity->private_key, public_key))
		return CV_DROP_HS_DH;
	held = cv_knock_alloc(identity, noise, received);
	if (!held) {
		reason = CV_DROP_HS_NO_MEMORY;
	} else if (!cv_noise_open_timestamp(noise, held->stamp, &received->message.initiation,
					    secret)) {
		reason = CV_DROP_HS_TIMESTAMP;
	}
	memzero_explicit(secret, sizeof(secret));
	if (reason == CV_DROP_NONE) {
		memcpy(held->public_key, public_key, CV_WIRE_KEY_BYTES);
		memcpy(held->chaining_key, noise->chaining_key, sizeof(held->chaining_key));
		memcpy(held->hash, noise->hash, sizeof(held->hash));
		mutex_lock(&knock->lock);
		reason = cv_knock_hold(knock, held);
		/* Once until the program has found that there is none. */
		ring = reason == CV_DROP_NONE && !held->asked && !knock->rung;
		knock->rung |= ring;
		mutex_unlock(&knock->lock);
	}
	if (reason != CV_DROP_NONE)
		cv_knock_free(held);
	if (ring && !cv_notify_ring(dev, CVEVENT_KNOCK)) {
		/* The next one is told. */
		mutex_lock(&knock->lock);
		knock->rung = false;
		mutex_unlock(&knock->lock);
	}
	return reason;
}

/*
 * What the program does.
 */

/* The knocks of a device, locked, or -ENOTCONN if this socket does not listen. */
static struct cv_knock *cv_knock_lock(struct cv_device *dev,
				      const struct cv_listener_socket *socket)
{
	struct cv_knock *knock = cv_knock_of(dev);

	if (!knock)
		return ERR_PTR(-ENOTCONN);
	mutex_lock(&knock->lock);
	if (cv_listener_is_heard(&knock->listener) &&
	    cv_listener_has_socket(&knock->listener, socket))
		return knock;
	mutex_unlock(&knock->lock);
	return ERR_PTR(-ENOTCONN);
}

/**
 * cv_knock_get() - the oldest one that the program has not been told of
 * @dev: the device
 * @socket: of the program
 * @told: filled in
 *
 * Context: process.
 * Return: 0, -EAGAIN if there is none, -ENOTCONN if this socket does not listen.
 */
int cv_knock_get(struct cv_device *dev, const struct cv_listener_socket *socket,
		 struct cv_knock_told *told)
{
	struct cv_knock *knock = cv_knock_lock(dev, socket);
	u64 now_ns = ktime_get_boottime_ns();
	struct cv_knock_held *held;
	int err = -EAGAIN;

	if (IS_ERR(knock))
		return PTR_ERR(knock);
	list_for_each_entry(held, &knock->ages, age) {
		if (held->asked || cv_knock_is_over(held, now_ns))
			continue;
		held->asked = true;
		told->id = held->id;
		told->from = held->from;
		memcpy(told->public_key, held->public_key, CV_WIRE_KEY_BYTES);
		memcpy(told->stamp, held->stamp, CV_WIRE_TIMESTAMP_BYTES);
		told->age_ms = div_u64(now_ns - held->since_ns, NSEC_PER_MSEC);
		err = 0;
		break;
	}
	if (err)
		knock->rung = false;
	mutex_unlock(&knock->lock);
	return err;
}

/**
 * cv_knock_untell() - undo cv_knock_get(): the program could not be told
 * @dev: the device
 * @told: what it would have been
 *
 * Context: process.
 */
void cv_knock_untell(struct cv_device *dev, const struct cv_knock_told *told)
{
	struct cv_knock *knock = cv_knock_of(dev);
	struct cv_knock_held *held;

	mutex_lock(&knock->lock);
	held = cv_knock_find(knock, told->public_key);
	if (held)
		held->asked = false;
	mutex_unlock(&knock->lock);
}

static struct cv_knock_held *cv_knock_find_id(struct cv_knock *knock, u64 id)
{
	u64 now_ns = ktime_get_boottime_ns();
	struct cv_knock_held *held;

	lockdep_assert_held(&knock->lock);
	list_for_each_entry(held, &knock->ages, age)
		if (held->id == id)
			return cv_knock_is_over(held, now_ns) ? NULL : held;
	return NULL;
}

/**
 * cv_knock_refuse() - a knock is refused
 * @dev: the device
 * @socket: of the program
 * @id: the knock
 * @seconds: for how long more of its key are dropped
 *
 * Context: process.
 * Return: 0, -ESTALE if there is no such knock any more, -ENOTCONN if this socket does not
 * listen.
 */
int cv_knock_refuse(struct cv_device *dev, const struct cv_listener_socket *socket, u64 id,
		    u32 seconds)
{
	struct cv_knock *knock = cv_knock_lock(dev, socket);
	u64 now_ns = ktime_get_boottime_ns();
	struct cv_knock_held *held;

	if (IS_ERR(knock))
		return PTR_ERR(knock);
	held = cv_knock_find_id(knock, id);
	if (held) {
		cv_stamps_note(knock->stamps, held->public_key, held->stamp,
			       now_ns + (u64)seconds * NSEC_PER_SEC, now_ns);
		cv_knock_drop(knock, held);
		cv_knock_free(held);
	}
	mutex_unlock(&knock->lock);
	return held ? 0 : -ESTALE;
}

/**
 * cv_knock_claim() - a knock is going to be answered
 * @dev: the device
 * @socket: of the program
 * @id: the knock
 * @public_key: that it must have
 *
 * Context: process.
 * Return: it, the caller's, for cv_knock_unclaim() or cv_knock_free(); or ERR_PTR(): -ESTALE if
 * there is no such knock any more, or it is another key's or for another identity of ours,
 * -ENOTCONN if this socket does not listen.
 */
struct cv_knock_held *cv_knock_claim(struct cv_device *dev,
				     const struct cv_listener_socket *socket, u64 id,
				     const u8 public_key[CV_WIRE_KEY_BYTES])
{
	struct cv_knock *knock = cv_knock_lock(dev, socket);
	struct cv_knock_held *held;

	if (IS_ERR(knock))
		return ERR_CAST(knock);
	held = cv_knock_find(knock, public_key);
	if (held && (held->id != id || cv_knock_is_over(held, ktime_get_boottime_ns()) ||
		     held->generation != READ_ONCE(dev->key_generation)))
		held = NULL;
	if (held)
		cv_knock_drop(knock, held);
	mutex_unlock(&knock->lock);
	return held ?: ERR_PTR(-ESTALE);
}

/**
 * cv_knock_unclaim() - undo cv_knock_claim()
 * @dev: the device
 * @held: kept again, unless there is a newer one of its key, or no room, by now
 *
 * Context: process.
 */
void cv_knock_unclaim(struct cv_device *dev, struct cv_knock_held *held)
{
	struct cv_knock *knock = cv_knock_of(dev);

	mutex_lock(&knock->lock);
	cv_knock_drop_old(knock);
	if (knock->listener.is_open && !cv_knock_find(knock, held->public_key) &&
	    knock->count < CV_KNOCK_MAX && cv_knock_network_has_room(knock, &held->from)) {
		cv_knock_insert(knock, held);
		held = NULL;
	}
	mutex_unlock(&knock->lock);
	cv_knock_free(held);
}

/*
 * Peers that come and go.
 */

/**
 * cv_knock_note() - remember the last initiation of a peer that is removed
 * @dev: the device
 * @public_key: of the peer
 * @stamp: TAI64N, zeros: it never sent one
 *
 * Context: process, may sleep.
 */
void cv_knock_note(struct cv_device *dev, const u8 public_key[CV_WIRE_KEY_BYTES],
		   const u8 stamp[CV_WIRE_TIMESTAMP_BYTES])
{
	struct cv_knock *knock = cv_knock_of(dev);

	if (!knock || !memchr_inv(stamp, 0, CV_WIRE_TIMESTAMP_BYTES))
		return;
	mutex_lock(&knock->lock);
	cv_stamps_note(knock->stamps, public_key, stamp, 0, ktime_get_boottime_ns());
	mutex_unlock(&knock->lock);
}

/**
 * cv_knock_recall() - what is remembered of a key that becomes a peer's
 * @dev: the device
 * @public_key: the key
 * @stamp: set to its greatest TAI64N, if there is one
 *
 * Context: process, may sleep.
 */
void cv_knock_recall(struct cv_device *dev, const u8 public_key[CV_WIRE_KEY_BYTES],
		     u8 stamp[CV_WIRE_TIMESTAMP_BYTES])
{
	struct cv_knock *knock = cv_knock_of(dev);
	const struct cv_stamps_entry *entry;

	if (!knock)
		return;
	mutex_lock(&knock->lock);
	entry = cv_stamps_find(knock->stamps, public_key);
	if (entry)
		memcpy(stamp, entry->stamp, CV_WIRE_TIMESTAMP_BYTES);
	mutex_unlock(&knock->lock);
}
