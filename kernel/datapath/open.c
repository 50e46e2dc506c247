// SPDX-License-Identifier: GPL-2.0
/*
 * Opening: the datagrams of a batch are authenticated, decrypted and checked for
 * replay, each by itself, into packets of our own. Called by crypt.c; rx.c hands
 * up what comes out.
 */
#include <crypto/chacha20poly1305.h>
#include <linux/skbuff.h>
#include <linux/unaligned.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "batch.h"
#include "open.h"
#include "../control/device.h"
#include "../handshake/session.h"

static void cv_open_datagrams(struct cv_batch *batch, struct sk_buff *skb);
static bool cv_open_one(struct cv_batch *batch, const struct sk_buff *skb,
			unsigned int offset, unsigned int bytes, u8 ds);

/**
 * cv_open_batch() - open all datagrams of a batch
 * @batch: running; its @in keep their headers, for the endpoint; @out gets the
 *         inner packets, keepalives (of no length) included
 *
 * Context: BH off.
 */
void cv_open_batch(struct cv_batch *batch)
{
	struct sk_buff *skb;

	skb_queue_walk(&batch->in, skb)
		cv_open_datagrams(batch, skb);
}

static u8 cv_open_ds(const struct sk_buff *skb)
{
	if (ip_hdr(skb)->version == 4)
		return ip_hdr(skb)->tos;
	return ipv6_get_dsfield(ipv6_hdr(skb));
}

static void cv_open_datagrams(struct cv_batch *batch, struct sk_buff *skb)
{
	struct cv_batch_cb *cb = cv_batch_cb(skb);
	unsigned int end = cb->rx.offset + cb->rx.bytes;
	unsigned int offset;
	u8 ds = cv_open_ds(skb);

	for (offset = cb->rx.offset; offset < end; offset += cb->rx.stride) {
		unsigned int bytes = min(cb->rx.stride, end - offset);

		if (cv_open_one(batch, skb, offset, bytes, ds))
			cb->rx.authentic = true;
	}
}

/*
 * One datagram to one packet. rx.c has checked that it is a data message of at
 * least 32 bytes for this session.
 */
static bool cv_open_one(struct cv_batch *batch, const struct sk_buff *skb,
			unsigned int offset, unsigned int bytes, u8 ds)
{
	struct cv_session *session = batch->session;
	struct cv_device *dev = session->peer->dev;
	unsigned int sealed = bytes - sizeof(struct cv_wire_data);
	struct sk_buff *inner;
	__le64 wire_counter;
	u64 counter;

	inner = netdev_alloc_skb(NULL, sealed);
	if (unlikely(!inner)) {
		cv_drop_count(dev, CV_DROP_RX_NO_MEMORY);
		return false;
	}
	if (unlikely(skb_copy_bits(skb, offset + offsetof(struct cv_wire_data, counter),
				   &wire_counter, sizeof(wire_counter)) ||
		     skb_copy_bits(skb, offset + sizeof(struct cv_wire_data),
				   skb_put(inner, sealed), sealed))) {
		kfree_skb(inner);
		cv_drop_count(dev, CV_DROP_RX_SHORT);
		return false;
	}
	counter = le64_to_cpu(wire_counter);
	if (unlikely(!chacha20poly1305_decrypt(inner->data, inner->data, sealed, NULL, 0,
					       counter, session->receive_key))) {
		kfree_skb(inner);
		cv_drop_count(dev, CV_DROP_RX_TAG);
		return false;
	}
	if (unlikely(!cv_replay_accept(&session->replay, counter))) {
		kfree_skb(inner);
		cv_drop_count(dev, CV_DROP_RX_REPLAY);
		return false;
	}
	__skb_trim(inner, sealed - CV_WIRE_TAG_BYTES);
	cv_batch_cb(inner)->opened.wire_bytes = bytes;
	cv_batch_cb(inner)->opened.ds = ds;
	__skb_queue_tail(&batch->out, inner);
	return true;
}
