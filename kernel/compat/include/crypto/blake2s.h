/* SPDX-License-Identifier: GPL-2.0 */
/* The state of BLAKE2s was called differently. */
#ifndef CV_COMPAT_CRYPTO_BLAKE2S_H
#define CV_COMPAT_CRYPTO_BLAKE2S_H

#include_next <crypto/blake2s.h>

#if !HAVE_BLAKE2S_CTX
#define blake2s_ctx blake2s_state
#endif

#endif /* CV_COMPAT_CRYPTO_BLAKE2S_H */
