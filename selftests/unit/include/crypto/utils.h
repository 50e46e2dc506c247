/* SPDX-License-Identifier: GPL-2.0 */
/* Comparing secrets. */
#ifndef UNIT_CRYPTO_UTILS_H
#define UNIT_CRYPTO_UTILS_H

#include <linux/types.h>

unsigned long crypto_memneq(const void *a, const void *b, size_t len);

#endif /* UNIT_CRYPTO_UTILS_H */
