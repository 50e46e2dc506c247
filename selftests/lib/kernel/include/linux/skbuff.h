/* SPDX-License-Identifier: GPL-2.0 */
/* Packets, in one piece and then in fragments, as the receive path has them. */
#ifndef FAKE_LINUX_SKBUFF_H
#define FAKE_LINUX_SKBUFF_H

#include <linux/bits.h>
#include <linux/err.h>
#include <linux/if_ether.h>
#include <linux/mm.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/types.h>
#include <net/dst.h>

struct net_device;
struct nf_conn;

typedef struct {
	struct page *page;
	u32 offset;
	u32 size;
} skb_frag_t;

#define MAX_SKB_FRAGS 17

struct skb_shared_info {
	u16 gso_size;
	u16 gso_segs;
	u32 gso_type;
	u8 nr_frags;
	skb_frag_t frags[MAX_SKB_FRAGS];
};

struct sk_buff {
	struct sk_buff *next;
	struct sk_buff *prev;
	struct net_device *dev;
	char cb[48] __aligned(8);
	unsigned int len;
	unsigned int data_len;
	unsigned int truesize;
	int skb_iif;
	u32 mark;
	/* its memory is still a program's, see skb_orphan_frags_rx() */
	bool zerocopy;
	/* of the socket that has sent it */
	void (*destructor)(struct sk_buff *skb);
	struct dst_entry *dst;
	struct nf_conn *ct;
	__be16 protocol;
	u8 ip_summed;
	u8 csum_level;
	u16 csum_start;
	u16 csum_offset;
	u16 network_header;
	u16 transport_header;
	u16 mac_header;
	/* bytes from @head on, and those that are used from @data on, @len - @data_len */
	unsigned int size;
	u8 *head;
	u8 *data;
	struct skb_shared_info shared;
	/* how many have a clone's memory; a clone's @origin owns it */
	unsigned int clones;
	struct sk_buff *origin;
};

struct sk_buff_head {
	struct sk_buff *next;
	struct sk_buff *prev;
	u32 qlen;
	/* never contended: one thread stands for all CPUs */
	spinlock_t lock;
};

#define skb_shinfo(skb) (&(skb)->shared)

static inline void __skb_queue_head_init(struct sk_buff_head *list)
{
	list->next = (struct sk_buff *)list;
	list->prev = (struct sk_buff *)list;
	list->qlen = 0;
}

#define skb_queue_head_init(list) __skb_queue_head_init(list)
#define skb_queue_len(list) ((list)->qlen)
#define skb_queue_empty(list) (!(list)->qlen)
#define skb_queue_empty_lockless(list) (!(list)->qlen)

static inline void __skb_queue_tail(struct sk_buff_head *list, struct sk_buff *skb)
{
	skb->next = (struct sk_buff *)list;
	skb->prev = list->prev;
	list->prev->next = skb;
	list->prev = skb;
	list->qlen++;
}

static inline struct sk_buff *skb_peek(const struct sk_buff_head *list)
{
	return list->qlen ? list->next : NULL;
}

static inline void __skb_unlink(struct sk_buff *skb, struct sk_buff_head *list)
{
	skb->prev->next = skb->next;
	skb->next->prev = skb->prev;
	list->qlen--;
	skb->next = NULL;
	skb->prev = NULL;
}

static inline struct sk_buff *__skb_dequeue(struct sk_buff_head *list)
{
	struct sk_buff *skb = skb_peek(list);

	if (skb)
		__skb_unlink(skb, list);
	return skb;
}

#define skb_queue_walk(list, skb) \
	for ((skb) = (list)->next; (skb) != (struct sk_buff *)(list); (skb) = (skb)->next)
#define skb_queue_reverse_walk(list, skb) \
	for ((skb) = (list)->prev; (skb) != (struct sk_buff *)(list); (skb) = (skb)->prev)

static inline void skb_queue_splice_init(struct sk_buff_head *from, struct sk_buff_head *to)
{
	struct sk_buff *last = to->next;

	if (!from->qlen)
		return;
	from->next->prev = (struct sk_buff *)to;
	to->next = from->next;
	from->prev->next = last;
	last->prev = from->prev;
	to->qlen += from->qlen;
	__skb_queue_head_init(from);
}

void kfree_skb(struct sk_buff *skb);

#define consume_skb(skb) kfree_skb(skb)

static inline void __skb_queue_purge(struct sk_buff_head *list)
{
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(list)))
		kfree_skb(skb);
}

/*
 * What the receive path does with them.
 */
#define CHECKSUM_UNNECESSARY 1
#define CHECKSUM_PARTIAL 3
#define SKB_GSO_TCPV4 BIT(0)
#define SKB_GSO_TCP_FIXEDID BIT(3)
#define SKB_GSO_TCPV6 BIT(4)

#define skb_ext_reset(skb) ((void)(skb))
#define skb_share_check(skb, gfp) ((void)(gfp), (skb))
#define skb_is_gso(skb) (!!skb_shinfo(skb)->gso_size)
#define skb_frag_size_add(frag, bytes) ((frag)->size += (bytes))
#define skb_reset_network_header(skb) ((skb)->network_header = (skb)->data - (skb)->head)
#define skb_reset_mac_header(skb) ((skb)->mac_header = (skb)->data - (skb)->head)
#define skb_set_transport_header(skb, offset) \
	((skb)->transport_header = (skb)->data - (skb)->head + (offset))
#define skb_transport_header(skb) ((skb)->head + (skb)->transport_header)
#define skb_transport_offset(skb) ((int)(skb_transport_header(skb) - (skb)->data))

#define skb_network_offset(skb) ((int)((skb)->head + (skb)->network_header - (skb)->data))

static inline void skb_dst_drop(struct sk_buff *skb)
{
	dst_release(skb->dst);
	skb->dst = NULL;
}

/* The reference is the packet's from now on. */
static inline void skb_dst_set(struct sk_buff *skb, struct dst_entry *dst)
{
	assert(!skb->dst);
	skb->dst = dst;
}

static inline void skb_orphan(struct sk_buff *skb)
{
	if (skb->destructor)
		skb->destructor(skb);
	skb->destructor = NULL;
}

void nf_reset_ct(struct sk_buff *skb);
int skb_orphan_frags_rx(struct sk_buff *skb, gfp_t gfp);
int skb_ensure_writable(struct sk_buff *skb, unsigned int bytes);

static inline void skb_reserve(struct sk_buff *skb, unsigned int bytes)
{
	skb->data += bytes;
	assert(skb->data <= skb->head + skb->size);
}

static inline void *skb_put(struct sk_buff *skb, unsigned int bytes)
{
	u8 *tail = skb->data + skb->len;

	assert(!skb->data_len && tail + bytes <= skb->head + skb->size);
	skb->len += bytes;
	return tail;
}

static inline void skb_put_data(struct sk_buff *skb, const void *data, unsigned int bytes)
{
	memcpy(skb_put(skb, bytes), data, bytes);
}

#define skb_tailroom(skb) \
	((int)((skb)->head + (skb)->size - ((skb)->data + (skb)->len)))
#define skb_tail_pointer(skb) ((skb)->data + (skb)->len)

static inline void __skb_trim(struct sk_buff *skb, unsigned int bytes)
{
	assert(!skb->data_len && bytes <= skb->len);
	skb->len = bytes;
}

static inline bool skb_can_coalesce(const struct sk_buff *skb, int i, const struct page *page,
				    u32 offset)
{
	const skb_frag_t *last = &skb->shared.frags[i ? i - 1 : 0];

	return i && last->page == page && last->offset + last->size == offset;
}

static inline void skb_fill_page_desc(struct sk_buff *skb, int i, struct page *page, u32 offset,
				      u32 bytes)
{
	assert(i < MAX_SKB_FRAGS);
	skb->shared.frags[i] = (skb_frag_t){ page, offset, bytes };
	skb->shared.nr_frags = i + 1;
}

bool skb_page_frag_refill(unsigned int bytes, struct page_frag *chunk, gfp_t gfp);
struct sk_buff *netdev_alloc_skb(struct net_device *netdev, unsigned int bytes);
struct sk_buff *skb_clone(struct sk_buff *skb, gfp_t gfp);
int skb_copy_bits(const struct sk_buff *skb, int offset, void *to, int bytes);
void *skb_header_pointer(const struct sk_buff *skb, int offset, int bytes, void *buffer);

#endif /* FAKE_LINUX_SKBUFF_H */
