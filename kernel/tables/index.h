/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The index table of a device: from the 32-bit index in a message to the exchange
 * in flight or the session that chose it. Readers hold RCU and never write.
 */
#ifndef CV_TABLES_INDEX_H
#define CV_TABLES_INDEX_H

#include <linux/rhashtable-types.h>
#include <linux/types.h>

/**
 * enum cv_index_kind - what an entry is embedded in
 * @CV_INDEX_EXCHANGE: a struct cv_exchange
 * @CV_INDEX_SESSION: a struct cv_session
 */
enum cv_index_kind {
	CV_INDEX_EXCHANGE,
	CV_INDEX_SESSION,
};

/**
 * struct cv_index_entry - one taken index
 */
struct cv_index_entry {
	/** @node: in the hash table */
	struct rhash_head node;
	/** @index: our index as it stands in messages, random and unique in a device */
	__le32 index;
	/** @kind: what the entry is embedded in; never changes */
	enum cv_index_kind kind;
};

/**
 * struct cv_index - the table
 */
struct cv_index {
	/** @table: entries by index */
	struct rhashtable table;
};

int cv_index_init(struct cv_index *table);
void cv_index_destroy(struct cv_index *table);
int cv_index_insert(struct cv_index *table, struct cv_index_entry *entry);
int cv_index_replace(struct cv_index *table, struct cv_index_entry *old,
		     struct cv_index_entry *entry);
void cv_index_remove(struct cv_index *table, struct cv_index_entry *entry);
struct cv_index_entry *cv_index_find(struct cv_index *table, __le32 index);

#endif /* CV_TABLES_INDEX_H */
