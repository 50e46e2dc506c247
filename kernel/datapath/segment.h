/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Segments of inner TCP and UDP super-packets, written one by one where they are
 * sealed. For tx.c, which finds out whether a super-packet is that plain, and seal.c.
 */
#ifndef CV_DATAPATH_SEGMENT_H
#define CV_DATAPATH_SEGMENT_H

#include <linux/minmax.h>
#include <linux/skbuff.h>
#include <linux/types.h>

unsigned int cv_segment_header_bytes(struct sk_buff *skb);
void cv_segment_write(const struct sk_buff *skb, unsigned int header_bytes, unsigned int index,
		      u8 *packet);

/**
 * cv_segment_count() - how many packets a super-packet is
 * @skb: the super-packet
 * @header_bytes: its cv_segment_header_bytes()
 *
 * Return: the number; the gso_segs of a packet from elsewhere need not be right.
 */
static inline unsigned int cv_segment_count(const struct sk_buff *skb, unsigned int header_bytes)
{
	return DIV_ROUND_UP(skb->len - header_bytes, skb_shinfo(skb)->gso_size);
}

/**
 * cv_segment_bytes() - size of one of these packets
 * @skb: the super-packet
 * @header_bytes: its cv_segment_header_bytes()
 * @index: which packet, below cv_segment_count()
 *
 * Return: bytes, headers included.
 */
static inline unsigned int cv_segment_bytes(const struct sk_buff *skb, unsigned int header_bytes,
					    unsigned int index)
{
	unsigned int payload_bytes = skb_shinfo(skb)->gso_size;

	return header_bytes + min(payload_bytes, skb->len - header_bytes - index * payload_bytes);
}

#endif /* CV_DATAPATH_SEGMENT_H */
