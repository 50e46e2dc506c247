/* SPDX-License-Identifier: GPL-2.0 */
/* Doubly linked lists. */
#ifndef UNIT_LINUX_LIST_H
#define UNIT_LINUX_LIST_H

#include <linux/kernel.h>
#include <linux/types.h>

#define LIST_HEAD_INIT(name) { &(name), &(name) }
#define LIST_HEAD(name) struct list_head name = LIST_HEAD_INIT(name)

static inline void INIT_LIST_HEAD(struct list_head *list)
{
	list->next = list;
	list->prev = list;
}

static inline bool list_empty(const struct list_head *list)
{
	return list->next == list;
}

static inline void list_add_tail(struct list_head *entry, struct list_head *list)
{
	entry->prev = list->prev;
	entry->next = list;
	list->prev->next = entry;
	list->prev = entry;
}

static inline void list_del(struct list_head *entry)
{
	entry->prev->next = entry->next;
	entry->next->prev = entry->prev;
	entry->next = NULL;
	entry->prev = NULL;
}

#define list_entry(pointer, type, member) container_of(pointer, type, member)

#define list_for_each_entry(entry, list, member)				\
	for (entry = list_entry((list)->next, __typeof__(*entry), member);	\
	     &entry->member != (list);						\
	     entry = list_entry(entry->member.next, __typeof__(*entry), member))

#define list_for_each_entry_safe(entry, after, list, member)			\
	for (entry = list_entry((list)->next, __typeof__(*entry), member),	\
	     after = list_entry(entry->member.next, __typeof__(*entry), member);\
	     &entry->member != (list);						\
	     entry = after,							\
	     after = list_entry(after->member.next, __typeof__(*after), member))

#endif /* UNIT_LINUX_LIST_H */
