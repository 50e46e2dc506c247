/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The allowed IPs of a device: the longest matching prefix names the peer. The packet
 * path looks addresses up, the configuration changes entries.
 */
#ifndef CV_TABLES_ALLOWEDIPS_H
#define CV_TABLES_ALLOWEDIPS_H

#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

struct cv_peer;

/**
 * struct cv_allowedips_node - one prefix, or a fork between two subtrees
 */
struct cv_allowedips_node {
	/** @child: subtrees of longer prefixes, by the first bit after @cidr */
	struct cv_allowedips_node __rcu *child[2];
	/** @peer: the owner; NULL in a mere fork */
	struct cv_peer __rcu *peer;
	/** @key: the prefix in host order, from the top bit; the rest is zero */
	u64 key[2];
	/** @cidr: length of the prefix in bits; all that lookups read is above */
	u8 cidr;
	/** @family: AF_INET or AF_INET6 */
	u8 family;
	/** @parent: the node above, NULL at the root; writers only */
	struct cv_allowedips_node *parent;
	union {
		/** @peer_entry: place in the owner's list; writers only */
		struct list_head peer_entry;
		/** @rcu: after the node has left the trie */
		struct rcu_head rcu;
		/** @next_spare: before the node has come into the trie */
		struct cv_allowedips_node *next_spare;
	};
};

/**
 * struct cv_allowedips - the prefixes of one device, a trie per address family
 */
struct cv_allowedips {
	/** @root: tries for IPv4 [0] and IPv6 [1] */
	struct cv_allowedips_node __rcu *root[2];
	/** @lock: the device's configuration mutex, held by every writer */
	struct mutex *lock;
	/** @count: nodes in both, under @lock */
	unsigned int count;
};

/**
 * struct cv_allowedips_spare - nodes set aside so that an insertion cannot fail
 */
struct cv_allowedips_spare {
	/** @first: the nodes, linked by their next_spare */
	struct cv_allowedips_node *first;
};

/**
 * cv_allowedips_init_caches() - make the slab cache of the nodes
 *
 * Context: process, at module load.
 * Return: 0 or -ENOMEM.
 */
int cv_allowedips_init_caches(void);

/**
 * cv_allowedips_exit_caches() - wait for the last nodes and drop their slab cache
 *
 * Context: process, may sleep, at module unload and after every table is freed.
 */
void cv_allowedips_exit_caches(void);

/**
 * cv_allowedips_init() - make an empty table
 * @table: the table
 * @lock: mutex that writers hold from now on
 *
 * Context: any.
 */
void cv_allowedips_init(struct cv_allowedips *table, struct mutex *lock);

/**
 * cv_allowedips_free() - remove every prefix of a table
 * @table: the table; empty and usable afterwards
 *
 * The lists of the peers are emptied too. Readers may still run: the nodes are freed
 * after a grace period.
 *
 * Context: process, holds @table->lock.
 */
void cv_allowedips_free(struct cv_allowedips *table);

/**
 * cv_allowedips_move() - all prefixes of a table become those of another
 * @to: an empty table
 * @from: the table; empty and usable afterwards
 *
 * Takes the time that one prefix would take. Readers that are in @from go on in @to.
 *
 * Context: process, holds the locks of both.
 */
void cv_allowedips_move(struct cv_allowedips *to, struct cv_allowedips *from);

/**
 * cv_allowedips_free_orphans() - free a table that no reader is in and no peer has a list of
 * @table: the table; empty and usable afterwards
 *
 * The peers may have been freed, and the nodes are freed at once, which takes a fraction of the
 * time.
 *
 * Context: process, holds @table->lock; a grace period after the last reader has entered.
 */
void cv_allowedips_free_orphans(struct cv_allowedips *table);

/**
 * cv_allowedips_prealloc() - set nodes aside for insertions to come
 * @spare: where to; all zero at first, may be topped up
 * @prefixes: for how many insertions more, whatever the tables look like
 * @gfp: how to allocate
 *
 * Context: as @gfp says.
 * Return: 0 or -ENOMEM; what was already set aside stays in @spare even then.
 */
int cv_allowedips_prealloc(struct cv_allowedips_spare *spare,
			   unsigned int prefixes, gfp_t gfp);

/**
 * cv_allowedips_spare_free() - give back what was set aside and not used
 * @spare: empty afterwards
 *
 * Context: any.
 */
void cv_allowedips_spare_free(struct cv_allowedips_spare *spare);

/**
 * struct cv_allowedips_prefix - the addresses that begin with the same bits
 */
struct cv_allowedips_prefix {
	/** @addr: struct in_addr or struct in6_addr; the bits after @cidr are ignored */
	const void *addr;
	/** @family: AF_INET or AF_INET6 */
	u16 family;
	/** @cidr: how many bits, at most 32 or 128; checked by the caller */
	u8 cidr;
};

/**
 * cv_allowedips_insert() - give a prefix to a peer
 * @table: the table
 * @spare: nodes from cv_allowedips_prealloc(); at most two are taken
 * @prefix: it
 * @peer: the owner; no reference is taken, the entry goes before the peer does
 * @peer_list: the owner's list of prefixes; the entry comes last in it
 *
 * A prefix belongs to one peer: a former owner loses it in the same instant.
 * Inserting what @peer already owns only moves the entry to the end of its list.
 *
 * Context: process, holds @table->lock; allocates nothing.
 */
void cv_allowedips_insert(struct cv_allowedips *table,
			  struct cv_allowedips_spare *spare,
			  const struct cv_allowedips_prefix *prefix,
			  struct cv_peer *peer, struct list_head *peer_list);

/**
 * cv_allowedips_remove() - take one exact prefix from a peer
 * @table: the table
 * @prefix: it
 * @peer: whose it must be
 *
 * Context: process, holds @table->lock; allocates nothing.
 * Return: true when it was there and belonged to @peer.
 */
bool cv_allowedips_remove(struct cv_allowedips *table,
			  const struct cv_allowedips_prefix *prefix,
			  const struct cv_peer *peer);

/**
 * cv_allowedips_remove_peer() - take all prefixes from a peer
 * @table: the table
 * @peer_list: the peer's list of prefixes; empty afterwards
 *
 * The work is in proportion to the prefixes of this peer, not to the table. No reader
 * that starts afterwards finds the peer.
 *
 * Context: process, holds @table->lock; allocates nothing.
 */
void cv_allowedips_remove_peer(struct cv_allowedips *table,
			       struct list_head *peer_list);

/**
 * cv_allowedips_find() - the owner of the longest prefix that matches an address
 * @table: the table
 * @family: AF_INET or AF_INET6
 * @addr: struct in_addr or struct in6_addr, at any alignment
 *
 * Context: any, under rcu_read_lock() (bottom halves off will do).
 * Return: the peer, borrowed under RCU, or NULL.
 */
struct cv_peer *cv_allowedips_find(const struct cv_allowedips *table,
				   int family, const void *addr);

/**
 * cv_allowedips_read() - what a node stands for
 * @node: from cv_allowedips_for_each()
 * @addr: 16 bytes for the address in network order; an IPv4 address takes the first 4
 * @cidr: the length of the prefix in bits
 *
 * Context: holds the lock of the table.
 * Return: AF_INET or AF_INET6.
 */
int cv_allowedips_read(const struct cv_allowedips_node *node, u8 addr[16], u8 *cidr);

/**
 * cv_allowedips_for_each() - walk the prefixes of a peer, oldest first
 * @node: struct cv_allowedips_node to walk with
 * @list: the peer's list of prefixes
 *
 * Context: holds the lock of the table.
 */
#define cv_allowedips_for_each(node, list) \
	list_for_each_entry(node, list, peer_entry)

#endif /* CV_TABLES_ALLOWEDIPS_H */
