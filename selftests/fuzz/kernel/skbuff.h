/* SPDX-License-Identifier: GPL-2.0 */
/* Packets, in one piece and then in fragments, as the receive path has them; for fake.h. */
#ifndef FUZZ_KERNEL_SKBUFF_H
#define FUZZ_KERNEL_SKBUFF_H

struct page {
	unsigned int refs;
	u8 *memory;
};

struct page_frag {
	struct page *page;
	u32 offset;
	u32 size;
};

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
	/* of nobody: there is one CPU */
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
#define skb_queue_empty_lockless(list) (!(list)->qlen)

static inline void __skb_queue_tail(struct sk_buff_head *list, struct sk_buff *skb)
{
	skb->next = (struct sk_buff *)list;
	skb->prev = list->prev;
	list->prev->next = skb;
	list->prev = skb;
	list->qlen++;
}

static inline struct sk_buff *__skb_dequeue(struct sk_buff_head *list)
{
	struct sk_buff *skb = list->next;

	if (skb == (struct sk_buff *)list)
		return NULL;
	list->next = skb->next;
	skb->next->prev = (struct sk_buff *)list;
	list->qlen--;
	skb->next = NULL;
	skb->prev = NULL;
	return skb;
}

#define skb_queue_walk(list, skb) \
	for ((skb) = (list)->next; (skb) != (struct sk_buff *)(list); (skb) = (skb)->next)
#define skb_queue_reverse_walk(list, skb) \
	for ((skb) = (list)->prev; (skb) != (struct sk_buff *)(list); (skb) = (skb)->prev)

void kfree_skb(struct sk_buff *skb);

#define consume_skb(skb) kfree_skb(skb)

static inline void __skb_queue_purge(struct sk_buff_head *list)
{
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(list)))
		kfree_skb(skb);
}

static inline struct iphdr *ip_hdr(const struct sk_buff *skb)
{
	return (struct iphdr *)(skb->head + skb->network_header);
}

static inline struct ipv6hdr *ipv6_hdr(const struct sk_buff *skb)
{
	return (struct ipv6hdr *)(skb->head + skb->network_header);
}

static inline struct udphdr *udp_hdr(const struct sk_buff *skb)
{
	return (struct udphdr *)(skb->head + skb->transport_header);
}

static inline bool ipv6_addr_equal(const struct in6_addr *a, const struct in6_addr *b)
{
	return !memcmp(a, b, sizeof(*a));
}

static inline u32 ipv6_iface_scope_id(const struct in6_addr *addr, int iface)
{
	return IN6_IS_ADDR_LINKLOCAL(addr) ? iface : 0;
}

#endif /* FUZZ_KERNEL_SKBUFF_H */
