/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The arithmetic of mac1, mac2 and cookie replies. For the exchange, which holds the
 * rotating secret and the cookies that came.
 *
 * Nothing here locks or allocates; all of it may run in process or softirq context.
 */
#ifndef CV_HANDSHAKE_COOKIE_H
#define CV_HANDSHAKE_COOKIE_H

#include <linux/types.h>

#include "../wire.h"

/**
 * struct cv_cookie_keys - what follows from the public key that a message is sent to
 */
struct cv_cookie_keys {
	/** @mac1_key: key of mac1 in messages sent to the holder */
	u8 mac1_key[CV_WIRE_KEY_BYTES];
	/** @cookie_key: key of the cookie replies that the holder sends */
	u8 cookie_key[CV_WIRE_KEY_BYTES];
};

/**
 * cv_cookie_keys_init() - derive both keys of a public key
 * @keys: the keys
 * @public_key: a static public key, our own or a peer's
 */
void cv_cookie_keys_init(struct cv_cookie_keys *keys,
			 const u8 public_key[CV_WIRE_KEY_BYTES]);

/**
 * cv_cookie_mac1() - compute mac1
 * @mac1: the result
 * @message: an initiation or a response
 * @len: bytes before its mac1
 * @mac1_key: of the receiver
 */
void cv_cookie_mac1(u8 mac1[CV_WIRE_MAC_BYTES], const void *message, size_t len,
		    const u8 mac1_key[CV_WIRE_KEY_BYTES]);

/**
 * cv_cookie_mac2() - compute mac2
 * @mac2: the result
 * @message: an initiation or a response
 * @len: bytes before its mac2; mac1 is among them
 * @cookie: as the receiver gave it to us
 */
void cv_cookie_mac2(u8 mac2[CV_WIRE_MAC_BYTES], const void *message, size_t len,
		    const u8 cookie[CV_WIRE_COOKIE_BYTES]);

/**
 * cv_cookie_mac1_ok() - check mac1 in constant time
 * @message: an initiation or a response
 * @len: bytes of the whole message
 * @keys: of our own public key
 *
 * Return: true when the message was made for our key.
 */
bool __must_check cv_cookie_mac1_ok(const void *message, size_t len,
				    const struct cv_cookie_keys *keys);

/**
 * cv_cookie_mac2_ok() - check mac2 in constant time
 * @message: an initiation or a response
 * @len: bytes of the whole message
 * @cookie: the one that this source address has now, see cv_cookie_make()
 *
 * Return: true when the sender has got our cookie at this address.
 */
bool __must_check cv_cookie_mac2_ok(const void *message, size_t len,
				    const u8 cookie[CV_WIRE_COOKIE_BYTES]);

/**
 * cv_cookie_make() - the cookie of a source address
 * @cookie: the result
 * @secret: ours, of this two-minute period
 * @source_addr: struct in_addr or struct in6_addr
 * @addr_len: its bytes, 4 or 16
 * @port: the source port
 */
void cv_cookie_make(u8 cookie[CV_WIRE_COOKIE_BYTES],
		    const u8 secret[CV_WIRE_KEY_BYTES],
		    const void *source_addr, size_t addr_len, __be16 port);

/**
 * cv_cookie_seal() - fill in a cookie reply
 * @reply: gets nonce and sealed cookie; type and receiver are the caller's
 * @cookie: from cv_cookie_make()
 * @cookie_key: of our own public key
 * @mac1: of the message that is answered
 * @nonce: random
 */
void cv_cookie_seal(struct cv_wire_cookie *reply,
		    const u8 cookie[CV_WIRE_COOKIE_BYTES],
		    const u8 cookie_key[CV_WIRE_KEY_BYTES],
		    const u8 mac1[CV_WIRE_MAC_BYTES],
		    const u8 nonce[CV_WIRE_COOKIE_NONCE_BYTES]);

/**
 * cv_cookie_open() - read a cookie reply
 * @cookie: the result; zeros on failure
 * @reply: as received
 * @cookie_key: of the peer that sent it
 * @mac1: the last one that we sent to that peer
 *
 * Return: true when the reply is authentic and answers that very message.
 */
bool __must_check cv_cookie_open(u8 cookie[CV_WIRE_COOKIE_BYTES],
				 const struct cv_wire_cookie *reply,
				 const u8 cookie_key[CV_WIRE_KEY_BYTES],
				 const u8 mac1[CV_WIRE_MAC_BYTES]);

#endif /* CV_HANDSHAKE_COOKIE_H */
