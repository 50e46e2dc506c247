// SPDX-License-Identifier: GPL-2.0
/*
 * Merging: opened TCP segments that follow one another become one super-packet, as GRO
 * would make, but without a packet for each: a segment is opened so that its payload
 * comes to lie right behind the last one's, with its headers over the end of that,
 * which is saved and put back once the headers have been compared. For open.c.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/percpu.h>
#include <linux/tcp.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "aead.h"
#include "merge.h"
#include "scratch.h"

/* Smaller payloads are not worth a share in a page chunk, which they would pin. */
#define CV_MERGE_MIN_PAYLOAD_BYTES 256

/* A super-packet has no more payload fragments: more would mean that memory is short. */
#define CV_MERGE_MAX_FRAGS 8

/* Page chunks that payloads are opened to; used with BH off. */
static DEFINE_PER_CPU(struct page_frag, cv_merge_chunk);

/**
 * cv_merge_exit() - give the page chunks back
 *
 * Context: module unload, no batch left.
 */
void cv_merge_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct page_frag *chunk = per_cpu_ptr(&cv_merge_chunk, cpu);

		if (chunk->page)
			put_page(chunk->page);
		chunk->page = NULL;
	}
}

static bool cv_merge_is_v4(const u8 *packet)
{
	return packet[0] >> 4 == 4;
}

static unsigned int cv_merge_network_bytes(const u8 *packet)
{
	return cv_merge_is_v4(packet) ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);
}

static const struct tcphdr *cv_merge_tcp(const u8 *packet)
{
	return (const struct tcphdr *)(packet + cv_merge_network_bytes(packet));
}

/* An IP header as a segment of a stream has it, no more than @bytes; or 0. */
static unsigned int cv_merge_ip_bytes(const u8 *packet, unsigned int bytes)
{
	const struct ipv6hdr *v6 = (const struct ipv6hdr *)packet;
	const struct iphdr *v4 = (const struct iphdr *)packet;
	unsigned int length;

	if (bytes < sizeof(*v6) + sizeof(struct tcphdr))
		return 0;
	if (packet[0] == 0x45) {
		length = ntohs(v4->tot_len);
		if (v4->protocol != IPPROTO_TCP || v4->frag_off & ~htons(IP_DF) ||
		    ip_fast_csum(v4, 5))
			return 0;
	} else if (packet[0] >> 4 == 6) {
		length = ntohs(v6->payload_len) + sizeof(*v6);
		if (v6->nexthdr != IPPROTO_TCP)
			return 0;
	} else {
		return 0;
	}
	return length <= bytes ? length : 0;
}

/*
 * The headers' size of a segment that may be the first of several: it has payload, and
 * nothing about it is special. @bytes becomes its length without padding.
 */
static unsigned int cv_merge_header_bytes(const u8 *packet, unsigned int *bytes)
{
	unsigned int network_bytes, header_bytes;
	const struct tcphdr *tcp;

	*bytes = cv_merge_ip_bytes(packet, *bytes);
	if (!*bytes)
		return 0;
	network_bytes = cv_merge_network_bytes(packet);
	tcp = cv_merge_tcp(packet);
	header_bytes = network_bytes + tcp->doff * 4;
	if (tcp->doff < 5 || *bytes < header_bytes + CV_MERGE_MIN_PAYLOAD_BYTES)
		return 0;
	if (tcp_flag_word(tcp) & (TCP_FLAG_CWR | TCP_FLAG_URG | TCP_FLAG_RST | TCP_FLAG_SYN |
				  TCP_FLAG_FIN | TCP_FLAG_PSH) || !tcp->ack)
		return 0;
	return header_bytes;
}

/**
 * cv_merge_start() - an opened packet is perhaps the first of a super-packet
 * @merge: without a head
 * @skb: the packet, linear, padding and all; not owned
 * @ds: DS field of its outer packet
 *
 * Context: BH off.
 */
void cv_merge_start(struct cv_merge *merge, struct sk_buff *skb, u8 ds)
{
	unsigned int bytes = skb->len;
	unsigned int header_bytes = cv_merge_header_bytes(skb->data, &bytes);

	if (!header_bytes)
		return;
	__skb_trim(skb, bytes);
	merge->head = skb;
	merge->header_bytes = header_bytes;
	merge->payload_bytes = bytes - header_bytes;
	merge->segments = 1;
	merge->ds = ds;
}

/* Whether the next payload's place is right behind the last one's. */
static bool cv_merge_contiguous(const struct cv_merge *merge, const struct page_frag *chunk)
{
	return skb_can_coalesce(merge->head, skb_shinfo(merge->head)->nr_frags, chunk->page,
				chunk->offset);
}

/**
 * cv_merge_room() - where to open the packet that perhaps follows
 * @merge: with a head, or without one
 * @bytes: of the packet, padding and all
 * @ds: DS field of its outer packet
 *
 * Once the packet has been opened there, cv_merge_append() or cv_merge_restore() must
 * follow before anything else.
 *
 * Context: BH off.
 * Return: room, with CV_AEAD_BEFORE_BYTES before it; or NULL when the
 * packet cannot follow or there is no memory: then it is to be opened by itself.
 */
u8 *cv_merge_room(struct cv_merge *merge, unsigned int bytes, u8 ds)
{
	const unsigned int before = ALIGN(CV_AEAD_BEFORE_BYTES + CV_MERGE_MAX_HEADER_BYTES, 64);
	struct page_frag *chunk = this_cpu_ptr(&cv_merge_chunk);
	struct sk_buff *head = merge->head;
	u8 *packet;

	/* Padding of less than a block may come with it. */
	if (!head || ds != merge->ds || bytes <= merge->header_bytes ||
	    bytes >= merge->header_bytes + merge->payload_bytes + CV_WIRE_PADDING_BYTES ||
	    head->len + bytes > IP_MAX_MTU)
		return NULL;
	if (!cv_scratch_refill(chunk, before + bytes))
		return NULL;
	if (!cv_merge_contiguous(merge, chunk)) {
		if (skb_shinfo(head)->nr_frags == CV_MERGE_MAX_FRAGS)
			return NULL;
		/* What lies before is another's. */
		chunk->offset += before;
	}
	packet = page_address(chunk->page) + chunk->offset - merge->header_bytes;
	memcpy(merge->saved, packet, merge->header_bytes);
	return packet;
}

/**
 * cv_merge_restore() - a packet has been opened where it could follow, and does not
 * @merge: as it was for cv_merge_room()
 * @packet: that room; what is wanted of it has been copied
 *
 * Context: BH off.
 */
void cv_merge_restore(struct cv_merge *merge, u8 *packet)
{
	memcpy(packet, merge->saved, merge->header_bytes);
}

static bool cv_merge_same_v4(const struct cv_merge *merge, const struct iphdr *first,
			     const struct iphdr *next)
{
	u16 steps = ntohs(next->id) - ntohs(first->id);
	bool in_turn = steps == (u16)merge->segments;
	bool same = !steps && first->frag_off;

	/* All one ID is for packets that must not be fragmented. */
	if (merge->segments == 1 ? !in_turn && !same : merge->same_id ? !same : !in_turn)
		return false;
	return !((first->saddr ^ next->saddr) | (first->daddr ^ next->daddr)) &&
	       first->tos == next->tos && first->ttl == next->ttl &&
	       first->frag_off == next->frag_off;
}

static bool cv_merge_same_v6(const struct ipv6hdr *first, const struct ipv6hdr *next)
{
	return *(const __be32 *)first == *(const __be32 *)next &&
	       first->hop_limit == next->hop_limit &&
	       ipv6_addr_equal(&first->saddr, &next->saddr) &&
	       ipv6_addr_equal(&first->daddr, &next->daddr);
}

/*
 * Whether a segment goes on where the super-packet ends and says the same in everything
 * but what the splitting of a super-packet makes differ.
 */
static bool cv_merge_follows(const struct cv_merge *merge, const u8 *first, const u8 *next)
{
	const struct tcphdr *a = cv_merge_tcp(first), *b = cv_merge_tcp(next);
	u32 seq = ntohl(a->seq) + merge->segments * merge->payload_bytes;

	if (cv_merge_is_v4(first) ?
	    !cv_merge_same_v4(merge, (const struct iphdr *)first, (const struct iphdr *)next) :
	    !cv_merge_same_v6((const struct ipv6hdr *)first, (const struct ipv6hdr *)next))
		return false;
	return ntohl(b->seq) == seq && a->source == b->source && a->dest == b->dest &&
	       a->ack_seq == b->ack_seq && a->window == b->window && a->urg_ptr == b->urg_ptr &&
	       !((tcp_flag_word(a) ^ tcp_flag_word(b)) & ~TCP_FLAG_PSH) &&
	       !memcmp(a + 1, b + 1, a->doff * 4 - sizeof(*a));
}

/* The payload that has been opened behind the last one becomes the head's. */
static void cv_merge_take(struct cv_merge *merge, unsigned int payload_bytes)
{
	struct page_frag *chunk = this_cpu_ptr(&cv_merge_chunk);
	struct sk_buff *head = merge->head;
	int i = skb_shinfo(head)->nr_frags;

	if (cv_merge_contiguous(merge, chunk)) {
		skb_frag_size_add(&skb_shinfo(head)->frags[i - 1], payload_bytes);
	} else {
		get_page(chunk->page);
		skb_fill_page_desc(head, i, chunk->page, chunk->offset, payload_bytes);
	}
	chunk->offset += payload_bytes;
	head->len += payload_bytes;
	head->data_len += payload_bytes;
	head->truesize += payload_bytes;
	merge->segments++;
}

/**
 * cv_merge_append() - a packet has been opened where it could follow
 * @merge: as it was for cv_merge_room()
 * @packet: that room
 * @bytes: of the packet, padding and all
 *
 * If the packet follows, the super-packet has it, and room before its payload is
 * restored; a segment that is shorter or pushed is the last one.
 *
 * Context: BH off.
 * Return: whether it does; if not, cv_merge_restore() must follow.
 */
bool cv_merge_append(struct cv_merge *merge, const u8 *packet, unsigned int bytes)
{
	u8 header[CV_MERGE_MAX_HEADER_BYTES] __aligned(4);
	u8 *first = merge->head->data;
	const struct tcphdr *tcp;
	unsigned int payload_bytes;

	if (first[0] >> 4 != packet[0] >> 4)
		return false;
	memcpy(header, packet, merge->header_bytes);
	bytes = cv_merge_ip_bytes(header, bytes);
	if (bytes <= merge->header_bytes)
		return false;
	payload_bytes = bytes - merge->header_bytes;
	if (payload_bytes > merge->payload_bytes || !cv_merge_follows(merge, first, header))
		return false;
	if (merge->segments == 1)
		merge->same_id = cv_merge_is_v4(first) &&
				 ((struct iphdr *)first)->id == ((struct iphdr *)header)->id;
	cv_merge_restore(merge, (u8 *)packet);
	cv_merge_take(merge, payload_bytes);
	tcp = cv_merge_tcp(header);
	((struct tcphdr *)cv_merge_tcp(first))->psh |= tcp->psh;
	if (payload_bytes < merge->payload_bytes || tcp->psh)
		cv_merge_finish(merge);
	return true;
}

/**
 * cv_merge_finish() - nothing follows any more
 * @merge: without a head afterwards; what was it is a super-packet, if more than one
 *         segment came together
 *
 * Context: BH off.
 */
void cv_merge_finish(struct cv_merge *merge)
{
	struct sk_buff *head = merge->head;
	unsigned int network_bytes, bytes;
	struct tcphdr *tcp;

	merge->head = NULL;
	if (!head || merge->segments == 1)
		return;
	network_bytes = cv_merge_network_bytes(head->data);
	bytes = head->len - network_bytes;
	tcp = (struct tcphdr *)(head->data + network_bytes);
	if (cv_merge_is_v4(head->data)) {
		struct iphdr *v4 = (struct iphdr *)head->data;

		v4->tot_len = htons(head->len);
		ip_send_check(v4);
		tcp->check = ~tcp_v4_check(bytes, v4->saddr, v4->daddr, 0);
		skb_shinfo(head)->gso_type = SKB_GSO_TCPV4 |
					     (merge->same_id ? SKB_GSO_TCP_FIXEDID : 0);
	} else {
		struct ipv6hdr *v6 = (struct ipv6hdr *)head->data;

		v6->payload_len = htons(bytes);
		tcp->check = ~tcp_v6_check(bytes, &v6->saddr, &v6->daddr, 0);
		skb_shinfo(head)->gso_type = SKB_GSO_TCPV6;
	}
	skb_shinfo(head)->gso_size = merge->payload_bytes;
	skb_shinfo(head)->gso_segs = merge->segments;
	skb_set_transport_header(head, network_bytes);
	head->ip_summed = CHECKSUM_PARTIAL;
	head->csum_start = skb_transport_header(head) - head->head;
	head->csum_offset = offsetof(struct tcphdr, check);
}
