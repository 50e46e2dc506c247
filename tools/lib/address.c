// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Addresses as text and back, for files and outputs with very many of them: what inet_pton(3) and
 * inet_ntop(3) do, in a part of the time for the forms that are usual. The parsers and the
 * printers call this.
 */
#include <arpa/inet.h>
#include <string.h>

#include "address.h"

/* One of four numbers, with up to three digits and no zero in front; NULL if it is none. */
static const char *cvl_address_read_byte(uint8_t *byte, const char *text, const char *end)
{
	const char *begin = text;
	unsigned int value = 0;

	while (text < end && *text >= '0' && *text <= '9' && text - begin < 3)
		value = value * 10 + (unsigned int)(*text++ - '0');
	if (text == begin || value > 255 || (*begin == '0' && text - begin > 1))
		return NULL;
	*byte = (uint8_t)value;
	return text;
}

/**
 * cvl_address_read4() - read an IPv4 address
 * @address: set
 * @text: four numbers with dots between them; need not end in a zero
 * @bytes: its length
 *
 * Return: whether it is one, and nothing else.
 */
bool cvl_address_read4(struct in_addr *address, const char *text, size_t bytes)
{
	const char *end = text + bytes;
	uint8_t read[4];
	size_t i;

	for (i = 0; i < sizeof(read); i++) {
		if (i && (text == end || *text++ != '.'))
			return false;
		text = cvl_address_read_byte(&read[i], text, end);
		if (!text)
			return false;
	}
	memcpy(address, read, sizeof(read));
	return text == end;
}

/**
 * cvl_address_read() - read an address
 * @address: a struct in_addr or in6_addr; set
 * @family: AF_INET or AF_INET6
 * @text: need not end in a zero
 * @bytes: its length
 *
 * Return: whether it is one of that family, and nothing else.
 */
bool cvl_address_read(void *address, int family, const char *text, size_t bytes)
{
	char copy[INET6_ADDRSTRLEN];

	if (family == AF_INET)
		return cvl_address_read4(address, text, bytes);
	if (bytes >= sizeof(copy))
		return false;
	memcpy(copy, text, bytes);
	copy[bytes] = '\0';
	return inet_pton(family, copy, address) == 1;
}

/**
 * cvl_address_write_number() - write a number
 * @text: gets its digits, at most ten, and no zero
 * @number: it
 *
 * Return: where the digits end.
 */
char *cvl_address_write_number(char *text, uint32_t number)
{
	char digits[10];
	size_t count = 0;

	do {
		digits[count++] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	while (count)
		*text++ = digits[--count];
	return text;
}

static char *cvl_address_write_word(char *text, unsigned int word)
{
	static const char digits[] = "0123456789abcdef";
	int shift = word > 0xfff ? 12 : word > 0xff ? 8 : word > 0xf ? 4 : 0;

	for (; shift >= 0; shift -= 4)
		*text++ = digits[word >> shift & 0xf];
	return text;
}

/* The longest run of zero words, the first of those that are as long; at least two. */
static size_t cvl_address_zeros(const uint16_t words[8], size_t *bytes)
{
	size_t best = 8, run, i;

	*bytes = 1;
	for (i = 0; i < 8; i += run + 1) {
		for (run = 0; i + run < 8 && !words[i + run]; run++)
			;
		if (run > *bytes) {
			*bytes = run;
			best = i;
		}
	}
	return best;
}

/* One that does not begin with zeros, as no other has dots in it. */
static char *cvl_address_write6(char *text, const uint16_t words[8])
{
	size_t zeros, zeros_at = cvl_address_zeros(words, &zeros);
	size_t i = 0;

	while (i < 8) {
		if (i == zeros_at) {
			*text++ = ':';
			i += zeros;
			if (i == 8)
				*text++ = ':';
			continue;
		}
		if (i)
			*text++ = ':';
		text = cvl_address_write_word(text, ntohs(words[i++]));
	}
	*text = '\0';
	return text;
}

/**
 * cvl_address_write() - write an address
 * @text: gets it, with a final zero
 * @family: AF_INET, AF_INET6, or another, which has no text
 * @address: a struct in_addr or in6_addr
 *
 * Return: where the text ends.
 */
char *cvl_address_write(char text[INET6_ADDRSTRLEN], int family, const void *address)
{
	uint16_t words[8];
	uint8_t bytes[4];
	size_t i;

	if (family == AF_INET) {
		memcpy(bytes, address, sizeof(bytes));
		for (i = 0; i < sizeof(bytes); i++) {
			if (i)
				*text++ = '.';
			text = cvl_address_write_number(text, bytes[i]);
		}
		*text = '\0';
		return text;
	}
	*text = '\0';
	if (family != AF_INET6)
		return text;
	memcpy(words, address, sizeof(words));
	if (words[0])
		return cvl_address_write6(text, words);
	inet_ntop(family, address, text, INET6_ADDRSTRLEN);
	return text + strlen(text);
}
