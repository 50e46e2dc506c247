// SPDX-License-Identifier: GPL-2.0
/*
 * The arithmetic of Noise_IKpsk2: what each handshake message does to the symmetric
 * state. For the exchange, which holds the state and knows peers, indices and locks.
 *
 * The four messages come first, each step under the token that the Noise specification
 * has for it: e, s, es, ss, ee, se, psk. Below is what the steps are made of.
 */
#include "noise.h"

#include <crypto/blake2s.h>
#include <crypto/chacha20poly1305.h>
#include <crypto/curve25519.h>
#include <linux/cache.h>
#include <linux/random.h>
#include <linux/string.h>

/* C and H before the responder's public key comes in. */
static u8 cv_noise_first_chaining_key[CV_WIRE_HASH_BYTES] __ro_after_init;
static u8 cv_noise_first_hash[CV_WIRE_HASH_BYTES] __ro_after_init;

static void cv_noise_start(struct cv_noise *noise,
			   const u8 responder_public[CV_WIRE_KEY_BYTES]);
/* The library would wait until the random generator is ready; a lock is held here. */
static bool cv_noise_make_ephemeral(struct cv_noise *noise,
				    u8 ephemeral_public[CV_WIRE_KEY_BYTES]);
static void cv_noise_mix_hash(struct cv_noise *noise, const void *data, size_t len);
static void cv_noise_mix_ephemeral(struct cv_noise *noise,
				   const u8 ephemeral_public[CV_WIRE_KEY_BYTES]);
static bool cv_noise_mix_dh(struct cv_noise *noise, u8 *key,
			    const u8 private_key[CV_WIRE_KEY_BYTES],
			    const u8 public_key[CV_WIRE_KEY_BYTES]);
static bool cv_noise_mix_static_static(struct cv_noise *noise, u8 key[CV_WIRE_KEY_BYTES],
				       const u8 static_static[CV_WIRE_KEY_BYTES]);
static void cv_noise_mix_psk(struct cv_noise *noise, u8 key[CV_WIRE_KEY_BYTES],
			     const u8 psk[CV_WIRE_KEY_BYTES]);
static void cv_noise_seal(struct cv_noise *noise, u8 *sealed, const u8 *text, size_t len,
			  const u8 key[CV_WIRE_KEY_BYTES]);
static bool cv_noise_open(struct cv_noise *noise, u8 *text, const u8 *sealed, size_t len,
			  const u8 key[CV_WIRE_KEY_BYTES]);

bool cv_noise_write_initiation(struct cv_noise *noise, struct cv_wire_initiation *message,
			       const struct cv_noise_initiator *initiator)
{
	u8 key[CV_WIRE_KEY_BYTES];
	bool done = false;

	cv_noise_start(noise, initiator->remote_static);

	/* e */
	if (!cv_noise_make_ephemeral(noise, message->ephemeral))
		goto out;
	cv_noise_mix_ephemeral(noise, message->ephemeral);

	/* es, s */
	if (!cv_noise_mix_dh(noise, key, noise->ephemeral_private, initiator->remote_static))
		goto out;
	cv_noise_seal(noise, message->static_sealed, initiator->static_public,
		      CV_WIRE_KEY_BYTES, key);

	/* ss, payload */
	if (!cv_noise_mix_static_static(noise, key, initiator->static_static))
		goto out;
	cv_noise_seal(noise, message->timestamp_sealed, initiator->timestamp,
		      CV_WIRE_TIMESTAMP_BYTES, key);
	done = true;
out:
	memzero_explicit(key, sizeof(key));
	if (!done)
		cv_noise_wipe(noise);
	return done;
}

bool cv_noise_open_initiator_static(struct cv_noise *noise,
				    u8 remote_static[CV_WIRE_KEY_BYTES],
				    const struct cv_wire_initiation *message,
				    const u8 static_private[CV_WIRE_KEY_BYTES],
				    const u8 static_public[CV_WIRE_KEY_BYTES])
{
	u8 key[CV_WIRE_KEY_BYTES];
	bool done;

	cv_noise_start(noise, static_public);

	/* e */
	memcpy(noise->remote_ephemeral, message->ephemeral, CV_WIRE_KEY_BYTES);
	cv_noise_mix_ephemeral(noise, message->ephemeral);

	/* es, s */
	done = cv_noise_mix_dh(noise, key, static_private, message->ephemeral) &&
	       cv_noise_open(noise, remote_static, message->static_sealed,
			     sizeof(message->static_sealed), key);

	memzero_explicit(key, sizeof(key));
	if (!done) {
		memzero_explicit(remote_static, CV_WIRE_KEY_BYTES);
		cv_noise_wipe(noise);
	}
	return done;
}

bool cv_noise_open_timestamp(struct cv_noise *noise,
			     u8 timestamp[CV_WIRE_TIMESTAMP_BYTES],
			     const struct cv_wire_initiation *message,
			     const u8 static_static[CV_WIRE_KEY_BYTES])
{
	u8 key[CV_WIRE_KEY_BYTES];
	bool done;

	/* ss, payload */
	done = cv_noise_mix_static_static(noise, key, static_static) &&
	       cv_noise_open(noise, timestamp, message->timestamp_sealed,
			     sizeof(message->timestamp_sealed), key);

	memzero_explicit(key, sizeof(key));
	if (!done) {
		memzero_explicit(timestamp, CV_WIRE_TIMESTAMP_BYTES);
		cv_noise_wipe(noise);
	}
	return done;
}

bool cv_noise_write_response(struct cv_noise *noise, struct cv_wire_response *message,
			     const u8 remote_static[CV_WIRE_KEY_BYTES],
			     const u8 psk[CV_WIRE_KEY_BYTES])
{
	u8 key[CV_WIRE_KEY_BYTES];
	bool done = false;

	/* e */
	if (!cv_noise_make_ephemeral(noise, message->ephemeral))
		goto out;
	cv_noise_mix_ephemeral(noise, message->ephemeral);

	/* ee, se */
	if (!cv_noise_mix_dh(noise, NULL, noise->ephemeral_private, noise->remote_ephemeral) ||
	    !cv_noise_mix_dh(noise, NULL, noise->ephemeral_private, remote_static))
		goto out;

	/* psk, empty payload */
	cv_noise_mix_psk(noise, key, psk);
	cv_noise_seal(noise, message->empty_sealed, NULL, 0, key);
	done = true;
out:
	memzero_explicit(key, sizeof(key));
	if (done)
		memzero_explicit(noise->ephemeral_private, CV_WIRE_KEY_BYTES);
	else
		cv_noise_wipe(noise);
	return done;
}

bool cv_noise_read_response(struct cv_noise *noise, const struct cv_wire_response *message,
			    const u8 static_private[CV_WIRE_KEY_BYTES],
			    const u8 psk[CV_WIRE_KEY_BYTES])
{
	u8 key[CV_WIRE_KEY_BYTES];
	bool done = false;

	/* e */
	cv_noise_mix_ephemeral(noise, message->ephemeral);

	/* ee, se */
	if (!cv_noise_mix_dh(noise, NULL, noise->ephemeral_private, message->ephemeral) ||
	    !cv_noise_mix_dh(noise, NULL, static_private, message->ephemeral))
		goto out;

	/* psk, empty payload */
	cv_noise_mix_psk(noise, key, psk);
	done = cv_noise_open(noise, NULL, message->empty_sealed,
			     sizeof(message->empty_sealed), key);
out:
	memzero_explicit(key, sizeof(key));
	if (done)
		memzero_explicit(noise->ephemeral_private, CV_WIRE_KEY_BYTES);
	else
		cv_noise_wipe(noise);
	return done;
}

void cv_noise_keys(struct cv_noise *noise, u8 first[CV_WIRE_KEY_BYTES],
		   u8 second[CV_WIRE_KEY_BYTES])
{
	cv_noise_kdf2(first, second, noise->chaining_key, NULL, 0);
	cv_noise_wipe(noise);
}

void cv_noise_wipe(struct cv_noise *noise)
{
	memzero_explicit(noise, offsetof(struct cv_noise, zero_dh));
}

bool cv_noise_static_static(u8 out[CV_WIRE_KEY_BYTES],
			    const u8 static_private[CV_WIRE_KEY_BYTES],
			    const u8 remote_static[CV_WIRE_KEY_BYTES])
{
	return curve25519(out, static_private, remote_static);
}

static void cv_noise_hash(u8 out[CV_WIRE_HASH_BYTES], const void *a, size_t a_len,
			  const void *b, size_t b_len)
{
	struct blake2s_ctx blake;

	blake2s_init(&blake, CV_WIRE_HASH_BYTES);
	blake2s_update(&blake, a, a_len);
	blake2s_update(&blake, b, b_len);
	blake2s_final(&blake, out);
}

void __init cv_noise_init(void)
{
	static const char construction[] __initconst =
		"Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s";
	static const char identifier[] __initconst =
		"WireGuard v1 zx2c4 Jason@zx2c4.com";

	cv_noise_hash(cv_noise_first_chaining_key, construction,
		      sizeof(construction) - 1, NULL, 0);
	cv_noise_hash(cv_noise_first_hash, cv_noise_first_chaining_key,
		      CV_WIRE_HASH_BYTES, identifier, sizeof(identifier) - 1);
}

static void cv_noise_start(struct cv_noise *noise,
			   const u8 responder_public[CV_WIRE_KEY_BYTES])
{
	memcpy(noise->chaining_key, cv_noise_first_chaining_key, CV_WIRE_HASH_BYTES);
	memcpy(noise->hash, cv_noise_first_hash, CV_WIRE_HASH_BYTES);
	memset(noise->ephemeral_private, 0, CV_WIRE_KEY_BYTES);
	memset(noise->remote_ephemeral, 0, CV_WIRE_KEY_BYTES);
	noise->zero_dh = false;
	cv_noise_mix_hash(noise, responder_public, CV_WIRE_KEY_BYTES);
}

static bool cv_noise_make_ephemeral(struct cv_noise *noise,
				    u8 ephemeral_public[CV_WIRE_KEY_BYTES])
{
	get_random_bytes(noise->ephemeral_private, CV_WIRE_KEY_BYTES);
	curve25519_clamp_secret(noise->ephemeral_private);
	return curve25519_generate_public(ephemeral_public, noise->ephemeral_private);
}

/* H = HASH(H || data) */
static void cv_noise_mix_hash(struct cv_noise *noise, const void *data, size_t len)
{
	cv_noise_hash(noise->hash, noise->hash, CV_WIRE_HASH_BYTES, data, len);
}

/* In a handshake with a pre-shared key, e goes into C as well as into H. */
static void cv_noise_mix_ephemeral(struct cv_noise *noise,
				   const u8 ephemeral_public[CV_WIRE_KEY_BYTES])
{
	cv_noise_mix_hash(noise, ephemeral_public, CV_WIRE_KEY_BYTES);
	cv_noise_kdf1(noise->chaining_key, noise->chaining_key,
		      ephemeral_public, CV_WIRE_KEY_BYTES);
}

/* (C, key) = KDF2(C, DH), or C = KDF1(C, DH) where no key is wanted. */
static bool cv_noise_mix_dh(struct cv_noise *noise, u8 *key,
			    const u8 private_key[CV_WIRE_KEY_BYTES],
			    const u8 public_key[CV_WIRE_KEY_BYTES])
{
	u8 shared[CV_WIRE_KEY_BYTES];
	bool done = curve25519(shared, private_key, public_key);

	noise->zero_dh = !done;
	if (done && key)
		cv_noise_kdf2(noise->chaining_key, key, noise->chaining_key,
			      shared, sizeof(shared));
	else if (done)
		cv_noise_kdf1(noise->chaining_key, noise->chaining_key,
			      shared, sizeof(shared));
	memzero_explicit(shared, sizeof(shared));
	return done;
}

/* The same with a DH that was computed earlier. */
static bool cv_noise_mix_static_static(struct cv_noise *noise, u8 key[CV_WIRE_KEY_BYTES],
				       const u8 static_static[CV_WIRE_KEY_BYTES])
{
	/* The caller may have kept the result of a DH that failed. */
	if (!memchr_inv(static_static, 0, CV_WIRE_KEY_BYTES))
		return false;
	cv_noise_kdf2(noise->chaining_key, key, noise->chaining_key,
		      static_static, CV_WIRE_KEY_BYTES);
	return true;
}

/* (C, t, key) = KDF3(C, psk); H = HASH(H || t) */
static void cv_noise_mix_psk(struct cv_noise *noise, u8 key[CV_WIRE_KEY_BYTES],
			     const u8 psk[CV_WIRE_KEY_BYTES])
{
	u8 out[3][CV_WIRE_HASH_BYTES];

	cv_noise_kdf3(out, noise->chaining_key, psk, CV_WIRE_KEY_BYTES);
	memcpy(noise->chaining_key, out[0], sizeof(out[0]));
	cv_noise_mix_hash(noise, out[1], sizeof(out[1]));
	memcpy(key, out[2], CV_WIRE_KEY_BYTES);
	memzero_explicit(out, sizeof(out));
}

/* Seal under H as associated data, then mix what was sealed into H. */
static void cv_noise_seal(struct cv_noise *noise, u8 *sealed, const u8 *text, size_t len,
			  const u8 key[CV_WIRE_KEY_BYTES])
{
	chacha20poly1305_encrypt(sealed, text, len, noise->hash, CV_WIRE_HASH_BYTES, 0, key);
	cv_noise_mix_hash(noise, sealed, len + CV_WIRE_TAG_BYTES);
}

static bool cv_noise_open(struct cv_noise *noise, u8 *text, const u8 *sealed, size_t len,
			  const u8 key[CV_WIRE_KEY_BYTES])
{
	if (!chacha20poly1305_decrypt(text, sealed, len, noise->hash,
				      CV_WIRE_HASH_BYTES, 0, key))
		return false;
	cv_noise_mix_hash(noise, sealed, len);
	return true;
}

/* HMAC (RFC 2104) over BLAKE2s; all our keys are shorter than a block. */
static void cv_noise_hmac(u8 out[CV_WIRE_HASH_BYTES], const u8 key[CV_WIRE_HASH_BYTES],
			  const void *data, size_t len)
{
	u8 pad[BLAKE2S_BLOCK_SIZE];
	u8 inner[CV_WIRE_HASH_BYTES];
	unsigned int i;

	memset(pad, 0x36, sizeof(pad));
	for (i = 0; i < CV_WIRE_HASH_BYTES; i++)
		pad[i] ^= key[i];
	cv_noise_hash(inner, pad, sizeof(pad), data, len);

	for (i = 0; i < sizeof(pad); i++)
		pad[i] ^= 0x36 ^ 0x5c;
	cv_noise_hash(out, pad, sizeof(pad), inner, sizeof(inner));

	memzero_explicit(pad, sizeof(pad));
	memzero_explicit(inner, sizeof(inner));
}

/* One step of HKDF: out = HMAC(secret, previous || number), the first without previous. */
static void cv_noise_expand(u8 out[CV_WIRE_HASH_BYTES], const u8 secret[CV_WIRE_HASH_BYTES],
			    const u8 *previous, u8 number)
{
	u8 data[CV_WIRE_HASH_BYTES + 1];

	if (!previous) {
		cv_noise_hmac(out, secret, &number, 1);
		return;
	}
	memcpy(data, previous, CV_WIRE_HASH_BYTES);
	data[CV_WIRE_HASH_BYTES] = number;
	cv_noise_hmac(out, secret, data, sizeof(data));
	memzero_explicit(data, sizeof(data));
}

void cv_noise_kdf1(u8 out[CV_WIRE_HASH_BYTES],
		   const u8 chaining_key[CV_WIRE_HASH_BYTES],
		   const void *data, size_t len)
{
	u8 secret[CV_WIRE_HASH_BYTES];

	cv_noise_hmac(secret, chaining_key, data, len);
	cv_noise_expand(out, secret, NULL, 1);
	memzero_explicit(secret, sizeof(secret));
}

void cv_noise_kdf2(u8 first[CV_WIRE_HASH_BYTES], u8 second[CV_WIRE_HASH_BYTES],
		   const u8 chaining_key[CV_WIRE_HASH_BYTES],
		   const void *data, size_t len)
{
	u8 secret[CV_WIRE_HASH_BYTES];

	cv_noise_hmac(secret, chaining_key, data, len);
	cv_noise_expand(first, secret, NULL, 1);
	cv_noise_expand(second, secret, first, 2);
	memzero_explicit(secret, sizeof(secret));
}

void cv_noise_kdf3(u8 out[3][CV_WIRE_HASH_BYTES],
		   const u8 chaining_key[CV_WIRE_HASH_BYTES],
		   const void *data, size_t len)
{
	u8 secret[CV_WIRE_HASH_BYTES];

	cv_noise_hmac(secret, chaining_key, data, len);
	cv_noise_expand(out[0], secret, NULL, 1);
	cv_noise_expand(out[1], secret, out[0], 2);
	cv_noise_expand(out[2], secret, out[1], 3);
	memzero_explicit(secret, sizeof(secret));
}
