// SPDX-License-Identifier: GPL-2.0
/*
 * Which addresses have been sent initiations lately. Called by spread.c.
 *
 * There is an entry for each address that was sent an initiation within 5 s, in a hash table and in
 * a list, oldest first. A work item removes older ones.
 */
#include <linux/err.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/math64.h>
#include <linux/mutex.h>
#include <linux/rhashtable.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/workqueue.h>
#include <net/ipv6.h>

#include "recent.h"
#include "../core/device.h"
#include "../datapath/endpoint.h"
#include "../wire.h"

/* For how long an initiation counts. */
#define CV_RECENT_NS ((u64)CV_WIRE_RETRY_S * NSEC_PER_SEC)

/* How many ports of an address may be sent one in that time: as many as a peer has candidates. */
#define CV_RECENT_PORTS 8

/* Entries that are removed at once, before others get the lock. */
#define CV_RECENT_FORGET_BUDGET 16

/**
 * struct cv_recent_key - address and device
 */
struct cv_recent_key {
	/** @serial: of the device */
	u64 serial;
	/** @generation: of its private key, with which all limits begin anew */
	u32 generation;
	/** @scope_id: of a link-local address */
	u32 scope_id;
	/** @address: IPv6, or IPv4 as IPv6 has it */
	struct in6_addr address;
};

/**
 * struct cv_recent_entry - initiations that were sent to an address
 */
struct cv_recent_entry {
	/** @node: in &cv_recent.table */
	struct rhash_head node;
	/** @link: in &cv_recent.list */
	struct list_head link;
	/** @key: where */
	struct cv_recent_key key;
	/** @last_ns: CLOCK_BOOTTIME of the last one */
	u64 last_ns;
	/** @sent_ns: CLOCK_BOOTTIME when one was sent to each of @ports, 0: never */
	u64 sent_ns[CV_RECENT_PORTS];
	/** @ports: ports at that address */
	__be16 ports[CV_RECENT_PORTS];
};

/**
 * struct cv_recent - where initiations were sent lately
 */
struct cv_recent {
	/** @lock: all below it */
	struct mutex lock;
	/** @table: by &cv_recent_entry.key */
	struct rhashtable table;
	/** @list: by &cv_recent_entry.last_ns */
	struct list_head list;
	/** @tidy: removes entries that do not count any more */
	struct delayed_work tidy;
};

static const struct rhashtable_params cv_recent_params = {
	.head_offset = offsetof(struct cv_recent_entry, node),
	.key_offset = offsetof(struct cv_recent_entry, key),
	.key_len = sizeof(struct cv_recent_key),
	.automatic_shrinking = true,
};

static void cv_recent_tidy(struct work_struct *work);

/**
 * cv_recent_create() - nothing has been sent anywhere yet
 *
 * Context: may sleep.
 * Return: to be given to cv_recent_destroy(), or NULL without memory.
 */
struct cv_recent *cv_recent_create(void)
{
	struct cv_recent *recent = kzalloc(sizeof(*recent), GFP_KERNEL);

	if (!recent)
		return NULL;
	mutex_init(&recent->lock);
	INIT_LIST_HEAD(&recent->list);
	INIT_DELAYED_WORK(&recent->tidy, cv_recent_tidy);
	if (!rhashtable_init(&recent->table, &cv_recent_params))
		return recent;
	kfree(recent);
	return NULL;
}

static void cv_recent_remove(struct cv_recent *recent, struct cv_recent_entry *entry)
{
	rhashtable_remove_fast(&recent->table, &entry->node, cv_recent_params);
	list_del(&entry->link);
	/* None but holders of the lock has looked for it. */
	kfree(entry);
}

/**
 * cv_recent_destroy() - undo cv_recent_create()
 * @recent: nothing uses it any more
 *
 * Context: may sleep.
 */
void cv_recent_destroy(struct cv_recent *recent)
{
	struct cv_recent_entry *entry, *next;

	cancel_delayed_work_sync(&recent->tidy);
	list_for_each_entry_safe(entry, next, &recent->list, link)
		cv_recent_remove(recent, entry);
	rhashtable_destroy(&recent->table);
	kfree(recent);
}

/* Some of those that do not count any more go; false if there may be others. */
static bool cv_recent_forget(struct cv_recent *recent)
{
	u64 now_ns = ktime_get_boottime_ns();
	struct cv_recent_entry *entry;
	unsigned int i;

	lockdep_assert_held(&recent->lock);
	for (i = 0; i < CV_RECENT_FORGET_BUDGET; i++) {
		entry = list_first_entry_or_null(&recent->list, struct cv_recent_entry, link);
		if (!entry || now_ns - entry->last_ns < CV_RECENT_NS)
			return true;
		cv_recent_remove(recent, entry);
	}
	return false;
}

static void cv_recent_tidy(struct work_struct *work)
{
	struct cv_recent *recent = container_of(to_delayed_work(work), struct cv_recent, tidy);
	bool done;

	do {
		mutex_lock(&recent->lock);
		done = cv_recent_forget(recent);
		if (done && !list_empty(&recent->list))
			schedule_delayed_work(&recent->tidy, CV_WIRE_RETRY_S * HZ);
		mutex_unlock(&recent->lock);
		cond_resched();
	} while (!done);
}

static __be16 cv_recent_make_key(struct cv_recent_key *key, const struct cv_device *dev,
				 const struct cv_endpoint *endpoint)
{
	memset(key, 0, sizeof(*key));
	key->serial = dev->serial;
	key->generation = READ_ONCE(dev->key_generation);
	if (endpoint->remote.any.sa_family == AF_INET) {
		ipv6_addr_set_v4mapped(endpoint->remote.v4.sin_addr.s_addr, &key->address);
		return endpoint->remote.v4.sin_port;
	}
	key->address = endpoint->remote.v6.sin6_addr;
	key->scope_id = endpoint->remote.v6.sin6_scope_id;
	return endpoint->remote.v6.sin6_port;
}

/* The entry of an address, made if there is none; NULL without memory. */
static struct cv_recent_entry *cv_recent_get(struct cv_recent *recent,
					     const struct cv_recent_key *key)
{
	struct cv_recent_entry *entry;

	lockdep_assert_held(&recent->lock);
	entry = rhashtable_lookup_fast(&recent->table, key, cv_recent_params);
	if (entry)
		return entry;
	entry = kzalloc(sizeof(*entry), GFP_KERNEL);
	if (!entry)
		return NULL;
	entry->key = *key;
	if (rhashtable_insert_fast(&recent->table, &entry->node, cv_recent_params)) {
		kfree(entry);
		return NULL;
	}
	list_add_tail(&entry->link, &recent->list);
	return entry;
}

/* The place of a port: its own, or that which has been sent nothing for longest. */
static unsigned int cv_recent_place(const struct cv_recent_entry *entry, __be16 port)
{
	unsigned int i, oldest = 0;

	for (i = 0; i < CV_RECENT_PORTS; i++) {
		if (entry->sent_ns[i] && entry->ports[i] == port)
			return i;
		if (entry->sent_ns[i] < entry->sent_ns[oldest])
			oldest = i;
	}
	return oldest;
}

/**
 * cv_recent_note() - an initiation is about to be sent somewhere
 * @recent: what is known
 * @dev: from where
 * @endpoint: where
 *
 * Context: may sleep.
 * Return: 0, and it counts from now on; or in how many milliseconds it may be sent, since others
 * were; or -ENOMEM, and it must not be sent.
 */
int cv_recent_note(struct cv_recent *recent, const struct cv_device *dev,
		   const struct cv_endpoint *endpoint)
{
	struct cv_recent_entry *entry;
	struct cv_recent_key key;
	u64 now_ns, sent_ns;
	unsigned int place;
	__be16 port;
	int wait_ms = -ENOMEM;

	port = cv_recent_make_key(&key, dev, endpoint);
	mutex_lock(&recent->lock);
	entry = cv_recent_get(recent, &key);
	if (entry) {
		now_ns = ktime_get_boottime_ns();
		place = cv_recent_place(entry, port);
		sent_ns = entry->sent_ns[place];
		wait_ms = 0;
		if (sent_ns && now_ns - sent_ns < CV_RECENT_NS) {
			wait_ms = div_u64(sent_ns + CV_RECENT_NS - now_ns, NSEC_PER_MSEC) + 1;
		} else {
			entry->ports[place] = port;
			entry->sent_ns[place] = now_ns;
			entry->last_ns = now_ns;
			list_move_tail(&entry->link, &recent->list);
		}
	}
	/* Each note makes one entry at most, and removes more than one that do not count. */
	cv_recent_forget(recent);
	schedule_delayed_work(&recent->tidy, CV_WIRE_RETRY_S * HZ);
	mutex_unlock(&recent->lock);
	return wait_ms;
}
