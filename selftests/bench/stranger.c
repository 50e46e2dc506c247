// SPDX-License-Identifier: GPL-2.0
/*
 * Initiations of very many clients, for admission.c: on the module's own arithmetic, compiled
 * in userspace. That of a single one is in noise.c, but here the ephemeral key and what is
 * computed of it alone is shared by a batch, so that a client costs two multiplications on the
 * curve instead of four. wireguard.ko answers the same messages in the same bench.
 */
#include <asm/byteorder.h>
#include <crypto/blake2s.h>
#include <crypto/chacha20poly1305.h>
#include <crypto/curve25519.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include <handshake/cookie.h>
#include <handshake/noise.h>

#include "stranger.h"

static_assert(sizeof(struct cv_wire_initiation) == STRANGER_INITIATION_BYTES);
static_assert(sizeof(struct cv_wire_response) == STRANGER_RESPONSE_BYTES);

static void mix_hash(uint8_t hash[CV_WIRE_HASH_BYTES], const void *data, size_t len)
{
	struct blake2s_ctx blake;

	blake2s_init(&blake, CV_WIRE_HASH_BYTES);
	blake2s_update(&blake, hash, CV_WIRE_HASH_BYTES);
	blake2s_update(&blake, data, len);
	blake2s_final(&blake, hash);
}

/* H and C before anything is sent. */
static void begin(struct stranger_batch *batch)
{
	static const char construction[] = "Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s";
	static const char identifier[] = "WireGuard v1 zx2c4 Jason@zx2c4.com";
	struct blake2s_ctx blake;

	blake2s_init(&blake, CV_WIRE_HASH_BYTES);
	blake2s_update(&blake, (const void *)construction, sizeof(construction) - 1);
	blake2s_final(&blake, batch->chaining_key);
	memcpy(batch->hash, batch->chaining_key, sizeof(batch->hash));
	mix_hash(batch->hash, identifier, sizeof(identifier) - 1);
	mix_hash(batch->hash, batch->responder, sizeof(batch->responder));
}

/* The tokens e and es. */
void stranger_batch_init(struct stranger_batch *batch,
			 const uint8_t responder[STRANGER_KEY_BYTES],
			 const uint8_t ephemeral[STRANGER_KEY_BYTES])
{
	uint8_t shared[CV_WIRE_KEY_BYTES];
	struct cv_cookie_keys keys;

	cv_cookie_keys_init(&keys, responder);
	memcpy(batch->mac1_key, keys.mac1_key, sizeof(batch->mac1_key));
	memcpy(batch->responder, responder, sizeof(batch->responder));
	memcpy(batch->ephemeral_private, ephemeral, sizeof(batch->ephemeral_private));
	curve25519_clamp_secret(batch->ephemeral_private);
	begin(batch);
	if (!curve25519_generate_public(batch->ephemeral_public, batch->ephemeral_private) ||
	    !curve25519(shared, batch->ephemeral_private, responder))
		memset(shared, 0, sizeof(shared));
	mix_hash(batch->hash, batch->ephemeral_public, sizeof(batch->ephemeral_public));
	cv_noise_kdf1(batch->chaining_key, batch->chaining_key, batch->ephemeral_public,
		      sizeof(batch->ephemeral_public));
	cv_noise_kdf2(batch->chaining_key, batch->key, batch->chaining_key, shared,
		      sizeof(shared));
}

static void seal(struct stranger *stranger, uint8_t *sealed, const uint8_t *text, size_t len,
		 const uint8_t *key)
{
	chacha20poly1305_encrypt(sealed, text, len, stranger->hash, sizeof(stranger->hash), 0, key);
	mix_hash(stranger->hash, sealed, len + CV_WIRE_TAG_BYTES);
}

/* The tokens s and ss, the timestamp, and mac1. False: no key pair can be made of this key. */
bool stranger_init(struct stranger *stranger, const struct stranger_batch *batch,
		   const uint8_t private_key[STRANGER_KEY_BYTES], uint32_t index)
{
	struct cv_wire_initiation *message = (void *)stranger->initiation;
	uint8_t shared[CV_WIRE_KEY_BYTES], key[CV_WIRE_KEY_BYTES];
	uint8_t timestamp[CV_WIRE_TIMESTAMP_BYTES] = { 0x40 };

	memcpy(stranger->private_key, private_key, sizeof(stranger->private_key));
	curve25519_clamp_secret(stranger->private_key);
	if (!curve25519_generate_public(stranger->public_key, stranger->private_key) ||
	    !curve25519(shared, stranger->private_key, batch->responder))
		return false;
	memset(message, 0, sizeof(*message));
	message->type = cpu_to_le32(CV_WIRE_INITIATION);
	message->sender = cpu_to_le32(index);
	memcpy(message->ephemeral, batch->ephemeral_public, sizeof(message->ephemeral));
	memcpy(stranger->hash, batch->hash, sizeof(stranger->hash));
	seal(stranger, message->static_sealed, stranger->public_key, sizeof(stranger->public_key),
	     batch->key);
	cv_noise_kdf2(stranger->chaining_key, key, batch->chaining_key, shared, sizeof(shared));
	put_unaligned_be32(index, timestamp + 4);
	seal(stranger, message->timestamp_sealed, timestamp, sizeof(timestamp), key);
	cv_cookie_mac1(message->macs.mac1, message, offsetof(struct cv_wire_initiation, macs),
		       batch->mac1_key);
	return true;
}

/* Whether the response is the device's own to this initiation. */
bool stranger_is_answered(const struct stranger *stranger, const struct stranger_batch *batch,
			  const uint8_t response[STRANGER_RESPONSE_BYTES])
{
	static const uint8_t no_psk[CV_WIRE_KEY_BYTES];
	struct cv_noise noise = { .zero_dh = false };

	memcpy(noise.chaining_key, stranger->chaining_key, sizeof(noise.chaining_key));
	memcpy(noise.hash, stranger->hash, sizeof(noise.hash));
	memcpy(noise.ephemeral_private, batch->ephemeral_private, sizeof(noise.ephemeral_private));
	return cv_noise_read_response(&noise, (const void *)response, stranger->private_key,
				      no_psk);
}

/* The index of the stranger that a response is for; false: it is something else. */
bool stranger_read_index(uint32_t *index, const void *message, size_t bytes)
{
	const struct cv_wire_response *response = message;

	if (bytes != sizeof(*response) || response->type != cpu_to_le32(CV_WIRE_RESPONSE))
		return false;
	*index = le32_to_cpu(response->receiver);
	return true;
}
