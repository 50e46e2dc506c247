/* SPDX-License-Identifier: GPL-2.0 */
/* SipHash-2-4 of two or three words. */
#ifndef UNIT_LINUX_SIPHASH_H
#define UNIT_LINUX_SIPHASH_H

#include <linux/types.h>

typedef struct {
	u64 key[2];
} siphash_key_t;

u64 siphash_2u64(u64 first, u64 second, const siphash_key_t *key);
u64 siphash_3u64(u64 first, u64 second, u64 third, const siphash_key_t *key);

#endif /* UNIT_LINUX_SIPHASH_H */
