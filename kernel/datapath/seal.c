// SPDX-License-Identifier: GPL-2.0
/*
 * Sealing: the inner packets of a batch, segments of super-packets among them, are
 * written to the CPU's scratch, and from there encrypted and authenticated into memory
 * of our own. They become UDP payloads: neighbours of equal size one UDP GSO
 * super-packet. Called by worker.c; tx.c sends what comes out.
 */
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

#include "aead.h"
#include "batch.h"
#include "scratch.h"
#include "seal.h"
#include "segment.h"
#include "xmit.h"
#include "../core/device.h"
#include "../handshake/session.h"

/* What a UDP payload can be at most, over IPv4 and, for a lone packet, over IPv6. */
#define CV_SEAL_MAX_BYTES (U16_MAX - sizeof(struct iphdr) - sizeof(struct udphdr))
#define CV_SEAL_MAX_LONE_BYTES (U16_MAX - sizeof(struct udphdr))

/* Larger segments go alone: a page chunk should hold some of them. */
#define CV_SEAL_MAX_SEGMENT_BYTES 10240

/*
 * Packets of several flows share a super-packet only if they are tiny and so many that it
 * pays: the link below cannot tell them apart any more, but they are through in the time of
 * a few long ones.
 */
#define CV_SEAL_TINY_BYTES 128
#define CV_SEAL_MIN_MIXED 8

/*
 * What precedes the first message in a fragment, so that the AEAD has its room before
 * the packet and does not touch what belongs to another outer packet.
 */
#define CV_SEAL_GAP_BYTES (CV_AEAD_BEFORE_BYTES - sizeof(struct cv_wire_data))

/**
 * struct cv_seal_run - consecutive packets that become one outer packet
 */
struct cv_seal_run {
	/** @count: packets in it, segments counted singly */
	unsigned int count;
	/** @segment_bytes: payload bytes of each but the last */
	unsigned int segment_bytes;
	/** @bytes: payload bytes in all */
	unsigned int bytes;
	/** @max_bytes: what they may be in all */
	unsigned int max_bytes;
	/** @hash: of their inner flow, 0: of several */
	u32 hash;
	/** @ds: their DS field */
	u8 ds;
	/** @priority: theirs, for queueing disciplines below */
	u32 priority;
};

/* Page chunks that sealed super-packets are made of; used with BH off. */
static DEFINE_PER_CPU(struct page_frag, cv_seal_chunk);

/**
 * struct cv_seal_cursor - how far the sealing of a batch has come
 */
struct cv_seal_cursor {
	/** @batch: the batch; the packet is in the head of its @in */
	struct cv_batch *batch;
	/** @index: how many segments of that are sealed */
	unsigned int index;
	/** @counter: the packet's nonce */
	u64 counter;
};

static void cv_seal_lone(struct cv_seal_cursor *cursor);
static void cv_seal_super(struct cv_seal_cursor *cursor, const struct cv_seal_run *run);
static struct cv_seal_run cv_seal_next_run(const struct cv_seal_cursor *cursor);

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
	struct cv_seal_cursor cursor = { .batch = batch, .counter = batch->counter };

	while (!skb_queue_empty(&batch->in)) {
		struct cv_seal_run run = cv_seal_next_run(&cursor);

		if (run.count > 1)
			cv_seal_super(&cursor, &run);
		else
			cv_seal_lone(&cursor);
	}
}

/* Inner bytes of one of the packets that an entry of a batch is. */
static unsigned int cv_seal_inner_bytes(struct sk_buff *skb, unsigned int index)
{
	const struct cv_batch_cb *cb = cv_batch_cb(skb);

	if (!cb->tx.header_bytes)
		return skb->len;
	return cv_segment_bytes(skb, cb->tx.header_bytes, cb->tx.first + index);
}

/*
 * The padded size of an inner packet: a multiple of 16, but never past the MTU of its
 * route and link (unless the packet is) nor past what UDP can carry.
 */
static unsigned int cv_seal_padded(unsigned int bytes, unsigned int mtu)
{
	unsigned int padded = ALIGN(bytes, CV_WIRE_PADDING_BYTES);

	padded = min(padded, max(bytes, mtu));
	return min_t(unsigned int, padded,
		     max_t(unsigned int, bytes, CV_SEAL_MAX_BYTES - CV_WIRE_DATA_OVERHEAD_BYTES));
}

/* Size of the message that one of the packets of an entry of a batch becomes. */
static unsigned int cv_seal_payload_bytes(struct sk_buff *skb, unsigned int index)
{
	return cv_seal_padded(cv_seal_inner_bytes(skb, index), cv_batch_cb(skb)->tx.mtu) +
	       CV_WIRE_DATA_OVERHEAD_BYTES;
}

/* Whether a packet of so many payload bytes may join a run, of which none was shorter. */
static bool cv_seal_joins(const struct cv_seal_run *run, unsigned int bytes,
			  struct sk_buff *skb)
{
	return bytes <= run->segment_bytes && run->bytes + bytes <= run->max_bytes &&
	       run->count < CV_BATCH_MAX_PACKETS && cv_batch_cb(skb)->tx.ds == run->ds &&
	       skb->priority == run->priority;
}

/* Add a packet to a run. Return: whether more may follow. */
static bool cv_seal_join(struct cv_seal_run *run, unsigned int bytes)
{
	run->count++;
	run->bytes += bytes;
	return bytes == run->segment_bytes && bytes <= CV_SEAL_MAX_SEGMENT_BYTES;
}

/*
 * How many packets from the cursor on fit one super-packet: equal sizes, of which only the
 * last may be shorter, one DS field and priority, and one flow; or any flows with @mixed, for
 * which the caller has seen that the first packet, and so each, is tiny.
 */
static struct cv_seal_run cv_seal_find_run(const struct cv_seal_cursor *cursor, bool mixed)
{
	const struct cv_batch *batch = cursor->batch;
	struct sk_buff *skb = skb_peek(&batch->in);
	unsigned int index = cursor->index;
	struct cv_seal_run run = {
		.ds = cv_batch_cb(skb)->tx.ds,
		.priority = skb->priority,
		.max_bytes = min_t(unsigned int, batch->run_bytes, CV_SEAL_MAX_BYTES),
		.hash = mixed ? 0 : cv_batch_cb(skb)->tx.hash,
		.segment_bytes = cv_seal_payload_bytes(skb, index),
	};

	skb_queue_walk(&batch->in, skb) {
		const struct cv_batch_cb *cb = cv_batch_cb(skb);

		if (!mixed && cb->tx.hash != run.hash)
			return run;
		for (; index < cb->packets; index++) {
			unsigned int bytes = cv_seal_payload_bytes(skb, index);

			if (run.count && !cv_seal_joins(&run, bytes, skb))
				return run;
			if (!cv_seal_join(&run, bytes))
				return run;
		}
		index = 0;
	}
	return run;
}

/* The next run of a batch, from the cursor on. */
static struct cv_seal_run cv_seal_next_run(const struct cv_seal_cursor *cursor)
{
	struct cv_seal_run run = cv_seal_find_run(cursor, false), mixed;

	if (cursor->batch->packets < CV_SEAL_MIN_MIXED || run.count >= CV_SEAL_MIN_MIXED ||
	    run.segment_bytes > CV_SEAL_TINY_BYTES + CV_WIRE_DATA_OVERHEAD_BYTES)
		return run;
	mixed = cv_seal_find_run(cursor, true);
	return mixed.count >= CV_SEAL_MIN_MIXED && mixed.count > run.count ? mixed : run;
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
	/* Of a program's socket, see cv_adopt_own(). */
	if (outer->sk)
		sock_put(outer->sk);
	module_put(THIS_MODULE);
}

static void cv_seal_attach(struct sk_buff *outer, struct sk_buff *skb)
{
	if (!outer || !skb->destructor) {
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

/* On to the next packet; one that is done with goes with the outer packet, if any. */
static void cv_seal_advance(struct cv_seal_cursor *cursor, struct sk_buff *outer)
{
	struct sk_buff *skb = skb_peek(&cursor->batch->in);

	cursor->counter++;
	if (++cursor->index < cv_batch_cb(skb)->packets)
		return;
	cursor->index = 0;
	__skb_unlink(skb, &cursor->batch->in);
	cv_seal_attach(outer, skb);
}

static void cv_seal_drop(struct cv_seal_cursor *cursor, enum cv_drop reason)
{
	cv_drop_count(cv_seal_device(cursor->batch), reason);
	cv_drop_charge(cursor->batch->session->peer, reason, 1);
	cv_seal_advance(cursor, NULL);
}

/* What an outer packet has of the inner ones: of one, or all that are in it. */
static void cv_seal_finish_outer(struct cv_batch *batch, struct sk_buff *outer,
				 const struct cv_seal_run *run)
{
	cv_batch_cb(outer)->tx.hash = run->hash;
	cv_batch_cb(outer)->tx.ds = run->ds;
	outer->priority = run->priority;
	__skb_queue_tail(&batch->out, outer);
}

/*
 * An inner checksum that was left to the hardware: we are the hardware. Where it begins
 * and goes may be the word of a virtual machine: before the packet or past its end are
 * refused.
 */
static int cv_seal_checksum(const struct sk_buff *skb, u8 *packet)
{
	int start = skb_checksum_start_offset(skb);
	__wsum sum;

	if (unlikely(start < 0 || start + skb->csum_offset + sizeof(__sum16) > skb->len))
		return -EINVAL;
	sum = csum_partial(packet + start, skb->len - start, 0);
	put_unaligned((__force u16)(csum_fold(sum) ?: CSUM_MANGLED_0),
		      (u16 *)(packet + start + skb->csum_offset));
	return 0;
}

/* The packet at the cursor, as it is to be sealed, or an error when it cannot be read. */
static int cv_seal_copy(const struct cv_seal_cursor *cursor, u8 *packet)
{
	struct sk_buff *skb = skb_peek(&cursor->batch->in);
	const struct cv_batch_cb *cb = cv_batch_cb(skb);

	if (cb->tx.header_bytes) {
		cv_segment_write(skb, cb->tx.header_bytes, cb->tx.first + cursor->index, packet);
		return 0;
	}
	if (unlikely(skb_copy_bits(skb, 0, packet, skb->len)))
		return -EFAULT;
	if (skb->ip_summed == CHECKSUM_PARTIAL)
		return cv_seal_checksum(skb, packet);
	return 0;
}

/**
 * cv_seal_write() - the packet at the cursor to one message
 * @cursor: which
 * @message: where; with room before and behind it as the AEAD needs it
 * @payload_bytes: size of the message
 * @outer: counts it
 *
 * Return: 0, or an error when the packet cannot be read.
 */
static int cv_seal_write(const struct cv_seal_cursor *cursor, u8 *message,
			 unsigned int payload_bytes, struct sk_buff *outer)
{
	const struct cv_session *session = cursor->batch->session;
	struct sk_buff *skb = skb_peek(&cursor->batch->in);
	unsigned int inner_bytes = cv_seal_inner_bytes(skb, cursor->index);
	struct cv_wire_data *header = (struct cv_wire_data *)message;
	unsigned int padded = payload_bytes - CV_WIRE_DATA_OVERHEAD_BYTES;
	struct cv_batch_cb *cb = cv_batch_cb(outer);
	u8 *sealed = message + sizeof(*header);
	u8 *packet = cv_scratch_packet(padded) ?: sealed;
	int err;

	err = cv_seal_copy(cursor, packet);
	if (unlikely(err))
		return err;
	memset(packet + inner_bytes, 0, padded - inner_bytes);
	put_unaligned_le32(CV_WIRE_DATA, &header->type);
	put_unaligned((__force u32)session->remote_index, (__force u32 *)&header->receiver);
	put_unaligned_le64(cursor->counter, &header->counter);
	cv_aead_seal(sealed, packet, padded, cursor->counter, session->send_key);

	cb->bytes += inner_bytes;
	cb->packets += !!inner_bytes;
	cb->depth = max(cb->depth, cv_batch_cb(skb)->depth);
	return 0;
}

static struct sk_buff *cv_seal_alloc_outer(unsigned int linear_bytes)
{
	struct sk_buff *outer;

	BUILD_BUG_ON(CV_XMIT_HEADROOM_BYTES < CV_SEAL_GAP_BYTES);
	outer = alloc_skb(CV_XMIT_HEADROOM_BYTES + linear_bytes, GFP_ATOMIC | __GFP_NOWARN);
	if (unlikely(!outer))
		return NULL;
	skb_reserve(outer, CV_XMIT_HEADROOM_BYTES);
	memset(cv_batch_cb(outer), 0, sizeof(struct cv_batch_cb));
	return outer;
}

/* The packet at the cursor becomes an ordinary UDP payload. */
static void cv_seal_lone(struct cv_seal_cursor *cursor)
{
	struct sk_buff *skb = skb_peek(&cursor->batch->in);
	unsigned int bytes = cv_seal_payload_bytes(skb, cursor->index);
	const struct cv_seal_run run = {
		.hash = cv_batch_cb(skb)->tx.hash,
		.ds = cv_batch_cb(skb)->tx.ds,
		.priority = skb->priority,
	};
	struct sk_buff *outer;

	if (unlikely(bytes > CV_SEAL_MAX_LONE_BYTES)) {
		cv_seal_drop(cursor, CV_DROP_TX_TOO_LONG);
		return;
	}
	outer = cv_seal_alloc_outer(bytes + CV_AEAD_BEHIND_BYTES);
	if (unlikely(!outer)) {
		cv_seal_drop(cursor, CV_DROP_TX_NO_MEMORY);
		return;
	}
	if (unlikely(cv_seal_write(cursor, skb_put(outer, bytes), bytes, outer))) {
		kfree_skb(outer);
		cv_seal_drop(cursor, CV_DROP_TX_SEGMENT);
		return;
	}
	cv_seal_advance(cursor, outer);
	cv_seal_finish_outer(cursor->batch, outer, &run);
}

/*
 * Room for one message in the CPU's page chunk, added to an outer packet's
 * fragments. A fragment grows as long as its chunk lasts.
 */
static u8 *cv_seal_room(struct sk_buff *outer, unsigned int bytes)
{
	const unsigned int around = CV_SEAL_GAP_BYTES + CV_AEAD_BEHIND_BYTES;
	struct page_frag *chunk = this_cpu_ptr(&cv_seal_chunk);
	int i = skb_shinfo(outer)->nr_frags;
	u8 *room;

	if (!cv_scratch_refill(chunk, bytes + around))
		return NULL;
	if (skb_can_coalesce(outer, i, chunk->page, chunk->offset)) {
		skb_frag_size_add(&skb_shinfo(outer)->frags[i - 1], bytes);
	} else {
		if (i == MAX_SKB_FRAGS)
			return NULL;
		chunk->offset += CV_SEAL_GAP_BYTES;
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
 * the middle, what there is leaves as it is and the rest is tried one by one.
 */
static void cv_seal_super(struct cv_seal_cursor *cursor, const struct cv_seal_run *run)
{
	struct sk_buff *outer = cv_seal_alloc_outer(0);
	struct cv_batch *batch = cursor->batch;
	unsigned int i;

	for (i = 0; outer && i < run->count; i++) {
		struct sk_buff *skb = skb_peek(&batch->in);
		unsigned int bytes = cv_seal_payload_bytes(skb, cursor->index);
		u8 *room = cv_seal_room(outer, bytes);

		if (unlikely(!room))
			break;
		if (unlikely(cv_seal_write(cursor, room, bytes, outer))) {
			/* Its room leaves as noise that no peer accepts: sizes stay equal. */
			memset(room, 0, bytes);
			cv_seal_drop(cursor, CV_DROP_TX_SEGMENT);
			continue;
		}
		cv_seal_advance(cursor, outer);
	}
	if (outer && i) {
		cv_seal_mark_gso(outer, run->segment_bytes);
		cv_seal_finish_outer(batch, outer, run);
	} else {
		kfree_skb(outer);
	}
	for (; i < run->count; i++)
		cv_seal_lone(cursor);
}
