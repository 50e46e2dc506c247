// SPDX-License-Identifier: GPL-2.0
/*
 * Packets of the pretended kernel, see skbuff.h.
 */
#include "fake.h"

static void fake_put_page(struct page *page)
{
	assert(page->refs);
	if (--page->refs)
		return;
	kfree(page->memory);
	kfree(page);
}

/* A clone's memory is its origin's, which goes after the last of them. */
void kfree_skb(struct sk_buff *skb)
{
	struct sk_buff *origin = skb->origin;
	unsigned int i;

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
		fake_put_page(skb->shared.frags[i].page);
	kfree(skb->head);
	kfree(skb);
}
