/* SPDX-License-Identifier: GPL-2.0 */
/* X25519 (RFC 7748). */
#ifndef FAKE_CRYPTO_CURVE25519_H
#define FAKE_CRYPTO_CURVE25519_H

#include <linux/types.h>

enum { CURVE25519_KEY_SIZE = 32 };

bool __must_check curve25519(u8 out[CURVE25519_KEY_SIZE],
			     const u8 scalar[CURVE25519_KEY_SIZE],
			     const u8 point[CURVE25519_KEY_SIZE]);
bool __must_check curve25519_generate_public(u8 out[CURVE25519_KEY_SIZE],
					     const u8 secret[CURVE25519_KEY_SIZE]);
void curve25519_clamp_secret(u8 secret[CURVE25519_KEY_SIZE]);
void curve25519_generate_secret(u8 secret[CURVE25519_KEY_SIZE]);

#endif /* FAKE_CRYPTO_CURVE25519_H */
