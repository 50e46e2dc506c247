// SPDX-License-Identifier: GPL-2.0
/*
 * The AEAD of data messages (protocol: RFC 8439, no additional data), put together
 * from the kernel's ChaCha20 and Poly1305. For seal.c and open.c.
 *
 * The library's own AEAD makes the authenticator's key by a call for one block, which
 * ChaCha20 does without SIMD, and authenticates padding and lengths by calls of their
 * own, each an FPU section. Here the key's block is the first of the one run over the
 * packet, and padding and lengths are written behind the packet, so that a packet is
 * two calls and two FPU sections. Both need room around it, which is given back as it
 * was. Measured at all lengths from 16 bytes on, that is never slower (AVX-512).
 */
#include <crypto/algapi.h>
#include <crypto/chacha.h>
#include <crypto/poly1305.h>
#include <crypto/utils.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "aead.h"

static void cv_aead_start(struct chacha_state *state, u64 counter, const u8 *key)
{
	u8 iv[CHACHA_IV_SIZE] = {};
	u32 words[8];
	int i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		words[i] = get_unaligned_le32(key + 4 * i);
	/* Block 0, then a nonce of four zero bytes and the counter. */
	put_unaligned_le64(counter, iv + 8);
	chacha_init(state, words, iv);
	memzero_explicit(words, sizeof(words));
}

/*
 * From @src to @dst, the same place or apart; @otk becomes the authenticator's key, and @state
 * is used up.
 */
static void cv_aead_crypt(struct chacha_state *state, u8 *dst, u8 *src, unsigned int bytes,
			  u8 *otk)
{
	u8 saved[CV_AEAD_BEFORE_BYTES];

	memcpy(saved, dst - sizeof(saved), sizeof(saved));
	memset(src - sizeof(saved), 0, sizeof(saved));
	chacha20_crypt(state, dst - sizeof(saved), src - sizeof(saved), bytes + sizeof(saved));
	memcpy(otk, dst - sizeof(saved), POLY1305_KEY_SIZE);
	memcpy(dst - sizeof(saved), saved, sizeof(saved));
	memzero_explicit(state, sizeof(*state));
}

/* The tag of what is at @text, whose CV_AEAD_BEHIND_BYTES are restored but for the tag. */
static void cv_aead_tag(u8 *text, unsigned int bytes, const u8 *otk, u8 *tag)
{
	unsigned int padding = -bytes % POLY1305_BLOCK_SIZE;
	struct poly1305_desc_ctx poly;
	u8 saved[CV_AEAD_BEHIND_BYTES];
	u8 *behind = text + bytes;

	memcpy(saved, behind, sizeof(saved));
	memset(behind, 0, padding + sizeof(__le64));
	put_unaligned_le64(bytes, behind + padding + sizeof(__le64));
	poly1305_init(&poly, otk);
	poly1305_update(&poly, text, bytes + padding + 2 * sizeof(__le64));
	poly1305_final(&poly, tag);
	memcpy(behind, saved, sizeof(saved));
}

/**
 * cv_aead_seal() - encrypt a packet and put its tag behind it
 * @dst: where to, with CV_AEAD_BEFORE_BYTES before it and CV_AEAD_BEHIND_BYTES behind
 *       the packet, which nothing else reads meanwhile; but for the tag all of that
 *       is as it was afterwards
 * @src: the packet, also with CV_AEAD_BEFORE_BYTES before it, which become zero; may be
 *       @dst
 * @bytes: size of the packet
 * @counter: the nonce
 * @key: the session's
 *
 * Context: BH off: else a softirq might run at the end of each FPU section.
 */
void cv_aead_seal(u8 *dst, u8 *src, unsigned int bytes, u64 counter,
		  const u8 key[CV_WIRE_KEY_BYTES])
{
	u8 otk[POLY1305_KEY_SIZE];
	u8 tag[CV_WIRE_TAG_BYTES];
	struct chacha_state state;

	cv_aead_start(&state, counter, key);
	cv_aead_crypt(&state, dst, src, bytes, otk);
	cv_aead_tag(dst, bytes, otk, tag);
	memcpy(dst + bytes, tag, sizeof(tag));
	memzero_explicit(otk, sizeof(otk));
}

/**
 * cv_aead_open() - decrypt a packet if its tag is right
 * @dst: where to, with CV_AEAD_BEFORE_BYTES before it that are restored
 * @src: the sealed packet and its tag, with CV_AEAD_BEFORE_BYTES before it, which become
 *       zero, and CV_AEAD_BEHIND_BYTES behind the packet; not @dst
 * @bytes: size of the packet, the tag not counted
 * @counter: the nonce
 * @key: the session's
 *
 * Context: BH off, see cv_aead_seal().
 * Return: true; or false when the packet is not authentic: then @dst holds noise.
 */
bool cv_aead_open(u8 *dst, u8 *src, unsigned int bytes, u64 counter,
		  const u8 key[CV_WIRE_KEY_BYTES])
{
	u8 otk[POLY1305_KEY_SIZE];
	u8 tag[CV_WIRE_TAG_BYTES];
	struct chacha_state state;
	bool authentic;

	cv_aead_start(&state, counter, key);
	cv_aead_crypt(&state, dst, src, bytes, otk);
	cv_aead_tag(src, bytes, otk, tag);
	authentic = !crypto_memneq(tag, src + bytes, sizeof(tag));
	memzero_explicit(otk, sizeof(otk));
	return authentic;
}
