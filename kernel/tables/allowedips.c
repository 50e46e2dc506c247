// SPDX-License-Identifier: GPL-2.0
/*
 * The allowed IPs of a device: the longest matching prefix names the peer. The packet
 * path looks addresses up, the configuration changes entries.
 *
 * A binary trie with paths compressed: every node is a prefix, its two subtrees hold
 * longer prefixes that begin with it, and a node that belongs to no peer (a fork)
 * stands only where two subtrees part. So a trie of n prefixes has fewer than 2n
 * nodes, is at most 128 deep, and adding a prefix takes at most two nodes.
 */

/**
 * DOC: Readers and writers
 *
 * Writers hold the mutex of the table. Readers only follow child pointers downwards. A
 * node is complete before a pointer to it is published; its key, cidr and family never
 * change afterwards. A reader that is at a node while it is taken out still finds the
 * way down from it, because the children of a leaving node are left as they are.
 */
#include "allowedips.h"

#include <linux/bitops.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/socket.h>
#include <linux/unaligned.h>

static struct kmem_cache *cv_allowedips_cache;

int cv_allowedips_init_caches(void)
{
	/* Charged to the memory cgroup of the process that asks for a prefix. */
	cv_allowedips_cache = KMEM_CACHE(cv_allowedips_node, SLAB_ACCOUNT);
	return cv_allowedips_cache ? 0 : -ENOMEM;
}

void cv_allowedips_exit_caches(void)
{
	rcu_barrier();
	kmem_cache_destroy(cv_allowedips_cache);
}

void cv_allowedips_init(struct cv_allowedips *table, struct mutex *lock)
{
	RCU_INIT_POINTER(table->root[0], NULL);
	RCU_INIT_POINTER(table->root[1], NULL);
	table->lock = lock;
	table->count = 0;
}

static struct cv_allowedips_node __rcu *const *
cv_allowedips_root(const struct cv_allowedips *table, int family)
{
	return &table->root[family == AF_INET6];
}

/* An address as two words in host order, an IPv4 one in the top 32 bits. */
static void cv_allowedips_load(u64 key[2], int family, const void *addr)
{
	if (family == AF_INET6) {
		key[0] = get_unaligned_be64(addr);
		key[1] = get_unaligned_be64(addr + 8);
	} else {
		key[0] = (u64)get_unaligned_be32(addr) << 32;
		key[1] = 0;
	}
}

/* How many bits from the top two keys share. */
static unsigned int cv_allowedips_common(const u64 a[2], const u64 b[2])
{
	if (a[0] != b[0])
		return 64 - fls64(a[0] ^ b[0]);
	return 128 - fls64(a[1] ^ b[1]);
}

/*
 * Which child a key goes to below a prefix of @cidr bits. A full-length prefix has no
 * children, whichever is looked at: for 128 bits any valid word will do.
 */
static unsigned int cv_allowedips_branch(const u64 key[2], unsigned int cidr)
{
	return key[cidr / 64 % 2] >> (63 - cidr % 64) & 1;
}

struct cv_peer *cv_allowedips_find(const struct cv_allowedips *table,
				   int family, const void *addr)
{
	const struct cv_allowedips_node *node;
	struct cv_peer *found = NULL;
	struct cv_peer *peer;
	u64 key[2];

	cv_allowedips_load(key, family, addr);
	node = rcu_dereference_check(*cv_allowedips_root(table, family),
				     rcu_read_lock_bh_held());
	while (node && cv_allowedips_common(node->key, key) >= node->cidr) {
		peer = rcu_dereference_check(node->peer, rcu_read_lock_bh_held());
		if (peer)
			found = peer;
		node = rcu_dereference_check(node->child[cv_allowedips_branch(key, node->cidr)],
					     rcu_read_lock_bh_held());
	}
	return found;
}

int cv_allowedips_prealloc(struct cv_allowedips_spare *spare,
			   unsigned int prefixes, gfp_t gfp)
{
	struct cv_allowedips_node *node;
	u64 nodes = 2ULL * prefixes;

	while (nodes--) {
		node = kmem_cache_alloc(cv_allowedips_cache, gfp);
		if (!node)
			return -ENOMEM;
		node->next_spare = spare->first;
		spare->first = node;
	}
	return 0;
}

void cv_allowedips_spare_free(struct cv_allowedips_spare *spare)
{
	struct cv_allowedips_node *node;

	while ((node = spare->first)) {
		spare->first = node->next_spare;
		kmem_cache_free(cv_allowedips_cache, node);
	}
}

/* Make a node of a spare one; it has no children, no owner and no place yet. */
static struct cv_allowedips_node *
cv_allowedips_take(struct cv_allowedips_spare *spare, int family, const u64 key[2], u8 cidr)
{
	struct cv_allowedips_node *node = spare->first;

	spare->first = node->next_spare;
	RCU_INIT_POINTER(node->child[0], NULL);
	RCU_INIT_POINTER(node->child[1], NULL);
	RCU_INIT_POINTER(node->peer, NULL);
	node->key[0] = cidr ? key[0] & ~0ULL << (64 - min_t(u8, cidr, 64)) : 0;
	node->key[1] = cidr > 64 ? key[1] & ~0ULL << (128 - cidr) : 0;
	node->parent = NULL;
	node->cidr = cidr;
	node->family = family;
	return node;
}

/* Where a writer finds, and changes, the pointer to the child of @parent. */
static struct cv_allowedips_node __rcu **
cv_allowedips_slot(struct cv_allowedips *table, struct cv_allowedips_node *parent,
		   int family, const u64 key[2])
{
	if (parent)
		return &parent->child[cv_allowedips_branch(key, parent->cidr)];
	return &table->root[family == AF_INET6];
}

static struct cv_allowedips_node *
cv_allowedips_deref(const struct cv_allowedips *table,
		    struct cv_allowedips_node __rcu *const *slot)
{
	return rcu_dereference_protected(*slot, lockdep_is_held(table->lock));
}

/*
 * The last node on the way to a prefix that is no longer than it, which is where the
 * prefix is or hangs below; NULL when that is the root pointer.
 */
static struct cv_allowedips_node *
cv_allowedips_descend(struct cv_allowedips *table, int family, const u64 key[2], u8 cidr)
{
	struct cv_allowedips_node *parent = NULL;
	struct cv_allowedips_node *node;

	node = cv_allowedips_deref(table, cv_allowedips_slot(table, NULL, family, key));
	while (node && node->cidr <= cidr &&
	       cv_allowedips_common(node->key, key) >= node->cidr) {
		parent = node;
		if (node->cidr == cidr)
			break;
		node = cv_allowedips_deref(table, cv_allowedips_slot(table, node, family, key));
	}
	return parent;
}

/* Hang a node, not yet published, below another one, not yet published. */
static void cv_allowedips_adopt(struct cv_allowedips_node *parent,
				struct cv_allowedips_node *child)
{
	child->parent = parent;
	RCU_INIT_POINTER(parent->child[cv_allowedips_branch(child->key, parent->cidr)],
			 child);
}

/* Put a new node in the place below @parent where its key belongs. */
static void cv_allowedips_place(struct cv_allowedips *table,
				struct cv_allowedips_spare *spare,
				struct cv_allowedips_node *parent,
				struct cv_allowedips_node *node)
{
	struct cv_allowedips_node *top = node;
	struct cv_allowedips_node *other;
	struct cv_allowedips_node __rcu **slot;
	unsigned int common;

	lockdep_assert_held(table->lock);

	slot = cv_allowedips_slot(table, parent, node->family, node->key);
	other = cv_allowedips_deref(table, slot);
	if (other) {
		common = min_t(unsigned int, node->cidr,
			       cv_allowedips_common(node->key, other->key));
		if (common < node->cidr) {
			table->count++;
			top = cv_allowedips_take(spare, node->family, node->key, common);
			cv_allowedips_adopt(top, node);
		}
		cv_allowedips_adopt(top, other);
	}
	top->parent = parent;
	table->count++;
	rcu_assign_pointer(*slot, top);
}

void cv_allowedips_insert(struct cv_allowedips *table,
			  struct cv_allowedips_spare *spare,
			  const struct cv_allowedips_prefix *prefix,
			  struct cv_peer *peer, struct list_head *peer_list)
{
	struct cv_allowedips_node *parent;
	struct cv_allowedips_node *node;
	u64 key[2];

	lockdep_assert_held(table->lock);

	cv_allowedips_load(key, prefix->family, prefix->addr);
	parent = cv_allowedips_descend(table, prefix->family, key, prefix->cidr);
	if (parent && parent->cidr == prefix->cidr) {
		node = parent;
		if (rcu_access_pointer(node->peer))
			list_del(&node->peer_entry);
		rcu_assign_pointer(node->peer, peer);
	} else {
		node = cv_allowedips_take(spare, prefix->family, key, prefix->cidr);
		RCU_INIT_POINTER(node->peer, peer);
		cv_allowedips_place(table, spare, parent, node);
	}
	list_add_tail(&node->peer_entry, peer_list);
}

static void cv_allowedips_free_rcu(struct rcu_head *rcu)
{
	kmem_cache_free(cv_allowedips_cache,
			container_of(rcu, struct cv_allowedips_node, rcu));
}

/*
 * Take a node out if nothing needs it any more, and then the fork above it, which may
 * have been there only for its sake.
 */
static void cv_allowedips_prune(struct cv_allowedips *table,
				struct cv_allowedips_node *node)
{
	struct cv_allowedips_node *parent;
	struct cv_allowedips_node *child;

	lockdep_assert_held(table->lock);

	for (; node && !rcu_access_pointer(node->peer); node = parent) {
		parent = node->parent;
		child = cv_allowedips_deref(table, &node->child[0]);
		if (!child)
			child = cv_allowedips_deref(table, &node->child[1]);
		else if (rcu_access_pointer(node->child[1]))
			return;

		if (child)
			child->parent = parent;
		rcu_assign_pointer(*cv_allowedips_slot(table, parent, node->family, node->key),
				   child);
		table->count--;
		call_rcu(&node->rcu, cv_allowedips_free_rcu);
	}
}

static void cv_allowedips_disown(struct cv_allowedips *table,
				 struct cv_allowedips_node *node)
{
	lockdep_assert_held(table->lock);

	list_del(&node->peer_entry);
	RCU_INIT_POINTER(node->peer, NULL);
	cv_allowedips_prune(table, node);
}

bool cv_allowedips_remove(struct cv_allowedips *table,
			  const struct cv_allowedips_prefix *prefix,
			  const struct cv_peer *peer)
{
	struct cv_allowedips_node *node;
	u64 key[2];

	lockdep_assert_held(table->lock);

	cv_allowedips_load(key, prefix->family, prefix->addr);
	node = cv_allowedips_descend(table, prefix->family, key, prefix->cidr);
	if (!node || node->cidr != prefix->cidr || rcu_access_pointer(node->peer) != peer)
		return false;
	cv_allowedips_disown(table, node);
	return true;
}

void cv_allowedips_remove_peer(struct cv_allowedips *table,
			       struct list_head *peer_list)
{
	struct cv_allowedips_node *node;
	struct cv_allowedips_node *next;

	lockdep_assert_held(table->lock);

	list_for_each_entry_safe(node, next, peer_list, peer_entry) {
		cv_allowedips_disown(table, node);
		cond_resched();
	}
}

void cv_allowedips_move(struct cv_allowedips *to, struct cv_allowedips *from)
{
	struct cv_allowedips_node *root;
	unsigned int i;

	lockdep_assert_held(to->lock);
	lockdep_assert_held(from->lock);

	for (i = 0; i < ARRAY_SIZE(from->root); i++) {
		root = cv_allowedips_deref(from, &from->root[i]);
		RCU_INIT_POINTER(from->root[i], NULL);
		rcu_assign_pointer(to->root[i], root);
	}
	to->count = from->count;
	from->count = 0;
}

/* Free a trie, leaves first, that no new reader can enter; see cv_allowedips_free_orphans(). */
static void cv_allowedips_free_trie(struct cv_allowedips *table,
				    struct cv_allowedips_node *node, bool orphans)
{
	struct cv_allowedips_node *parent;
	struct cv_allowedips_node *child;
	unsigned int i;

	while (node) {
		i = rcu_access_pointer(node->child[0]) ? 0 : 1;
		child = cv_allowedips_deref(table, &node->child[i]);
		if (child) {
			RCU_INIT_POINTER(node->child[i], NULL);
			node = child;
			continue;
		}
		parent = node->parent;
		table->count--;
		if (orphans) {
			kmem_cache_free(cv_allowedips_cache, node);
		} else {
			if (rcu_access_pointer(node->peer))
				list_del(&node->peer_entry);
			call_rcu(&node->rcu, cv_allowedips_free_rcu);
		}
		cond_resched();
		node = parent;
	}
}

static void cv_allowedips_free_tries(struct cv_allowedips *table, bool orphans)
{
	struct cv_allowedips_node *root;
	unsigned int i;

	lockdep_assert_held(table->lock);

	for (i = 0; i < ARRAY_SIZE(table->root); i++) {
		root = cv_allowedips_deref(table, &table->root[i]);
		RCU_INIT_POINTER(table->root[i], NULL);
		cv_allowedips_free_trie(table, root, orphans);
	}
}

void cv_allowedips_free(struct cv_allowedips *table)
{
	cv_allowedips_free_tries(table, false);
}

void cv_allowedips_free_orphans(struct cv_allowedips *table)
{
	cv_allowedips_free_tries(table, true);
}

int cv_allowedips_read(const struct cv_allowedips_node *node, u8 addr[16], u8 *cidr)
{
	if (node->family == AF_INET6) {
		put_unaligned_be64(node->key[0], addr);
		put_unaligned_be64(node->key[1], addr + 8);
	} else {
		put_unaligned_be32(node->key[0] >> 32, addr);
	}
	*cidr = node->cidr;
	return node->family;
}
