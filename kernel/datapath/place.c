// SPDX-License-Identifier: GPL-2.0
/*
 * Packets of a peer become batches: they join the youngest one that still waits, or begin a
 * new one, which takes its place in the peer's order and is given to a worker. Both
 * directions come here, from tx.c and rx.c; what is decided, and why, is in policy.h.
 */
#include <linux/cpumask.h>
#include <linux/jiffies.h>
#include <linux/percpu.h>

#include "batch.h"
#include "order.h"
#include "pace.h"
#include "place.h"
#include "policy.h"
#include "queue.h"
#include "worker.h"
#include "../core/cpu.h"
#include "../core/device.h"
#include "../core/peer.h"
#include "../core/trace.h"
#include "../handshake/session.h"

/* Whose turn it was, of what this CPU hands out. */
static DEFINE_PER_CPU(unsigned int, cv_place_last);

static bool cv_place_has_room(const struct cv_session *session, const struct cv_batch_ops *ops,
			      struct sk_buff *skb);
static bool cv_place_append(struct cv_session *session, struct cv_order *order,
			    struct sk_buff_head *packets);
static void cv_place_new(struct cv_batch *batch, struct sk_buff_head *packets);

/**
 * cv_place_init() - prepare each CPU
 *
 * A CPU that makes batches is busy with that: its turns begin with its neighbour.
 *
 * Context: module load.
 * Return: 0.
 */
int cv_place_init(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		per_cpu(cv_place_last, cpu) = cpu;
	return 0;
}

/**
 * cv_place_admits() - whether received packets may join those of a peer in flight
 * @peer: borrowed or referenced
 * @packets: how many
 *
 * CPUs that receive from one peer at once may exceed the limit by a super-packet each,
 * which is far less than the replay window has left.
 *
 * Context: any; takes no lock.
 * Return: false when they are to be dropped.
 */
bool cv_place_admits(const struct cv_peer *peer, unsigned int packets)
{
	return READ_ONCE(peer->rx.packets) + packets <= CV_POLICY_FLIGHT_PACKETS;
}

/**
 * cv_place_packets() - put packets into batches, which are run here or by workers
 * @session: what they are sealed with, or came by; borrowed, batches take references
 * @ops: of the direction
 * @packets: with their control blocks filled in; those that were taken are no longer there
 *
 * Context: BH off, no lock held. May run batches of the peer.
 * Return: 0 when all were taken; -EBUSY when too much is in flight, -ENOMEM when memory is
 * short: the rest is the caller's.
 */
int cv_place_packets(struct cv_session *session, const struct cv_batch_ops *ops,
		     struct sk_buff_head *packets)
{
	struct cv_peer *peer = session->peer;
	struct cv_order *order = ops->sealing ? &peer->tx : &peer->rx;

	lockdep_assert_in_softirq();
	while (!skb_queue_empty(packets)) {
		struct cv_batch *batch;

		if (unlikely(!cv_place_has_room(session, ops, skb_peek(packets))))
			return -EBUSY;
		if (cv_place_append(session, order, packets))
			break;
		batch = cv_batch_create(session, ops);
		if (unlikely(!batch))
			return -ENOMEM;
		refcount_inc(&session->refs);
		cv_place_new(batch, packets);
	}
	return 0;
}

static atomic_t *cv_place_flight(struct cv_device *dev, bool sealing)
{
	return sealing ? &dev->tx_flight_bytes : &dev->rx_flight_bytes;
}

/* Memory in flight through the crypto is bounded: past that, the tail is dropped. */
static bool cv_place_has_room(const struct cv_session *session, const struct cv_batch_ops *ops,
			      struct sk_buff *skb)
{
	int bytes = atomic_read(cv_place_flight(session->peer->dev, ops->sealing));

	return bytes + (int)cv_batch_cb(skb)->flight_bytes <= CV_POLICY_FLIGHT_BYTES;
}

static bool cv_place_fits(const struct cv_batch *batch, struct sk_buff *skb)
{
	const struct cv_batch_cb *cb = cv_batch_cb(skb);

	if (!batch->packets)
		return true;
	if (batch->bytes + cb->bytes > CV_BATCH_MAX_BYTES)
		return false;
	if (batch->ops->sealing)
		return batch->packets + cb->packets <= CV_BATCH_MAX_PACKETS;
	/* A super-packet of the receiving card joins whole, unless others have overtaken it. */
	return batch->packets < CV_BATCH_MAX_PACKETS && batch->last_counter < cb->rx.counter;
}

/* What was added takes its nonces, and counts for the peer's rate and the link's queue. */
static void cv_place_add_sealing(struct cv_batch *batch, unsigned int packets,
				 unsigned int bytes)
{
	struct cv_session *session = batch->session;
	struct cv_peer *peer = session->peer;

	lockdep_assert_held(&batch->order->lock);
	/* Read without the lock, to see whether a session is used up. */
	WRITE_ONCE(session->send_counter, session->send_counter + packets);
	batch->run_bytes = cv_pace_add(&peer->pace, bytes, jiffies_to_msecs(jiffies));
	if (bytes)
		batch->limited_bytes += cv_queue_sent(peer->dev, bytes);
}

/* Move packets to a batch that waits while they fit. */
static void cv_place_fill(struct cv_batch *batch, struct sk_buff_head *packets)
{
	unsigned int count = 0, bytes = 0, flight_bytes = 0;
	bool sealing = batch->ops->sealing;
	struct sk_buff *skb;

	lockdep_assert_held(&batch->order->lock);
	while ((skb = skb_peek(packets)) && cv_place_fits(batch, skb)) {
		const struct cv_batch_cb *cb = cv_batch_cb(skb);

		__skb_unlink(skb, packets);
		__skb_queue_tail(&batch->in, skb);
		batch->packets += cb->packets;
		batch->bytes += cb->bytes;
		count += cb->packets;
		bytes += cb->bytes;
		flight_bytes += cb->flight_bytes;
		if (!sealing)
			batch->last_counter = cb->rx.counter;
	}
	cv_order_count_packets(batch->order, count);
	batch->flight_bytes += flight_bytes;
	atomic_add(flight_bytes, cv_place_flight(batch->session->peer->dev, sealing));
	if (sealing)
		cv_place_add_sealing(batch, count, bytes);
}

/*
 * Whether what comes is one packet, short and by itself. Not one of a tunnel inside this
 * one: the CPU must not help then, or the stack would have to hold them all.
 */
static bool cv_place_is_lone(const struct sk_buff_head *packets)
{
	const struct cv_batch_cb *cb = cv_batch_cb(skb_peek(packets));

	return skb_queue_len(packets) == 1 && !cb->depth && cv_policy_is_lone(cb);
}

/*
 * The youngest batch of the queue takes what it has room for: a batch that waits for a
 * worker grows, so that under load neighbours are sealed, routed and sent together. Nonces
 * go on without a gap because it is the last that took any. True: it has taken all.
 */
static bool cv_place_append(struct cv_session *session, struct cv_order *order,
			    struct sk_buff_head *packets)
{
	unsigned int help = 0;
	struct cv_batch *tail;

	spin_lock(&order->lock);
	tail = cv_order_growing(order, session);
	if (tail && cv_place_fits(tail, skb_peek(packets))) {
		bool lone = cv_place_is_lone(packets);

		cv_place_fill(tail, packets);
		help = cv_policy_help(lone, order->bulk, 0);
	}
	spin_unlock(&order->lock);
	cv_worker_help(order, help);
	return skb_queue_empty(packets);
}

/* Which CPU comes to a batch, and when. */
static void cv_place_choose(struct cv_batch *batch, bool bulk, bool more)
{
	const struct cv_policy_batch known = {
		.packets = batch->packets,
		.cpus = num_online_cpus(),
		.sealing = batch->ops->sealing,
		.more = more,
		.idle = list_empty(&batch->order->batches),
		.bulk = bulk,
	};

	lockdep_assert_held(&batch->order->lock);
	batch->level = cv_policy_level(&known);
	batch->cpu = batch->level == CV_BATCH_SOON ? smp_processor_id() :
						     cv_cpu_next(this_cpu_ptr(&cv_place_last));
}

/* A new batch takes some of the packets, and is given to a worker. */
static void cv_place_new(struct cv_batch *batch, struct sk_buff_head *packets)
{
	const struct cv_batch_cb *first = cv_batch_cb(skb_peek(packets));
	struct cv_session *session = batch->session;
	struct cv_order *order = batch->order;
	bool sealing = batch->ops->sealing;
	/* Never help in one tunnel inside another, or the stack would have to hold them all. */
	bool deep = first->depth;
	bool lone = cv_place_is_lone(packets);
	enum cv_batch_level level;
	unsigned int help = 0;
	bool bulk;
	int cpu;

	spin_lock(&order->lock);
	batch->counter = sealing ? session->send_counter : first->rx.counter;
	bulk = cv_policy_is_bulk(first) &&
	       !(sealing && cv_queue_has_discipline(session->peer->dev));
	cv_place_fill(batch, packets);
	cv_place_choose(batch, bulk, !skb_queue_empty(packets));
	cv_order_add(batch);
	cv_worker_add(batch);
	trace_cv_batch_placed(batch);
	/* Another CPU may steal it as soon as the lock is free. */
	level = batch->level;
	cpu = batch->cpu;
	if (level != CV_BATCH_SOON && !deep)
		help = cv_policy_help(lone, order->bulk, order->waiting);
	spin_unlock(&order->lock);
	cv_worker_kick(cpu, level);
	cv_worker_help(order, help);
}
