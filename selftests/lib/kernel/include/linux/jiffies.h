/* SPDX-License-Identifier: GPL-2.0 */
/* Ticks, which a test counts. */
#ifndef FAKE_LINUX_JIFFIES_H
#define FAKE_LINUX_JIFFIES_H

#include <fake_kernel.h>

#define HZ 1000
#define jiffies fake_jiffies
#define nsecs_to_jiffies(ns) ((unsigned long)((ns) / (1000000000 / HZ)))
#define jiffies_to_msecs(ticks) ((unsigned int)(ticks))
#define time_after(a, b) ((long)((b) - (a)) < 0)

#endif /* FAKE_LINUX_JIFFIES_H */
