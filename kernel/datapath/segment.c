// SPDX-License-Identifier: GPL-2.0
/*
 * Segments of inner TCP and UDP super-packets, written one by one where they are
 * sealed: the payload is summed while it is copied, and no packet is made of a
 * segment in between. For tx.c, which finds out whether a super-packet is that plain,
 * and seal.c.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>

#include "segment.h"

/* An IPv6 header and the longest TCP header. */
#define CV_SEGMENT_MAX_HEADER_BYTES (sizeof(struct ipv6hdr) + 60)

/* What else may be said of a super-packet that is still plain. */
#define CV_SEGMENT_GSO_FLAGS (SKB_GSO_TCP_ECN | SKB_GSO_TCP_FIXEDID | SKB_GSO_DODGY)

/* The protocol behind a plain IP header and where that ends, or 0. */
static unsigned int cv_segment_network_bytes(const struct sk_buff *skb, u8 *protocol)
{
	if (skb->protocol == htons(ETH_P_IP)) {
		const struct iphdr *ip = ip_hdr(skb);

		*protocol = ip->protocol;
		return ip->ihl == 5 && !ip_is_fragment(ip) ? sizeof(*ip) : 0;
	}
	*protocol = ipv6_hdr(skb)->nexthdr;
	return sizeof(struct ipv6hdr);
}

static unsigned int cv_segment_tcp_bytes(struct sk_buff *skb, unsigned int network_bytes)
{
	const struct tcphdr *tcp;

	if (!pskb_may_pull(skb, network_bytes + sizeof(*tcp)))
		return 0;
	tcp = (const struct tcphdr *)(skb->data + network_bytes);
	if (tcp->doff < 5 || !pskb_may_pull(skb, network_bytes + tcp->doff * 4))
		return 0;
	/* The pull may have moved it. */
	tcp = (const struct tcphdr *)(skb->data + network_bytes);
	return tcp->doff * 4;
}

/**
 * cv_segment_header_bytes() - is a super-packet one that cv_segment_write() can split
 * @skb: a GSO packet with its IP header pulled; its transport header is pulled, too
 *
 * Plain is TCP or UDP right behind an IPv4 header without options or an IPv6 header,
 * not encapsulated. What a packet from elsewhere (a virtual machine, a packet socket)
 * says of itself is not believed but looked up in its headers.
 *
 * Context: any.
 * Return: how many bytes of headers each segment repeats, or 0: it must
 * be split by the stack.
 */
unsigned int cv_segment_header_bytes(struct sk_buff *skb)
{
	unsigned int type = skb_shinfo(skb)->gso_type & ~CV_SEGMENT_GSO_FLAGS;
	unsigned int network_bytes, bytes = 0;
	u8 protocol;

	if (skb->encapsulation || skb_network_offset(skb) || !skb_shinfo(skb)->gso_size)
		return 0;
	network_bytes = cv_segment_network_bytes(skb, &protocol);
	if (!network_bytes)
		return 0;
	if (protocol == IPPROTO_TCP &&
	    type == (skb->protocol == htons(ETH_P_IP) ? SKB_GSO_TCPV4 : SKB_GSO_TCPV6))
		bytes = cv_segment_tcp_bytes(skb, network_bytes);
	else if (protocol == IPPROTO_UDP && type == SKB_GSO_UDP_L4 &&
		 pskb_may_pull(skb, network_bytes + sizeof(struct udphdr)))
		bytes = sizeof(struct udphdr);
	if (!bytes || skb->len <= network_bytes + bytes)
		return 0;
	return network_bytes + bytes;
}

static void cv_segment_ipv4(struct iphdr *ip, const struct sk_buff *skb, unsigned int index,
			    unsigned int bytes)
{
	if (!(skb_shinfo(skb)->gso_type & SKB_GSO_TCP_FIXEDID))
		ip->id = htons(ntohs(ip->id) + index);
	ip->tot_len = htons(bytes);
	ip->check = 0;
	ip->check = ip_fast_csum(ip, sizeof(*ip) / 4);
}

/* Each segment has its place in the stream; some flags are the first's or the last's. */
static void cv_segment_tcp(struct tcphdr *tcp, const struct sk_buff *skb, unsigned int index,
			   bool last)
{
	tcp->seq = htonl(ntohl(tcp->seq) + index * skb_shinfo(skb)->gso_size);
	if (index)
		tcp->cwr = 0;
	if (!last) {
		tcp->fin = 0;
		tcp->psh = 0;
	}
	tcp->check = 0;
}

static __sum16 cv_segment_check(const struct sk_buff *skb, unsigned int bytes, u8 protocol,
				__wsum sum)
{
	if (skb->protocol == htons(ETH_P_IP))
		return csum_tcpudp_magic(ip_hdr(skb)->saddr, ip_hdr(skb)->daddr, bytes,
					 protocol, sum);
	return csum_ipv6_magic(&ipv6_hdr(skb)->saddr, &ipv6_hdr(skb)->daddr, bytes,
			       protocol, sum);
}

/**
 * cv_segment_write() - write one packet of a super-packet
 * @skb: the super-packet
 * @header_bytes: its cv_segment_header_bytes(), not 0
 * @index: which packet, below cv_segment_count()
 * @packet: where to; cv_segment_bytes() of room
 *
 * Context: any.
 */
void cv_segment_write(const struct sk_buff *skb, unsigned int header_bytes, unsigned int index,
		      u8 *packet)
{
	u8 header[CV_SEGMENT_MAX_HEADER_BYTES] __aligned(4);
	bool v4 = skb->protocol == htons(ETH_P_IP);
	unsigned int network_bytes = v4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);
	unsigned int offset = header_bytes + index * skb_shinfo(skb)->gso_size;
	unsigned int bytes = cv_segment_bytes(skb, header_bytes, index);
	unsigned int transport_bytes = bytes - network_bytes;
	u8 *transport = header + network_bytes;
	__wsum sum;

	memcpy(header, skb->data, header_bytes);
	sum = skb_copy_and_csum_bits(skb, offset, packet + header_bytes, bytes - header_bytes);
	if (v4)
		cv_segment_ipv4((struct iphdr *)header, skb, index, bytes);
	else
		((struct ipv6hdr *)header)->payload_len = htons(transport_bytes);
	if (skb_shinfo(skb)->gso_type & SKB_GSO_UDP_L4) {
		struct udphdr *udp = (struct udphdr *)transport;

		udp->len = htons(transport_bytes);
		udp->check = 0;
		sum = csum_partial(udp, sizeof(*udp), sum);
		udp->check = cv_segment_check(skb, transport_bytes, IPPROTO_UDP, sum) ?:
			     CSUM_MANGLED_0;
	} else {
		struct tcphdr *tcp = (struct tcphdr *)transport;

		cv_segment_tcp(tcp, skb, index, offset + bytes - header_bytes == skb->len);
		sum = csum_partial(tcp, header_bytes - network_bytes, sum);
		tcp->check = cv_segment_check(skb, transport_bytes, IPPROTO_TCP, sum);
	}
	memcpy(packet, header, header_bytes);
}
