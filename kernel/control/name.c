// SPDX-License-Identifier: GPL-2.0
/*
 * Whether a name is UTF-8 (RFC 3629) and can be shown: asked by netlink_set.c. The kernel's own
 * decoder is part of CONFIG_NLS, which a router may be without.
 */
#include <linux/kernel.h>
#include <linux/types.h>

#include "name.h"

/* What leads a character of several bytes, and what may come next; then 0x80 to 0xbf. */
static const struct {
	u8 lead_first, lead_last;
	u8 next_first, next_last;
	u8 bytes;
} cv_name_leads[] = {
	{ 0xc2, 0xc2, 0xa0, 0xbf, 2 },	/* without the control characters U+0080 to U+009F */
	{ 0xc3, 0xdf, 0x80, 0xbf, 2 },
	{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
	{ 0xe1, 0xec, 0x80, 0xbf, 3 },
	{ 0xed, 0xed, 0x80, 0x9f, 3 },	/* without surrogates */
	{ 0xee, 0xef, 0x80, 0xbf, 3 },
	{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
	{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
	{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
};

/* How many bytes a character has, 0 if it is none or must not be shown. */
static unsigned int cv_name_char_bytes(const u8 *at)
{
	unsigned int i, byte;

	if (*at < 0x80)
		return *at >= 0x20 && *at != 0x7f;
	for (i = 0; i < ARRAY_SIZE(cv_name_leads); i++)
		if (*at >= cv_name_leads[i].lead_first && *at <= cv_name_leads[i].lead_last)
			break;
	if (i == ARRAY_SIZE(cv_name_leads) ||
	    at[1] < cv_name_leads[i].next_first || at[1] > cv_name_leads[i].next_last)
		return 0;
	/* The final zero of the name is no such byte, so this ends there. */
	for (byte = 2; byte < cv_name_leads[i].bytes; byte++)
		if ((at[byte] & 0xc0) != 0x80)
			return 0;
	return cv_name_leads[i].bytes;
}

/**
 * cv_name_is_valid() - whether a peer may have this name
 * @name: ends with a zero
 *
 * Context: any.
 * Return: false if it is not UTF-8 or has control characters.
 */
bool cv_name_is_valid(const char *name)
{
	const u8 *at = (const u8 *)name;
	unsigned int bytes;

	for (; *at; at += bytes) {
		bytes = cv_name_char_bytes(at);
		if (!bytes)
			return false;
	}
	return true;
}
