// SPDX-License-Identifier: GPL-2.0
/*
 * BLAKE2s as RFC 7693 describes it, simple and slow.
 */
#include <crypto/blake2s.h>
#include <linux/string.h>

static const u32 blake2s_iv[8] = {
	0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
	0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

static const u8 blake2s_sigma[10][16] = {
	{ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
	{ 14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3 },
	{ 11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4 },
	{ 7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8 },
	{ 9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13 },
	{ 2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9 },
	{ 12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11 },
	{ 13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10 },
	{ 6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5 },
	{ 10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0 },
};

static u32 blake2s_rotate(u32 x, unsigned int bits)
{
	return x >> bits | x << (32 - bits);
}

static void blake2s_mix(u32 *a, u32 *b, u32 *c, u32 *d, u32 x, u32 y)
{
	*a += *b + x;
	*d = blake2s_rotate(*d ^ *a, 16);
	*c += *d;
	*b = blake2s_rotate(*b ^ *c, 12);
	*a += *b + y;
	*d = blake2s_rotate(*d ^ *a, 8);
	*c += *d;
	*b = blake2s_rotate(*b ^ *c, 7);
}

static void blake2s_compress(struct blake2s_ctx *ctx, bool last)
{
	u32 v[16], m[16];
	unsigned int round, i;

	for (i = 0; i < 16; i++)
		m[i] = ctx->block[4 * i] | (u32)ctx->block[4 * i + 1] << 8 |
		       (u32)ctx->block[4 * i + 2] << 16 | (u32)ctx->block[4 * i + 3] << 24;
	for (i = 0; i < 8; i++) {
		v[i] = ctx->h[i];
		v[i + 8] = blake2s_iv[i];
	}
	v[12] ^= (u32)ctx->count;
	v[13] ^= (u32)(ctx->count >> 32);
	if (last)
		v[14] = ~v[14];

	for (round = 0; round < 10; round++) {
		const u8 *s = blake2s_sigma[round];

		for (i = 0; i < 4; i++)
			blake2s_mix(&v[i], &v[4 + i], &v[8 + i], &v[12 + i],
				    m[s[2 * i]], m[s[2 * i + 1]]);
		for (i = 0; i < 4; i++)
			blake2s_mix(&v[i], &v[4 + (i + 1) % 4], &v[8 + (i + 2) % 4],
				    &v[12 + (i + 3) % 4], m[s[8 + 2 * i]], m[s[9 + 2 * i]]);
	}
	for (i = 0; i < 8; i++)
		ctx->h[i] ^= v[i] ^ v[i + 8];
}

void blake2s_init_key(struct blake2s_ctx *ctx, size_t out_len, const void *key, size_t key_len)
{
	memset(ctx, 0, sizeof(*ctx));
	memcpy(ctx->h, blake2s_iv, sizeof(ctx->h));
	ctx->h[0] ^= 0x01010000 ^ (u32)key_len << 8 ^ (u32)out_len;
	ctx->out_len = out_len;
	if (key_len) {
		memcpy(ctx->block, key, key_len);
		ctx->filled = BLAKE2S_BLOCK_SIZE;
	}
}

void blake2s_init(struct blake2s_ctx *ctx, size_t out_len)
{
	blake2s_init_key(ctx, out_len, NULL, 0);
}

void blake2s_update(struct blake2s_ctx *ctx, const u8 *data, size_t len)
{
	while (len--) {
		if (ctx->filled == BLAKE2S_BLOCK_SIZE) {
			ctx->count += BLAKE2S_BLOCK_SIZE;
			blake2s_compress(ctx, false);
			ctx->filled = 0;
		}
		ctx->block[ctx->filled++] = *data++;
	}
}

void blake2s_final(struct blake2s_ctx *ctx, u8 *out)
{
	unsigned int i;

	ctx->count += ctx->filled;
	memset(ctx->block + ctx->filled, 0, BLAKE2S_BLOCK_SIZE - ctx->filled);
	blake2s_compress(ctx, true);
	for (i = 0; i < ctx->out_len; i++)
		out[i] = ctx->h[i / 4] >> 8 * (i % 4);
	memzero_explicit(ctx, sizeof(*ctx));
}
