// SPDX-License-Identifier: GPL-2.0
/*
 * Crypto workers: one per CPU, shared by all devices. place.c gives them batches, which they
 * run by cv_batch_ops.run() and hand to order.c. A worker has a list for each level, and
 * comes to it
 *
 * - soon: by a tasklet, once the burst of packets that this CPU is just receiving or sending
 *   is over, which takes no wake-up;
 * - urgently: by a work item ahead of programs, for short packets; but as softirqs do, it
 *   leaves the rest to the patient one when there is no end of it: a flood leaves programs
 *   their share;
 * - patiently: by a work item that is one among programs, for bulk, which would else keep its
 *   readers from reading.
 *
 * A worker with nothing left to do steals what others have not come to. What may be stolen,
 * and all numbers, are in policy.h.
 */
#include <linux/interrupt.h>
#include <linux/local_lock.h>
#include <linux/percpu.h>
#include <linux/workqueue.h>

#include "batch.h"
#include "order.h"
#include "policy.h"
#include "worker.h"
#include "../core/peer.h"
#include "../handshake/session.h"

/**
 * struct cv_worker - one CPU's share
 */
struct cv_worker {
	/** @lock: the lists */
	spinlock_t lock;
	/** @batches: by level, each oldest first */
	struct list_head batches[CV_BATCH_LEVELS];
	/** @soon: runs what is soon, when this CPU's burst is over */
	struct tasklet_struct soon;
	/** @urgent: runs what is urgent, before programs have their turn */
	struct work_struct urgent;
	/** @patient: runs bulk, and goes on with what is urgent, as one among programs */
	struct work_struct patient;
	/**
	 * @tired: what is urgent is left to @patient, until there is none of it. A CPU that
	 * reads this while it changes kicks the other work item, which finds the same batches.
	 */
	bool tired;
	/** @scratch_lock: the CPU's scratch and page chunks, where BH off does not own them */
	local_lock_t scratch_lock;
};

static DEFINE_PER_CPU(struct cv_worker, cv_workers) = {
	.scratch_lock = INIT_LOCAL_LOCK(scratch_lock),
};

static struct workqueue_struct *cv_worker_urgent_wq;
static struct workqueue_struct *cv_worker_patient_wq;

static void cv_worker_run_soon(struct tasklet_struct *soon);
static void cv_worker_run_urgent(struct work_struct *work);
static void cv_worker_run_patient(struct work_struct *work);

/**
 * cv_worker_init() - make the workers
 *
 * Context: module load.
 * Return: 0 or -ENOMEM.
 */
int cv_worker_init(void)
{
	const unsigned int flags = WQ_PERCPU | WQ_CPU_INTENSIVE | WQ_MEM_RECLAIM;
	enum cv_batch_level level;
	int cpu;

	for_each_possible_cpu(cpu) {
		struct cv_worker *worker = per_cpu_ptr(&cv_workers, cpu);

		spin_lock_init(&worker->lock);
		for (level = 0; level < CV_BATCH_LEVELS; level++)
			INIT_LIST_HEAD(&worker->batches[level]);
		tasklet_setup(&worker->soon, cv_worker_run_soon);
		INIT_WORK(&worker->urgent, cv_worker_run_urgent);
		INIT_WORK(&worker->patient, cv_worker_run_patient);
	}
	cv_worker_urgent_wq = alloc_workqueue("culvert-urgent", flags | WQ_HIGHPRI, 0);
	if (!cv_worker_urgent_wq)
		return -ENOMEM;
	cv_worker_patient_wq = alloc_workqueue("culvert-patient", flags, 0);
	if (!cv_worker_patient_wq) {
		destroy_workqueue(cv_worker_urgent_wq);
		return -ENOMEM;
	}
	return 0;
}

/**
 * cv_worker_exit() - undo cv_worker_init()
 *
 * Context: module unload: no device is left, and so no batch.
 */
void cv_worker_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		tasklet_kill(&per_cpu_ptr(&cv_workers, cpu)->soon);
	/* In this order: the first gives to the second. */
	destroy_workqueue(cv_worker_urgent_wq);
	destroy_workqueue(cv_worker_patient_wq);
}

/**
 * cv_worker_add() - put a batch in the list of the worker that was chosen for it
 * @batch: waiting, in its order queue; with its CPU and level set, which is this CPU if it
 *	is CV_BATCH_SOON
 *
 * Context: BH off, the order's lock held; cv_worker_kick() must follow.
 */
void cv_worker_add(struct cv_batch *batch)
{
	struct cv_worker *worker = per_cpu_ptr(&cv_workers, batch->cpu);

	lockdep_assert_held(&batch->order->lock);
	spin_lock(&worker->lock);
	list_add_tail(&batch->work_link, &worker->batches[batch->level]);
	spin_unlock(&worker->lock);
}

/**
 * cv_worker_kick() - see to it that a worker comes to what it was given
 * @cpu: whose; this CPU's with CV_BATCH_SOON
 * @level: of what it was given
 *
 * Context: BH off since then.
 */
void cv_worker_kick(int cpu, enum cv_batch_level level)
{
	struct cv_worker *worker = per_cpu_ptr(&cv_workers, cpu);

	if (level == CV_BATCH_SOON)
		tasklet_schedule(&worker->soon);
	else if (level == CV_BATCH_PATIENT || READ_ONCE(worker->tired))
		queue_work_on(cpu, cv_worker_patient_wq, &worker->patient);
	else
		queue_work_on(cpu, cv_worker_urgent_wq, &worker->urgent);
}

static struct cv_batch *cv_worker_steal(struct cv_order *order, bool patient);
static void cv_worker_run(struct cv_batch *batch);

/**
 * cv_worker_help() - run the oldest batches that wait in a queue, as far as there are any
 * @order: the queue, of a peer that the caller holds
 * @batches: at most so many
 *
 * Context: BH off, no lock held.
 */
void cv_worker_help(struct cv_order *order, unsigned int batches)
{
	struct cv_batch *batch;

	while (batches-- && (batch = cv_worker_steal(order, true)))
		cv_worker_run(batch);
}

static struct cv_batch *cv_worker_pop(struct cv_worker *worker, enum cv_batch_level level)
{
	struct cv_batch *batch;

	spin_lock(&worker->lock);
	batch = list_first_entry_or_null(&worker->batches[level], struct cv_batch, work_link);
	if (batch)
		list_del_init(&batch->work_link);
	spin_unlock(&worker->lock);
	return batch;
}

/* Take a batch back from its worker's list. False: that worker has it in hand already. */
static bool cv_worker_unqueue(struct cv_batch *batch)
{
	struct cv_worker *worker = per_cpu_ptr(&cv_workers, batch->cpu);
	bool queued;

	lockdep_assert_held(&batch->order->lock);
	spin_lock(&worker->lock);
	queued = !list_empty(&batch->work_link);
	list_del_init(&batch->work_link);
	spin_unlock(&worker->lock);
	return queued;
}

/* The oldest batch of a queue that waits and may be taken over, begun; or NULL. */
static struct cv_batch *cv_worker_steal(struct cv_order *order, bool patient)
{
	struct cv_batch *batch;
	unsigned int looked = 0;

	spin_lock(&order->lock);
	list_for_each_entry(batch, &order->batches, order_link) {
		if (!order->waiting || looked++ == CV_POLICY_MAX_LOOK)
			break;
		if (batch->state != CV_BATCH_WAITING)
			continue;
		if (!cv_policy_may_steal(batch->level, patient))
			break;
		/* One that a worker has in hand already is about to be run by it. */
		if (cv_worker_unqueue(batch)) {
			cv_order_begin(batch);
			spin_unlock(&order->lock);
			return batch;
		}
	}
	spin_unlock(&order->lock);
	return NULL;
}

/* A batch out of the worker's own lists is begun. */
static void cv_worker_begin(struct cv_batch *batch)
{
	spin_lock(&batch->order->lock);
	cv_order_begin(batch);
	spin_unlock(&batch->order->lock);
}

/*
 * Seal or open a batch here and now, BH off: the per-CPU page chunks and scratch belong to
 * us, no softirq comes between at the end of each FPU section, and what leaves does so in a
 * burst. The batch may be freed on return.
 */
static void cv_worker_run(struct cv_batch *batch)
{
	local_lock_nested_bh(&cv_workers.scratch_lock);
	batch->ops->run(batch);
	local_unlock_nested_bh(&cv_workers.scratch_lock);
	cv_order_complete(batch);
}

static void cv_worker_run_soon(struct tasklet_struct *soon)
{
	struct cv_worker *worker = container_of(soon, struct cv_worker, soon);
	struct cv_batch *batch;
	unsigned int n;

	for (n = 0; n < CV_POLICY_RUN_BUDGET; n++) {
		batch = cv_worker_pop(worker, CV_BATCH_SOON);
		if (!batch)
			return;
		cv_worker_begin(batch);
		cv_worker_run(batch);
	}
	/* Other softirqs first. */
	tasklet_schedule(soon);
}

/*
 * The next of the worker's own batches. A patient worker takes bulk first at times, or a
 * flood of short packets would let none through.
 */
static struct cv_batch *cv_worker_own(struct cv_worker *worker, bool patient, bool bulk_first)
{
	struct cv_batch *batch = NULL;

	if (patient && bulk_first)
		batch = cv_worker_pop(worker, CV_BATCH_PATIENT);
	if (batch)
		return batch;
	batch = cv_worker_pop(worker, CV_BATCH_URGENT);
	if (batch)
		return batch;
	WRITE_ONCE(worker->tired, false);
	return patient && !bulk_first ? cv_worker_pop(worker, CV_BATCH_PATIENT) : NULL;
}

/*
 * What a worker runs next, begun: if it has none, what others have not come to of the peer
 * that it worked for last.
 */
static struct cv_batch *cv_worker_next(struct cv_worker *worker, bool patient, bool bulk_first,
				       struct cv_peer *last)
{
	struct cv_batch *batch = cv_worker_own(worker, patient, bulk_first);

	if (batch) {
		cv_worker_begin(batch);
		return batch;
	}
	if (!last)
		return NULL;
	return cv_worker_steal(&last->rx, patient) ?: cv_worker_steal(&last->tx, patient);
}

/*
 * Run one batch. False: there was none. @last becomes the peer whose batch it was,
 * referenced.
 */
static bool cv_worker_run_one(struct cv_worker *worker, bool patient, bool bulk_first,
			      struct cv_peer **last)
{
	struct cv_batch *batch;
	struct cv_peer *peer;

	local_bh_disable();
	batch = cv_worker_next(worker, patient, bulk_first, *last);
	if (!batch) {
		local_bh_enable();
		return false;
	}
	peer = batch->session->peer;
	if (peer != *last) {
		cv_peer_get(peer);
		if (*last)
			cv_peer_put(*last);
		*last = peer;
	}
	cv_worker_run(batch);
	/* What was sent to the stack again is received here, and its order released. */
	local_bh_enable();
	return true;
}

/* Some of the worker's batches. True: there may be more. */
static bool cv_worker_run_some(struct cv_worker *worker, bool patient)
{
	const unsigned int turn = CV_POLICY_BULK_TURN;
	struct cv_peer *last = NULL;
	unsigned int n = 0;

	while (n < CV_POLICY_RUN_BUDGET &&
	       cv_worker_run_one(worker, patient, n % turn == turn - 1, &last)) {
		n++;
		cond_resched();
	}
	if (last)
		cv_peer_put(last);
	return n == CV_POLICY_RUN_BUDGET;
}

static void cv_worker_run_urgent(struct work_struct *work)
{
	struct cv_worker *worker = container_of(work, struct cv_worker, urgent);

	if (!cv_worker_run_some(worker, false))
		return;
	WRITE_ONCE(worker->tired, true);
	queue_work(cv_worker_patient_wq, &worker->patient);
}

static void cv_worker_run_patient(struct work_struct *work)
{
	struct cv_worker *worker = container_of(work, struct cv_worker, patient);

	if (cv_worker_run_some(worker, true))
		queue_work(cv_worker_patient_wq, &worker->patient);
}
