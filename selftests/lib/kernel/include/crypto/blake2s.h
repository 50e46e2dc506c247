/* SPDX-License-Identifier: GPL-2.0 */
/* BLAKE2s (RFC 7693). */
#ifndef FAKE_CRYPTO_BLAKE2S_H
#define FAKE_CRYPTO_BLAKE2S_H

#include <linux/types.h>

enum {
	BLAKE2S_BLOCK_SIZE = 64,
	BLAKE2S_HASH_SIZE = 32,
	BLAKE2S_KEY_SIZE = 32,
};

struct blake2s_ctx {
	u32 h[8];
	u64 count;
	u8 block[BLAKE2S_BLOCK_SIZE];
	unsigned int filled;
	unsigned int out_len;
};

void blake2s_init(struct blake2s_ctx *ctx, size_t out_len);
void blake2s_init_key(struct blake2s_ctx *ctx, size_t out_len,
		      const void *key, size_t key_len);
void blake2s_update(struct blake2s_ctx *ctx, const u8 *data, size_t len);
void blake2s_final(struct blake2s_ctx *ctx, u8 *out);

#endif /* FAKE_CRYPTO_BLAKE2S_H */
