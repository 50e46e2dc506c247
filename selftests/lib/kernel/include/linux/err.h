/* SPDX-License-Identifier: GPL-2.0 */
/* Errors in pointers. */
#ifndef FAKE_LINUX_ERR_H
#define FAKE_LINUX_ERR_H

#include <errno.h>
#include <stdbool.h>

static inline void *ERR_PTR(long err)
{
	return (void *)err;
}

static inline bool IS_ERR(const void *pointer)
{
	return (unsigned long)pointer >= -4095UL;
}

static inline long PTR_ERR(const void *pointer)
{
	return (long)pointer;
}

static inline void *ERR_CAST(const void *pointer)
{
	return (void *)pointer;
}

static inline long PTR_ERR_OR_ZERO(const void *pointer)
{
	return IS_ERR(pointer) ? PTR_ERR(pointer) : 0;
}

#endif /* FAKE_LINUX_ERR_H */
