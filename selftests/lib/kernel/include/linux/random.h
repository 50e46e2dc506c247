/* SPDX-License-Identifier: GPL-2.0 */
/* Random bytes that are the same in every run; see fake_kernel.h. */
#ifndef FAKE_LINUX_RANDOM_H
#define FAKE_LINUX_RANDOM_H

#include <linux/types.h>

void get_random_bytes(void *buffer, size_t len);
u32 get_random_u32(void);

static inline bool rng_is_initialized(void)
{
	return true;
}

#endif /* FAKE_LINUX_RANDOM_H */
