/* SPDX-License-Identifier: GPL-2.0 */
/* What is done with hash tables. */
#ifndef FAKE_LINUX_RHASHTABLE_H
#define FAKE_LINUX_RHASHTABLE_H

#include <linux/err.h>
#include <linux/rcupdate.h>
#include <linux/rhashtable-types.h>

void rhashtable_destroy(struct rhashtable *table);
int rhashtable_insert_fast(struct rhashtable *table, struct rhash_head *node,
			   const struct rhashtable_params params);
int rhashtable_lookup_insert_fast(struct rhashtable *table, struct rhash_head *node,
				  const struct rhashtable_params params);
void *rhashtable_lookup_get_insert_fast(struct rhashtable *table, struct rhash_head *node,
					const struct rhashtable_params params);
int rhashtable_remove_fast(struct rhashtable *table, struct rhash_head *node,
			   const struct rhashtable_params params);
int rhashtable_replace_fast(struct rhashtable *table, struct rhash_head *old,
			    struct rhash_head *node, const struct rhashtable_params params);
void *rhashtable_lookup_fast(struct rhashtable *table, const void *key,
			     const struct rhashtable_params params);

#endif /* FAKE_LINUX_RHASHTABLE_H */
