// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Keys: random ones, their text and their public half. The parsers, the
 * printers and the commands genkey, genpsk and pubkey call this. Nothing here
 * branches on a secret or uses one as an index.
 */
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "libculvert.h"

/* All ones if a <= x and x <= b, else zero; all three below 2^31. */
static uint32_t cvl_key_in_range(uint32_t x, uint32_t a, uint32_t b)
{
	return (((x - a) >> 31) - 1) & (((b - x) >> 31) - 1);
}

/* The character of base64 for six bits. */
static char cvl_key_encode_6_bits(uint32_t bits)
{
	uint32_t c = 0;

	c |= cvl_key_in_range(bits, 0, 25) & (bits + 'A');
	c |= cvl_key_in_range(bits, 26, 51) & (bits - 26 + 'a');
	c |= cvl_key_in_range(bits, 52, 61) & (bits - 52 + '0');
	c |= cvl_key_in_range(bits, 62, 62) & '+';
	c |= cvl_key_in_range(bits, 63, 63) & '/';
	return (char)c;
}

/* The six bits of a character, or a value with bit 31 set if it is none. */
static uint32_t cvl_key_decode_6_bits(char character)
{
	uint32_t c = (unsigned char)character;
	uint32_t upper = cvl_key_in_range(c, 'A', 'Z');
	uint32_t lower = cvl_key_in_range(c, 'a', 'z');
	uint32_t digit = cvl_key_in_range(c, '0', '9');
	uint32_t plus = cvl_key_in_range(c, '+', '+');
	uint32_t slash = cvl_key_in_range(c, '/', '/');
	uint32_t bits = 0;

	bits |= upper & (c - 'A');
	bits |= lower & (c - 'a' + 26);
	bits |= digit & (c - '0' + 52);
	bits |= plus & 62;
	bits |= slash & 63;
	bits |= ~(upper | lower | digit | plus | slash) & 0x80000000U;
	return bits;
}

/**
 * cvl_key_to_text() - write a key as base64, in constant time
 * @text: 44 characters and a final zero
 * @key: may be secret
 */
void cvl_key_to_text(char text[CVL_KEY_TEXT_SIZE],
		     const uint8_t key[CVL_KEY_BYTES])
{
	size_t i;

	for (i = 0; i < CVL_KEY_BYTES; i += 3) {
		uint32_t bits = (uint32_t)key[i] << 16;

		bits |= (uint32_t)key[i + 1] << 8;
		if (i + 2 < CVL_KEY_BYTES)
			bits |= key[i + 2];
		*text++ = cvl_key_encode_6_bits(bits >> 18 & 63);
		*text++ = cvl_key_encode_6_bits(bits >> 12 & 63);
		*text++ = cvl_key_encode_6_bits(bits >> 6 & 63);
		*text++ = cvl_key_encode_6_bits(bits & 63);
	}
	text[-1] = '=';
	*text = '\0';
}

/**
 * cvl_key_from_text() - read a key from base64
 * @key: set, and all zero on failure
 * @text: must be exactly the 44 characters that cvl_key_to_text() writes
 *
 * The time depends on the length of the text, not on what is in it.
 *
 * Return: whether it was a key.
 */
bool cvl_key_from_text(uint8_t key[CVL_KEY_BYTES], const char *text)
{
	uint32_t bad = 0;
	size_t i;

	memset(key, 0, CVL_KEY_BYTES);
	if (strlen(text) != CVL_KEY_TEXT_SIZE - 1 ||
	    text[CVL_KEY_TEXT_SIZE - 2] != '=')
		return false;
	for (i = 0; i < CVL_KEY_BYTES; i += 3, text += 4) {
		uint32_t a = cvl_key_decode_6_bits(text[0]);
		uint32_t b = cvl_key_decode_6_bits(text[1]);
		uint32_t c = cvl_key_decode_6_bits(text[2]);
		uint32_t d = 0;

		if (i + 2 < CVL_KEY_BYTES)
			d = cvl_key_decode_6_bits(text[3]);
		bad |= (a | b | c | d) >> 31;
		key[i] = (uint8_t)(a << 2 | b >> 4);
		key[i + 1] = (uint8_t)(b << 4 | c >> 2);
		if (i + 2 < CVL_KEY_BYTES)
			key[i + 2] = (uint8_t)(c << 6 | d);
		else
			/* 256 bits leave two over: one key has one text */
			bad |= c & 3;
	}
	if (bad)
		explicit_bzero(key, CVL_KEY_BYTES);
	return !bad;
}

/**
 * cvl_key_equal() - compare two keys in constant time
 * @a: one
 * @b: the other
 *
 * Return: whether they are the same.
 */
bool cvl_key_equal(const uint8_t a[CVL_KEY_BYTES],
		   const uint8_t b[CVL_KEY_BYTES])
{
	unsigned int difference = 0;
	size_t i;

	for (i = 0; i < CVL_KEY_BYTES; i++) {
		difference |= a[i] ^ b[i];
		/* the compiler must not find out that it could stop early */
		__asm__("" : "+r"(difference));
	}
	return !difference;
}

/**
 * cvl_key_is_zero() - is this the key that stands for "none"?
 * @key: looked at in constant time
 *
 * Return: whether all its bytes are zero.
 */
bool cvl_key_is_zero(const uint8_t key[CVL_KEY_BYTES])
{
	static const uint8_t zero[CVL_KEY_BYTES];

	return cvl_key_equal(key, zero);
}

/**
 * cvl_key_random() - make a pre-shared key; clamped, it is a private key
 * @key: set
 *
 * Waits until the kernel's generator is ready.
 *
 * Return: 0 or a negative errno.
 */
int cvl_key_random(uint8_t key[CVL_KEY_BYTES])
{
	size_t have = 0;

	while (have < CVL_KEY_BYTES) {
		ssize_t n = getrandom(key + have, CVL_KEY_BYTES - have, 0);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0)
			have += (size_t)n;
	}
	return 0;
}

/**
 * cvl_key_clamp() - make a private key out of 32 random bytes
 * @key: changed in place as RFC 7748 says
 */
void cvl_key_clamp(uint8_t key[CVL_KEY_BYTES])
{
	key[0] &= 0xf8;
	key[31] = (key[31] & 0x7f) | 0x40;
}

/**
 * cvl_key_public() - compute the public key of a private key
 * @public_key: set
 * @private_key: need not be clamped
 */
void cvl_key_public(uint8_t public_key[CVL_KEY_BYTES],
		    const uint8_t private_key[CVL_KEY_BYTES])
{
	static const uint8_t base_point[CVL_KEY_BYTES] = { 9 };

	cvl_curve25519(public_key, private_key, base_point);
}
