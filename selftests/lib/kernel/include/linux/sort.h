/* SPDX-License-Identifier: GPL-2.0 */
/* The C library's qsort(). */
#ifndef FAKE_LINUX_SORT_H
#define FAKE_LINUX_SORT_H

#include <stdlib.h>

#include <linux/types.h>

static inline void sort(void *base, size_t count, size_t size,
			int (*compare)(const void *a, const void *b), void *swap)
{
	qsort(base, count, size, compare);
}

#endif /* FAKE_LINUX_SORT_H */
