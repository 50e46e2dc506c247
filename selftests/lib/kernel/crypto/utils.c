// SPDX-License-Identifier: GPL-2.0
/*
 * Comparing secrets.
 */
#include <crypto/utils.h>

unsigned long crypto_memneq(const void *a, const void *b, size_t len)
{
	const u8 *x = a, *y = b;
	u8 differ = 0;

	while (len--)
		differ |= *x++ ^ *y++;
	return differ;
}
