// SPDX-License-Identifier: GPL-2.0
/*
 * Handshakes against those of a second implementation (noise_vectors.py), and what a
 * handshake must refuse.
 */
#include <handshake/noise.h>
#include <linux/string.h>
#include <fake_kernel.h>

#include "noise_vectors.h"
#include "unit.h"

/* One handshake, both ends of it. */
struct test_noise {
	u8 initiator_private[32];
	u8 initiator_public[32];
	u8 responder_private[32];
	u8 responder_public[32];
	u8 static_static[32];
	u8 psk[32];
	u8 timestamp[12];
	struct cv_noise initiator;
	struct cv_noise responder;
	struct cv_wire_initiation initiation;
	struct cv_wire_response response;
};

static bool test_noise_is_zero(const void *bytes, size_t len)
{
	return !memchr_inv(bytes, 0, len);
}

/* The keys and inputs of a vector; its ephemeral keys are what the generator gives. */
static void test_noise_load(struct test_noise *t, const struct noise_vector *v)
{
	u8 ephemeral[32];

	memset(t, 0, sizeof(*t));
	unit_hex(t->initiator_private, 32, v->initiator_private);
	unit_hex(t->initiator_public, 32, v->initiator_public);
	unit_hex(t->responder_private, 32, v->responder_private);
	unit_hex(t->responder_public, 32, v->responder_public);
	unit_hex(t->psk, 32, v->psk);
	unit_hex(t->timestamp, 12, v->stamp);
	fake_random_seed(0);
	unit_hex(ephemeral, 32, v->initiator_ephemeral);
	fake_random_next(ephemeral, 32);
	unit_hex(ephemeral, 32, v->responder_ephemeral);
	fake_random_next(ephemeral, 32);
	CHECK(cv_noise_static_static(t->static_static, t->initiator_private,
				     t->responder_public), "expected a DH result");
}

static struct cv_noise_initiator test_noise_initiator(const struct test_noise *t)
{
	return (struct cv_noise_initiator){
		.static_public = t->initiator_public,
		.remote_static = t->responder_public,
		.static_static = t->static_static,
		.timestamp = t->timestamp,
	};
}

static bool test_noise_initiate(struct test_noise *t)
{
	const struct cv_noise_initiator initiator = test_noise_initiator(t);

	return cv_noise_write_initiation(&t->initiator, &t->initiation, &initiator);
}

/* Both steps of reading an initiation; says what they found. */
static bool test_noise_read_initiation(struct test_noise *t, u8 remote_static[32],
				       u8 timestamp[12])
{
	return cv_noise_open_initiator_static(&t->responder, remote_static, &t->initiation,
					      t->responder_private, t->responder_public) &&
	       cv_noise_open_timestamp(&t->responder, timestamp, &t->initiation,
				       t->static_static);
}

static bool test_noise_respond(struct test_noise *t)
{
	return cv_noise_write_response(&t->responder, &t->response, t->initiator_public,
				       t->psk);
}

static bool test_noise_finish(struct test_noise *t, struct cv_noise *noise)
{
	*noise = t->initiator;
	return cv_noise_read_response(noise, &t->response, t->initiator_private, t->psk);
}

/* A handshake up to and with the response. */
static void test_noise_shake(struct test_noise *t)
{
	u8 remote_static[32], timestamp[12];

	test_noise_load(t, &noise_vectors[0]);
	CHECK(test_noise_initiate(t), "expected an initiation");
	CHECK(test_noise_read_initiation(t, remote_static, timestamp),
	      "expected the initiation to be read");
	CHECK(test_noise_respond(t), "expected a response");
}

static void test_noise_vector(const struct noise_vector *v)
{
	u8 remote_static[32], timestamp[12], first[32], second[32];
	struct test_noise t;
	struct cv_noise noise;

	test_noise_load(&t, v);
	CHECK(test_noise_initiate(&t), "expected an initiation");
	CHECK_HEX(t.initiation.ephemeral, 32, v->initiator_ephemeral_public);
	CHECK_HEX(t.initiation.static_sealed, 48, v->static_sealed);
	CHECK_HEX(t.initiation.timestamp_sealed, 28, v->timestamp_sealed);
	CHECK_HEX(t.initiator.chaining_key, 32, v->chaining_key_1);
	CHECK_HEX(t.initiator.hash, 32, v->hash_1);
	CHECK(!t.initiation.type && !t.initiation.sender &&
	      test_noise_is_zero(&t.initiation.macs, sizeof(t.initiation.macs)),
	      "expected the fields of the caller to be left alone");

	CHECK(test_noise_read_initiation(&t, remote_static, timestamp),
	      "expected the initiation to be read");
	CHECK_BYTES(remote_static, t.initiator_public, 32);
	CHECK_BYTES(timestamp, t.timestamp, 12);

	CHECK(test_noise_respond(&t), "expected a response");
	CHECK_HEX(t.response.ephemeral, 32, v->responder_ephemeral_public);
	CHECK_HEX(t.response.empty_sealed, 16, v->empty_sealed);
	CHECK_HEX(t.responder.chaining_key, 32, v->chaining_key_2);
	CHECK_HEX(t.responder.hash, 32, v->hash_2);

	CHECK(test_noise_finish(&t, &noise), "expected the response to be read");
	CHECK_HEX(noise.chaining_key, 32, v->chaining_key_2);
	CHECK_HEX(noise.hash, 32, v->hash_2);
	cv_noise_keys(&noise, first, second);
	CHECK_HEX(first, 32, v->first);
	CHECK_HEX(second, 32, v->second);
	CHECK(test_noise_is_zero(&noise, sizeof(noise)), "expected a wiped state");
}

static void test_noise_vectors(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(noise_vectors); i++)
		test_noise_vector(&noise_vectors[i]);
}

static void test_noise_kdf(void)
{
	const struct noise_vector *v = &noise_vectors[0];
	u8 key[32], data[12], out[3][32], single[32], pair[64];

	unit_hex(key, 32, v->chaining_key_1);
	unit_hex(data, 12, v->stamp);
	cv_noise_kdf1(single, key, data, 12);
	cv_noise_kdf2(pair, pair + 32, key, data, 12);
	cv_noise_kdf3(out, key, data, 12);
	CHECK_HEX(out[0], 96, v->kdf3);
	CHECK_BYTES(single, out[0], 32);
	CHECK_BYTES(pair, out[0], 64);
	memcpy(out[0], key, 32);
	cv_noise_kdf3(out, out[0], data, 12);
	CHECK_HEX(out[0], 96, v->kdf3);
}

/* Keys that the generator makes: both ends agree, and no two handshakes do. */
static void test_noise_random(void)
{
	u8 first[2][32], second[2][32], last[32] = {}, remote_static[32], timestamp[12];
	struct test_noise t;
	struct cv_noise noise;
	unsigned int i;

	test_noise_load(&t, &noise_vectors[1]);
	for (i = 0; i < 10; i++) {
		fake_random_seed(100 + i);
		CHECK(test_noise_initiate(&t) &&
		      test_noise_read_initiation(&t, remote_static, timestamp) &&
		      test_noise_respond(&t) && test_noise_finish(&t, &noise),
		      "expected handshake %u to succeed", i);
		CHECK(test_noise_is_zero(t.responder.ephemeral_private, 32) &&
		      test_noise_is_zero(noise.ephemeral_private, 32),
		      "expected no ephemeral key to outlive its handshake");
		cv_noise_keys(&t.responder, first[0], second[0]);
		cv_noise_keys(&noise, first[1], second[1]);
		CHECK_BYTES(first[1], first[0], 32);
		CHECK_BYTES(second[1], second[0], 32);
		CHECK(memcmp(first[0], second[0], 32), "expected a key for each direction");
		CHECK(memcmp(first[0], last, 32), "expected new keys in handshake %u", i);
		memcpy(last, first[0], 32);
	}
}

/* Every bit of the three Noise fields of an initiation matters. */
static void test_noise_initiation_bits(void)
{
	size_t start = offsetof(struct cv_wire_initiation, ephemeral);
	size_t end = offsetof(struct cv_wire_initiation, macs);
	u8 remote_static[32], timestamp[12];
	struct test_noise t;
	size_t byte;
	u8 *message = (u8 *)&t.initiation;

	test_noise_load(&t, &noise_vectors[0]);
	CHECK(test_noise_initiate(&t), "expected an initiation");
	for (byte = start; byte < end; byte++) {
		u8 bit = 1 << byte % 8;

		/* The top bit of a public key is not part of the number. */
		if (byte == start + 31)
			bit = 1;
		message[byte] ^= bit;
		CHECK(!test_noise_read_initiation(&t, remote_static, timestamp),
		      "expected a flipped bit in byte %zu to be noticed", byte);
		CHECK(test_noise_is_zero(&t.responder, sizeof(t.responder)),
		      "expected a wiped state after byte %zu", byte);
		message[byte] ^= bit;
	}
	CHECK(test_noise_read_initiation(&t, remote_static, timestamp),
	      "expected the whole message to be read");
}

/* The ephemeral key is bound by its bytes: even the unused top bit is noticed. */
static void test_noise_top_bit(void)
{
	u8 remote_static[32], timestamp[12];
	struct test_noise t;

	test_noise_load(&t, &noise_vectors[0]);
	CHECK(test_noise_initiate(&t), "expected an initiation");
	t.initiation.ephemeral[31] ^= 0x80;
	CHECK(!test_noise_read_initiation(&t, remote_static, timestamp),
	      "expected the top bit of a key to be noticed");
}

static void test_noise_response_bits(void)
{
	size_t start = offsetof(struct cv_wire_response, ephemeral);
	size_t end = offsetof(struct cv_wire_response, macs);
	struct test_noise t;
	struct cv_noise noise;
	size_t byte;
	u8 *message = (u8 *)&t.response;

	test_noise_shake(&t);
	for (byte = start; byte < end; byte++) {
		message[byte] ^= 1 << byte % 8;
		CHECK(!test_noise_finish(&t, &noise),
		      "expected a flipped bit in byte %zu to be noticed", byte);
		CHECK(test_noise_is_zero(&noise, sizeof(noise)),
		      "expected a wiped state, and no other reason, after byte %zu", byte);
		message[byte] ^= 1 << byte % 8;
	}
	CHECK(test_noise_finish(&t, &noise), "expected the whole message to be read");
}

static void test_noise_wrong_keys(void)
{
	u8 remote_static[32], timestamp[12];
	struct test_noise t;
	struct cv_noise noise;

	test_noise_shake(&t);
	t.psk[0] ^= 1;
	CHECK(!test_noise_finish(&t, &noise), "expected another pre-shared key to be noticed");
	t.psk[0] ^= 1;
	t.initiator_private[1] ^= 1;
	CHECK(!test_noise_finish(&t, &noise), "expected another private key to be noticed");
	t.initiator_private[1] ^= 1;

	t.static_static[0] ^= 1;
	CHECK(!test_noise_read_initiation(&t, remote_static, timestamp),
	      "expected a forged initiator to be noticed");
	t.static_static[0] ^= 1;
	t.responder_private[1] ^= 1;
	CHECK(!test_noise_read_initiation(&t, remote_static, timestamp),
	      "expected a message for another key to be noticed");
	t.responder_private[1] ^= 1;
	t.responder_public[1] ^= 1;
	CHECK(!test_noise_read_initiation(&t, remote_static, timestamp),
	      "expected a message for another public key to be noticed");
}

/* A response to an earlier initiation does not fit a later one. */
static void test_noise_superseded(void)
{
	struct test_noise t;
	struct cv_noise noise;

	test_noise_shake(&t);
	fake_random_seed(77);
	CHECK(test_noise_initiate(&t), "expected another initiation");
	CHECK(!test_noise_finish(&t, &noise), "expected a late response to be refused");
}

static void test_noise_zero_dh(void)
{
	u8 remote_static[32], timestamp[12], zero[32] = {};
	struct cv_noise_initiator initiator;
	struct test_noise t;
	struct cv_noise noise;

	test_noise_shake(&t);
	CHECK(!cv_noise_static_static(remote_static, t.initiator_private, zero),
	      "expected a zero public key to be refused");
	initiator = test_noise_initiator(&t);
	initiator.remote_static = zero;
	CHECK(!cv_noise_write_initiation(&noise, &t.initiation, &initiator),
	      "expected no initiation to a zero public key");
	initiator = test_noise_initiator(&t);
	initiator.static_static = zero;
	CHECK(!cv_noise_write_initiation(&noise, &t.initiation, &initiator),
	      "expected no initiation with a DH that had failed");
	CHECK(test_noise_is_zero(&noise, sizeof(noise)), "expected a wiped state");

	memset(t.initiation.ephemeral, 0, 32);
	CHECK(!test_noise_read_initiation(&t, remote_static, timestamp),
	      "expected a zero ephemeral key to be refused");
	CHECK(t.responder.zero_dh, "expected the reason to be told");
	CHECK(!cv_noise_write_response(&t.responder, &t.response, t.initiator_public, t.psk),
	      "expected no response to a zero ephemeral key");
	memset(t.response.ephemeral, 0, 32);
	CHECK(!test_noise_finish(&t, &noise), "expected a zero ephemeral key to be refused");
	CHECK(noise.zero_dh, "expected the reason to be told");
}

int main(void)
{
	static const struct unit_case cases[] = {
		{ "handshakes equal those of a second implementation", test_noise_vectors },
		{ "HKDF gives one, two and three keys", test_noise_kdf },
		{ "both ends agree on new keys every time", test_noise_random },
		{ "an initiation changed in any byte is refused", test_noise_initiation_bits },
		{ "an initiation with the ephemeral's top bit changed is refused",
		  test_noise_top_bit },
		{ "a response changed in any byte is refused", test_noise_response_bits },
		{ "messages under wrong keys are refused", test_noise_wrong_keys },
		{ "a response to an earlier initiation is refused", test_noise_superseded },
		{ "all-zero DH results are refused", test_noise_zero_dh },
	};

	cv_noise_init();
	return unit_main(cases, ARRAY_SIZE(cases));
}
