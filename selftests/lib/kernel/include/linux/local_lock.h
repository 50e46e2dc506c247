/* SPDX-License-Identifier: GPL-2.0 */
/* Locks of a CPU's own data, which want its softirqs off. */
#ifndef FAKE_LINUX_LOCAL_LOCK_H
#define FAKE_LINUX_LOCAL_LOCK_H

#include <linux/bottom_half.h>

typedef struct {
} local_lock_t;

#define INIT_LOCAL_LOCK(name) {}
#define local_lock_nested_bh(lock) ((void)(lock), assert(fake_bh_off[fake_cpu]))
#define local_unlock_nested_bh(lock) ((void)(lock))

#endif /* FAKE_LINUX_LOCAL_LOCK_H */
