/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/* Text from files and pipes, which may hold keys; internal to the library and the command. */
#ifndef LIBCULVERT_TEXT_H
#define LIBCULVERT_TEXT_H

#include <stddef.h>

/**
 * struct cvl_text - a file in memory
 * @bytes: what has been read, and a zero behind it
 * @used: how many bytes have been read
 * @size: size of the allocation
 */
struct cvl_text {
	char *bytes;
	size_t used;
	size_t size;
};

int cvl_text_read(struct cvl_text *text, const char *path, int fd, size_t limit);
void cvl_text_wipe(struct cvl_text *text);

#endif /* LIBCULVERT_TEXT_H */
