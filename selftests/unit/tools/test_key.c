// SPDX-License-Identifier: GPL-2.0
/* Unit test of tools/lib/key.c and curve25519.c; selftests/check-unit runs it. */
#include <stdlib.h>

#include "ktap.h"
#include "libculvert.h"

static void hex(uint8_t out[CVL_KEY_BYTES], const char *text)
{
	int i;

	for (i = 0; i < CVL_KEY_BYTES; i++) {
		const char digits[] = { text[2 * i], text[2 * i + 1], 0 };

		out[i] = (uint8_t)strtoul(digits, NULL, 16);
	}
}

static bool same(const uint8_t got[CVL_KEY_BYTES], const char *expected)
{
	uint8_t bytes[CVL_KEY_BYTES];

	hex(bytes, expected);
	return !memcmp(got, bytes, sizeof(bytes));
}

/* Scalar, u coordinate, result. */
static const char * const vectors[][4] = {
	{ "RFC 7748, 5.2, first",
	  "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
	  "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
	  "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552" },
	{ "RFC 7748, 5.2, second",
	  "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
	  "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
	  "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957" },
	{ "u = 0",
	  "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
	  "0000000000000000000000000000000000000000000000000000000000000000",
	  "0000000000000000000000000000000000000000000000000000000000000000" },
	{ "u = p - 1",
	  "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
	  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	  "0000000000000000000000000000000000000000000000000000000000000000" },
	{ "u = p",
	  "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
	  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	  "0000000000000000000000000000000000000000000000000000000000000000" },
	{ "u = p + 1",
	  "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
	  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	  "0000000000000000000000000000000000000000000000000000000000000000" },
	{ "u = 2^256 - 1, whose top bit is left out",
	  "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
	  "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	  "359668d79a67267a57ffef8f0f4a9882a7c0e3122cb1999c5626346383f9f811" },
	{ "a point of order 8",
	  "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
	  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
	  "0000000000000000000000000000000000000000000000000000000000000000" },
	{ NULL, NULL, NULL, NULL },
};

static void test_vectors(void)
{
	char name[128];
	int i;

	for (i = 0; vectors[i][0]; i++) {
		uint8_t scalar[CVL_KEY_BYTES];
		uint8_t point[CVL_KEY_BYTES];
		uint8_t out[CVL_KEY_BYTES];

		hex(scalar, vectors[i][1]);
		hex(point, vectors[i][2]);
		cvl_curve25519(out, scalar, point);
		snprintf(name, sizeof(name), "X25519: %s", vectors[i][0]);
		ktap_ok(same(out, vectors[i][3]), name);
		/* the output may be one of the inputs */
		cvl_curve25519(point, scalar, point);
		snprintf(name, sizeof(name), "X25519 in place: %s",
			 vectors[i][0]);
		ktap_ok(same(point, vectors[i][3]), name);
	}
}

/* RFC 7748, section 5.2: the result becomes the scalar, that the point. */
static void test_iterations(void)
{
	static const char * const after_1 =
		"422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079";
	uint8_t scalar[CVL_KEY_BYTES] = { 9 };
	uint8_t point[CVL_KEY_BYTES] = { 9 };
	uint8_t out[CVL_KEY_BYTES];
	int i;

	for (i = 1; i <= 1000; i++) {
		cvl_curve25519(out, scalar, point);
		memcpy(point, scalar, sizeof(point));
		memcpy(scalar, out, sizeof(scalar));
		if (i == 1)
			ktap_ok(same(out, after_1),
				"X25519: RFC 7748, after 1 iteration");
	}
	ktap_ok(same(out, "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51"),
		"X25519: RFC 7748, after 1000 iterations");
}

/* RFC 7748, section 6.1. */
static void test_public(void)
{
	uint8_t alice[CVL_KEY_BYTES];
	uint8_t bob[CVL_KEY_BYTES];
	uint8_t out[CVL_KEY_BYTES];

	hex(alice, "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
	hex(bob, "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
	cvl_key_public(out, alice);
	ktap_ok(same(out, "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"),
		"RFC 7748: public key of Alice");
	cvl_key_public(out, bob);
	ktap_ok(same(out, "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"),
		"RFC 7748: public key of Bob");
	cvl_curve25519(out, alice, out);
	ktap_ok(same(out, "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"),
		"RFC 7748: shared secret of Alice and Bob");
	cvl_key_clamp(bob);
	ktap_ok(same(bob, "58ab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e06b"),
		"RFC 7748: clamped key of Bob");
}

static void test_text(void)
{
	char text[CVL_KEY_TEXT_SIZE];
	uint8_t key[CVL_KEY_BYTES];
	uint8_t back[CVL_KEY_BYTES];
	int bad = 0;
	int i;

	hex(key, "00108310518720928b30d38f41149351559761969b71d79f8218a39259a7a29a");
	cvl_key_to_text(text, key);
	ktap_is(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopo=",
		"text of a key: letters");
	memset(key, 0xfb, sizeof(key));
	cvl_key_to_text(text, key);
	ktap_is(text, "+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/s=",
		"text of a key: signs");
	for (i = 0; i < 1000; i++) {
		cvl_key_random(key);
		cvl_key_to_text(text, key);
		if (!cvl_key_from_text(back, text) || memcmp(key, back, 32))
			bad++;
	}
	ktap_equal(bad, 0, "1000 random keys: to text and back");
}

/* Each byte in each place but the right 64 characters is refused. */
static void test_bad_text(void)
{
	static const char good[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/abcdE=";
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint8_t key[CVL_KEY_BYTES];
	int wrong = 0;
	int place;
	int c;

	ktap_ok(cvl_key_from_text(key, good), "a valid text of a key is accepted");
	for (place = 0; place < 43; place++) {
		for (c = 1; c < 256; c++) {
			char text[CVL_KEY_TEXT_SIZE];
			bool expected = strchr(letters, c);

			/* two bits too many in the last one must be zero */
			if (place == 42)
				expected = strchr("AEIMQUYcgkosw048", c);
			memcpy(text, good, sizeof(text));
			text[place] = (char)c;
			if (cvl_key_from_text(key, text) != expected)
				wrong++;
		}
	}
	ktap_equal(wrong, 0, "a key text with each character in each place: right or refused");
	ktap_ok(!cvl_key_from_text(key, ""), "key text refused: empty");
	ktap_ok(!cvl_key_from_text(key, good + 1), "key text refused: one character too few");
	ktap_ok(!cvl_key_from_text(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/abcdE=="),
		"key text refused: one character too many");
	ktap_ok(!cvl_key_from_text(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/abcdEA"),
		"key text refused: no '=' at the end");
	ktap_ok(cvl_key_is_zero(key), "a refused text leaves no part of a key");
}

static void test_compare(void)
{
	uint8_t a[CVL_KEY_BYTES] = { 0 };
	uint8_t b[CVL_KEY_BYTES] = { 0 };
	int wrong = 0;
	int bit;

	ktap_ok(cvl_key_is_zero(a), "the zero key is zero");
	ktap_ok(cvl_key_equal(a, b), "equal keys are equal");
	for (bit = 0; bit < 256; bit++) {
		b[bit / 8] ^= (uint8_t)(1 << bit % 8);
		wrong += cvl_key_equal(a, b) || cvl_key_is_zero(b);
		b[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	ktap_equal(wrong, 0, "a key that differs in any one bit differs");
}

int main(void)
{
	test_vectors();
	test_iterations();
	test_public();
	test_text();
	test_bad_text();
	test_compare();
	return ktap_finish();
}
