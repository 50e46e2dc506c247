/* SPDX-License-Identifier: GPL-2.0 */
/* Time that is never set: for limits and rates. */
#ifndef CULVERT_CLOCK_H
#define CULVERT_CLOCK_H

#include <stdint.h>
#include <time.h>

/* CLOCK_MONOTONIC, in nanoseconds. */
static inline int64_t cmd_clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline int64_t cmd_clock_ms(void)
{
	return cmd_clock_ns() / 1000000;
}

#endif /* CULVERT_CLOCK_H */
