/* SPDX-License-Identifier: GPL-2.0 */
/* References to pages. */
#ifndef FAKE_LINUX_MM_H
#define FAKE_LINUX_MM_H

#include <linux/mm_types_task.h>
#include <linux/slab.h>

#define page_address(page) ((page)->memory)
#define get_page(page) ((page)->refs++)

void put_page(struct page *page);

#endif /* FAKE_LINUX_MM_H */
