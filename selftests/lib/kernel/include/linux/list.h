/* SPDX-License-Identifier: GPL-2.0 */
/* Doubly linked lists. */
#ifndef FAKE_LINUX_LIST_H
#define FAKE_LINUX_LIST_H

#include <assert.h>

#include <linux/kernel.h>
#include <linux/types.h>

struct hlist_head {
	struct hlist_node *first;
};

static inline void hlist_add_head(struct hlist_node *node, struct hlist_head *chain)
{
	node->next = chain->first;
	node->pprev = &chain->first;
	if (node->next)
		node->next->pprev = &node->next;
	chain->first = node;
}

static inline void hlist_del_init(struct hlist_node *node)
{
	if (!node->pprev)
		return;
	*node->pprev = node->next;
	if (node->next)
		node->next->pprev = node->pprev;
	node->next = NULL;
	node->pprev = NULL;
}

static inline void hlist_del(struct hlist_node *node)
{
	assert(node->pprev);
	hlist_del_init(node);
}

#define hlist_entry_safe(pointer, type, member) ({		\
	__typeof__(pointer) hlist_node_ = (pointer);		\
	hlist_node_ ? container_of(hlist_node_, type, member) : NULL;	\
})
#define hlist_for_each_entry(entry, chain, member)					\
	for (entry = hlist_entry_safe((chain)->first, __typeof__(*entry), member);	\
	     entry; entry = hlist_entry_safe(entry->member.next, __typeof__(*entry), member))

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

static inline void list_add(struct list_head *entry, struct list_head *list)
{
	list_add_tail(entry, list->next);
}

static inline void list_del_init(struct list_head *entry)
{
	list_del(entry);
	INIT_LIST_HEAD(entry);
}

static inline void list_move_tail(struct list_head *entry, struct list_head *list)
{
	list_del(entry);
	list_add_tail(entry, list);
}

static inline void list_splice(struct list_head *from, struct list_head *to)
{
	while (!list_empty(from))
		list_move_tail(from->prev, to->next);
}

#define list_splice_init(from, to) list_splice(from, to)

static inline void list_splice_tail_init(struct list_head *from, struct list_head *to)
{
	while (!list_empty(from))
		list_move_tail(from->next, to);
}

#define list_entry(pointer, type, member) container_of(pointer, type, member)
#define list_first_entry(list, type, member) list_entry((list)->next, type, member)
#define list_next_entry(entry, member) \
	list_entry((entry)->member.next, __typeof__(*(entry)), member)
#define list_is_last(entry, list) ((entry)->next == (list))
#define list_entry_is_head(entry, list, member) (&(entry)->member == (list))
#define list_last_entry(list, type, member) list_entry((list)->prev, type, member)
#define list_first_entry_or_null(list, type, member) \
	(list_empty(list) ? NULL : list_first_entry(list, type, member))

#define list_for_each_entry_reverse(entry, list, member)			\
	for (entry = list_entry((list)->prev, __typeof__(*entry), member);	\
	     &entry->member != (list);						\
	     entry = list_entry(entry->member.prev, __typeof__(*entry), member))
#define list_for_each_entry(entry, list, member)				\
	for (entry = list_entry((list)->next, __typeof__(*entry), member);	\
	     &entry->member != (list);						\
	     entry = list_entry(entry->member.next, __typeof__(*entry), member))

/* From an entry on, which counts. */
#define list_for_each_entry_from(entry, list, member)				\
	for (; &entry->member != (list); entry = list_next_entry(entry, member))

#define list_for_each_entry_safe(entry, after, list, member)			\
	for (entry = list_entry((list)->next, __typeof__(*entry), member),	\
	     after = list_entry(entry->member.next, __typeof__(*entry), member);\
	     &entry->member != (list);						\
	     entry = after,							\
	     after = list_entry(after->member.next, __typeof__(*after), member))

#endif /* FAKE_LINUX_LIST_H */
