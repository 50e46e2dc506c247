// SPDX-License-Identifier: GPL-2.0
/*
 * Which flow an inner packet is of, as a hash that its outer packet carries. For tx.c.
 * skb_get_hash() would do, but looks into whatever packets are wrapped in, for a tenth of the
 * time that a short packet takes altogether.
 */
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/unaligned.h>
#include <net/ip.h>

#include "flow.h"

/* Secret, or a sender inside could choose the flows that it shares a queue with. */
static hsiphash_key_t cv_flow_key __read_mostly;

/**
 * cv_flow_init() - choose how to hash
 *
 * Context: module load.
 */
void cv_flow_init(void)
{
	get_random_bytes(&cv_flow_key, sizeof(cv_flow_key));
}

/* What tells flows between two hosts apart: both ports, or what is in their place. */
static u32 cv_flow_ports(const struct sk_buff *skb, u8 protocol, unsigned int offset)
{
	u32 buffer;
	const u32 *ports = NULL;

	switch (protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
	case IPPROTO_UDPLITE:
	case IPPROTO_ESP:
		ports = skb_header_pointer(skb, skb_network_offset(skb) + offset, sizeof(buffer),
					   &buffer);
	}
	return ports ? get_unaligned(ports) : 0;
}

/**
 * cv_flow_hash() - which flow a packet is of
 * @skb: an inner packet whose IP header is there and linear
 *
 * All fragments of a packet are of one flow, with others between the same hosts.
 *
 * Context: any.
 * Return: the hash, never 0.
 */
u32 cv_flow_hash(const struct sk_buff *skb)
{
	u32 hash;

	/* Of the socket that it comes from, or of the card. */
	if (skb->l4_hash) {
		hash = skb->hash;
	} else if (skb->protocol == htons(ETH_P_IP)) {
		const struct iphdr *ip = ip_hdr(skb);
		u32 ports = ip_is_fragment(ip) ? 0 : cv_flow_ports(skb, ip->protocol, ip->ihl * 4);

		hash = hsiphash_3u32((__force u32)ip->saddr, (__force u32)ip->daddr,
				     ports ^ ip->protocol, &cv_flow_key);
	} else {
		const struct ipv6hdr *ip = ipv6_hdr(skb);
		u32 ports = cv_flow_ports(skb, ip->nexthdr, sizeof(*ip));

		/* Both addresses follow one another. */
		hash = hsiphash(&ip->saddr, 2 * sizeof(ip->saddr), &cv_flow_key);
		hash = hsiphash_2u32(hash, ports ^ ip->nexthdr, &cv_flow_key);
	}
	return hash ?: 1;
}
