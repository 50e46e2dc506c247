/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The AEAD of data messages, ChaCha20-Poly1305 of RFC 8439 without additional data,
 * put together from the kernel's ChaCha20 and Poly1305. For seal.c and open.c.
 */
#ifndef CV_DATAPATH_AEAD_H
#define CV_DATAPATH_AEAD_H

#include <linux/types.h>

#include "../wire.h"

/* What must be writable before a packet: the keystream of the authenticator's key. */
#define CV_AEAD_BEFORE_BYTES 64

/* What must be writable behind a packet, its tag included: padding and two lengths. */
#define CV_AEAD_BEHIND_BYTES 31

void cv_aead_seal(u8 *dst, u8 *src, unsigned int bytes, u64 counter,
		  const u8 key[CV_WIRE_KEY_BYTES]);
bool cv_aead_open(u8 *dst, u8 *src, unsigned int bytes, u64 counter,
		  const u8 key[CV_WIRE_KEY_BYTES]);

#endif /* CV_DATAPATH_AEAD_H */
