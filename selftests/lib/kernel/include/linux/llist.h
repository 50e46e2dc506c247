/* SPDX-License-Identifier: GPL-2.0 */
/* Lists that grow at their head. */
#ifndef FAKE_LINUX_LLIST_H
#define FAKE_LINUX_LLIST_H

#include <linux/kernel.h>

struct llist_node {
	struct llist_node *next;
};

struct llist_head {
	struct llist_node *first;
};

#define llist_entry(node, type, member) container_of(node, type, member)
#define init_llist_head(head) ((head)->first = NULL)
#define llist_for_each_entry_safe(entry, after, node, member)				\
	for ((entry) = (node) ? container_of(node, __typeof__(*(entry)), member) : NULL;	\
	     (entry) && ((after) = (entry)->member.next ?				\
			 container_of((entry)->member.next, __typeof__(*(entry)), member) : NULL, \
			 true);								\
	     (entry) = (after))

static inline bool llist_add(struct llist_node *node, struct llist_head *head)
{
	node->next = head->first;
	head->first = node;
	return !node->next;
}

static inline struct llist_node *llist_reverse_order(struct llist_node *node)
{
	struct llist_node *reversed = NULL, *next;

	for (; node; node = next) {
		next = node->next;
		node->next = reversed;
		reversed = node;
	}
	return reversed;
}

static inline struct llist_node *llist_del_all(struct llist_head *head)
{
	struct llist_node *first = head->first;

	head->first = NULL;
	return first;
}

#endif /* FAKE_LINUX_LLIST_H */
