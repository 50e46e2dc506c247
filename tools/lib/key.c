// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Keys: random ones, their text and their public half. The parsers, the
 * printers and the commands genkey, genpsk and pubkey call this. Nothing here
 * branches on a secret or uses one as an index.
 */
#include <endian.h>
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "internal.h"

/* Eight characters are worked on at once, each in a byte of a word that is below 0x80. */
#define CVL_KEY_EACH(byte) (0x0101010101010101ULL * (byte))
#define CVL_KEY_HIGH CVL_KEY_EACH(0x80)

/* A byte of ones where the one of @x is at least @least. */
static uint64_t cvl_key_from(uint64_t x, uint8_t least)
{
	uint64_t bits = ((x | CVL_KEY_HIGH) - CVL_KEY_EACH(least)) & CVL_KEY_HIGH;

	return bits | (bits - (bits >> 7));
}

/* The same where it is at least @least and at most @most. */
static uint64_t cvl_key_in_range(uint64_t x, uint8_t least, uint8_t most)
{
	return cvl_key_from(x, least) & ~cvl_key_from(x, most + 1);
}

/* 48 bits as eight characters of base64. */
static void cvl_key_encode_8(char text[8], uint64_t bits)
{
	uint64_t x = (bits << 8 & 0xffffff00000000ULL) | (bits & 0xffffffULL);

	x = (x << 4 & 0x0fff00000fff0000ULL) | (x & 0x00000fff00000fffULL);
	x = (x << 2 & 0x3f003f003f003f00ULL) | (x & 0x003f003f003f003fULL);
	x = x + CVL_KEY_EACH('A') +
	    (cvl_key_from(x, 26) & CVL_KEY_EACH('a' - 26 - 'A')) -
	    (cvl_key_from(x, 52) & CVL_KEY_EACH('a' - 26 - ('0' - 52))) -
	    (cvl_key_from(x, 62) & CVL_KEY_EACH('0' - 52 - ('+' - 62))) +
	    (cvl_key_from(x, 63) & CVL_KEY_EACH('/' - 63 - ('+' - 62)));
	x = htobe64(x);
	memcpy(text, &x, sizeof(x));
}

/* The 48 bits of eight characters. @bad gets bits if one of them is none of base64. */
static uint64_t cvl_key_decode_8(const char text[8], uint64_t *bad)
{
	uint64_t upper, lower, digit, plus, slash, x;

	memcpy(&x, text, sizeof(x));
	x = be64toh(x);
	*bad |= x & CVL_KEY_HIGH;
	x &= ~CVL_KEY_HIGH;
	upper = cvl_key_in_range(x, 'A', 'Z');
	lower = cvl_key_in_range(x, 'a', 'z');
	digit = cvl_key_in_range(x, '0', '9');
	plus = cvl_key_in_range(x, '+', '+');
	slash = cvl_key_in_range(x, '/', '/');
	*bad |= ~(upper | lower | digit | plus | slash);
	x &= upper | lower | digit | plus | slash;
	x = x - (upper & CVL_KEY_EACH('A')) - (lower & CVL_KEY_EACH('a' - 26)) +
	    (digit & CVL_KEY_EACH(52 - '0')) + (plus & CVL_KEY_EACH(62 - '+')) +
	    (slash & CVL_KEY_EACH(63 - '/'));
	x = (x & 0x3f003f003f003f00ULL) >> 2 | (x & 0x003f003f003f003fULL);
	x = (x & 0x0fff00000fff0000ULL) >> 4 | (x & 0x00000fff00000fffULL);
	return (x & 0x00ffffff00000000ULL) >> 8 | (x & 0xffffffULL);
}

/**
 * cvl_key_to_text() - write a key as base64, in constant time
 * @text: 44 characters and a final zero
 * @key: may be secret
 */
void cvl_key_to_text(char text[CVL_KEY_TEXT_SIZE],
		     const uint8_t key[CVL_KEY_BYTES])
{
	uint8_t bytes[CVL_KEY_BYTES + 6] = { 0 };
	char last[8];
	size_t i;

	memcpy(bytes, key, CVL_KEY_BYTES);
	for (i = 0; i < CVL_KEY_BYTES; i += 6) {
		uint64_t bits;

		memcpy(&bits, bytes + i, sizeof(bits));
		bits = be64toh(bits) >> 16;
		if (i + 6 <= CVL_KEY_BYTES)
			cvl_key_encode_8(text + i / 6 * 8, bits);
		else
			cvl_key_encode_8(last, bits);
	}
	memcpy(text + CVL_KEY_TEXT_SIZE - 5, last, 3);
	text[CVL_KEY_TEXT_SIZE - 2] = '=';
	text[CVL_KEY_TEXT_SIZE - 1] = '\0';
	explicit_bzero(bytes, sizeof(bytes));
	explicit_bzero(last, sizeof(last));
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
	/* what is left when all whole groups of eight are taken */
	char last[8] = "AAAAAAAA";
	uint64_t bits, bad = 0;
	size_t i;

	memset(key, 0, CVL_KEY_BYTES);
	if (strlen(text) != CVL_KEY_TEXT_SIZE - 1 ||
	    text[CVL_KEY_TEXT_SIZE - 2] != '=')
		return false;
	for (i = 0; i + 6 <= CVL_KEY_BYTES; i += 6, text += 8) {
		bits = htobe64(cvl_key_decode_8(text, &bad) << 16);
		memcpy(key + i, &bits, 6);
	}
	memcpy(last, text, 3);
	bits = htobe64(cvl_key_decode_8(last, &bad) << 16);
	memcpy(key + i, &bits, CVL_KEY_BYTES - i);
	/* 256 bits leave two over: one key has one text */
	bad |= ((const uint8_t *)&bits)[CVL_KEY_BYTES - i];
	explicit_bzero(last, sizeof(last));
	if (bad)
		explicit_bzero(key, CVL_KEY_BYTES);
	return !bad;
}

/* What each digit of base64 stands for, and a bit that others do not have. */
#define CVL_KEY_DIGIT 0x80
static const uint8_t cvl_key_digits[256] = {
	['A'] = 0x80, ['B'] = 0x81, ['C'] = 0x82, ['D'] = 0x83, ['E'] = 0x84, ['F'] = 0x85,
	['G'] = 0x86, ['H'] = 0x87, ['I'] = 0x88, ['J'] = 0x89, ['K'] = 0x8a, ['L'] = 0x8b,
	['M'] = 0x8c, ['N'] = 0x8d, ['O'] = 0x8e, ['P'] = 0x8f, ['Q'] = 0x90, ['R'] = 0x91,
	['S'] = 0x92, ['T'] = 0x93, ['U'] = 0x94, ['V'] = 0x95, ['W'] = 0x96, ['X'] = 0x97,
	['Y'] = 0x98, ['Z'] = 0x99, ['a'] = 0x9a, ['b'] = 0x9b, ['c'] = 0x9c, ['d'] = 0x9d,
	['e'] = 0x9e, ['f'] = 0x9f, ['g'] = 0xa0, ['h'] = 0xa1, ['i'] = 0xa2, ['j'] = 0xa3,
	['k'] = 0xa4, ['l'] = 0xa5, ['m'] = 0xa6, ['n'] = 0xa7, ['o'] = 0xa8, ['p'] = 0xa9,
	['q'] = 0xaa, ['r'] = 0xab, ['s'] = 0xac, ['t'] = 0xad, ['u'] = 0xae, ['v'] = 0xaf,
	['w'] = 0xb0, ['x'] = 0xb1, ['y'] = 0xb2, ['z'] = 0xb3, ['0'] = 0xb4, ['1'] = 0xb5,
	['2'] = 0xb6, ['3'] = 0xb7, ['4'] = 0xb8, ['5'] = 0xb9, ['6'] = 0xba, ['7'] = 0xbb,
	['8'] = 0xbc, ['9'] = 0xbd, ['+'] = 0xbe, ['/'] = 0xbf,
};

/* That bit of eight digits, in the places that they have among 48 bits. */
#define CVL_KEY_DIGITS_8 (CVL_KEY_DIGIT * 0x0000041041041041ULL)

/* As cvl_key_decode_8(), for what is not secret. */
static uint64_t cvl_key_decode_public_8(const char text[8], uint8_t *bad)
{
	const uint8_t *c = (const uint8_t *)text;
	uint64_t all = CVL_KEY_DIGIT, sum = 0;
	size_t i;

	_Pragma("GCC unroll 8")
	for (i = 0; i < 8; i++) {
		uint64_t digit = cvl_key_digits[c[i]];

		sum = (sum << 6) + digit;
		all &= digit;
	}
	*bad |= !all;
	return sum - CVL_KEY_DIGITS_8;
}

/**
 * cvl_key_from_public_text() - read a public key from base64, in less time
 * @key: set, and the same as before on failure
 * @text: as for cvl_key_from_text(); is not secret
 *
 * Return: whether it was a key.
 */
bool cvl_key_from_public_text(uint8_t key[CVL_KEY_BYTES], const char *text)
{
	uint8_t bytes[CVL_KEY_BYTES + 6];
	/* what is left when all whole groups of eight are taken */
	char last[8] = "AAAAAAAA";
	uint64_t bits;
	uint8_t bad = 0;
	size_t i;

	if (strlen(text) != CVL_KEY_TEXT_SIZE - 1 || text[CVL_KEY_TEXT_SIZE - 2] != '=')
		return false;
	memcpy(last, text + CVL_KEY_TEXT_SIZE - 5, 3);
	for (i = 0; i < CVL_KEY_BYTES; i += 6) {
		bits = cvl_key_decode_public_8(i + 6 <= CVL_KEY_BYTES ? text + i / 6 * 8 : last,
					       &bad);
		bits = htobe64(bits << 16);
		memcpy(bytes + i, &bits, sizeof(bits));
	}
	/* 256 bits leave two over: one key has one text */
	if (bad || bytes[CVL_KEY_BYTES])
		return false;
	memcpy(key, bytes, CVL_KEY_BYTES);
	return true;
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
