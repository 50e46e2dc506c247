/* SPDX-License-Identifier: GPL-2.0 */
/* Locks that readers need not take; see spinlock.h. */
#ifndef FAKE_LINUX_SEQLOCK_H
#define FAKE_LINUX_SEQLOCK_H

#include <linux/spinlock.h>

typedef struct {
	bool held;
} seqlock_t;

static inline void seqlock_init(seqlock_t *lock)
{
	lock->held = false;
}

#endif /* FAKE_LINUX_SEQLOCK_H */
