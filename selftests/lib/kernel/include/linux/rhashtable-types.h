/* SPDX-License-Identifier: GPL-2.0 */
/* Hash tables, as one chain each: those of tests are small. */
#ifndef FAKE_LINUX_RHASHTABLE_TYPES_H
#define FAKE_LINUX_RHASHTABLE_TYPES_H

#include <linux/atomic.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>

struct rhash_head {
	struct rhash_head *next;
};

struct rhashtable_compare_arg {
	const void *key;
};

struct rhashtable_params {
	size_t head_offset;
	size_t key_offset;
	size_t key_len;
	bool automatic_shrinking;
	u32 (*hashfn)(const void *key, u32 len, u32 seed);
	u32 (*obj_hashfn)(const void *object, u32 len, u32 seed);
	int (*obj_cmpfn)(struct rhashtable_compare_arg *arg, const void *object);
};

struct rhashtable {
	struct rhash_head *first;
	unsigned int count;
};

int rhashtable_init(struct rhashtable *table, const struct rhashtable_params *params);

#endif /* FAKE_LINUX_RHASHTABLE_TYPES_H */
