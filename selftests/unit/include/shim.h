/* SPDX-License-Identifier: GPL-2.0 */
/* What tests can do to the pretended kernel beneath the code they test. */
#ifndef UNIT_SHIM_H
#define UNIT_SHIM_H

#include <linux/types.h>

/**
 * shim_rcu_depth - how many rcu_read_lock() are open in this thread
 */
extern __thread unsigned int shim_rcu_depth;

/**
 * shim_live_objects() - how many allocations have not been freed
 *
 * Slab caches do not count; what waits for rcu_barrier() does.
 */
unsigned int shim_live_objects(void);

/**
 * shim_fail_after() - let allocations fail
 * @count: how many more succeed; negative for all
 */
void shim_fail_after(long count);

/**
 * shim_seed() - start the random numbers over
 * @seed: any number; the same one gives the same random bytes
 */
void shim_seed(u64 seed);

/**
 * shim_random_next() - say what get_random_bytes() gives next
 * @bytes: used up from the start, then the ordinary random bytes follow
 * @len: how many, at most 256
 */
void shim_random_next(const void *bytes, size_t len);

/**
 * shim_random_below() - a number for a test
 * @limit: at least 1
 *
 * Return: 0 to @limit - 1.
 */
u32 shim_random_below(u32 limit);

#endif /* UNIT_SHIM_H */
