/* SPDX-License-Identifier: GPL-2.0 */
/* Points in time. */
#ifndef UNIT_LINUX_TIME64_H
#define UNIT_LINUX_TIME64_H

#include <linux/types.h>

#define NSEC_PER_SEC 1000000000L

struct timespec64 {
	s64 tv_sec;
	long tv_nsec;
};

#endif /* UNIT_LINUX_TIME64_H */
