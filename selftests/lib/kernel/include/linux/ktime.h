/* SPDX-License-Identifier: GPL-2.0 */
/* Clocks, which a test sets. */
#ifndef FAKE_LINUX_KTIME_H
#define FAKE_LINUX_KTIME_H

#include <fake_kernel.h>
#include <linux/jiffies.h>
#include <linux/time64.h>

#define ktime_get_boottime_ns() fake_boottime_ns
#define ktime_get_coarse_boottime_ns() fake_boottime_ns
#define ktime_get_coarse_real_ns()							\
	((u64)fake_realtime.tv_sec * NSEC_PER_SEC + fake_realtime.tv_nsec)
#define ktime_get_real_ns() ktime_get_coarse_real_ns()
#define ktime_get_real_ts64(time) (*(time) = fake_realtime)

#endif /* FAKE_LINUX_KTIME_H */
