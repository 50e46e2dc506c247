// SPDX-License-Identifier: GPL-2.0
/*
 * Opening: the datagrams of a batch are authenticated, decrypted and checked for
 * replay, each by itself, into memory of our own; TCP segments that follow one another
 * straight into one super-packet (merge.c). Called by worker.c; rx.c hands up what comes
 * out.
 */
#include <crypto/chacha20poly1305.h>
#include <linux/skbuff.h>
#include <linux/unaligned.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "aead.h"
#include "batch.h"
#include "merge.h"
#include "open.h"
#include "scratch.h"
#include "../core/device.h"
#include "../handshake/session.h"

/**
 * struct cv_open_datagram - one of them
 */
struct cv_open_datagram {
	/** @skb: holds it */
	const struct sk_buff *skb;
	/** @offset: where it begins */
	unsigned int offset;
	/** @wire_bytes: its size */
	unsigned int wire_bytes;
	/** @bytes: size of the inner packet, padding and all */
	unsigned int bytes;
	/** @ds: DS field of the outer packet */
	u8 ds;
};

static void cv_open_datagrams(struct cv_batch *batch, struct sk_buff *skb,
			      struct cv_merge *merge);
static bool cv_open_one(struct cv_batch *batch, const struct cv_open_datagram *datagram,
			struct cv_merge *merge);

/**
 * cv_open_batch() - open all datagrams of a batch
 * @batch: running; its @in keep their headers, for the endpoint; @out gets the
 *         inner packets, keepalives (of no length) included
 *
 * Context: BH off.
 */
void cv_open_batch(struct cv_batch *batch)
{
	struct cv_merge merge;
	struct sk_buff *skb;

	merge.head = NULL;
	skb_queue_walk(&batch->in, skb)
		cv_open_datagrams(batch, skb, &merge);
	cv_merge_finish(&merge);
}

static u8 cv_open_ds(const struct sk_buff *skb)
{
	if (ip_hdr(skb)->version == 4)
		return ip_hdr(skb)->tos;
	return ipv6_get_dsfield(ipv6_hdr(skb));
}

static void cv_open_datagrams(struct cv_batch *batch, struct sk_buff *skb,
			      struct cv_merge *merge)
{
	struct cv_batch_cb *cb = cv_batch_cb(skb);
	unsigned int end = cb->rx.offset + cb->bytes;
	struct cv_open_datagram datagram = { .skb = skb, .ds = cv_open_ds(skb) };
	unsigned int offset;

	for (offset = cb->rx.offset; offset < end; offset += cb->rx.stride) {
		datagram.offset = offset;
		datagram.wire_bytes = min(cb->rx.stride, end - offset);
		datagram.bytes = datagram.wire_bytes - CV_WIRE_DATA_OVERHEAD_BYTES;
		if (cv_open_one(batch, &datagram, merge))
			cb->rx.authentic = true;
	}
}

/*
 * Authenticate and decrypt a datagram to @to, which has CV_AEAD_BEFORE_BYTES before it
 * and, if the packet is too large for the CPU's scratch, room for its tag behind it.
 */
static bool cv_open_to(struct cv_batch *batch, const struct cv_open_datagram *datagram, u8 *to)
{
	const unsigned int header = offsetof(struct cv_wire_data, counter);
	struct cv_session *session = batch->session;
	struct cv_device *dev = session->peer->dev;
	u8 *from = cv_scratch_packet(datagram->bytes) ?: to;
	bool authentic;
	u64 counter;

	/* The counter in front comes along; the AEAD overwrites it. */
	if (unlikely(skb_copy_bits(datagram->skb, datagram->offset + header,
				   from - sizeof(counter), datagram->wire_bytes - header))) {
		cv_drop_count(dev, CV_DROP_RX_SHORT);
		return false;
	}
	counter = get_unaligned_le64(from - sizeof(counter));
	if (likely(from != to))
		authentic = cv_aead_open(to, from, datagram->bytes, counter, session->receive_key);
	else
		authentic = chacha20poly1305_decrypt(to, to, datagram->bytes + CV_WIRE_TAG_BYTES,
						     NULL, 0, counter, session->receive_key);
	if (unlikely(!authentic)) {
		cv_drop_count(dev, CV_DROP_RX_TAG);
		return false;
	}
	if (unlikely(!cv_replay_accept(&session->replay, counter))) {
		cv_drop_count(dev, CV_DROP_RX_REPLAY);
		cv_drop_charge(session->peer, CV_DROP_RX_REPLAY, 1);
		return false;
	}
	return true;
}

static struct sk_buff *cv_open_alloc(struct cv_batch *batch, unsigned int bytes)
{
	struct sk_buff *inner = netdev_alloc_skb(NULL, CV_AEAD_BEFORE_BYTES + bytes);

	if (unlikely(!inner)) {
		cv_drop_count(batch->session->peer->dev, CV_DROP_RX_NO_MEMORY);
		cv_drop_charge(batch->session->peer, CV_DROP_RX_NO_MEMORY, 1);
		return NULL;
	}
	skb_reserve(inner, CV_AEAD_BEFORE_BYTES);
	return inner;
}

/* An opened packet is the next; perhaps others will follow it. */
static void cv_open_push(struct cv_batch *batch, struct sk_buff *inner,
			 const struct cv_open_datagram *datagram, struct cv_merge *merge)
{
	cv_merge_finish(merge);
	cv_batch_cb(inner)->opened.ds = datagram->ds;
	__skb_queue_tail(&batch->out, inner);
	if (likely(!netif_elide_gro(batch->session->peer->dev->netdev)))
		cv_merge_start(merge, inner, datagram->ds);
}

/*
 * Where a packet could follow the last one, it has been opened; if it does not, it
 * moves to a packet of its own.
 */
static void cv_open_follow(struct cv_batch *batch, const struct cv_open_datagram *datagram,
			   struct cv_merge *merge, u8 *packet)
{
	struct sk_buff *inner;

	if (likely(cv_merge_append(merge, packet, datagram->bytes)))
		return;
	inner = cv_open_alloc(batch, datagram->bytes);
	if (likely(inner))
		skb_put_data(inner, packet, datagram->bytes);
	cv_merge_restore(merge, packet);
	if (likely(inner))
		cv_open_push(batch, inner, datagram, merge);
}

/*
 * One datagram to one packet, or to a part of the last. rx.c has checked that it is a
 * data message of at least 32 bytes for this session. False: it was not authentic, or
 * not new, or lost.
 */
static bool cv_open_one(struct cv_batch *batch, const struct cv_open_datagram *datagram,
			struct cv_merge *merge)
{
	u8 *packet = NULL;
	struct sk_buff *inner;

	if (likely(cv_scratch_packet(datagram->bytes)))
		packet = cv_merge_room(merge, datagram->bytes, datagram->ds);
	if (packet) {
		if (unlikely(!cv_open_to(batch, datagram, packet))) {
			cv_merge_restore(merge, packet);
			return false;
		}
		batch->wire_bytes += datagram->wire_bytes;
		cv_open_follow(batch, datagram, merge, packet);
		return true;
	}
	inner = cv_open_alloc(batch, datagram->bytes + CV_WIRE_TAG_BYTES);
	if (unlikely(!inner))
		return false;
	if (unlikely(!cv_open_to(batch, datagram, inner->data))) {
		kfree_skb(inner);
		return false;
	}
	batch->wire_bytes += datagram->wire_bytes;
	skb_put(inner, datagram->bytes);
	cv_open_push(batch, inner, datagram, merge);
	return true;
}
