/* SPDX-License-Identifier: GPL-2.0 */
/* References, which are never taken of what has none. */
#ifndef FAKE_LINUX_REFCOUNT_H
#define FAKE_LINUX_REFCOUNT_H

#include <assert.h>

#include <linux/atomic.h>

typedef struct {
	int count;
} refcount_t;

static inline void refcount_set(refcount_t *refs, int n)
{
	refs->count = n;
}

static inline void refcount_inc(refcount_t *refs)
{
	assert(refs->count > 0);
	refs->count++;
}

static inline bool refcount_inc_not_zero(refcount_t *refs)
{
	return refs->count && refs->count++;
}

static inline bool refcount_dec_and_test(refcount_t *refs)
{
	assert(refs->count > 0);
	return !--refs->count;
}

#endif /* FAKE_LINUX_REFCOUNT_H */
