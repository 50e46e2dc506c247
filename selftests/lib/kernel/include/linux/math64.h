/* SPDX-License-Identifier: GPL-2.0 */
/* Divisions of 64 bits. */
#ifndef FAKE_LINUX_MATH64_H
#define FAKE_LINUX_MATH64_H

#define div_u64(dividend, divisor) ((u64)(dividend) / (u32)(divisor))

static inline u64 div_u64_rem(u64 dividend, u32 divisor, u32 *rest)
{
	*rest = dividend % divisor;
	return dividend / divisor;
}

#endif /* FAKE_LINUX_MATH64_H */
