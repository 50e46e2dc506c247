// SPDX-License-Identifier: GPL-2.0
/*
 * The index table of a device: the receive path finds a session, and the handshake an
 * exchange, by the index that we chose for it.
 *
 * An entry may be taken out and put in again under another index while a reader is at
 * it: the ends of the hash chains tell the reader that it has strayed, and it looks
 * again. It may still be handed an entry whose index has just changed, so code that acts
 * on an exchange checks the index once more under that exchange's lock.
 */
#include <linux/random.h>
#include <linux/rhashtable.h>

#include "index.h"

static const struct rhashtable_params cv_index_params = {
	.head_offset = offsetof(struct cv_index_entry, node),
	.key_offset = offsetof(struct cv_index_entry, index),
	.key_len = sizeof_field(struct cv_index_entry, index),
	.automatic_shrinking = true,
};

/**
 * cv_index_init() - make an empty table
 * @table: the table
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int cv_index_init(struct cv_index *table)
{
	return rhashtable_init(&table->table, &cv_index_params);
}

/**
 * cv_index_destroy() - free a table
 * @table: the table; empty, and without readers
 *
 * Context: process, may sleep.
 */
void cv_index_destroy(struct cv_index *table)
{
	rhashtable_destroy(&table->table);
}

/**
 * cv_index_insert() - give an entry an index of its own
 * @table: the table
 * @entry: the entry, in no table; its kind is set, its index is chosen here
 *
 * Context: process or softirq.
 * Return: 0, or -ENOMEM, -E2BIG or -EBUSY when the table cannot grow.
 */
int cv_index_insert(struct cv_index *table, struct cv_index_entry *entry)
{
	int err;

	/* Of four milliards of numbers at most a few millions are taken. */
	do {
		entry->index = (__force __le32)get_random_u32();
		err = rhashtable_lookup_insert_fast(&table->table, &entry->node,
						    cv_index_params);
	} while (err == -EEXIST);
	return err;
}

/**
 * cv_index_replace() - give an entry the index of another, in its place
 * @table: the table
 * @old: the one that leaves; it keeps its index but is not found any more
 * @entry: the one that comes, in no table
 *
 * A reader finds one or the other, never neither.
 *
 * Context: process or softirq.
 * Return: 0, or -ENOENT when @old was not in the table; then nothing has changed.
 */
int cv_index_replace(struct cv_index *table, struct cv_index_entry *old,
		     struct cv_index_entry *entry)
{
	entry->index = old->index;
	return rhashtable_replace_fast(&table->table, &old->node, &entry->node,
				       cv_index_params);
}

/**
 * cv_index_remove() - take an entry out
 * @table: the table
 * @entry: the entry; if it is not in the table (any more), nothing happens, whatever
 *	has its index now
 *
 * Context: process or softirq.
 */
void cv_index_remove(struct cv_index *table, struct cv_index_entry *entry)
{
	/* This compares addresses, not indices. */
	rhashtable_remove_fast(&table->table, &entry->node, cv_index_params);
}

/**
 * cv_index_find() - the exchange or session that chose an index
 * @table: the table
 * @index: as it stands in a message
 *
 * Context: any, under rcu_read_lock() (bottom halves off will do).
 * Return: the entry, borrowed under RCU, or NULL.
 */
struct cv_index_entry *cv_index_find(struct cv_index *table, __le32 index)
{
	return rhashtable_lookup_fast(&table->table, &index, cv_index_params);
}
