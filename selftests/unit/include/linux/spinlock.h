/* SPDX-License-Identifier: GPL-2.0 */
/* Spinlocks of a single thread: they only know whether they are held. */
#ifndef UNIT_LINUX_SPINLOCK_H
#define UNIT_LINUX_SPINLOCK_H

#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/types.h>

typedef struct {
	bool held;
} spinlock_t;

static inline void spin_lock_init(spinlock_t *lock)
{
	lock->held = false;
}

static inline void spin_lock_bh(spinlock_t *lock)
{
	assert(!lock->held);
	lock->held = true;
}

static inline void spin_unlock_bh(spinlock_t *lock)
{
	assert(lock->held);
	lock->held = false;
}

#endif /* UNIT_LINUX_SPINLOCK_H */
