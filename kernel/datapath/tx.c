// SPDX-License-Identifier: GPL-2.0
/*
 * The way out, from the top: ndo_start_xmit finds the peer; its packets, super-packets among
 * them as they are, become batches (place.c), which are sealed (seal.c); in their order they
 * come back to cv_tx_finish(), which sends them.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <net/dst_metadata.h>
#include <net/gso.h>
#include <net/icmp.h>
#include <net/inet_ecn.h>
#include <net/ip_tunnels.h>

#include "batch.h"
#include "flow.h"
#include "place.h"
#include "queue.h"
#include "seal.h"
#include "segment.h"
#include "tx.h"
#include "want.h"
#include "xmit.h"
#include "../core/device.h"
#include "../handshake/session.h"
#include "../handshake/timers.h"
#include "../handshake/todo.h"

/*
 * Tunnels within tunnels: at most so many. Links that are routed into each other in
 * a ring would else make more and larger packets of each one for ever.
 */
#define CV_TX_MAX_DEPTH 4

/* Over so many transmit queues at most are the peers of a link spread; see cv_tx_steer(). */
#define CV_TX_QUEUES 64

/**
 * struct cv_tx_nesting - a batch, or what has waited for a peer, that is being sent on this CPU
 *
 * What comes to cv_tx_xmit() in the same context meanwhile is its packet, or parts of it.
 * On PREEMPT_RT a task may be preempted with BH off, so that several tasks are sending on
 * one CPU and end in any order; elsewhere all of a CPU's entries are nested.
 */
struct cv_tx_nesting {
	/** @outer: one that began earlier on this CPU */
	struct cv_tx_nesting *outer;
	/** @task: that sends it */
	const struct task_struct *task;
	/** @waited: a packet that has waited for a peer and comes again now, NULL: none */
	const struct sk_buff *waited;
	/** @depth: how many tunnels its packet has been through */
	u8 depth;
};

/* The latest first. BH off keeps a task on its CPU; the list is used with preemption off. */
static DEFINE_PER_CPU(struct cv_tx_nesting *, cv_tx_nestings);

static void cv_tx_submit(struct cv_session *session, struct sk_buff_head *packets);
static void cv_tx_stage(struct cv_peer *peer, struct sk_buff_head *packets);
static void cv_tx_finish(struct cv_batch *batch);

static const struct cv_batch_ops cv_tx_ops = {
	.run = cv_seal_batch,
	.finish = cv_tx_finish,
	.sealing = true,
};

static void cv_tx_begin_nesting(struct cv_tx_nesting *nesting)
{
	nesting->task = current;
	nesting->waited = NULL;
	nesting->depth = 0;
	preempt_disable();
	nesting->outer = this_cpu_read(cv_tx_nestings);
	this_cpu_write(cv_tx_nestings, nesting);
	preempt_enable();
}

static void cv_tx_end_nesting(const struct cv_tx_nesting *nesting)
{
	struct cv_tx_nesting **at;

	preempt_disable();
	for (at = this_cpu_ptr(&cv_tx_nestings); *at != nesting; at = &(*at)->outer)
		;
	*at = nesting->outer;
	preempt_enable();
}

/* The latest of this task, borrowed from it; NULL if it is sending nothing. */
static const struct cv_tx_nesting *cv_tx_nesting(void)
{
	const struct cv_tx_nesting *nesting;

	if (likely(!this_cpu_read(cv_tx_nestings)))
		return NULL;
	preempt_disable();
	for (nesting = this_cpu_read(cv_tx_nestings); nesting; nesting = nesting->outer)
		if (nesting->task == current)
			break;
	preempt_enable();
	return nesting;
}

/* How many tunnels a packet that comes to cv_tx_xmit() has been through. */
static u8 cv_tx_depth(void)
{
	const struct cv_tx_nesting *nesting = cv_tx_nesting();

	return nesting ? nesting->depth : 0;
}

/* Whether this packet, and not ICMP about it, has waited for a peer. */
static bool cv_tx_has_waited(const struct sk_buff *skb)
{
	const struct cv_tx_nesting *nesting = cv_tx_nesting();

	return nesting && nesting->waited == skb;
}

static struct cv_peer *cv_tx_find_peer(struct cv_device *dev, const struct sk_buff *skb)
{
	if (skb->protocol == htons(ETH_P_IP))
		return cv_allowedips_find(&dev->allowed_ips, AF_INET, &ip_hdr(skb)->daddr);
	return cv_allowedips_find(&dev->allowed_ips, AF_INET6, &ipv6_hdr(skb)->daddr);
}

/* Tell the sender, as a router would that knows no way to the host. */
static int cv_tx_refuse(struct cv_device *dev, struct sk_buff *skb, enum cv_drop reason, int err)
{
	if (skb->protocol == htons(ETH_P_IP))
		icmp_ndo_send(skb, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0);
	else if (skb->protocol == htons(ETH_P_IPV6))
		icmpv6_ndo_send(skb, ICMPV6_DEST_UNREACH, ICMPV6_ADDR_UNREACH, 0);
	cv_drop_skb(dev, skb, reason, 1);
	return err;
}

/* There is no way for it: it waits once if a program is asked for one, else it is refused. */
static int cv_tx_no_way(struct cv_device *dev, struct sk_buff *skb, enum cv_drop reason, int err)
{
	if (unlikely(READ_ONCE(dev->want))) {
		if (cv_tx_has_waited(skb))
			cv_want_show_source(skb);
		else if (cv_want_hold(dev, skb, cv_tx_depth()))
			return NETDEV_TX_OK;
	}
	return cv_tx_refuse(dev, skb, reason, err);
}

/* The longest inner packet that fits one UDP datagram to the peer. */
static unsigned int cv_tx_limit_bytes(const struct cv_peer *peer)
{
	unsigned int limit_bytes = U16_MAX - sizeof(struct udphdr) - CV_WIRE_DATA_OVERHEAD_BYTES;

	if (cv_path_family(&peer->path) == AF_INET)
		limit_bytes -= sizeof(struct iphdr);
	return limit_bytes;
}

static bool cv_tx_is_too_long(const struct sk_buff *skb, unsigned int limit_bytes)
{
	if (likely(skb->len <= limit_bytes))
		return false;
	return !skb_is_gso(skb) || !skb_gso_validate_network_len(skb, limit_bytes);
}

/*
 * A link of MTU 65535 takes packets that UDP cannot carry. The sender learns the size
 * that can be, as from any tunnel: a local one by its route, one further away by ICMP.
 * Else TCP would send the same segment again until it gives up.
 */
static int cv_tx_too_long(struct cv_device *dev, struct sk_buff *skb, unsigned int limit_bytes)
{
	skb_dst_update_pmtu_no_confirm(skb, limit_bytes);
	if (skb->protocol == htons(ETH_P_IPV6))
		icmpv6_ndo_send(skb, ICMPV6_PKT_TOOBIG, 0, limit_bytes);
	else if (ip_hdr(skb)->frag_off & htons(IP_DF))
		icmp_ndo_send(skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, htonl(limit_bytes));
	cv_drop_skb(dev, skb, CV_DROP_TX_TOO_LONG, 1);
	return -EMSGSIZE;
}

/* The largest packet of a packet's route: what it is padded to must fit there as well. */
static unsigned int cv_tx_mtu(const struct sk_buff *skb)
{
	unsigned int mtu = READ_ONCE(skb->dev->mtu);

	return skb_valid_dst(skb) ? min(mtu, dst_mtu(skb_dst(skb))) : mtu;
}

/* The outer DS field: DSCP 0 unless the device has another, ECN as RFC 3168 has it. */
static u8 cv_tx_ds(const struct sk_buff *skb)
{
	const struct cv_device *dev = netdev_priv(skb->dev);
	u8 dscp = READ_ONCE(dev->dscp);
	u8 ds = dscp << 2;

	if (unlikely(dscp == CV_DEVICE_DSCP_COPY))
		ds = ip_tunnel_get_dsfield(ip_hdr(skb), skb) & ~INET_ECN_MASK;
	return ip_tunnel_ecn_encap(ds, ip_hdr(skb), skb);
}

/*
 * The outer DS field is settled here, while the inner header is at hand. So is the MTU, for
 * the inner route is of no use after that, and its device may go: it is dropped.
 */
static void cv_tx_mark(struct sk_buff *skb, u32 hash, unsigned int header_bytes,
		       unsigned int first, unsigned int packets)
{
	struct cv_batch_cb *cb = cv_batch_cb(skb);

	cb->bytes = skb->len;
	cb->flight_bytes = skb->truesize;
	cb->packets = packets;
	cb->packet_bytes = skb->len;
	cb->depth = cv_tx_depth();
	cb->tx.mtu = cv_tx_mtu(skb);
	cb->tx.ds = cv_tx_ds(skb);
	cb->tx.hash = hash;
	cb->tx.first = first;
	cb->tx.header_bytes = header_bytes;
	if (header_bytes) {
		unsigned int segment_bytes = header_bytes + skb_shinfo(skb)->gso_size;

		cb->bytes = min(packets * segment_bytes, skb->len + packets * header_bytes);
		cb->flight_bytes = packets * SKB_TRUESIZE(segment_bytes);
		cb->packet_bytes = segment_bytes;
	}
	cb->last_bytes = cb->packet_bytes;
	skb_dst_drop(skb);
}

/*
 * A plain super-packet stays whole, or becomes several of equal size if it is more than
 * a batch holds: they share its data, and the last of them is itself, so that its
 * socket waits for all.
 */
static int cv_tx_divide(struct sk_buff *skb, u32 hash, unsigned int header_bytes,
			struct sk_buff_head *packets)
{
	unsigned int count = cv_segment_count(skb, header_bytes);
	unsigned int max_packets = min_t(unsigned int, CV_BATCH_MAX_PACKETS,
					 CV_BATCH_MAX_BYTES / (header_bytes +
							       skb_shinfo(skb)->gso_size));
	unsigned int parts = DIV_ROUND_UP(count, max(max_packets, 1U));
	unsigned int first = 0;

	for (; parts; parts--) {
		unsigned int n = DIV_ROUND_UP(count - first, parts);
		struct sk_buff *part = skb;

		if (parts > 1)
			part = skb_clone(skb, GFP_ATOMIC | __GFP_NOWARN);
		if (unlikely(!part)) {
			__skb_queue_purge(packets);
			return -ENOMEM;
		}
		cv_tx_mark(part, hash, header_bytes, first, n);
		__skb_queue_tail(packets, part);
		first += n;
	}
	return 0;
}

/* Odd super-packets are split by the stack; their checksums are left to seal.c. */
static int cv_tx_segment(struct cv_device *dev, struct sk_buff *skb, u32 hash,
			 struct sk_buff_head *packets)
{
	struct sk_buff *segment, *next;

	if (skb_is_gso(skb)) {
		struct sk_buff *segments = skb_gso_segment(skb, NETIF_F_SG | NETIF_F_HW_CSUM);

		if (IS_ERR(segments))
			return PTR_ERR(segments);
		if (segments) {
			consume_skb(skb);
			skb = segments;
		}
		cv_drop_count_odd(dev);
	}
	skb_list_walk_safe(skb, segment, next) {
		skb_mark_not_on_list(segment);
		cv_tx_mark(segment, hash, 0, 0, 1);
		__skb_queue_tail(packets, segment);
	}
	return 0;
}

/* A packet becomes what batches are made of. On failure it is still the caller's. */
static int cv_tx_split(struct cv_device *dev, struct sk_buff *skb, struct sk_buff_head *packets)
{
	unsigned int header_bytes = skb_is_gso(skb) ? cv_segment_header_bytes(skb) : 0;
	u32 hash = cv_flow_hash(skb);

	__skb_queue_head_init(packets);
	/* What waits or is sent from here on must not keep its connection tracked. */
	nf_reset_ct(skb);
	skb_ext_reset(skb);
	if (likely(header_bytes))
		return cv_tx_divide(skb, hash, header_bytes, packets);
	return cv_tx_segment(dev, skb, hash, packets);
}

/* How many packets there are, segments counted singly. */
static unsigned int cv_tx_count(const struct sk_buff_head *packets)
{
	unsigned int count = 0;
	struct sk_buff *skb;

	skb_queue_walk(packets, skb)
		count += cv_batch_cb(skb)->packets;
	return count;
}

static int cv_tx_one(struct cv_device *dev, struct sk_buff *skb)
{
	struct sk_buff_head packets;
	struct cv_session *session;
	unsigned int limit_bytes;
	struct cv_peer *peer;

	/* Checks that the header is there and linear, too. */
	if (unlikely(!pskb_inet_may_pull(skb) ||
		     ip_tunnel_parse_protocol(skb) != skb->protocol || !skb->protocol)) {
		cv_drop_skb(dev, skb, CV_DROP_TX_NOT_IP, 1);
		return -EPROTONOSUPPORT;
	}
	if (unlikely(cv_tx_depth() > CV_TX_MAX_DEPTH)) {
		cv_drop_skb(dev, skb, CV_DROP_TX_LOOP, 1);
		return -ELOOP;
	}
	peer = cv_tx_find_peer(dev, skb);
	if (unlikely(!peer))
		return cv_tx_no_way(dev, skb, CV_DROP_TX_NO_PEER, -ENOKEY);
	if (unlikely(!cv_path_is_known(&peer->path)))
		return cv_tx_no_way(dev, skb, CV_DROP_TX_NO_ENDPOINT, -EDESTADDRREQ);
	limit_bytes = cv_tx_limit_bytes(peer);
	if (unlikely(cv_tx_is_too_long(skb, limit_bytes)))
		return cv_tx_too_long(dev, skb, limit_bytes);
	if (unlikely(cv_tx_split(dev, skb, &packets))) {
		cv_drop_skb(dev, skb, CV_DROP_TX_SEGMENT, 1);
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
 * Context: BH off.
 * Return: NETDEV_TX_OK, or an error that the sender sees:
 * -ENOKEY no peer has the destination in its allowed IPs, -EDESTADDRREQ the peer
 * has no endpoint, -EMSGSIZE longer than UDP can carry, -EPROTONOSUPPORT not an IP
 * packet, -ELOOP it has been through too many tunnels.
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

/* cv_want_ops.leave(): as if it came now, as deep in tunnels as it did then. */
static void cv_tx_leave(struct cv_device *dev, struct sk_buff *skb, u8 depth)
{
	struct cv_tx_nesting nesting;

	cv_tx_begin_nesting(&nesting);
	nesting.depth = depth;
	nesting.waited = skb;
	cv_tx_xmit(skb, dev->netdev);
	cv_tx_end_nesting(&nesting);
}

/* What becomes of packets that have waited. */
const struct cv_want_ops cv_tx_want_ops = {
	.leave = cv_tx_leave,
};

/*
 * A packet that waits must hold neither its socket, which holds the namespace, and that
 * this link, nor memory of the program that sent it with MSG_ZEROCOPY, which holds the
 * socket as well: one whose sender has gone would only end when the handshake is given up.
 */
static void cv_tx_orphan(struct cv_peer *peer, struct sk_buff_head *packets)
{
	struct sk_buff *skb, *next;
	unsigned int count;

	skb_queue_walk_safe(packets, skb, next) {
		if (unlikely(skb_orphan_frags_rx(skb, GFP_ATOMIC | __GFP_NOWARN))) {
			__skb_unlink(skb, packets);
			count = cv_batch_cb(skb)->packets;
			cv_drop_skb(peer->dev, skb, CV_DROP_TX_NO_MEMORY, count);
			cv_drop_charge(peer, CV_DROP_TX_NO_MEMORY, count);
			continue;
		}
		skb_orphan(skb);
	}
}

/* Packets wait for a session: not too many, the oldest goes first. */
static void cv_tx_stage(struct cv_peer *peer, struct sk_buff_head *packets)
{
	struct sk_buff_head dropped;
	struct sk_buff *skb;
	unsigned int count;

	cv_tx_orphan(peer, packets);
	__skb_queue_head_init(&dropped);
	spin_lock_bh(&peer->staged.lock);
	/* A removed peer's queue has been emptied for good. */
	if (likely(cv_peer_is_live(peer)))
		skb_queue_splice_tail_init(packets, &peer->staged);
	count = cv_tx_count(&peer->staged);
	while (count > CV_WIRE_STAGED_PACKETS) {
		skb = __skb_dequeue(&peer->staged);
		count -= cv_batch_cb(skb)->packets;
		__skb_queue_tail(&dropped, skb);
	}
	spin_unlock_bh(&peer->staged.lock);

	cv_drop_queue(peer->dev, &dropped, CV_DROP_TX_STAGE_FULL, cv_tx_count(&dropped));
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
		cv_todo_request(peer, CV_TODO_INITIATE);
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
			cv_batch_cb(skb)->packets = 1;
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
		count += skb->len ? cv_batch_cb(skb)->packets : 0;
	cv_drop_queue(peer->dev, &packets, reason, count);
}

/* Packets of one peer become batches under a session; what is too much is dropped. */
static void cv_tx_submit(struct cv_session *session, struct sk_buff_head *packets)
{
	int err = cv_place_packets(session, &cv_tx_ops, packets);
	enum cv_drop reason;
	unsigned int count;

	if (likely(!err))
		return;
	reason = err == -ENOMEM ? CV_DROP_TX_NO_MEMORY : CV_DROP_TX_BUSY;
	count = cv_tx_count(packets);
	cv_drop_queue(session->peer->dev, packets, reason, count);
	cv_drop_charge(session->peer, reason, count);
}

/* What the batch did to counters and timers, once for all of its packets. */
static void cv_tx_account(struct cv_session *session, unsigned int packets, unsigned int bytes)
{
	struct cv_peer *peer = session->peer;

	if (packets && !peer->dev->counts_messages) {
		dev_sw_netstats_tx_add(peer->dev->netdev, packets, bytes);
		atomic64_add(packets, &peer->tx_packets);
	}
	cv_timers_event(peer, packets ? CV_EVENT_DATA_SENT : CV_EVENT_KEEPALIVE_SENT);
	if (unlikely(cv_session_wants_renewal(session, true)))
		cv_todo_request(peer, CV_TODO_INITIATE);
}

/*
 * The outer packet gets the hash of the inner flow, so that fair queueing below sees flows.
 *
 * And it gets one transmit queue per peer, for any sending CPU: else messages in a short
 * queue would overtake those in a long one. With XPS the queue follows sender_cpu; without,
 * a recorded receive queue comes before the hash, see netdev_pick_tx().
 */
static void cv_tx_steer(struct sk_buff *skb, const struct cv_peer *peer)
{
	cv_compat_set_sender_cpu(skb, reciprocal_scale(peer->id, nr_cpu_ids));
	skb_record_rx_queue(skb, peer->id % CV_TX_QUEUES);
	if (cv_batch_cb(skb)->tx.hash)
		skb_set_hash(skb, cv_batch_cb(skb)->tx.hash, PKT_HASH_TYPE_L4);
}

/*
 * Nothing can be sent by the way in use: no timer tells, since none counts what was not sent.
 * Where there are others they are tried at once; unless another way would not help.
 */
static void cv_tx_look_for_way(struct cv_peer *peer, int err)
{
	if (err != -EMSGSIZE && err != -ENETDOWN && err != -ENOMEM && err != -ENOBUFS &&
	    cv_path_has_candidates(&peer->path))
		cv_todo_request(peer, CV_TODO_WAY_LOST);
}

/* cv_batch_ops.finish(): a sealed batch, which has left its order, is sent and freed. */
static void cv_tx_finish(struct cv_batch *batch)
{
	struct cv_session *session = batch->session;
	struct cv_peer *peer = session->peer;
	unsigned int packets = 0, bytes = 0;
	struct cv_tx_nesting nesting;
	struct cv_endpoint endpoint;
	struct cv_xmit xmit = { .dev = peer->dev, .peer = peer, .endpoint = &endpoint };
	struct sk_buff *skb;
	bool live = cv_session_is_live(session);
	bool sent = false;

	cv_path_read_endpoint(&peer->path, &endpoint);
	cv_tx_begin_nesting(&nesting);
	while ((skb = __skb_dequeue(&batch->out))) {
		struct cv_batch_cb cb = *cv_batch_cb(skb);
		int err;

		/* Keys that were given up meanwhile must not be seen on the wire. */
		if (unlikely(!live)) {
			cv_drop_skb(peer->dev, skb, CV_DROP_TX_STALE, cb.packets);
			continue;
		}
		cv_tx_steer(skb, peer);
		nesting.depth = cb.depth + 1;
		xmit.ds = cb.tx.ds;
		err = cv_xmit_payload(&xmit, skb);
		if (unlikely(err)) {
			cv_drop_add(peer->dev, cv_xmit_drop_reason(err), cb.packets);
			cv_tx_look_for_way(peer, err);
			continue;
		}
		sent = true;
		packets += cb.packets;
		bytes += cb.bytes;
	}
	cv_tx_end_nesting(&nesting);
	if (likely(sent))
		cv_tx_account(session, packets, bytes);
	atomic_sub(batch->flight_bytes, &peer->dev->tx_flight_bytes);
	cv_queue_completed(peer->dev, batch->limited_bytes);
	cv_batch_free(batch);
}
