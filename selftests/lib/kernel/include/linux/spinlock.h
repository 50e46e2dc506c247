/* SPDX-License-Identifier: GPL-2.0 */
/* Spinlocks of a single thread: it is only known whether they are held. */
#ifndef FAKE_LINUX_SPINLOCK_H
#define FAKE_LINUX_SPINLOCK_H

#include <linux/bottom_half.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/types.h>

typedef struct {
	bool held;
} spinlock_t;

#define DEFINE_SPINLOCK(name) spinlock_t name
#define __SPIN_LOCK_UNLOCKED(name) ((spinlock_t){})

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

#define spin_lock(lock) spin_lock_bh(lock)
#define spin_unlock(lock) spin_unlock_bh(lock)

#endif /* FAKE_LINUX_SPINLOCK_H */
