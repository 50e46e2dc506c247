// SPDX-License-Identifier: GPL-2.0
/*
 * The greatest timestamps of keys that are no peers: see stamps.h. Noted when a peer is removed
 * or a knock is refused, looked at when there is a knock or a peer is made.
 */
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "stamps.h"

/* How many that are refused still are passed over for one that is not. */
#define CV_STAMPS_CHANCES 16

/**
 * cv_stamps_create() - an empty memory
 *
 * Context: process, may sleep.
 * Return: it (about 800 KiB), to be given to cv_stamps_destroy(), or NULL.
 */
struct cv_stamps *cv_stamps_create(void)
{
	struct cv_stamps *stamps = kvzalloc(sizeof(*stamps), GFP_KERNEL_ACCOUNT);
	unsigned int i;

	if (!stamps)
		return NULL;
	get_random_bytes(&stamps->secret, sizeof(stamps->secret));
	INIT_LIST_HEAD(&stamps->ages);
	for (i = 0; i < CV_STAMPS_MAX; i++)
		list_add_tail(&stamps->entries[i].age, &stamps->ages);
	return stamps;
}

/**
 * cv_stamps_destroy() - free a memory
 * @stamps: no longer in use, or NULL
 */
void cv_stamps_destroy(struct cv_stamps *stamps)
{
	kvfree(stamps);
}

static unsigned int cv_stamps_chain(const struct cv_stamps *stamps,
				    const u8 public_key[CV_WIRE_KEY_BYTES])
{
	return siphash(public_key, CV_WIRE_KEY_BYTES, &stamps->secret) % CV_STAMPS_CHAINS;
}

static struct cv_stamps_entry *cv_stamps_lookup(const struct cv_stamps *stamps,
						const u8 public_key[CV_WIRE_KEY_BYTES])
{
	struct cv_stamps_entry *entry;

	hlist_for_each_entry(entry, &stamps->chains[cv_stamps_chain(stamps, public_key)], chain)
		if (!memcmp(entry->public_key, public_key, CV_WIRE_KEY_BYTES))
			return entry;
	return NULL;
}

/**
 * cv_stamps_find() - what is remembered of a key
 * @stamps: the memory
 * @public_key: the key
 *
 * Context: any; holds the lock that the caller guards @stamps with.
 * Return: it, good as long as the lock is held, or NULL.
 */
const struct cv_stamps_entry *cv_stamps_find(const struct cv_stamps *stamps,
					     const u8 public_key[CV_WIRE_KEY_BYTES])
{
	return cv_stamps_lookup(stamps, public_key);
}

/*
 * The entry that is given up: the one noted longest ago. One that is still refused gets a second
 * chance, so that removing many peers does not end refusals.
 */
static struct cv_stamps_entry *cv_stamps_oldest(struct cv_stamps *stamps, u64 now_ns)
{
	struct cv_stamps_entry *entry;
	unsigned int tries;

	for (tries = 0; tries < CV_STAMPS_CHANCES; tries++) {
		entry = list_first_entry(&stamps->ages, struct cv_stamps_entry, age);
		if (entry->refused_until_ns <= now_ns)
			return entry;
		list_move_tail(&entry->age, &stamps->ages);
	}
	return list_first_entry(&stamps->ages, struct cv_stamps_entry, age);
}

/**
 * cv_stamps_note() - remember a key, or more of it
 * @stamps: the memory
 * @public_key: the key
 * @stamp: TAI64N that it has had; the greatest one is remembered
 * @refused_until_ns: how long it is refused; 0: as long as it was before
 * @now_ns: the time, of the same clock
 *
 * Context: any; holds the lock that the caller guards @stamps with.
 */
void cv_stamps_note(struct cv_stamps *stamps, const u8 public_key[CV_WIRE_KEY_BYTES],
		    const u8 stamp[CV_WIRE_TIMESTAMP_BYTES], u64 refused_until_ns, u64 now_ns)
{
	struct cv_stamps_entry *entry = cv_stamps_lookup(stamps, public_key);

	if (!entry) {
		entry = cv_stamps_oldest(stamps, now_ns);
		hlist_del_init(&entry->chain);
		memcpy(entry->public_key, public_key, CV_WIRE_KEY_BYTES);
		memset(entry->stamp, 0, CV_WIRE_TIMESTAMP_BYTES);
		entry->refused_until_ns = 0;
		hlist_add_head(&entry->chain,
			       &stamps->chains[cv_stamps_chain(stamps, public_key)]);
	}
	/* Big endian: it is compared as bytes. */
	if (memcmp(stamp, entry->stamp, CV_WIRE_TIMESTAMP_BYTES) > 0)
		memcpy(entry->stamp, stamp, CV_WIRE_TIMESTAMP_BYTES);
	if (refused_until_ns)
		entry->refused_until_ns = refused_until_ns;
	list_move_tail(&entry->age, &stamps->ages);
}
