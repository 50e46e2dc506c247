/* SPDX-License-Identifier: GPL-2.0 */
/* Finding, setting and clearing bits. */
#ifndef FAKE_LINUX_BITOPS_H
#define FAKE_LINUX_BITOPS_H

#include <linux/bits.h>
#include <linux/types.h>

static inline int fls64(u64 x)
{
	return x ? 64 - __builtin_clzll(x) : 0;
}

static inline unsigned int hweight16(unsigned int x)
{
	return __builtin_popcount(x & 0xffff);
}

/* Not of 0. */
static inline unsigned long __ffs(unsigned long x)
{
	return __builtin_ctzl(x);
}

#define clear_bit(bit, word) ((void)(*(word) &= ~(1UL << (bit))))
#define clear_bit_unlock(bit, word) ((void)(*(word) &= ~(1UL << (bit))))

static inline bool test_and_set_bit(unsigned int bit, unsigned long *word)
{
	bool was = *word >> bit & 1;

	*word |= 1UL << bit;
	return was;
}

#endif /* FAKE_LINUX_BITOPS_H */
