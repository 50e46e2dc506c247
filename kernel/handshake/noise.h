/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The arithmetic of Noise_IKpsk2: what each handshake message does to the symmetric
 * state. For the exchange, which holds the state and knows peers, indices and locks.
 *
 * Nothing here locks, allocates or sleeps, and nothing secret stays on the stack. A
 * Diffie-Hellman takes tens of microseconds. The two functions that write a message make
 * an ephemeral key and do not wait for the random number generator: the caller checks
 * rng_is_initialized() first. Context: process or softirq.
 */
#ifndef CV_HANDSHAKE_NOISE_H
#define CV_HANDSHAKE_NOISE_H

#include <linux/init.h>
#include <linux/types.h>

#include "../wire.h"

/**
 * struct cv_noise - the symmetric state of one handshake; all of it is secret
 */
struct cv_noise {
	/** @chaining_key: C, from which all keys are derived */
	u8 chaining_key[CV_WIRE_HASH_BYTES];
	/** @hash: H, binds everything said so far */
	u8 hash[CV_WIRE_HASH_BYTES];
	/** @ephemeral_private: ours; the initiator's until the response has come */
	u8 ephemeral_private[CV_WIRE_KEY_BYTES];
	/** @remote_ephemeral: the other side's public key */
	u8 remote_ephemeral[CV_WIRE_KEY_BYTES];
	/** @zero_dh: what failed last failed because a DH was zero; outlives a wipe */
	bool zero_dh;
};

/**
 * cv_noise_init() - compute the constants that every handshake starts from
 *
 * Context: process, at module load, before anything else here.
 */
void __init cv_noise_init(void);

/**
 * cv_noise_kdf1() - HKDF over HMAC-BLAKE2s with one output
 * @out: 32 bytes; may be @chaining_key itself
 * @chaining_key: the key
 * @data: input key material
 * @len: its bytes
 */
void cv_noise_kdf1(u8 out[CV_WIRE_HASH_BYTES],
		   const u8 chaining_key[CV_WIRE_HASH_BYTES],
		   const void *data, size_t len);

/**
 * cv_noise_kdf2() - HKDF over HMAC-BLAKE2s with two outputs
 * @first: 32 bytes; may be @chaining_key itself
 * @second: 32 bytes
 * @chaining_key: the key
 * @data: input key material
 * @len: its bytes
 */
void cv_noise_kdf2(u8 first[CV_WIRE_HASH_BYTES], u8 second[CV_WIRE_HASH_BYTES],
		   const u8 chaining_key[CV_WIRE_HASH_BYTES],
		   const void *data, size_t len);

/**
 * cv_noise_kdf3() - HKDF over HMAC-BLAKE2s with three outputs
 * @out: the three of them
 * @chaining_key: the key; may be the first of @out
 * @data: input key material
 * @len: its bytes
 */
void cv_noise_kdf3(u8 out[3][CV_WIRE_HASH_BYTES],
		   const u8 chaining_key[CV_WIRE_HASH_BYTES],
		   const void *data, size_t len);

/**
 * cv_noise_static_static() - DH(S_i, S_r), which may be kept per peer
 * @out: the shared secret
 * @static_private: our private key
 * @remote_static: the other side's public key
 *
 * Return: false when the result is all zero: @out is zero then and no handshake with
 * this peer can succeed.
 */
bool __must_check cv_noise_static_static(u8 out[CV_WIRE_KEY_BYTES],
					 const u8 static_private[CV_WIRE_KEY_BYTES],
					 const u8 remote_static[CV_WIRE_KEY_BYTES]);

/**
 * struct cv_noise_initiator - what an initiation is made of
 */
struct cv_noise_initiator {
	/** @static_public: our public key, CV_WIRE_KEY_BYTES */
	const u8 *static_public;
	/** @remote_static: the responder's public key, CV_WIRE_KEY_BYTES */
	const u8 *remote_static;
	/** @static_static: from cv_noise_static_static(), CV_WIRE_KEY_BYTES */
	const u8 *static_static;
	/** @timestamp: TAI64N, see cv_tai64n_next(), CV_WIRE_TIMESTAMP_BYTES */
	const u8 *timestamp;
};

/**
 * cv_noise_write_initiation() - make message 1 (initiator)
 * @noise: any state; on success the one to keep until the response
 * @message: gets its three Noise fields; type, sender and macs are the caller's
 * @initiator: what it is made of
 *
 * Context: process or softirq, once rng_is_initialized().
 * Return: false when a DH result was all zero; @noise is wiped then.
 */
bool __must_check
cv_noise_write_initiation(struct cv_noise *noise, struct cv_wire_initiation *message,
			  const struct cv_noise_initiator *initiator);

/**
 * cv_noise_open_initiator_static() - first step of reading message 1 (responder)
 * @noise: any state; on success the one for cv_noise_open_timestamp()
 * @remote_static: the initiator's public key as it claims; it has not proved yet
 *	that it holds the private one
 * @message: as received
 * @static_private: our private key
 * @static_public: our public key
 *
 * Return: false when the message was not made for this key; @noise and
 * @remote_static are wiped then.
 */
bool __must_check
cv_noise_open_initiator_static(struct cv_noise *noise,
			       u8 remote_static[CV_WIRE_KEY_BYTES],
			       const struct cv_wire_initiation *message,
			       const u8 static_private[CV_WIRE_KEY_BYTES],
			       const u8 static_public[CV_WIRE_KEY_BYTES]);

/**
 * cv_noise_open_timestamp() - second step of reading message 1 (responder)
 * @noise: from cv_noise_open_initiator_static()
 * @timestamp: the initiator's TAI64N, authenticated
 * @message: as received
 * @static_static: from cv_noise_static_static() for the peer that step one named
 *
 * Return: false when the initiator does not hold the private key it claims; @noise
 * and @timestamp are wiped then.
 */
bool __must_check
cv_noise_open_timestamp(struct cv_noise *noise,
			u8 timestamp[CV_WIRE_TIMESTAMP_BYTES],
			const struct cv_wire_initiation *message,
			const u8 static_static[CV_WIRE_KEY_BYTES]);

/**
 * cv_noise_write_response() - make message 2 (responder)
 * @noise: from cv_noise_open_timestamp(); ready for cv_noise_keys() on success
 * @message: gets its two Noise fields; type, indices and macs are the caller's
 * @remote_static: the initiator's public key
 * @psk: the pre-shared key, or zeros
 *
 * Context: process or softirq, once rng_is_initialized().
 * Return: false when a DH result was all zero; @noise is wiped then.
 */
bool __must_check
cv_noise_write_response(struct cv_noise *noise, struct cv_wire_response *message,
			const u8 remote_static[CV_WIRE_KEY_BYTES],
			const u8 psk[CV_WIRE_KEY_BYTES]);

/**
 * cv_noise_read_response() - read message 2 (initiator)
 * @noise: a copy of the state that cv_noise_write_initiation() left, so that a forged
 *	response does no harm; ready for cv_noise_keys() on success
 * @message: as received
 * @static_private: our private key
 * @psk: the pre-shared key, or zeros
 *
 * Return: false when the response is not the peer's answer to this initiation;
 * @noise is wiped then.
 */
bool __must_check
cv_noise_read_response(struct cv_noise *noise, const struct cv_wire_response *message,
		       const u8 static_private[CV_WIRE_KEY_BYTES],
		       const u8 psk[CV_WIRE_KEY_BYTES]);

/**
 * cv_noise_keys() - the keys of the session that a finished handshake gives
 * @noise: after message 2; wiped
 * @first: key of what the initiator sends
 * @second: key of what the responder sends
 */
void cv_noise_keys(struct cv_noise *noise, u8 first[CV_WIRE_KEY_BYTES],
		   u8 second[CV_WIRE_KEY_BYTES]);

/**
 * cv_noise_wipe() - forget a handshake
 * @noise: all zero afterwards
 */
void cv_noise_wipe(struct cv_noise *noise);

#endif /* CV_HANDSHAKE_NOISE_H */
