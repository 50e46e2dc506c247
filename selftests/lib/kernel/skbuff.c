// SPDX-License-Identifier: GPL-2.0
/*
 * Packets, the pages of their fragments, and the Internet checksum.
 */
#include <linux/skbuff.h>

#include <assert.h>
#include <netinet/in.h>
#include <string.h>

#include <fake_kernel.h>
#include <linux/minmax.h>
#include <net/netfilter/nf_conntrack.h>

unsigned int fake_page_frag_bytes = 32768;

void put_page(struct page *page)
{
	assert(page->refs);
	if (--page->refs)
		return;
	kfree(page->memory);
	kfree(page);
}

void nf_reset_ct(struct sk_buff *skb)
{
	if (skb->ct) {
		assert(skb->ct->users);
		skb->ct->users--;
	}
	skb->ct = NULL;
}

/* Whether memory for a copy can be had. */
static int fake_skb_copy(gfp_t gfp)
{
	void *copy = kmalloc(1, gfp);

	kfree(copy);
	return copy ? 0 : -ENOMEM;
}

int skb_orphan_frags_rx(struct sk_buff *skb, gfp_t gfp)
{
	int err = skb->zerocopy ? fake_skb_copy(gfp) : 0;

	if (!err)
		skb->zerocopy = false;
	return err;
}

/* As if another had a clone of it. */
int skb_ensure_writable(struct sk_buff *skb, unsigned int bytes)
{
	return bytes <= skb->len ? fake_skb_copy(GFP_ATOMIC) : -ENOMEM;
}

/* A clone's memory is its origin's, which goes after the last of them. */
void kfree_skb(struct sk_buff *skb)
{
	struct sk_buff *origin = skb->origin;
	unsigned int i;

	skb_orphan(skb);
	skb_dst_drop(skb);
	nf_reset_ct(skb);
	if (skb->clones) {
		/* The last clone comes here again. */
		skb->clones--;
		return;
	}
	if (origin) {
		kfree(skb);
		kfree_skb(origin);
		return;
	}
	for (i = 0; i < skb->shared.nr_frags; i++)
		put_page(skb->shared.frags[i].page);
	kfree(skb->head);
	kfree(skb);
}

bool skb_page_frag_refill(unsigned int bytes, struct page_frag *chunk, gfp_t gfp)
{
	if (chunk->page) {
		if (chunk->page->refs == 1)
			chunk->offset = 0;
		if (chunk->page->refs == 1 || chunk->offset + bytes <= chunk->size)
			return true;
		put_page(chunk->page);
	}
	*chunk = (struct page_frag){ .page = kzalloc(sizeof(*chunk->page), gfp) };
	if (!chunk->page)
		return false;
	chunk->page->memory = kmalloc(fake_page_frag_bytes, gfp);
	if (!chunk->page->memory) {
		kfree(chunk->page);
		chunk->page = NULL;
		return false;
	}
	chunk->page->refs = 1;
	chunk->size = fake_page_frag_bytes;
	return true;
}

/* Nothing is there before or behind what was asked for. */
struct sk_buff *netdev_alloc_skb(struct net_device *netdev, unsigned int bytes)
{
	struct sk_buff *skb = kzalloc(sizeof(*skb), GFP_ATOMIC);

	if (!skb)
		return NULL;
	skb->head = kmalloc(bytes, GFP_ATOMIC);
	if (!skb->head) {
		kfree(skb);
		return NULL;
	}
	skb->data = skb->head;
	skb->size = bytes;
	skb->truesize = sizeof(*skb) + bytes;
	return skb;
}

struct sk_buff *skb_clone(struct sk_buff *skb, gfp_t gfp)
{
	struct sk_buff *clone = kmalloc(sizeof(*clone), gfp);

	if (!clone)
		return NULL;
	*clone = *skb;
	clone->destructor = NULL;
	if (clone->dst)
		clone->dst->refs++;
	if (clone->ct)
		clone->ct->users++;
	clone->clones = 0;
	clone->origin = skb->origin ?: skb;
	clone->origin->clones++;
	return clone;
}

int skb_copy_bits(const struct sk_buff *skb, int offset, void *to, int bytes)
{
	unsigned int linear = skb->len - skb->data_len, at = 0, i, part;
	unsigned int from = offset, end = offset + bytes;

	if (offset < 0 || bytes < 0 || end > skb->len)
		return -EFAULT;
	for (i = 0; from < end; i++) {
		part = i ? skb->shared.frags[i - 1].size : linear;
		if (from < at + part) {
			const u8 *memory = skb->data;
			unsigned int n = min(end, at + part) - from;

			if (i)
				memory = skb->shared.frags[i - 1].page->memory +
					 skb->shared.frags[i - 1].offset;
			memcpy(to, memory + from - at, n);
			to = (u8 *)to + n;
			from += n;
		}
		at += part;
	}
	return 0;
}

void *skb_header_pointer(const struct sk_buff *skb, int offset, int bytes, void *buffer)
{
	if ((unsigned int)(offset + bytes) <= skb->len - skb->data_len)
		return skb->data + offset;
	return skb_copy_bits(skb, offset, buffer, bytes) ? NULL : buffer;
}

static u32 fake_checksum_add(const u8 *data, unsigned int bytes, u32 sum)
{
	unsigned int i;
	u16 word;

	for (i = 0; i < bytes; i += 2) {
		memcpy(&word, data + i, sizeof(word));
		sum += word;
	}
	return sum;
}

/* The Internet's sum of an even number of bytes, not inverted. */
u16 fake_checksum(const void *data, unsigned int bytes, u32 sum)
{
	sum = fake_checksum_add(data, bytes, sum);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* That of what stands for a TCP segment's IP header. */
u16 fake_tcp_pseudo_checksum(unsigned int bytes, const void *addresses, unsigned int address_bytes)
{
	return fake_checksum(addresses, address_bytes, htons(bytes) + htons(IPPROTO_TCP));
}
