/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's additions to the C library's string.h. */
#ifndef FAKE_LINUX_STRING_H
#define FAKE_LINUX_STRING_H

#include <string.h>

#include <linux/types.h>

static inline void memzero_explicit(void *buffer, size_t len)
{
	explicit_bzero(buffer, len);
}

static inline void *memchr_inv(const void *buffer, int c, size_t len)
{
	const u8 *byte = buffer;

	for (; len; len--, byte++)
		if (*byte != (u8)c)
			return (void *)byte;
	return NULL;
}

static inline ssize_t fake_strscpy(char *to, const char *from, size_t room)
{
	size_t len = strnlen(from, room);

	if (len == room)
		len--;
	memcpy(to, from, len);
	to[len] = 0;
	return len;
}

#define strscpy(to, from, room) fake_strscpy(to, from, room)

#endif /* FAKE_LINUX_STRING_H */
