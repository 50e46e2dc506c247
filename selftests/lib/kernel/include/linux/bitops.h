/* SPDX-License-Identifier: GPL-2.0 */
/* Finding bits. */
#ifndef FAKE_LINUX_BITOPS_H
#define FAKE_LINUX_BITOPS_H

#include <linux/bits.h>
#include <linux/types.h>

static inline int fls64(u64 x)
{
	return x ? 64 - __builtin_clzll(x) : 0;
}

#endif /* FAKE_LINUX_BITOPS_H */
