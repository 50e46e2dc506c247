/* SPDX-License-Identifier: GPL-2.0 */
/* Until local_bh_disable() could do without a lock on PREEMPT_RT, it owned per-CPU data. */
#ifndef CV_COMPAT_LINUX_LOCAL_LOCK_H
#define CV_COMPAT_LINUX_LOCAL_LOCK_H

#include_next <linux/local_lock.h>

#ifndef local_lock_nested_bh
#define local_lock_nested_bh(lock) ((void)(lock))
#define local_unlock_nested_bh(lock) ((void)(lock))
#endif

#endif /* CV_COMPAT_LINUX_LOCAL_LOCK_H */
