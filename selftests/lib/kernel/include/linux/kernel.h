/* SPDX-License-Identifier: GPL-2.0 */
/* Odds and ends. */
#ifndef FAKE_LINUX_KERNEL_H
#define FAKE_LINUX_KERNEL_H

#include <asm/byteorder.h>
#include <linux/err.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/types.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define DIV_ROUND_UP(n, by) (((n) + (by) - 1) / (by))
#define ALIGN(n, to) (((n) + (to) - 1) / (to) * (to))
#define container_of(pointer, type, member) \
	((type *)((char *)(pointer) - offsetof(type, member)))

#endif /* FAKE_LINUX_KERNEL_H */
