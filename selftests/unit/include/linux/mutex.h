/* SPDX-License-Identifier: GPL-2.0 */
/* Mutexes of a single thread: they only know whether they are held. */
#ifndef UNIT_LINUX_MUTEX_H
#define UNIT_LINUX_MUTEX_H

#include <linux/kernel.h>
#include <linux/lockdep.h>

struct mutex {
	bool held;
};

#define DEFINE_MUTEX(name) struct mutex name

static inline void mutex_lock(struct mutex *lock)
{
	assert(!lock->held);
	lock->held = true;
}

static inline void mutex_unlock(struct mutex *lock)
{
	assert(lock->held);
	lock->held = false;
}

#endif /* UNIT_LINUX_MUTEX_H */
