// SPDX-License-Identifier: GPL-2.0
/*
 * ChaCha20-Poly1305 as RFC 8439 describes it, and its form with a 24-byte nonce:
 * simple and slow.
 */
#include <crypto/chacha20poly1305.h>
#include <crypto/utils.h>
#include <linux/string.h>

#define CHACHA_BLOCK_BYTES 64

static u32 chacha_get32(const u8 *from)
{
	return from[0] | (u32)from[1] << 8 | (u32)from[2] << 16 | (u32)from[3] << 24;
}

static void chacha_put32(u8 *to, u32 value)
{
	to[0] = value;
	to[1] = value >> 8;
	to[2] = value >> 16;
	to[3] = value >> 24;
}

static void chacha_quarter(u32 *x, int a, int b, int c, int d)
{
	x[a] += x[b];
	x[d] = (x[d] ^ x[a]) << 16 | (x[d] ^ x[a]) >> 16;
	x[c] += x[d];
	x[b] = (x[b] ^ x[c]) << 12 | (x[b] ^ x[c]) >> 20;
	x[a] += x[b];
	x[d] = (x[d] ^ x[a]) << 8 | (x[d] ^ x[a]) >> 24;
	x[c] += x[d];
	x[b] = (x[b] ^ x[c]) << 7 | (x[b] ^ x[c]) >> 25;
}

static void chacha_permute(u32 x[16])
{
	int round;

	for (round = 0; round < 20; round += 2) {
		chacha_quarter(x, 0, 4, 8, 12);
		chacha_quarter(x, 1, 5, 9, 13);
		chacha_quarter(x, 2, 6, 10, 14);
		chacha_quarter(x, 3, 7, 11, 15);
		chacha_quarter(x, 0, 5, 10, 15);
		chacha_quarter(x, 1, 6, 11, 12);
		chacha_quarter(x, 2, 7, 8, 13);
		chacha_quarter(x, 3, 4, 9, 14);
	}
}

static void chacha_state(u32 state[16], const u8 key[32], const u8 last[16])
{
	static const u8 sigma[16] = "expand 32-byte k";
	int i;

	for (i = 0; i < 4; i++) {
		state[i] = chacha_get32(sigma + 4 * i);
		state[12 + i] = chacha_get32(last + 4 * i);
	}
	for (i = 0; i < 8; i++)
		state[4 + i] = chacha_get32(key + 4 * i);
}

static void chacha_block(u8 out[CHACHA_BLOCK_BYTES], const u32 state[16])
{
	u32 x[16];
	int i;

	memcpy(x, state, sizeof(x));
	chacha_permute(x);
	for (i = 0; i < 16; i++)
		chacha_put32(out + 4 * i, x[i] + state[i]);
}

/* The subkey that the first 16 bytes of a 24-byte nonce stand for. */
static void hchacha(u8 out[32], const u8 key[32], const u8 nonce[16])
{
	u32 x[16];
	int i;

	chacha_state(x, key, nonce);
	chacha_permute(x);
	for (i = 0; i < 4; i++) {
		chacha_put32(out + 4 * i, x[i]);
		chacha_put32(out + 16 + 4 * i, x[12 + i]);
	}
}

/* XOR with the key stream from block 1 on. */
static void chacha_xor(u8 *dst, const u8 *src, size_t len, u32 state[16])
{
	u8 stream[CHACHA_BLOCK_BYTES];
	size_t i;

	for (i = 0; i < len; i++) {
		if (i % CHACHA_BLOCK_BYTES == 0) {
			state[12]++;
			chacha_block(stream, state);
		}
		dst[i] = src[i] ^ stream[i % CHACHA_BLOCK_BYTES];
	}
}

/*
 * Poly1305 on 17 digits of 8 bits: h and r as little-endian numbers, products reduced
 * modulo 2^130 - 5 by 2^136 = 64 * 2^130 = 320.
 */
struct poly1305 {
	u32 h[17];
	u32 r[17];
	u8 pad[16];
};

static void poly1305_init(struct poly1305 *poly, const u8 key[32])
{
	static const u8 clamp[16] = { 255, 255, 255, 15, 252, 255, 255, 15,
				      252, 255, 255, 15, 252, 255, 255, 15 };
	int i;

	memset(poly, 0, sizeof(*poly));
	for (i = 0; i < 16; i++)
		poly->r[i] = key[i] & clamp[i];
	memcpy(poly->pad, key + 16, 16);
}

static void poly1305_carry(u32 h[17])
{
	u32 carry = 0;
	int i;

	for (i = 0; i < 17; i++) {
		h[i] += carry;
		carry = h[i] >> 8;
		h[i] &= 255;
	}
	h[0] += 320 * carry;
	/* What is above 2^130 in the top digit comes back as five of it. */
	carry = h[16] >> 2;
	h[16] &= 3;
	h[0] += 5 * carry;
	for (i = 0; i < 16; i++) {
		h[i + 1] += h[i] >> 8;
		h[i] &= 255;
	}
}

static void poly1305_multiply(struct poly1305 *poly)
{
	u32 product[17] = {};
	int i, j;

	for (i = 0; i < 17; i++)
		for (j = 0; j < 17; j++)
			product[(i + j) % 17] += poly->h[i] * poly->r[j] *
						 (i + j < 17 ? 1 : 320);
	poly1305_carry(product);
	memcpy(poly->h, product, sizeof(product));
}

/* Blocks of 16 bytes, the last one filled up with zeros as the AEAD wants it. */
static void poly1305_update_padded(struct poly1305 *poly, const u8 *data, size_t len)
{
	size_t n, i;

	for (; len; len -= n, data += n) {
		n = len < 16 ? len : 16;
		for (i = 0; i < n; i++)
			poly->h[i] += data[i];
		poly->h[16] += 1;
		poly1305_multiply(poly);
	}
}

static void poly1305_final(struct poly1305 *poly, u8 tag[16])
{
	u32 reduced[17];
	u32 carry = 5;
	int i;

	poly1305_carry(poly->h);
	/* h - p, by way of h + 5 - 2^130, if that is not negative. */
	for (i = 0; i < 17; i++) {
		carry += poly->h[i];
		reduced[i] = carry & 255;
		carry >>= 8;
	}
	if (reduced[16] & ~3U) {
		reduced[16] &= 3;
		memcpy(poly->h, reduced, sizeof(reduced));
	}
	for (carry = 0, i = 0; i < 16; i++) {
		carry += poly->h[i] + poly->pad[i];
		tag[i] = carry;
		carry >>= 8;
	}
}

static void aead_tag(u8 tag[16], const u8 *sealed, size_t len, const u8 *ad, size_t ad_len,
		     const u32 state[16])
{
	u8 block[CHACHA_BLOCK_BYTES];
	u8 lengths[16] = {};
	struct poly1305 poly;
	int i;

	chacha_block(block, state);
	poly1305_init(&poly, block);
	for (i = 0; i < 8; i++) {
		lengths[i] = (u64)ad_len >> 8 * i;
		lengths[8 + i] = (u64)len >> 8 * i;
	}
	poly1305_update_padded(&poly, ad, ad_len);
	poly1305_update_padded(&poly, sealed, len);
	poly1305_update_padded(&poly, lengths, 16);
	poly1305_final(&poly, tag);
}

static void aead_encrypt(u8 *dst, const u8 *src, size_t len, const u8 *ad, size_t ad_len,
			 u32 state[16])
{
	u32 first[16];

	memcpy(first, state, sizeof(first));
	chacha_xor(dst, src, len, state);
	aead_tag(dst + len, dst, len, ad, ad_len, first);
}

static bool aead_decrypt(u8 *dst, const u8 *src, size_t src_len, const u8 *ad, size_t ad_len,
			 u32 state[16])
{
	u8 tag[16];
	size_t len;

	if (src_len < sizeof(tag))
		return false;
	len = src_len - sizeof(tag);
	aead_tag(tag, src, len, ad, ad_len, state);
	if (crypto_memneq(tag, src + len, sizeof(tag)))
		return false;
	chacha_xor(dst, src, len, state);
	return true;
}

static void aead_state(u32 state[16], u64 nonce, const u8 key[32])
{
	u8 last[16] = {};

	chacha_put32(last + 8, nonce);
	chacha_put32(last + 12, nonce >> 32);
	chacha_state(state, key, last);
}

static void xaead_state(u32 state[16], const u8 nonce[24], const u8 key[32])
{
	u8 subkey[32];
	u8 last[16] = {};

	hchacha(subkey, key, nonce);
	memcpy(last + 8, nonce + 16, 8);
	chacha_state(state, subkey, last);
}

void chacha20poly1305_encrypt(u8 *dst, const u8 *src, size_t src_len, const u8 *ad,
			      size_t ad_len, u64 nonce, const u8 key[32])
{
	u32 state[16];

	aead_state(state, nonce, key);
	aead_encrypt(dst, src, src_len, ad, ad_len, state);
}

bool chacha20poly1305_decrypt(u8 *dst, const u8 *src, size_t src_len, const u8 *ad,
			      size_t ad_len, u64 nonce, const u8 key[32])
{
	u32 state[16];

	aead_state(state, nonce, key);
	return aead_decrypt(dst, src, src_len, ad, ad_len, state);
}

void xchacha20poly1305_encrypt(u8 *dst, const u8 *src, size_t src_len, const u8 *ad,
			       size_t ad_len, const u8 nonce[24], const u8 key[32])
{
	u32 state[16];

	xaead_state(state, nonce, key);
	aead_encrypt(dst, src, src_len, ad, ad_len, state);
}

bool xchacha20poly1305_decrypt(u8 *dst, const u8 *src, size_t src_len, const u8 *ad,
			       size_t ad_len, const u8 nonce[24], const u8 key[32])
{
	u32 state[16];

	xaead_state(state, nonce, key);
	return aead_decrypt(dst, src, src_len, ad, ad_len, state);
}
