// SPDX-License-Identifier: GPL-2.0
/*
 * Text that fits a place on the screen. Names come from others: what is no printable character
 * becomes a question mark here, so that none of it reaches the terminal.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "text.h"

/* What stands for the rest of a text that is cut. */
#define TEXT_MORE_UTF8 "\xe2\x80\xa6"
#define TEXT_MORE_ASCII "~"

/**
 * struct text_char - a character of a text
 * @from: its bytes, which are shown as they are if it is printable
 * @bytes: how many
 * @columns: that it takes on the screen; accents take none
 */
struct text_char {
	const char *from;
	size_t bytes;
	int columns;
};

/* Accents are what takes no column and is harmless; marks of direction and the like are not. */
static bool text_is_accent(wchar_t wide)
{
	return wide >= 0x300 && wide <= 0x36f;
}

/* Sets ONE to the character that FROM begins with, which is not empty. */
static void text_next(struct text_char *one, const char *from, bool utf8)
{
	unsigned char byte = (unsigned char)*from;
	mbstate_t state = { 0 };
	wchar_t wide = byte;
	size_t bytes = 1;
	int columns;

	if (byte >= 0x80) {
		bytes = utf8 ? mbrtowc(&wide, from, strnlen(from, MB_LEN_MAX), &state) : 1;
		if (!utf8 || !bytes || bytes > MB_LEN_MAX) {
			bytes = 1;
			wide = 0;
		}
	}
	columns = byte < 0x80 ? (byte >= ' ' && byte < 0x7f ? 1 : -1) : wide ? wcwidth(wide) : -1;
	if (columns > 0 || (!columns && text_is_accent(wide)))
		*one = (struct text_char){ .from = from, .bytes = bytes, .columns = columns };
	else
		*one = (struct text_char){ .from = NULL, .bytes = bytes, .columns = 1 };
}

/* Appends at AT; returns where it ends. There is always room for the final zero. */
static size_t text_put(char *to, size_t to_bytes, size_t at, const struct text_char *one)
{
	size_t bytes = one->from ? one->bytes : 1;

	if (at + bytes >= to_bytes)
		return at;
	if (one->from)
		memcpy(to + at, one->from, bytes);
	else
		to[at] = '?';
	return at + bytes;
}

/**
 * top_text_columns() - how much of a line a text takes
 * @from: the text
 * @utf8: whether the terminal's encoding is UTF-8
 *
 * Return: its columns.
 */
int top_text_columns(const char *from, bool utf8)
{
	struct text_char one;
	int columns = 0;

	for (; *from; from += one.bytes) {
		text_next(&one, from, utf8);
		columns += one.columns;
	}
	return columns;
}

/**
 * top_text_clean() - make a text printable
 * @to: set to the text
 * @to_bytes: its size
 * @from: the text
 * @utf8: whether the terminal's encoding is UTF-8
 */
void top_text_clean(char *to, size_t to_bytes, const char *from, bool utf8)
{
	struct text_char one;
	size_t at = 0;

	for (; *from; from += one.bytes) {
		text_next(&one, from, utf8);
		at = text_put(to, to_bytes, at, &one);
	}
	to[at] = '\0';
}

/**
 * top_text_fit() - make a text printable and as wide as its place
 * @to: set to the text, with spaces behind it, or cut, with a sign that it is
 * @to_bytes: its size
 * @from: the text
 * @columns: of the place
 * @utf8: whether the terminal's encoding is UTF-8
 */
void top_text_fit(char *to, size_t to_bytes, const char *from, int columns, bool utf8)
{
	const char *more = utf8 ? TEXT_MORE_UTF8 : TEXT_MORE_ASCII;
	bool cut = top_text_columns(from, utf8) > columns;
	int left = cut ? columns - 1 : columns;
	struct text_char one;
	size_t at = 0;

	for (; *from; from += one.bytes) {
		text_next(&one, from, utf8);
		if (one.columns > left)
			break;
		at = text_put(to, to_bytes, at, &one);
		left -= one.columns;
	}
	if (cut && columns > 0) {
		one = (struct text_char){ .from = more, .bytes = strlen(more) };
		at = text_put(to, to_bytes, at, &one);
	}
	one = (struct text_char){ .from = " ", .bytes = 1 };
	while (left-- > 0)
		at = text_put(to, to_bytes, at, &one);
	to[at] = '\0';
}

/**
 * top_text_bytes() - a number of bytes in five columns at most, such as 12.4M
 * @to: set; the units are powers of 1024
 * @bytes: the number
 */
void top_text_bytes(char to[TOP_TEXT_NUMBER], double bytes)
{
	static const char units[] = "KMGTPE";
	size_t unit = 0;

	if (!(bytes >= 0.5)) {
		strcpy(to, "0");
		return;
	}
	if (bytes < 999.5) {
		snprintf(to, TOP_TEXT_NUMBER, "%.0f", bytes);
		return;
	}
	bytes /= 1024;
	while (bytes >= 999.5 && units[unit + 1]) {
		bytes /= 1024;
		unit++;
	}
	snprintf(to, TOP_TEXT_NUMBER, bytes < 99.95 ? "%.1f%c" : "%.0f%c",
		 bytes < 9999 ? bytes : 9999, units[unit]);
}

/**
 * top_text_age() - a span of time in six columns at most, such as 5m07s
 * @to: set
 * @seconds: the span; below 0 it is "never"
 */
void top_text_age(char to[TOP_TEXT_NUMBER], int64_t seconds)
{
	static const struct {
		int64_t seconds;
		int64_t part;
		char unit;
		char part_unit;
	} units[] = {
		{ 86400, 3600, 'd', 'h' },
		{ 3600, 60, 'h', 'm' },
		{ 60, 1, 'm', 's' },
		{ 0, 0, 0, 0 },
	};
	size_t i;

	if (seconds < 0) {
		strcpy(to, "never");
		return;
	}
	if (seconds >= 100 * 86400LL) {
		seconds /= 86400;
		snprintf(to, TOP_TEXT_NUMBER, "%lldd",
			 (long long)(seconds < 99999 ? seconds : 99999));
		return;
	}
	for (i = 0; units[i].seconds; i++) {
		if (seconds < units[i].seconds)
			continue;
		snprintf(to, TOP_TEXT_NUMBER, "%lld%c%02lld%c",
			 (long long)(seconds / units[i].seconds), units[i].unit,
			 (long long)(seconds % units[i].seconds / units[i].part),
			 units[i].part_unit);
		return;
	}
	snprintf(to, TOP_TEXT_NUMBER, "%llds", (long long)seconds);
}
