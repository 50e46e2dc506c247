/* SPDX-License-Identifier: GPL-2.0 */
/* Before WQ_PERCPU had a name it was what a workqueue is unless it is WQ_UNBOUND. */
#ifndef CV_COMPAT_LINUX_WORKQUEUE_H
#define CV_COMPAT_LINUX_WORKQUEUE_H

#include_next <linux/workqueue.h>

#if !HAVE_WQ_PERCPU
#define WQ_PERCPU 0
#endif

#endif /* CV_COMPAT_LINUX_WORKQUEUE_H */
