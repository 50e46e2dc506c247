/* SPDX-License-Identifier: GPL-2.0 */
/* Pages, and chunks that are handed out bit by bit. */
#ifndef FAKE_LINUX_MM_TYPES_TASK_H
#define FAKE_LINUX_MM_TYPES_TASK_H

#include <linux/types.h>

struct page {
	unsigned int refs;
	u8 *memory;
};

struct page_frag {
	struct page *page;
	u32 offset;
	u32 size;
};

#endif /* FAKE_LINUX_MM_TYPES_TASK_H */
