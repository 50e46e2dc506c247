/* SPDX-License-Identifier: GPL-2.0 */
/* Points in time. */
#ifndef FAKE_LINUX_TIME64_H
#define FAKE_LINUX_TIME64_H

#include <linux/time_types.h>
#include <linux/types.h>

#define NSEC_PER_SEC 1000000000L
#define NSEC_PER_MSEC 1000000L

struct timespec64 {
	s64 tv_sec;
	long tv_nsec;
};

static inline struct timespec64 ns_to_timespec64(s64 ns)
{
	struct timespec64 time = { ns / NSEC_PER_SEC, ns % NSEC_PER_SEC };

	if (time.tv_nsec < 0) {
		time.tv_sec--;
		time.tv_nsec += NSEC_PER_SEC;
	}
	return time;
}

static inline struct timespec64 timespec64_sub(struct timespec64 a, struct timespec64 b)
{
	struct timespec64 time = { a.tv_sec - b.tv_sec, a.tv_nsec - b.tv_nsec };

	if (time.tv_nsec < 0) {
		time.tv_sec--;
		time.tv_nsec += NSEC_PER_SEC;
	}
	return time;
}

#endif /* FAKE_LINUX_TIME64_H */
