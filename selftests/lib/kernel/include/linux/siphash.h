/* SPDX-License-Identifier: GPL-2.0 */
/* SipHash-2-4 of two or three words; that of bytes is only a number that repeats. */
#ifndef FAKE_LINUX_SIPHASH_H
#define FAKE_LINUX_SIPHASH_H

#include <linux/types.h>

typedef struct {
	u64 key[2];
} siphash_key_t;

u64 siphash(const void *data, size_t len, const siphash_key_t *key);
u64 siphash_2u64(u64 first, u64 second, const siphash_key_t *key);
u64 siphash_3u64(u64 first, u64 second, u64 third, const siphash_key_t *key);

#endif /* FAKE_LINUX_SIPHASH_H */
