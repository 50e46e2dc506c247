/* SPDX-License-Identifier: GPL-2.0 */
/* Hash tables of a fixed size, which are one chain. */
#ifndef FAKE_LINUX_HASHTABLE_H
#define FAKE_LINUX_HASHTABLE_H

#include <linux/list.h>

#define DECLARE_HASHTABLE(name, bits) struct hlist_head name

#define hash_init(table) ((table).first = NULL)
#define hash_add(table, node, key) ((void)(key), hlist_add_head(node, &(table)))
#define hash_del(node) hlist_del_init(node)
#define hash_for_each_possible(table, entry, member, key)				\
	for ((void)(key), entry = hlist_entry_safe((table).first, __typeof__(*entry), member);	\
	     entry; entry = hlist_entry_safe(entry->member.next, __typeof__(*entry), member))

#endif /* FAKE_LINUX_HASHTABLE_H */
