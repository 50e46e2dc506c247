/* SPDX-License-Identifier: GPL-2.0 */
/* Mutexes of a single thread: it is only known whether they are held. */
#ifndef FAKE_LINUX_MUTEX_H
#define FAKE_LINUX_MUTEX_H

#include <fake_kernel.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>

struct mutex {
	bool held;
};

#define DEFINE_MUTEX(name) struct mutex name

static inline void mutex_init(struct mutex *lock)
{
	lock->held = false;
}

static inline void mutex_lock(struct mutex *lock)
{
	assert(!lock->held);
	lock->held = true;
}

static inline void mutex_unlock(struct mutex *lock)
{
	assert(lock->held);
	lock->held = false;
	if (fake_mutex_unlocked)
		fake_mutex_unlocked();
}

#define mutex_destroy(lock) assert(!(lock)->held)

#endif /* FAKE_LINUX_MUTEX_H */
