// SPDX-License-Identifier: GPL-2.0
/*
 * The way in, from the top: the UDP socket (or the receive hook's super-packet)
 * hands over datagrams, which are told apart one by one; data goes in batches
 * (place.c) to be opened (open.c); in their order they come back to cv_rx_finish(),
 * which checks what was inside and hands it up.
 */
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <linux/unaligned.h>
#include <net/inet_ecn.h>
#include <net/ip_tunnels.h>
#include <net/ipv6.h>

#include "batch.h"
#include "lane.h"
#include "open.h"
#include "place.h"
#include "rx.h"
#include "socket.h"
#include "tx.h"
#include "../core/device.h"
#include "../events/notify.h"
#include "../handshake/inbox.h"
#include "../handshake/session.h"
#include "../handshake/timers.h"
#include "../handshake/todo.h"

/* Datagrams in one super-packet; GRO stops at 64, virtual links at 128. */
#define CV_RX_MAX_DATAGRAMS 128

static void cv_rx_walk(struct cv_device *dev, struct sk_buff *skb, unsigned int stride);
static void cv_rx_message(struct cv_device *dev, const struct sk_buff *skb,
			  unsigned int offset, unsigned int bytes);
static struct cv_session *cv_rx_session(struct cv_device *dev, __le32 index);
static void cv_rx_submit(struct cv_session *session, struct sk_buff *skb);
static void cv_rx_finish(struct cv_batch *batch);

static const struct cv_batch_ops cv_rx_ops = {
	.run = cv_open_batch,
	.finish = cv_rx_finish,
	.sealing = false,
};

/**
 * cv_rx_receive() - encap_rcv: a UDP datagram or a super-packet of them came in
 * @socket: where
 * @skb: at its UDP header; consumed
 *
 * Context: softirq, RCU.
 * Return: 0, always consumed.
 */
int cv_rx_receive(struct cv_socket *socket, struct sk_buff *skb)
{
	struct cv_device *dev = socket->dev;
	unsigned int bytes, stride;

	skb = skb_share_check(skb, GFP_ATOMIC);
	if (unlikely(!skb)) {
		cv_drop_count(dev, CV_DROP_RX_NO_MEMORY);
		return 0;
	}
	/* It may wait for longer than the device it came by and the namespace live. */
	skb->dev = NULL;
	skb_dst_drop(skb);
	skb_ext_reset(skb);
	/* The UDP stack has seen to it that its header is there. */
	bytes = skb->len - sizeof(struct udphdr);
	stride = skb_is_gso(skb) ? skb_shinfo(skb)->gso_size : bytes;
	if (unlikely(bytes < sizeof(__le32))) {
		cv_drop_skb(dev, skb, CV_DROP_RX_SHORT, 1);
	} else if (unlikely(stride < sizeof(__le32) || bytes / stride > CV_RX_MAX_DATAGRAMS)) {
		/* No sender of ours makes these: refused whole, at no cost. */
		cv_drop_skb(dev, skb, CV_DROP_RX_SHORT, DIV_ROUND_UP(bytes, max(stride, 1U)));
	} else {
		cv_rx_walk(dev, skb, stride);
	}
	return 0;
}

/*
 * What a datagram is: a data message whose index is returned, or something else
 * that has been dealt with.
 */
static bool cv_rx_is_data(struct cv_device *dev, const struct sk_buff *skb,
			  unsigned int offset, unsigned int bytes, __le32 *index)
{
	u8 buffer[sizeof(struct cv_wire_data)], *header;
	unsigned int have = min_t(unsigned int, bytes, sizeof(buffer));

	/* In a super-packet of odd sizes it lies at any address. */
	header = skb_header_pointer(skb, offset, have, buffer);
	if (unlikely(!header || bytes < sizeof(__le32))) {
		cv_drop_count(dev, CV_DROP_RX_SHORT);
		return false;
	}
	if (unlikely(get_unaligned_le32(header) != CV_WIRE_DATA)) {
		cv_rx_message(dev, skb, offset, bytes);
		return false;
	}
	if (unlikely(bytes < CV_WIRE_DATA_OVERHEAD_BYTES)) {
		cv_drop_count(dev, CV_DROP_RX_SHORT);
		return false;
	}
	*index = cpu_to_le32(get_unaligned_le32(header +
						offsetof(struct cv_wire_data, receiver)));
	return true;
}

/* What place.c and open.c are to know of a run of data messages. */
static void cv_rx_mark(struct sk_buff *skb, u64 counter, unsigned int offset,
		       unsigned int bytes, unsigned int stride)
{
	struct cv_batch_cb *cb = cv_batch_cb(skb);
	unsigned int rest_bytes = bytes % stride;

	cb->bytes = bytes;
	cb->flight_bytes = skb->truesize;
	cb->packets = DIV_ROUND_UP(bytes, stride);
	cb->packet_bytes = stride - CV_WIRE_DATA_OVERHEAD_BYTES;
	cb->last_bytes = (rest_bytes ?: stride) - CV_WIRE_DATA_OVERHEAD_BYTES;
	cb->depth = 0;
	cb->rx.counter = counter;
	cb->rx.offset = offset;
	cb->rx.stride = stride;
	cb->rx.authentic = false;
}

/* Neighbours in a super-packet: data messages to one session. */
struct cv_rx_run {
	/* of the session */
	__le32 index;
	/* where it begins in the skb */
	unsigned int offset;
	/* of all messages; 0: no run has begun */
	unsigned int bytes;
	/* of each message but the last, which may be shorter */
	unsigned int stride;
};

static unsigned int cv_rx_run_packets(const struct cv_rx_run *run)
{
	return DIV_ROUND_UP(run->bytes, run->stride);
}

/* Whether packets of the peer may come from where this one came from. */
static bool cv_rx_is_admitted(const struct cv_peer *peer, const struct sk_buff *skb)
{
	const struct cv_ways *ways;
	struct cv_endpoint from;
	bool admitted;

	rcu_read_lock();
	ways = rcu_dereference(peer->path.ways);
	admitted = !ways || ways->follow != CVFOLLOW_WITHIN ||
		   (!cv_endpoint_from_skb(&from, skb) && cv_ways_admit(ways, &from));
	rcu_read_unlock();
	return admitted;
}

/* A run goes its own way in an skb of its own; the last one takes the super-packet's. */
static void cv_rx_take_run(struct cv_device *dev, struct sk_buff *skb,
			   const struct cv_rx_run *run)
{
	struct cv_session *session = cv_rx_session(dev, run->index);
	__le64 counter = 0;

	if (unlikely(!session)) {
		cv_drop_skb(dev, skb, CV_DROP_RX_UNKNOWN_INDEX, cv_rx_run_packets(run));
		return;
	}
	if (unlikely(rcu_access_pointer(session->peer->path.ways)) &&
	    !cv_rx_is_admitted(session->peer, skb)) {
		cv_drop_skb(dev, skb, CV_DROP_RX_ELSEWHERE, cv_rx_run_packets(run));
	} else if (unlikely(!cv_session_opens(session))) {
		cv_drop_skb(dev, skb, CV_DROP_RX_EXPIRED, cv_rx_run_packets(run));
		cv_drop_charge(session->peer, CV_DROP_RX_EXPIRED, cv_rx_run_packets(run));
	} else {
		/* That much has been seen to be there. */
		skb_copy_bits(skb, run->offset + offsetof(struct cv_wire_data, counter),
			      &counter, sizeof(counter));
		cv_rx_mark(skb, le64_to_cpu(counter), run->offset, run->bytes, run->stride);
		cv_rx_submit(session, skb);
	}
	cv_session_put(session);
}

/* A run in the middle of a super-packet. */
static void cv_rx_clone_run(struct cv_device *dev, struct sk_buff *skb,
			    const struct cv_rx_run *run)
{
	struct sk_buff *clone = skb_clone(skb, GFP_ATOMIC | __GFP_NOWARN);

	if (unlikely(!clone))
		cv_drop_add(dev, CV_DROP_RX_NO_MEMORY, cv_rx_run_packets(run));
	else
		cv_rx_take_run(dev, clone, run);
}

/* Every datagram is looked at by itself; neighbours to one session stay together. */
static void cv_rx_walk(struct cv_device *dev, struct sk_buff *skb, unsigned int stride)
{
	struct cv_rx_run run = { .stride = stride };
	unsigned int offset = sizeof(struct udphdr);
	__le32 index;

	for (; offset < skb->len; offset += stride) {
		unsigned int bytes = min(stride, skb->len - offset);
		bool data = cv_rx_is_data(dev, skb, offset, bytes, &index);

		if (run.bytes && (!data || index != run.index)) {
			cv_rx_clone_run(dev, skb, &run);
			run.bytes = 0;
		}
		if (!data)
			continue;
		if (!run.bytes) {
			run.index = index;
			run.offset = offset;
		}
		run.bytes += bytes;
	}
	if (run.bytes)
		cv_rx_take_run(dev, skb, &run);
	else
		consume_skb(skb);
}

/* Anything but data: a handshake message, if it has the size of one. */
static void cv_rx_message(struct cv_device *dev, const struct sk_buff *skb,
			  unsigned int offset, unsigned int bytes)
{
	u8 message[sizeof(struct cv_wire_initiation)] __aligned(8);
	struct cv_endpoint from;
	unsigned int expected;

	if (unlikely(skb_copy_bits(skb, offset, message, min_t(unsigned int, bytes,
							       sizeof(message))))) {
		cv_drop_count(dev, CV_DROP_RX_SHORT);
		return;
	}
	switch (le32_to_cpup((__le32 *)message)) {
	case CV_WIRE_INITIATION:
		expected = sizeof(struct cv_wire_initiation);
		break;
	case CV_WIRE_RESPONSE:
		expected = sizeof(struct cv_wire_response);
		break;
	case CV_WIRE_COOKIE:
		expected = sizeof(struct cv_wire_cookie);
		break;
	default:
		cv_drop_count(dev, CV_DROP_RX_TYPE);
		return;
	}
	if (unlikely(bytes != expected)) {
		cv_drop_count(dev, CV_DROP_RX_LENGTH);
		return;
	}
	if (likely(!cv_endpoint_from_skb(&from, skb)))
		cv_inbox_receive(dev, &from, message, bytes);
}

/* The session that chose an index, referenced, or NULL. */
static struct cv_session *cv_rx_session(struct cv_device *dev, __le32 index)
{
	struct cv_index_entry *entry;
	struct cv_session *session = NULL;

	rcu_read_lock();
	entry = cv_index_find(&dev->index, index);
	if (likely(entry && entry->kind == CV_INDEX_SESSION))
		session = cv_session_tryget(container_of(entry, struct cv_session, entry));
	rcu_read_unlock();
	return session;
}

/* Datagrams of one session go to be opened, here or by a worker. */
static void cv_rx_submit(struct cv_session *session, struct sk_buff *skb)
{
	struct cv_device *dev = session->peer->dev;
	unsigned int datagrams = cv_batch_cb(skb)->packets;
	struct sk_buff_head packets;
	enum cv_drop reason;
	int err = -EBUSY;

	__skb_queue_head_init(&packets);
	__skb_queue_tail(&packets, skb);
	/* What would be dropped after the work is dropped before it. */
	if (likely(cv_place_admits(session->peer, datagrams) &&
		   !cv_lane_is_full(dev, session->peer->id)))
		err = cv_place_packets(session, &cv_rx_ops, &packets);
	if (likely(!err))
		return;
	reason = err == -ENOMEM ? CV_DROP_RX_NO_MEMORY : CV_DROP_RX_BUSY;
	cv_drop_queue(dev, &packets, reason, datagrams);
	cv_drop_charge(session->peer, reason, datagrams);
}

/* Whether an inner packet is one that this peer may send, and its own length. */
static enum cv_drop cv_rx_check_inner(struct cv_peer *peer, struct sk_buff *skb,
				      unsigned int *bytes)
{
	struct cv_allowedips *allowed_ips = &peer->dev->allowed_ips;
	struct cv_peer *owner;

	if (skb->len < sizeof(struct iphdr))
		return CV_DROP_RX_INNER_SHORT;
	skb_reset_network_header(skb);
	skb->protocol = ip_tunnel_parse_protocol(skb);
	if (skb->protocol == htons(ETH_P_IP)) {
		*bytes = ntohs(ip_hdr(skb)->tot_len);
		if (*bytes < sizeof(struct iphdr))
			return CV_DROP_RX_INNER_LENGTH;
		owner = cv_allowedips_find(allowed_ips, AF_INET, &ip_hdr(skb)->saddr);
	} else if (skb->protocol == htons(ETH_P_IPV6)) {
		if (skb->len < sizeof(struct ipv6hdr))
			return CV_DROP_RX_INNER_SHORT;
		*bytes = ntohs(ipv6_hdr(skb)->payload_len) + sizeof(struct ipv6hdr);
		owner = cv_allowedips_find(allowed_ips, AF_INET6, &ipv6_hdr(skb)->saddr);
	} else {
		return ip_hdr(skb)->version == 6 ? CV_DROP_RX_INNER_SHORT :
						   CV_DROP_RX_INNER_VERSION;
	}
	if (*bytes > skb->len)
		return CV_DROP_RX_INNER_LENGTH;
	return owner == peer ? CV_DROP_NONE : CV_DROP_RX_INNER_SOURCE;
}

/*
 * The outer path's congestion mark moves inside (RFC 6040 by the kernel's helper).
 * A mark on a packet that knows no ECN is ignored: the packet is delivered.
 */
static void cv_rx_ecn(struct sk_buff *skb, u8 outer_ds)
{
	if (skb->protocol == htons(ETH_P_IP))
		INET_ECN_decapsulate(skb, outer_ds, ip_hdr(skb)->tos);
	else
		INET_ECN_decapsulate(skb, outer_ds, ipv6_get_dsfield(ipv6_hdr(skb)));
}

/* An opened packet is made ready to be handed up, unless there is a reason against it. */
static enum cv_drop cv_rx_accept(struct cv_peer *peer, struct sk_buff *skb)
{
	struct net_device *netdev = peer->dev->netdev;
	u8 ds = cv_batch_cb(skb)->opened.ds;
	enum cv_drop reason;
	unsigned int bytes;

	reason = cv_rx_check_inner(peer, skb, &bytes);
	if (unlikely(reason != CV_DROP_NONE))
		return reason;
	/* Padding: never behind a super-packet, which could not be trimmed like this. */
	if (bytes < skb->len)
		__skb_trim(skb, bytes);
	cv_rx_ecn(skb, ds);
	skb->dev = netdev;
	skb_reset_mac_header(skb);
	/*
	 * The peer vouches for every bit by the tag: summing again would find what
	 * the peer was given wrong, which is not ours to judge. A super-packet's sum is
	 * still to be made, should it go further.
	 */
	if (!skb_is_gso(skb)) {
		skb->ip_summed = CHECKSUM_UNNECESSARY;
		skb->csum_level = ~0;
	}
	return CV_DROP_NONE;
}

/* What a packet counts for: the segments of a super-packet as they came. */
static void cv_rx_count(const struct sk_buff *skb, unsigned int *packets, unsigned int *bytes)
{
	unsigned int segments = skb_is_gso(skb) ? skb_shinfo(skb)->gso_segs : 1;

	*packets += segments;
	*bytes += skb->len;
	if (segments > 1)
		*bytes += (segments - 1) * (skb_transport_offset(skb) + tcp_hdrlen(skb));
}

static void cv_rx_account(struct net_device *netdev, unsigned int packets, unsigned int bytes)
{
	struct pcpu_sw_netstats *stats = this_cpu_ptr(netdev->tstats);

	u64_stats_update_begin(&stats->syncp);
	u64_stats_add(&stats->rx_packets, packets);
	u64_stats_add(&stats->rx_bytes, bytes);
	u64_stats_update_end(&stats->syncp);
}

/* Where an authentic packet came from is where the peer is, unless it is only late. */
static void cv_rx_follow(struct cv_session *session, const struct sk_buff *skb)
{
	struct cv_path *path = &session->peer->path;
	struct cv_endpoint from, before;

	if (unlikely(cv_endpoint_from_skb(&from, skb)))
		return;
	cv_path_read_endpoint(path, &before);
	if (likely(cv_endpoint_same(&before, &from)) || cv_session_is_late(session, &from))
		return;
	if (cv_path_learn_endpoint(path, &from, CVENDPOINT_DATA, &before))
		cv_notify_raise_moved(session->peer, &before);
}

/* Endpoint, timers, sessions: once for all authentic datagrams of the batch. */
static void cv_rx_authentic(struct cv_batch *batch, bool data)
{
	struct cv_session *session = batch->session;
	struct cv_peer *peer = session->peer;
	/* First: what comes under a session that is confirmed is not late. */
	bool confirmed = cv_session_confirm(session);
	struct sk_buff *skb;

	skb_queue_reverse_walk(&batch->in, skb) {
		if (!cv_batch_cb(skb)->rx.authentic)
			continue;
		cv_rx_follow(session, skb);
		break;
	}
	if (unlikely(confirmed)) {
		cv_timers_event(peer, CV_EVENT_HANDSHAKE_COMPLETE);
		cv_notify_raise(peer, CVEVENT_SESSION_MADE, CVREASON_UNSPEC);
		cv_tx_send_staged(peer);
	}
	if (unlikely(READ_ONCE(peer->silent)))
		cv_notify_back(peer);
	atomic64_set(&peer->heard_ns, ktime_get_coarse_real_ns());
	cv_timers_event(peer, data ? CV_EVENT_DATA_RECEIVED : CV_EVENT_KEEPALIVE_RECEIVED);
	if (unlikely(cv_session_wants_renewal(session, false)))
		cv_todo_request(peer, CV_TODO_INITIATE);
}

/* An opened packet is dropped: counted as the segments that it came as. */
static void cv_rx_refuse(struct cv_peer *peer, struct sk_buff *skb, enum cv_drop reason)
{
	unsigned int packets = max_t(u16, 1, skb_shinfo(skb)->gso_segs);

	cv_drop_skb(peer->dev, skb, reason, packets);
	cv_drop_charge(peer, reason, packets);
}

static void cv_rx_hand_up(struct cv_batch *batch)
{
	struct cv_peer *peer = batch->session->peer;
	unsigned int count = 0, bytes = 0, memory_bytes = 0, wire_bytes = batch->wire_bytes;
	unsigned int keepalives = 0, refused = 0, refused_bytes = 0;
	struct sk_buff_head packets;
	enum cv_drop reason;
	struct sk_buff *skb;
	bool data = false;

	if (!batch->wire_bytes)
		return;
	__skb_queue_head_init(&packets);
	rcu_read_lock();
	while ((skb = __skb_dequeue(&batch->out))) {
		if (!skb->len) {
			keepalives++;
			consume_skb(skb);
			continue;
		}
		data = true;
		reason = cv_rx_accept(peer, skb);
		if (unlikely(reason != CV_DROP_NONE)) {
			cv_rx_count(skb, &refused, &refused_bytes);
			cv_rx_refuse(peer, skb, reason);
			continue;
		}
		cv_rx_count(skb, &count, &bytes);
		memory_bytes += skb->truesize;
		__skb_queue_tail(&packets, skb);
	}
	if (peer->dev->counts_messages) {
		/* As wireguard.ko: all that was opened, but for what is refused. */
		refused_bytes += refused * CV_WIRE_DATA_OVERHEAD_BYTES;
		wire_bytes -= min(refused_bytes, wire_bytes);
		count += keepalives;
		bytes = wire_bytes;
	}
	if (count || bytes) {
		cv_rx_account(peer->dev->netdev, count, bytes);
		atomic64_add(count, &peer->rx_packets);
	}
	atomic64_add(wire_bytes, &peer->rx_bytes);
	cv_rx_authentic(batch, data);
	cv_lane_push(peer->dev, peer->id, &packets, memory_bytes);
	rcu_read_unlock();
}

/* The session ended, or its peer was removed, while its packets were being opened. */
static void cv_rx_count_expired(struct cv_batch *batch)
{
	unsigned int packets = 0, bytes = 0;
	struct sk_buff *skb;

	skb_queue_walk(&batch->out, skb)
		if (skb->len)
			cv_rx_count(skb, &packets, &bytes);
	cv_drop_queue(batch->session->peer->dev, &batch->out, CV_DROP_RX_EXPIRED, packets);
	cv_drop_charge(batch->session->peer, CV_DROP_RX_EXPIRED, packets);
}

/* cv_batch_ops.finish(): what an opened batch, which has left its order, held is handed up. */
static void cv_rx_finish(struct cv_batch *batch)
{
	struct cv_device *dev = batch->session->peer->dev;
	struct sk_buff *skb;

	if (likely(cv_session_is_live(batch->session)))
		cv_rx_hand_up(batch);
	else
		cv_rx_count_expired(batch);
	/* Not lost: drop monitors must not see them. */
	while ((skb = __skb_dequeue(&batch->in)))
		consume_skb(skb);
	atomic_sub(batch->flight_bytes, &dev->rx_flight_bytes);
	cv_batch_free(batch);
}
