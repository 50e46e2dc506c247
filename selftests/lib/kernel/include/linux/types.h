/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel types on top of the C library's. */
#ifndef FAKE_LINUX_TYPES_H
#define FAKE_LINUX_TYPES_H

#include_next <linux/types.h>

/* <netinet/in.h> first, so that <linux/in.h> and <linux/in6.h> define nothing twice. */
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <linux/compiler.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;
typedef unsigned int gfp_t;

struct list_head {
	struct list_head *next;
	struct list_head *prev;
};

struct hlist_node {
	struct hlist_node *next;
	struct hlist_node **pprev;
};

struct callback_head {
	struct callback_head *next;
	void (*func)(struct callback_head *head);
	/* what kfree_rcu() is to free */
	void *object;
};

#define rcu_head callback_head

#endif /* FAKE_LINUX_TYPES_H */
