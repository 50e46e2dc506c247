// SPDX-License-Identifier: GPL-2.0
/*
 * In which order batches leave, and by which CPU: place.c adds them, worker.c begins and
 * completes them; what they hold is sent or handed up by their own cv_batch_ops.finish().
 */

/**
 * DOC: One CPU sends for a peer
 *
 * What is sent is not on the wire yet. A link below that hands packets to the stack again
 * (a veth pair, macvlan, loopback) puts them into the backlog of the CPU that sends, which
 * comes to them in its next receive softirq. If another CPU sent the peer's next message
 * before that, it would overtake. So the CPU that drains holds the queue until its backlog
 * has got past what it has sent; until then other CPUs leave what they complete to it. A
 * tasklet releases the queue: tasklets run behind the receive softirq in the same pass,
 * unless a thread has the backlog (PREEMPT_RT), and then the tasklet comes again. If
 * nothing was put into the backlog, which is so for a card, nothing is held.
 *
 * A card has its transmit queues instead; see cv_tx_steer().
 */
#include <linux/cpumask.h>
#include <linux/interrupt.h>
#include <linux/jiffies.h>
#include <linux/netdevice.h>
#include <linux/percpu.h>

#include "batch.h"
#include "order.h"
#include "../core/peer.h"
#include "../core/trace.h"
#include "../handshake/session.h"

/* By how many batches one may have been overtaken and still take its place. */
#define CV_ORDER_MAX_OVERTAKEN 8

/* How many completed batches one CPU drains while others go on completing some. */
#define CV_ORDER_DRAIN_MAX 16

/*
 * A backlog that makes no progress for so long has a CPU that is gone or hogged, and so has
 * the tasklet. Better to send out of order then, by any CPU, than not at all.
 */
#define CV_ORDER_HOLD_JIFFIES (HZ / 10)

/**
 * struct cv_order_cpu - the queues that one CPU holds
 */
struct cv_order_cpu {
	/** @held: struct cv_order, unordered */
	struct llist_head held;
	/** @release: releases them, or drains again */
	struct tasklet_struct release;
	/** @cpu: which CPU; the tasklet may run on another when this one has gone offline */
	unsigned int cpu;
};

static DEFINE_PER_CPU(struct cv_order_cpu, cv_order_cpus);

static void cv_order_release(struct tasklet_struct *release);

/**
 * cv_order_init_cpus() - prepare each CPU
 *
 * Context: module load.
 * Return: 0.
 */
int cv_order_init_cpus(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct cv_order_cpu *own = per_cpu_ptr(&cv_order_cpus, cpu);

		init_llist_head(&own->held);
		tasklet_setup(&own->release, cv_order_release);
		own->cpu = cpu;
	}
	return 0;
}

/**
 * cv_order_exit_cpus() - undo cv_order_init_cpus()
 *
 * Context: module unload: no peer is left, and so no queue is held.
 */
void cv_order_exit_cpus(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		tasklet_kill(&per_cpu_ptr(&cv_order_cpus, cpu)->release);
}

/**
 * cv_order_init() - an empty reorder queue
 * @order: the queue
 */
void cv_order_init(struct cv_order *order)
{
	spin_lock_init(&order->lock);
	INIT_LIST_HEAD(&order->batches);
	order->draining = false;
	order->held = false;
	order->waiting = 0;
	order->bulk = 0;
	order->running = 0;
	order->packets = 0;
}

/**
 * cv_order_growing() - the youngest batch of a queue, if it may still grow
 * @order: the queue
 * @session: that its packets have to be of
 *
 * Context: BH off, the queue's lock held, which keeps the batch.
 * Return: the batch, or NULL.
 */
struct cv_batch *cv_order_growing(struct cv_order *order, const struct cv_session *session)
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

/*
 * Behind which batch of its queue one belongs: the youngest, but if the path has had
 * packets overtake each other, those that overtook this one have not left yet. What a
 * datagram says of its counter is not yet authenticated, but can only cost a place.
 */
static struct list_head *cv_order_before(const struct cv_batch *batch)
{
	struct list_head *place = batch->order->batches.prev;
	unsigned int n;

	for (n = 0; n < CV_ORDER_MAX_OVERTAKEN && place != &batch->order->batches; n++) {
		struct cv_batch *other = list_entry(place, struct cv_batch, order_link);

		if (other->session != batch->session || other->counter < batch->counter)
			break;
		place = place->prev;
	}
	return place;
}

/**
 * cv_order_add() - a batch takes its place in its queue, and waits
 * @batch: filled, its level set
 *
 * Context: BH off, the queue's lock held. The queue takes the batch over.
 */
void cv_order_add(struct cv_batch *batch)
{
	struct cv_order *order = batch->order;

	lockdep_assert_held(&order->lock);
	list_add(&batch->order_link, cv_order_before(batch));
	order->waiting++;
	order->bulk += batch->level == CV_BATCH_PATIENT;
}

/**
 * cv_order_begin() - a CPU begins to run a batch, which no longer grows
 * @batch: waiting, and out of its worker's list
 *
 * Context: BH off, the queue's lock held. Until cv_order_complete() the batch is the caller's.
 */
void cv_order_begin(struct cv_batch *batch)
{
	struct cv_order *order = batch->order;

	lockdep_assert_held(&order->lock);
	batch->state = CV_BATCH_RUNNING;
	order->waiting--;
	order->bulk -= batch->level == CV_BATCH_PATIENT;
	order->running++;
	trace_cv_batch_begun(batch);
}

static bool cv_order_drain(struct cv_order *order, bool sealing);
static bool cv_order_carry_away(struct cv_order *order);
static void cv_order_leave(struct cv_order *order, struct cv_peer *peer, bool hold);

/*
 * The CPU that holds the queue does not come to release it: drain in its place. The hold
 * itself, its node and its reference to the peer, stays that CPU's.
 */
static void cv_order_take_over(struct cv_order *order)
	__must_hold(&order->lock)
{
	lockdep_assert_held(&order->lock);
	if (likely(!order->held) ||
	    likely(!time_after(jiffies, order->held_jiffies + CV_ORDER_HOLD_JIFFIES)))
		return;
	order->held = false;
	cv_order_carry_away(order);
	order->held = true;
}

/**
 * cv_order_complete() - a batch has been sealed or opened; drain what is complete
 * @batch: the batch; may be freed on return
 *
 * Context: BH off, no lock held.
 */
void cv_order_complete(struct cv_batch *batch)
{
	struct cv_peer *peer = batch->session->peer;
	struct cv_order *order = batch->order;
	bool sealing = batch->ops->sealing;
	bool hold;

	lockdep_assert_in_softirq();
	spin_lock(&order->lock);
	batch->state = CV_BATCH_DONE;
	order->running--;
	if (order->draining) {
		/*
		 * The CPU that drains looks at the head once more under the lock before it
		 * stops, and so sees this batch; and it has a reference to the peer.
		 */
		cv_order_take_over(order);
		spin_unlock(&order->lock);
		return;
	}
	/* Once its last batch has been freed, only this holds the peer and its queues. */
	cv_peer_get(peer);
	order->draining = true;
	hold = cv_order_drain(order, sealing);
	spin_unlock(&order->lock);
	cv_order_leave(order, peer, hold);
}

/*
 * Send or hand up completed batches from the head on. The lock is held on entry and on
 * return, and dropped meanwhile. Says whether there were any.
 *
 * After CV_ORDER_DRAIN_MAX of them stop if another CPU is still at work: it finds the queue
 * not being drained when it completes its batch, and goes on. So a steady supply of
 * completed batches does not keep a softirq or a caller of sendmsg() for ever, and no wakeup
 * is needed, which would come late under a flood.
 */
static bool cv_order_carry_away(struct cv_order *order)
	__must_hold(&order->lock)
{
	struct cv_batch *head;
	unsigned int n = 0;

	lockdep_assert_held(&order->lock);
	while ((head = list_first_entry_or_null(&order->batches, struct cv_batch, order_link)) &&
	       head->state == CV_BATCH_DONE) {
		if (n >= CV_ORDER_DRAIN_MAX && order->running)
			break;
		n++;
		list_del(&head->order_link);
		WRITE_ONCE(order->packets, order->packets - head->packets);
		spin_unlock(&order->lock);
		trace_cv_batch_leaves(head);
		head->ops->finish(head);
		spin_lock(&order->lock);
	}
	return n;
}

/*
 * Drain a queue, @order->draining being ours; its lock is held on entry and on return, and
 * dropped meanwhile. Says whether it is to be held; else draining has stopped.
 */
static bool cv_order_drain(struct cv_order *order, bool sealing)
	__must_hold(&order->lock)
{
	unsigned int cpu = smp_processor_id();
	u32 tail = cv_compat_backlog_tail(cpu);

	lockdep_assert_held(&order->lock);
	if (cv_order_carry_away(order) && sealing && num_online_cpus() > 1) {
		order->held_tail = cv_compat_backlog_tail(cpu);
		order->held_jiffies = jiffies;
		/* Others may have put something there as well: then it is held for nothing. */
		order->held = order->held_tail != tail;
	}
	order->draining = order->held;
	return order->held;
}

/* Hold a queue that has been drained, for the tasklet, or let go of it and of the peer. */
static void cv_order_leave(struct cv_order *order, struct cv_peer *peer, bool hold)
{
	struct cv_order_cpu *own = this_cpu_ptr(&cv_order_cpus);

	if (!hold)
		cv_peer_put(peer);
	else if (llist_add(&order->held_node, &own->held))
		tasklet_schedule(&own->release);
}

/*
 * Whether a queue that @cpu holds may be drained again by it; a CPU that has taken over is
 * waited for. The lock is held.
 */
static bool cv_order_may_drain(const struct cv_order *order, unsigned int cpu)
{
	lockdep_assert_held(&order->lock);
	return order->held &&
	       (cv_compat_backlog_is_past(cpu, order->held_tail) ||
		time_after(jiffies, order->held_jiffies + CV_ORDER_HOLD_JIFFIES));
}

/* Look after one queue that @cpu holds. */
static void cv_order_release_one(struct cv_order *order, unsigned int cpu)
{
	struct cv_peer *peer = container_of(order, struct cv_peer, tx);
	bool hold = true;

	spin_lock(&order->lock);
	if (cv_order_may_drain(order, cpu)) {
		order->held = false;
		hold = cv_order_drain(order, true);
	}
	spin_unlock(&order->lock);
	cv_order_leave(order, peer, hold);
}

/* What the CPU has sent is past its backlog: drain what was completed meanwhile. */
static void cv_order_release(struct tasklet_struct *release)
{
	struct cv_order_cpu *own = container_of(release, struct cv_order_cpu, release);
	struct llist_node *held = llist_del_all(&own->held);
	struct cv_order *order, *next;

	llist_for_each_entry_safe(order, next, held, held_node)
		cv_order_release_one(order, own->cpu);
}
