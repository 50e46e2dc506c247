// SPDX-License-Identifier: GPL-2.0
/*
 * The arithmetic of mac1, mac2 and cookie replies. For the exchange, which holds the
 * rotating secret and the cookies that came.
 */
#include "cookie.h"

#include <crypto/blake2s.h>
#include <crypto/chacha20poly1305.h>
#include <crypto/utils.h>
#include <linux/stddef.h>
#include <linux/string.h>

#define CV_COOKIE_LABEL_BYTES 8

static const u8 cv_cookie_mac1_label[CV_COOKIE_LABEL_BYTES] __nonstring = "mac1----";
static const u8 cv_cookie_key_label[CV_COOKIE_LABEL_BYTES] __nonstring = "cookie--";

static void cv_cookie_derive(u8 out[CV_WIRE_KEY_BYTES],
			     const u8 label[CV_COOKIE_LABEL_BYTES],
			     const u8 public_key[CV_WIRE_KEY_BYTES])
{
	struct blake2s_ctx blake;

	blake2s_init(&blake, CV_WIRE_KEY_BYTES);
	blake2s_update(&blake, label, CV_COOKIE_LABEL_BYTES);
	blake2s_update(&blake, public_key, CV_WIRE_KEY_BYTES);
	blake2s_final(&blake, out);
}

void cv_cookie_keys_init(struct cv_cookie_keys *keys,
			 const u8 public_key[CV_WIRE_KEY_BYTES])
{
	cv_cookie_derive(keys->mac1_key, cv_cookie_mac1_label, public_key);
	cv_cookie_derive(keys->cookie_key, cv_cookie_key_label, public_key);
}

static void cv_cookie_mac(u8 mac[CV_WIRE_MAC_BYTES], const void *data, size_t len,
			  const u8 *key, size_t key_len)
{
	struct blake2s_ctx blake;

	blake2s_init_key(&blake, CV_WIRE_MAC_BYTES, key, key_len);
	blake2s_update(&blake, data, len);
	blake2s_final(&blake, mac);
}

void cv_cookie_mac1(u8 mac1[CV_WIRE_MAC_BYTES], const void *message, size_t len,
		    const u8 mac1_key[CV_WIRE_KEY_BYTES])
{
	cv_cookie_mac(mac1, message, len, mac1_key, CV_WIRE_KEY_BYTES);
}

void cv_cookie_mac2(u8 mac2[CV_WIRE_MAC_BYTES], const void *message, size_t len,
		    const u8 cookie[CV_WIRE_COOKIE_BYTES])
{
	cv_cookie_mac(mac2, message, len, cookie, CV_WIRE_COOKIE_BYTES);
}

bool cv_cookie_mac1_ok(const void *message, size_t len, const struct cv_cookie_keys *keys)
{
	size_t before = len - sizeof(struct cv_wire_macs);
	u8 mac1[CV_WIRE_MAC_BYTES];

	if (len < sizeof(struct cv_wire_macs))
		return false;
	cv_cookie_mac1(mac1, message, before, keys->mac1_key);
	return !crypto_memneq(mac1, message + before, sizeof(mac1));
}

bool cv_cookie_mac2_ok(const void *message, size_t len,
		       const u8 cookie[CV_WIRE_COOKIE_BYTES])
{
	size_t before = len - CV_WIRE_MAC_BYTES;
	u8 mac2[CV_WIRE_MAC_BYTES];

	if (len < sizeof(struct cv_wire_macs))
		return false;
	cv_cookie_mac2(mac2, message, before, cookie);
	return !crypto_memneq(mac2, message + before, sizeof(mac2));
}

void cv_cookie_make(u8 cookie[CV_WIRE_COOKIE_BYTES],
		    const u8 secret[CV_WIRE_KEY_BYTES],
		    const void *source_addr, size_t addr_len, __be16 port)
{
	struct blake2s_ctx blake;

	blake2s_init_key(&blake, CV_WIRE_COOKIE_BYTES, secret, CV_WIRE_KEY_BYTES);
	blake2s_update(&blake, source_addr, addr_len);
	blake2s_update(&blake, (const u8 *)&port, sizeof(port));
	blake2s_final(&blake, cookie);
}

void cv_cookie_seal(struct cv_wire_cookie *reply,
		    const u8 cookie[CV_WIRE_COOKIE_BYTES],
		    const u8 cookie_key[CV_WIRE_KEY_BYTES],
		    const u8 mac1[CV_WIRE_MAC_BYTES],
		    const u8 nonce[CV_WIRE_COOKIE_NONCE_BYTES])
{
	memcpy(reply->nonce, nonce, sizeof(reply->nonce));
	xchacha20poly1305_encrypt(reply->cookie_sealed, cookie, CV_WIRE_COOKIE_BYTES,
				  mac1, CV_WIRE_MAC_BYTES, reply->nonce, cookie_key);
}

bool cv_cookie_open(u8 cookie[CV_WIRE_COOKIE_BYTES],
		    const struct cv_wire_cookie *reply,
		    const u8 cookie_key[CV_WIRE_KEY_BYTES],
		    const u8 mac1[CV_WIRE_MAC_BYTES])
{
	if (xchacha20poly1305_decrypt(cookie, reply->cookie_sealed,
				      sizeof(reply->cookie_sealed),
				      mac1, CV_WIRE_MAC_BYTES, reply->nonce, cookie_key))
		return true;
	memzero_explicit(cookie, CV_WIRE_COOKIE_BYTES);
	return false;
}
