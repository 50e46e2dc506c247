/* SPDX-License-Identifier: GPL-2.0 */
/* Comparing secrets. */
#ifndef FAKE_CRYPTO_UTILS_H
#define FAKE_CRYPTO_UTILS_H

#include <linux/types.h>

unsigned long crypto_memneq(const void *a, const void *b, size_t len);

#endif /* FAKE_CRYPTO_UTILS_H */
