/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/* Text from files and pipes, which may hold keys; internal to the library and the command. */
#ifndef LIBCULVERT_TEXT_H
#define LIBCULVERT_TEXT_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/**
 * struct cvl_text - a file in memory
 * @bytes: what has been read, and a zero behind it
 * @used: how many bytes have been read
 * @size: size of the mapping
 * @dropped: how much from its beginning has been given back
 */
struct cvl_text {
	char *bytes;
	size_t used;
	size_t size;
	size_t dropped;
};

int cvl_text_read(struct cvl_text *text, const char *path, int fd, size_t limit);
void cvl_text_drop(struct cvl_text *text, size_t bytes);
void cvl_text_wipe(struct cvl_text *text);

#define CVL_TEXT_EACH(byte) (0x0101010101010101ULL * (byte))

/*
 * How many of eight characters come before the first that is a blank, a control character, "!",
 * "#" or of more than ASCII. Carries go upwards only, to characters behind that one.
 */
static inline unsigned int cvl_text_plain(const char text[8])
{
	uint64_t eight, not_plain;

	memcpy(&eight, text, sizeof(eight));
	eight = le64toh(eight);
	not_plain = (eight | ~(eight + CVL_TEXT_EACH(0x80 - '$'))) & CVL_TEXT_EACH(0x80);
	return not_plain ? (unsigned int)__builtin_ctzll(not_plain) / 8 : 8;
}

#endif /* LIBCULVERT_TEXT_H */
