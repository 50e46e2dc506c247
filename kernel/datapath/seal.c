// SPDX-License-Identifier: GPL-2.0
/*
 * Sealing: the inner packets of a batch are copied, encrypted and authenticated
 * into memory of our own and become UDP payloads: neighbours of equal size one
 * UDP GSO super-packet. Called by crypt.c; tx.c sends what comes out.
 */
#include <crypto/chacha20poly1305.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/unaligned.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/sock.h>

#include "batch.h"
#include "seal.h"
#include "../control/device.h"
#include "../handshake/session.h"

/* Room for all outer headers before our payload. */
#define CV_SEAL_HEADROOM (LL_MAX_HEADER + sizeof(struct ipv6hdr) + sizeof(struct udphdr))

/* What a UDP payload can be at most, over IPv4 and, for a lone packet, over IPv6. */
#define CV_SEAL_MAX_BYTES (U16_MAX - sizeof(struct iphdr) - sizeof(struct udphdr))
#define CV_SEAL_MAX_LONE_BYTES (U16_MAX - sizeof(struct udphdr))

/* Larger segments go alone: a shared page chunk may be no larger than this. */
#define CV_SEAL_MAX_SEGMENT_BYTES PAGE_SIZE

/**
 * struct cv_seal_run - consecutive packets that become one outer packet
 */
struct cv_seal_run {
	/** @count: packets in it */
	unsigned int count;
	/** @segment_bytes: payload bytes of each but the last */
	unsigned int segment_bytes;
	/** @bytes: payload bytes in all */
	unsigned int bytes;
	/** @ds: their DS field */
	u8 ds;
};

/* Page chunks that sealed super-packets are made of; used with BH off. */
static DEFINE_PER_CPU(struct page_frag, cv_seal_chunk);

static void cv_seal_lone(struct cv_batch *batch, u64 counter);
static void cv_seal_super(struct cv_batch *batch, const struct cv_seal_run *run, u64 counter);
static struct cv_seal_run cv_seal_next_run(const struct cv_batch *batch);

static struct cv_device *cv_seal_device(const struct cv_batch *batch)
{
	return batch->session->peer->dev;
}

/**
 * cv_seal_exit() - give the page chunks back
 *
 * Context: module unload, no batch left.
 */
void cv_seal_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct page_frag *chunk = per_cpu_ptr(&cv_seal_chunk, cpu);

		if (chunk->page)
			put_page(chunk->page);
		chunk->page = NULL;
	}
}

/**
 * cv_seal_batch() - seal all packets of a batch
 * @batch: running; @in becomes @out, in order; a packet for which there is no
 *         memory is dropped and counted, and its nonce goes unused
 *
 * Context: BH off.
 */
void cv_seal_batch(struct cv_batch *batch)
{
	u64 counter = batch->counter;

	batch->mtu = READ_ONCE(cv_seal_device(batch)->netdev->mtu);
	while (!skb_queue_empty(&batch->in)) {
		struct cv_seal_run run = cv_seal_next_run(batch);

		if (run.count > 1)
			cv_seal_super(batch, &run, counter);
		else
			cv_seal_lone(batch, counter);
		counter += run.count;
	}
}

/*
 * The padded size of an inner packet: a multiple of 16, but never past the
 * tunnel's MTU (unless the packet is) nor past what UDP can carry.
 */
static unsigned int cv_seal_padded(unsigned int bytes, unsigned int mtu)
{
	unsigned int padded = ALIGN(bytes, CV_WIRE_PADDING_BYTES);

	padded = min(padded, max(bytes, mtu));
	return min_t(unsigned int, padded,
		     max_t(unsigned int, bytes, CV_SEAL_MAX_BYTES - CV_WIRE_DATA_OVERHEAD_BYTES));
}

static unsigned int cv_seal_payload_bytes(const struct cv_batch *batch, const struct sk_buff *skb)
{
	return cv_seal_padded(skb->len, batch->mtu) + CV_WIRE_DATA_OVERHEAD_BYTES;
}

/*
 * How many packets from the head on fit one super-packet: equal sizes, of which
 * only the last may be shorter, and one DS field.
 */
static struct cv_seal_run cv_seal_next_run(const struct cv_batch *batch)
{
	struct sk_buff *skb = skb_peek(&batch->in);
	struct cv_seal_run run = {
		.ds = cv_batch_cb(skb)->tx.ds,
		.segment_bytes = cv_seal_payload_bytes(batch, skb),
	};

	skb_queue_walk(&batch->in, skb) {
		unsigned int bytes = cv_seal_payload_bytes(batch, skb);

		if (run.count &&
		    (bytes > run.segment_bytes || run.bytes + bytes > CV_SEAL_MAX_BYTES ||
		     run.count == CV_BATCH_MAX_PACKETS || cv_batch_cb(skb)->tx.ds != run.ds))
			break;
		run.count++;
		run.bytes += bytes;
		if (bytes < run.segment_bytes || bytes > CV_SEAL_MAX_SEGMENT_BYTES)
			break;
	}
	return run;
}

/*
 * The inner packets have been read. Those that a socket waits to have sent stay
 * with the outer packet until it is gone, so that TCP small queues and socket
 * buffers count what is still in the host.
 */
static void cv_seal_release(struct sk_buff *outer)
{
	struct sk_buff *skb = skb_shinfo(outer)->destructor_arg;

	skb_shinfo(outer)->destructor_arg = NULL;
	while (skb) {
		struct sk_buff *next = skb->next;

		skb_mark_not_on_list(skb);
		consume_skb(skb);
		skb = next;
	}
	module_put(THIS_MODULE);
}

static void cv_seal_attach(struct sk_buff *outer, struct sk_buff *skb)
{
	if (!skb->destructor) {
		consume_skb(skb);
		return;
	}
	if (!outer->destructor) {
		/*
		 * A queue below may hold the packet longer than the link lives. The link
		 * still holds the module here, and so may we.
		 */
		__module_get(THIS_MODULE);
		skb_shinfo(outer)->destructor_arg = NULL;
		outer->destructor = cv_seal_release;
	}
	skb->next = skb_shinfo(outer)->destructor_arg;
	skb_shinfo(outer)->destructor_arg = skb;
}

static void cv_seal_finish_outer(struct cv_batch *batch, struct sk_buff *outer, u8 ds)
{
	cv_batch_cb(outer)->tx.ds = ds;
	__skb_queue_tail(&batch->out, outer);
}

/* An inner checksum that was left to the hardware: we are the hardware. */
static void cv_seal_checksum(const struct sk_buff *skb, u8 *packet)
{
	unsigned int start = skb_checksum_start_offset(skb);
	__wsum sum = csum_partial(packet + start, skb->len - start, 0);

	put_unaligned((__force u16)(csum_fold(sum) ?: CSUM_MANGLED_0),
		      (u16 *)(packet + start + skb->csum_offset));
}

/**
 * cv_seal_write() - one packet to one message
 * @session: its keys
 * @message: where; cv_seal_payload_bytes() of room
 * @skb: the inner packet
 * @payload_bytes: size of the message
 * @counter: its nonce
 *
 * Return: 0, or an error when the packet cannot be read.
 */
static int cv_seal_write(const struct cv_session *session, u8 *message,
			 const struct sk_buff *skb, unsigned int payload_bytes, u64 counter)
{
	struct cv_wire_data *header = (struct cv_wire_data *)message;
	unsigned int padded = payload_bytes - CV_WIRE_DATA_OVERHEAD_BYTES;
	u8 *packet = message + sizeof(*header);

	if (unlikely(skb_copy_bits(skb, 0, packet, skb->len)))
		return -EFAULT;
	if (skb->ip_summed == CHECKSUM_PARTIAL) {
		unsigned int start = skb_checksum_start_offset(skb);

		/* A wrong offset would have us write past the packet. */
		if (unlikely(start + skb->csum_offset + sizeof(__sum16) > skb->len))
			return -EINVAL;
		cv_seal_checksum(skb, packet);
	}
	memset(packet + skb->len, 0, padded - skb->len);
	put_unaligned_le32(CV_WIRE_DATA, &header->type);
	put_unaligned((__force u32)session->remote_index, (__force u32 *)&header->receiver);
	put_unaligned_le64(counter, &header->counter);
	chacha20poly1305_encrypt(packet, packet, padded, NULL, 0, counter, session->send_key);
	return 0;
}

static void cv_seal_drop_head(struct cv_batch *batch, enum cv_drop reason)
{
	cv_drop_count(cv_seal_device(batch), reason);
	kfree_skb(__skb_dequeue(&batch->in));
}

static struct sk_buff *cv_seal_alloc_outer(unsigned int linear_bytes)
{
	struct sk_buff *outer = alloc_skb(CV_SEAL_HEADROOM + linear_bytes,
					  GFP_ATOMIC | __GFP_NOWARN);

	if (unlikely(!outer))
		return NULL;
	skb_reserve(outer, CV_SEAL_HEADROOM);
	memset(cv_batch_cb(outer), 0, sizeof(struct cv_batch_cb));
	return outer;
}

static void cv_seal_account(struct sk_buff *outer, struct sk_buff *skb)
{
	struct cv_batch_cb *cb = cv_batch_cb(outer);

	cb->tx.bytes += skb->len;
	cb->tx.packets += !!skb->len;
	cb->tx.depth = max(cb->tx.depth, cv_batch_cb(skb)->tx.depth);
}

/* The head of the batch becomes an ordinary UDP payload. */
static void cv_seal_lone(struct cv_batch *batch, u64 counter)
{
	struct sk_buff *skb = skb_peek(&batch->in);
	unsigned int bytes = cv_seal_payload_bytes(batch, skb);
	u8 ds = cv_batch_cb(skb)->tx.ds;
	struct sk_buff *outer;

	if (unlikely(bytes > CV_SEAL_MAX_LONE_BYTES)) {
		cv_seal_drop_head(batch, CV_DROP_TX_TOO_LONG);
		return;
	}
	outer = cv_seal_alloc_outer(bytes);
	if (unlikely(!outer)) {
		cv_seal_drop_head(batch, CV_DROP_TX_NO_MEMORY);
		return;
	}
	if (unlikely(cv_seal_write(batch->session, skb_put(outer, bytes), skb, bytes, counter))) {
		kfree_skb(outer);
		cv_seal_drop_head(batch, CV_DROP_TX_SEGMENT);
		return;
	}
	cv_seal_account(outer, skb);
	__skb_unlink(skb, &batch->in);
	cv_seal_attach(outer, skb);
	cv_seal_finish_outer(batch, outer, ds);
}

/*
 * Room for one message in the CPU's page chunk, added to an outer packet's
 * fragments. A fragment grows as long as its chunk lasts.
 */
static u8 *cv_seal_room(struct sk_buff *outer, unsigned int bytes)
{
	struct page_frag *chunk = this_cpu_ptr(&cv_seal_chunk);
	int i = skb_shinfo(outer)->nr_frags;
	u8 *room;

	if (!skb_page_frag_refill(bytes, chunk, GFP_ATOMIC | __GFP_NOWARN) ||
	    chunk->size - chunk->offset < bytes)
		return NULL;
	if (skb_can_coalesce(outer, i, chunk->page, chunk->offset)) {
		skb_frag_size_add(&skb_shinfo(outer)->frags[i - 1], bytes);
	} else {
		if (i == MAX_SKB_FRAGS)
			return NULL;
		get_page(chunk->page);
		skb_fill_page_desc(outer, i, chunk->page, chunk->offset, bytes);
	}
	room = page_address(chunk->page) + chunk->offset;
	chunk->offset += bytes;
	outer->len += bytes;
	outer->data_len += bytes;
	outer->truesize += bytes;
	return room;
}

/* What makes of an outer packet a UDP GSO super-packet; see kernel's udp_offload. */
static void cv_seal_mark_gso(struct sk_buff *outer, unsigned int segment_bytes)
{
	if (outer->len <= segment_bytes)
		return;
	skb_shinfo(outer)->gso_size = segment_bytes;
	skb_shinfo(outer)->gso_segs = DIV_ROUND_UP(outer->len, segment_bytes);
	skb_shinfo(outer)->gso_type = SKB_GSO_UDP_L4;
	outer->ip_summed = CHECKSUM_PARTIAL;
	outer->csum_start = skb_headroom(outer) - sizeof(struct udphdr);
	outer->csum_offset = offsetof(struct udphdr, check);
}

/*
 * A run of packets becomes a super-packet. When memory or fragments run out in
 * the middle, what there is leaves as it is and the rest is dropped or, if there
 * is nothing yet, tried one by one.
 */
static void cv_seal_super(struct cv_batch *batch, const struct cv_seal_run *run, u64 counter)
{
	struct sk_buff *outer = cv_seal_alloc_outer(0);
	unsigned int i;

	for (i = 0; outer && i < run->count; i++) {
		struct sk_buff *skb = skb_peek(&batch->in);
		unsigned int bytes = cv_seal_payload_bytes(batch, skb);
		u8 *room = cv_seal_room(outer, bytes);

		if (unlikely(!room))
			break;
		if (unlikely(cv_seal_write(batch->session, room, skb, bytes, counter + i))) {
			/* Its room leaves as noise that no peer accepts: sizes stay equal. */
			memset(room, 0, bytes);
			cv_seal_drop_head(batch, CV_DROP_TX_SEGMENT);
			continue;
		}
		cv_seal_account(outer, skb);
		__skb_unlink(skb, &batch->in);
		cv_seal_attach(outer, skb);
	}
	if (outer && i) {
		cv_seal_mark_gso(outer, run->segment_bytes);
		cv_seal_finish_outer(batch, outer, run->ds);
	} else {
		kfree_skb(outer);
	}
	for (; i < run->count; i++)
		cv_seal_lone(batch, counter + i);
}
