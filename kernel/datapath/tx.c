// SPDX-License-Identifier: GPL-2.0
/*
 * The way out, from the top: ndo_start_xmit finds the peer, splits super-packets
 * and makes batches; crypt.c has them sealed; in their order they come back to
 * cv_tx_finish(), which sends them.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/netdevice.h>
#include <net/gso.h>
#include <net/icmp.h>
#include <net/inet_ecn.h>
#include <net/ip_tunnels.h>

#include "batch.h"
#include "crypt.h"
#include "socket.h"
#include "tx.h"
#include "../control/device.h"
#include "../handshake/session.h"
#include "../handshake/timers.h"

/* A batch of at most this many packets is sealed where it arises, if the peer is idle. */
#define CV_TX_INLINE_PACKETS 2

/*
 * Tunnels within tunnels: at most so many. Links that are routed into each other in
 * a ring would else make more and larger packets of each one for ever.
 */
#define CV_TX_MAX_DEPTH 4

/*
 * How many tunnels the packet that is being sent on this CPU has been through: what
 * comes to cv_tx_xmit() meanwhile is that packet, or parts of it. Used with BH off.
 */
static DEFINE_PER_CPU(u8, cv_tx_depth);

static void cv_tx_submit(struct cv_session *session, struct sk_buff_head *packets);
static void cv_tx_stage(struct cv_peer *peer, struct sk_buff_head *packets);

static struct cv_peer *cv_tx_find_peer(struct cv_device *dev, const struct sk_buff *skb)
{
	if (skb->protocol == htons(ETH_P_IP))
		return cv_allowedips_find(&dev->allowed_ips, AF_INET, &ip_hdr(skb)->daddr);
	return cv_allowedips_find(&dev->allowed_ips, AF_INET6, &ipv6_hdr(skb)->daddr);
}

/* Tell the sender, as a router would that knows no way to the host. */
static int cv_tx_refuse(struct cv_device *dev, struct sk_buff *skb, enum cv_drop reason, int err)
{
	cv_drop_count(dev, reason);
	if (skb->protocol == htons(ETH_P_IP))
		icmp_ndo_send(skb, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0);
	else if (skb->protocol == htons(ETH_P_IPV6))
		icmpv6_ndo_send(skb, ICMPV6_DEST_UNREACH, ICMPV6_ADDR_UNREACH, 0);
	kfree_skb(skb);
	return err;
}

/*
 * The outer DS field is settled here, while the inner header is at hand: DSCP 0,
 * ECN as RFC 3168 has it. tx.packets tells data from a keepalive.
 */
static void cv_tx_mark(struct sk_buff *skb)
{
	struct cv_batch_cb *cb = cv_batch_cb(skb);

	cb->tx.ds = ip_tunnel_ecn_encap(0, ip_hdr(skb), skb);
	cb->tx.bytes = skb->len;
	cb->tx.packets = 1;
	cb->tx.depth = this_cpu_read(cv_tx_depth);
}

/* A super-packet becomes its segments; anything else is a list of one. */
static int cv_tx_split(struct sk_buff *skb, struct sk_buff_head *packets)
{
	struct sk_buff *segment, *next;

	__skb_queue_head_init(packets);
	if (skb_is_gso(skb)) {
		/* Inner checksums are left to cv_seal_checksum(). */
		struct sk_buff *segments = skb_gso_segment(skb, NETIF_F_SG | NETIF_F_HW_CSUM);

		if (IS_ERR(segments))
			return PTR_ERR(segments);
		if (segments) {
			consume_skb(skb);
			skb = segments;
		}
	}
	skb_list_walk_safe(skb, segment, next) {
		skb_mark_not_on_list(segment);
		/* The inner route is of no use any more, and its device may go. */
		skb_dst_drop(segment);
		cv_tx_mark(segment);
		__skb_queue_tail(packets, segment);
	}
	return 0;
}

static int cv_tx_one(struct cv_device *dev, struct sk_buff *skb)
{
	struct sk_buff_head packets;
	struct cv_session *session;
	struct cv_peer *peer;

	/* Checks that the header is there and linear, too. */
	if (unlikely(!pskb_inet_may_pull(skb) ||
		     ip_tunnel_parse_protocol(skb) != skb->protocol || !skb->protocol)) {
		cv_drop_count(dev, CV_DROP_TX_NOT_IP);
		kfree_skb(skb);
		return -EPROTONOSUPPORT;
	}
	if (unlikely(this_cpu_read(cv_tx_depth) > CV_TX_MAX_DEPTH)) {
		cv_drop_count(dev, CV_DROP_TX_LOOP);
		kfree_skb(skb);
		return -ELOOP;
	}
	peer = cv_tx_find_peer(dev, skb);
	if (unlikely(!peer))
		return cv_tx_refuse(dev, skb, CV_DROP_TX_NO_PEER, -ENOKEY);
	if (unlikely(!READ_ONCE(peer->endpoint.remote.any.sa_family)))
		return cv_tx_refuse(dev, skb, CV_DROP_TX_NO_ENDPOINT, -EDESTADDRREQ);
	if (unlikely(cv_tx_split(skb, &packets))) {
		cv_drop_count(dev, CV_DROP_TX_SEGMENT);
		kfree_skb(skb);
		return NETDEV_TX_OK;
	}
	session = skb_queue_empty_lockless(&peer->staged) ? cv_session_get_sending(peer) : NULL;
	if (likely(session)) {
		cv_tx_submit(session, &packets);
		cv_session_put(session);
	} else {
		cv_tx_stage(peer, &packets);
		cv_tx_send_staged(peer);
	}
	return NETDEV_TX_OK;
}

/**
 * cv_tx_xmit() - ndo_start_xmit: an inner packet is to leave
 * @skb: the packet, possibly GSO; consumed
 * @netdev: the link
 *
 * Context: BH off. Return: NETDEV_TX_OK, or an error that the sender sees:
 * -ENOKEY no peer has the destination in its allowed IPs, -EDESTADDRREQ the peer
 * has no endpoint, -EPROTONOSUPPORT not an IP packet, -ELOOP it has been through too
 * many tunnels.
 */
netdev_tx_t cv_tx_xmit(struct sk_buff *skb, struct net_device *netdev)
{
	int ret;

	/* The peer is borrowed all along. */
	rcu_read_lock();
	ret = cv_tx_one(netdev_priv(netdev), skb);
	rcu_read_unlock();
	return (netdev_tx_t)ret;
}

/* Packets wait for a session: not too many, the oldest goes first. */
static void cv_tx_stage(struct cv_peer *peer, struct sk_buff_head *packets)
{
	struct sk_buff_head dropped;
	struct sk_buff *skb;
	unsigned int count;

	/*
	 * A packet that waits must not hold its socket: that holds the namespace, and
	 * the namespace this link. One that is left by everybody would only end when
	 * the handshake is given up.
	 */
	skb_queue_walk(packets, skb)
		skb_orphan(skb);
	__skb_queue_head_init(&dropped);
	spin_lock_bh(&peer->staged.lock);
	/* A removed peer's queue has been emptied for good. */
	if (likely(!READ_ONCE(peer->dead)))
		skb_queue_splice_tail_init(packets, &peer->staged);
	while (skb_queue_len(&peer->staged) > CV_WIRE_STAGED_PACKETS)
		__skb_queue_tail(&dropped, __skb_dequeue(&peer->staged));
	spin_unlock_bh(&peer->staged.lock);

	count = skb_queue_len(&dropped);
	if (unlikely(count))
		cv_drop_add(peer->dev, CV_DROP_TX_STAGE_FULL, count);
	__skb_queue_purge(&dropped);
	__skb_queue_purge(packets);
}

/**
 * cv_tx_send_staged() - send what waits for a session, or see that there is one
 * @peer: borrowed or referenced
 *
 * Context: any but hard interrupts.
 */
void cv_tx_send_staged(struct cv_peer *peer)
{
	struct cv_session *session = cv_session_get_sending(peer);
	struct sk_buff_head packets;

	if (!session) {
		cv_timers_request(peer, CV_TODO_INITIATE);
		return;
	}
	__skb_queue_head_init(&packets);
	spin_lock_bh(&peer->staged.lock);
	skb_queue_splice_init(&peer->staged, &packets);
	spin_unlock_bh(&peer->staged.lock);

	local_bh_disable();
	cv_tx_submit(session, &packets);
	local_bh_enable();
	cv_session_put(session);
}

/**
 * cv_tx_send_keepalive() - send what is staged, or an empty packet if nothing is
 * @peer: borrowed or referenced
 *
 * Without a session this asks for one. Context: any but hard interrupts.
 */
void cv_tx_send_keepalive(struct cv_peer *peer)
{
	struct sk_buff *skb;

	if (skb_queue_empty_lockless(&peer->staged)) {
		skb = alloc_skb(0, GFP_ATOMIC | __GFP_NOWARN);
		if (likely(skb)) {
			struct sk_buff_head packets;

			memset(cv_batch_cb(skb), 0, sizeof(struct cv_batch_cb));
			__skb_queue_head_init(&packets);
			__skb_queue_tail(&packets, skb);
			cv_tx_stage(peer, &packets);
		}
	}
	cv_tx_send_staged(peer);
}

/**
 * cv_tx_drop_staged() - give up on the packets that wait for a session
 * @peer: borrowed or referenced
 * @reason: counted for each of them
 *
 * Context: any but hard interrupts.
 */
void cv_tx_drop_staged(struct cv_peer *peer, enum cv_drop reason)
{
	struct sk_buff_head packets;
	struct sk_buff *skb;
	unsigned int count = 0;

	__skb_queue_head_init(&packets);
	spin_lock_bh(&peer->staged.lock);
	skb_queue_splice_init(&peer->staged, &packets);
	spin_unlock_bh(&peer->staged.lock);

	skb_queue_walk(&packets, skb)
		count += !!skb->len;
	if (count)
		cv_drop_add(peer->dev, reason, count);
	__skb_queue_purge(&packets);
}

/* Memory in flight through the crypto is bounded: past that, the tail is dropped. */
static bool cv_tx_admit(struct cv_device *dev, const struct sk_buff *skb)
{
	return atomic_read(&dev->tx_flight_bytes) + (int)skb->truesize <= CV_BATCH_FLIGHT_BYTES;
}

static bool cv_tx_fits(const struct cv_batch *batch, const struct sk_buff *skb)
{
	return batch->packets < CV_BATCH_MAX_PACKETS &&
	       (!batch->packets || batch->bytes + skb->len <= CV_BATCH_MAX_BYTES);
}

/* Move packets to a batch while they fit; under its order's lock once it is queued. */
static void cv_tx_fill(struct cv_batch *batch, struct sk_buff_head *packets)
{
	struct cv_session *session = batch->session;
	struct cv_device *dev = session->peer->dev;
	unsigned int flight_bytes = 0;
	struct sk_buff *skb;

	lockdep_assert_held(&batch->order->lock);
	while ((skb = skb_peek(packets)) && cv_tx_fits(batch, skb)) {
		__skb_unlink(skb, packets);
		__skb_queue_tail(&batch->in, skb);
		batch->packets++;
		batch->bytes += skb->len;
		flight_bytes += skb->truesize;
		session->send_counter++;
	}
	batch->flight_bytes += flight_bytes;
	atomic_add(flight_bytes, &dev->tx_flight_bytes);
}

/*
 * Whether the youngest batch of the queue can take more packets of a session: a
 * batch that waits for a worker grows, so that under load neighbours are sealed,
 * routed and sent together. Its nonces go on without a gap because it is the
 * last that took any.
 */
static struct cv_batch *cv_tx_growing(struct cv_order *order, const struct cv_session *session)
{
	struct cv_batch *tail;

	lockdep_assert_held(&order->lock);
	if (list_empty(&order->batches))
		return NULL;
	tail = list_last_entry(&order->batches, struct cv_batch, order_link);
	if (tail->state != CV_BATCH_WAITING || tail->session != session)
		return NULL;
	return tail;
}

/**
 * cv_tx_place() - one batch joins its queue, and it is settled where it is sealed
 * @batch: new and empty
 * @packets: some of them are taken
 *
 * A peer with nothing in flight and little to send is idle: sealing right here
 * saves a wake-up, which is most of a lone packet's time. Otherwise crypto
 * workers take turns.
 *
 * Return: true when the caller is to seal it now.
 */
static bool cv_tx_place(struct cv_batch *batch, struct sk_buff_head *packets)
{
	struct cv_order *order = batch->order;
	bool here;

	spin_lock(&order->lock);
	/* Never one tunnel inside another, or the stack would have to hold them all. */
	here = list_empty(&order->batches) && skb_queue_len(packets) <= CV_TX_INLINE_PACKETS &&
	       !cv_batch_cb(skb_peek(packets))->tx.depth;
	batch->counter = batch->session->send_counter;
	cv_tx_fill(batch, packets);
	if (here)
		batch->state = CV_BATCH_RUNNING;
	list_add_tail(&batch->order_link, &order->batches);
	spin_unlock(&order->lock);
	return here;
}

static bool cv_tx_append(struct cv_session *session, struct sk_buff_head *packets)
{
	struct cv_order *order = &session->peer->tx;
	struct cv_batch *tail;

	spin_lock(&order->lock);
	tail = cv_tx_growing(order, session);
	if (tail)
		cv_tx_fill(tail, packets);
	spin_unlock(&order->lock);
	return skb_queue_empty(packets);
}

/* Packets of one peer become batches under a session. */
static void cv_tx_submit(struct cv_session *session, struct sk_buff_head *packets)
{
	struct cv_device *dev = session->peer->dev;
	enum cv_drop reason = CV_DROP_TX_BUSY;

	lockdep_assert_in_softirq();
	while (!skb_queue_empty(packets) && cv_tx_admit(dev, skb_peek(packets))) {
		struct cv_batch *batch;

		if (cv_tx_append(session, packets))
			return;
		batch = cv_batch_create(session, true);
		if (unlikely(!batch)) {
			reason = CV_DROP_TX_NO_MEMORY;
			break;
		}
		refcount_inc(&session->refs);
		if (cv_tx_place(batch, packets))
			cv_crypt_run(batch);
		else
			cv_crypt_queue(batch);
	}
	if (unlikely(!skb_queue_empty(packets))) {
		cv_drop_add(dev, reason, skb_queue_len(packets));
		__skb_queue_purge(packets);
	}
}

/* What the batch did to counters and timers, once for all of its packets. */
static void cv_tx_account(struct cv_session *session, unsigned int packets, unsigned int bytes)
{
	struct cv_peer *peer = session->peer;

	if (packets)
		dev_sw_netstats_tx_add(peer->dev->netdev, packets, bytes);
	cv_timers_event(peer, packets ? CV_EVENT_DATA_SENT : CV_EVENT_KEEPALIVE_SENT);
	if (unlikely(cv_session_wants_renewal(session, true)))
		cv_timers_request(peer, CV_TODO_INITIATE);
}

/**
 * cv_tx_finish() - send a sealed batch
 * @batch: the head of its order, which it has left; freed
 *
 * Context: BH off, no lock held.
 */
void cv_tx_finish(struct cv_batch *batch)
{
	struct cv_session *session = batch->session;
	struct cv_peer *peer = session->peer;
	unsigned int packets = 0, bytes = 0;
	struct cv_endpoint endpoint;
	struct sk_buff *skb;
	bool sent = false;

	cv_socket_read_endpoint(peer, &endpoint);
	while ((skb = __skb_dequeue(&batch->out))) {
		struct cv_batch_cb cb = *cv_batch_cb(skb);
		u8 depth;
		int err;

		/* Keys that were given up meanwhile must not be seen on the wire. */
		if (unlikely(READ_ONCE(session->dead))) {
			kfree_skb(skb);
			cv_drop_add(peer->dev, CV_DROP_TX_STALE, cb.tx.packets);
			continue;
		}
		depth = this_cpu_read(cv_tx_depth);
		this_cpu_write(cv_tx_depth, cb.tx.depth + 1);
		err = cv_socket_send(peer->dev, &endpoint, peer, skb, cb.tx.ds);
		this_cpu_write(cv_tx_depth, depth);
		if (unlikely(err)) {
			cv_drop_add(peer->dev, cv_socket_drop_reason(err), cb.tx.packets);
			continue;
		}
		sent = true;
		packets += cb.tx.packets;
		bytes += cb.tx.bytes;
	}
	if (likely(sent))
		cv_tx_account(session, packets, bytes);
	atomic_sub(batch->flight_bytes, &peer->dev->tx_flight_bytes);
	cv_batch_free(batch);
}
