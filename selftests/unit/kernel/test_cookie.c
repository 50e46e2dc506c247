// SPDX-License-Identifier: GPL-2.0
/*
 * mac1, mac2 and cookie replies, against those of a second implementation
 * (noise_vectors.py), and what they must refuse.
 */
#include <arpa/inet.h>

#include <handshake/cookie.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <fake_kernel.h>

#include "noise_vectors.h"
#include "unit.h"

/* The initiation of a vector, without its macs. */
static void test_cookie_message(struct cv_wire_initiation *message,
				struct cv_cookie_keys *keys, const struct noise_vector *v)
{
	u8 public_key[32];

	memset(message, 0, sizeof(*message));
	unit_hex((u8 *)&message->type, 4, "01000000");
	unit_hex((u8 *)&message->sender, 4, "78563412");
	unit_hex(message->ephemeral, 32, v->initiator_ephemeral_public);
	unit_hex(message->static_sealed, 48, v->static_sealed);
	unit_hex(message->timestamp_sealed, 28, v->timestamp_sealed);
	unit_hex(public_key, 32, v->responder_public);
	cv_cookie_keys_init(keys, public_key);
}

static void test_cookie_vector(const struct noise_vector *v)
{
	static const u8 address[4] = { 192, 0, 2, 7 };
	struct cv_wire_initiation message;
	struct cv_cookie_keys keys;
	struct cv_wire_cookie reply = {};
	u8 secret[32], cookie[16], nonce[24], opened[16];

	test_cookie_message(&message, &keys, v);
	cv_cookie_mac1(message.macs.mac1, &message,
		       offsetof(struct cv_wire_initiation, macs), keys.mac1_key);
	CHECK_HEX(message.macs.mac1, 16, v->mac1);
	CHECK(cv_cookie_mac1_ok(&message, sizeof(message), &keys), "expected mac1 to fit");

	unit_hex(secret, 32, v->secret);
	cv_cookie_make(cookie, secret, address, sizeof(address), htons(51820));
	CHECK_HEX(cookie, 16, v->cookie);

	unit_hex(nonce, 24, v->nonce);
	cv_cookie_seal(&reply, cookie, keys.cookie_key, message.macs.mac1, nonce);
	CHECK_BYTES(reply.nonce, nonce, 24);
	CHECK_HEX(reply.cookie_sealed, 32, v->cookie_sealed);
	CHECK(!reply.type && !reply.receiver, "expected the caller's fields left alone");
	CHECK(cv_cookie_open(opened, &reply, keys.cookie_key, message.macs.mac1),
	      "expected the reply to be opened");
	CHECK_BYTES(opened, cookie, 16);

	cv_cookie_mac2(message.macs.mac2, &message,
		       sizeof(message) - sizeof(message.macs.mac2), cookie);
	CHECK_HEX(message.macs.mac2, 16, v->mac2);
	CHECK(cv_cookie_mac2_ok(&message, sizeof(message), cookie), "expected mac2 to fit");
}

static void test_cookie_vectors(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(noise_vectors); i++)
		test_cookie_vector(&noise_vectors[i]);
}

static void test_cookie_mac_bits(void)
{
	struct cv_wire_initiation message;
	struct cv_cookie_keys keys;
	u8 *bytes = (u8 *)&message;
	u8 cookie[16];
	size_t i;

	get_random_bytes(cookie, sizeof(cookie));
	test_cookie_message(&message, &keys, &noise_vectors[0]);
	cv_cookie_mac1(message.macs.mac1, &message,
		       offsetof(struct cv_wire_initiation, macs), keys.mac1_key);
	cv_cookie_mac2(message.macs.mac2, &message,
		       sizeof(message) - sizeof(message.macs.mac2), cookie);
	for (i = 0; i < sizeof(message); i++) {
		bool in_mac2 = i >= sizeof(message) - 16;

		bytes[i] ^= 1 << i % 8;
		CHECK(cv_cookie_mac1_ok(&message, sizeof(message), &keys) == in_mac2,
		      "expected mac1 to cover what is before mac2: byte %zu", i);
		CHECK(!cv_cookie_mac2_ok(&message, sizeof(message), cookie),
		      "expected mac2 to cover byte %zu", i);
		bytes[i] ^= 1 << i % 8;
	}
	cookie[15] ^= 1;
	CHECK(!cv_cookie_mac2_ok(&message, sizeof(message), cookie),
	      "expected another cookie to be noticed");
	keys.mac1_key[31] ^= 1;
	CHECK(!cv_cookie_mac1_ok(&message, sizeof(message), &keys),
	      "expected another key to be noticed");
}

static void test_cookie_short(void)
{
	struct cv_cookie_keys keys = {};
	struct cv_wire_macs *message = kvzalloc(sizeof(*message), GFP_KERNEL);
	u8 cookie[16] = {};
	size_t len;

	/* as a heap object, so that reading past it would be seen */
	for (len = 0; len < sizeof(*message); len++)
		CHECK(!cv_cookie_mac1_ok(message, len, &keys) &&
		      !cv_cookie_mac2_ok(message, len, cookie),
		      "expected %zu bytes to be refused", len);
	CHECK(!cv_cookie_mac1_ok(message, len, &keys), "expected zeros not to be a mac1");
	kvfree(message);
}

static void test_cookie_reply_bits(void)
{
	u8 cookie[16], key[32], mac1[16], nonce[24], opened[16], zero[16] = {};
	struct cv_wire_cookie reply = {};
	u8 *bytes = (u8 *)&reply;
	size_t i;

	get_random_bytes(cookie, sizeof(cookie));
	get_random_bytes(key, sizeof(key));
	get_random_bytes(mac1, sizeof(mac1));
	get_random_bytes(nonce, sizeof(nonce));
	cv_cookie_seal(&reply, cookie, key, mac1, nonce);
	for (i = offsetof(struct cv_wire_cookie, nonce); i < sizeof(reply); i++) {
		bytes[i] ^= 1 << i % 8;
		memset(opened, 0xff, sizeof(opened));
		CHECK(!cv_cookie_open(opened, &reply, key, mac1),
		      "expected a flipped bit in byte %zu to be noticed", i);
		CHECK_BYTES(opened, zero, 16);
		bytes[i] ^= 1 << i % 8;
	}
	mac1[0] ^= 1;
	CHECK(!cv_cookie_open(opened, &reply, key, mac1),
	      "expected the answer to another message to be refused");
	mac1[0] ^= 1;
	key[0] ^= 1;
	CHECK(!cv_cookie_open(opened, &reply, key, mac1),
	      "expected the reply of somebody else to be refused");
	key[0] ^= 1;
	CHECK(cv_cookie_open(opened, &reply, key, mac1), "expected the reply to be opened");
}

/* A cookie stands for one source address and port, under one secret. */
static void test_cookie_source(void)
{
	u8 secret[32], address[16], cookie[16], other[16];
	unsigned int i;

	get_random_bytes(secret, sizeof(secret));
	get_random_bytes(address, sizeof(address));
	cv_cookie_make(cookie, secret, address, 16, htons(1));
	for (i = 0; i < 16; i++) {
		address[i] ^= 1;
		cv_cookie_make(other, secret, address, 16, htons(1));
		CHECK(memcmp(cookie, other, 16), "expected byte %u of an address to count", i);
		address[i] ^= 1;
	}
	cv_cookie_make(other, secret, address, 16, htons(2));
	CHECK(memcmp(cookie, other, 16), "expected the port to count");
	cv_cookie_make(other, secret, address, 4, htons(1));
	CHECK(memcmp(cookie, other, 16), "expected the length of an address to count");
	secret[31] ^= 1;
	cv_cookie_make(other, secret, address, 16, htons(1));
	CHECK(memcmp(cookie, other, 16), "expected the secret to count");
}

int main(void)
{
	static const struct unit_case cases[] = {
		{ "macs and replies equal those of a second implementation",
		  test_cookie_vectors },
		{ "a change in any byte of a message makes its macs wrong", test_cookie_mac_bits },
		{ "short messages have no macs", test_cookie_short },
		{ "a cookie reply changed in any byte is refused", test_cookie_reply_bits },
		{ "a cookie is bound to its source", test_cookie_source },
	};

	return unit_main(cases, ARRAY_SIZE(cases));
}
