/* SPDX-License-Identifier: GPL-2.0 */
/* The state of ChaCha was an array of words, without a type of its own. */
#ifndef CV_COMPAT_CRYPTO_CHACHA_H
#define CV_COMPAT_CRYPTO_CHACHA_H

#include_next <crypto/chacha.h>

#if !HAVE_CHACHA_STATE
struct chacha_state {
	u32 x[CHACHA_STATE_WORDS];
};

static inline void cv_compat_chacha_init(struct chacha_state *state, const u32 *key, const u8 *iv)
{
	chacha_init(state->x, key, iv);
}

static inline void cv_compat_chacha20_crypt(struct chacha_state *state, u8 *dst, const u8 *src,
					    unsigned int bytes)
{
	chacha20_crypt(state->x, dst, src, bytes);
}

static inline void cv_compat_chacha20_block(struct chacha_state *state, u8 *out)
{
	chacha20_block(state->x, out);
}

#define chacha_init cv_compat_chacha_init
#define chacha20_crypt cv_compat_chacha20_crypt
#define chacha20_block cv_compat_chacha20_block
#endif

#endif /* CV_COMPAT_CRYPTO_CHACHA_H */
