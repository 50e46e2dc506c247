// SPDX-License-Identifier: GPL-2.0
/*
 * Crypto workers: one a CPU, shared by all devices, each with lists of batches to seal
 * or to open, fed by tx.c and rx.c. A worker runs at three levels: as a tasklet, soon,
 * once the burst of packets that this CPU is just receiving or sending is over, which
 * takes no wake-up; and, so that one flow uses several CPUs, as one of two work items.
 *
 * The urgent one comes before programs, for short packets; but as softirqs do, it goes on
 * as the other when there is no end of it: a flood leaves programs their share. The
 * patient one is as one of them, for bulk, which would else keep its readers from reading.
 * When a worker has nothing left to do it takes from others what they have not come to:
 * how much time a CPU has is up to the programs on it, and what one keeps all others of
 * its peer wait for.
 */
#include <linux/interrupt.h>
#include <linux/local_lock.h>
#include <linux/percpu.h>
#include <linux/workqueue.h>

#include "batch.h"
#include "crypt.h"
#include "flow.h"
#include "merge.h"
#include "open.h"
#include "order.h"
#include "scratch.h"
#include "seal.h"
#include "../control/cpu.h"
#include "../handshake/session.h"

/* Batches a worker does before it lets others have its CPU, and is as patient as they. */
#define CV_CRYPT_RUN_MAX 32

/**
 * struct cv_crypt_worker - one CPU's share
 */
struct cv_crypt_worker {
	/** @lock: the lists */
	spinlock_t lock;
	/** @batches: for @urgent, or @patient if it is tired, oldest first */
	struct list_head batches;
	/** @bulk: for @patient, oldest first */
	struct list_head bulk;
	/** @burst: for @soon, oldest first */
	struct list_head burst;
	/** @urgent: runs @batches, before programs have their turn */
	struct work_struct urgent;
	/** @patient: runs @bulk, or goes on with @batches, as one among programs */
	struct work_struct patient;
	/**
	 * @tired: it is @patient's turn, till @batches was found empty. Who reads it while
	 * it changes kicks the other level, which finds the same batches.
	 */
	bool tired;
	/** @soon: runs @burst, when this CPU's burst is over */
	struct tasklet_struct soon;
	/** @scratch_lock: the CPU's scratch and page chunks, where BH off does not own them */
	local_lock_t scratch_lock;
};

static DEFINE_PER_CPU(struct cv_crypt_worker, cv_crypt_workers) = {
	.scratch_lock = INIT_LOCAL_LOCK(scratch_lock),
};

static struct workqueue_struct *cv_crypt_urgent_wq;
static struct workqueue_struct *cv_crypt_patient_wq;

/* Whose turn it was, for what this CPU hands out. */
static DEFINE_PER_CPU(unsigned int, cv_crypt_last);

static void cv_crypt_urgent(struct work_struct *work);
static void cv_crypt_patient(struct work_struct *work);
static void cv_crypt_soon(struct tasklet_struct *soon);

static int cv_crypt_init_queues(void)
{
	const unsigned int flags = WQ_PERCPU | WQ_CPU_INTENSIVE | WQ_MEM_RECLAIM;

	cv_crypt_urgent_wq = alloc_workqueue("culvert-urgent", flags | WQ_HIGHPRI, 0);
	if (!cv_crypt_urgent_wq)
		return -ENOMEM;
	cv_crypt_patient_wq = alloc_workqueue("culvert-patient", flags, 0);
	if (!cv_crypt_patient_wq) {
		destroy_workqueue(cv_crypt_urgent_wq);
		return -ENOMEM;
	}
	return 0;
}

/**
 * cv_crypt_init() - make the workers
 *
 * Context: module load. Return: 0 or -ENOMEM.
 */
int cv_crypt_init(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct cv_crypt_worker *worker = per_cpu_ptr(&cv_crypt_workers, cpu);

		spin_lock_init(&worker->lock);
		INIT_LIST_HEAD(&worker->batches);
		INIT_LIST_HEAD(&worker->bulk);
		INIT_LIST_HEAD(&worker->burst);
		INIT_WORK(&worker->urgent, cv_crypt_urgent);
		INIT_WORK(&worker->patient, cv_crypt_patient);
		tasklet_setup(&worker->soon, cv_crypt_soon);
		per_cpu(cv_crypt_last, cpu) = cpu;
	}
	cv_flow_init();
	cv_order_init_cpus();
	if (cv_scratch_init())
		return -ENOMEM;
	if (cv_crypt_init_queues()) {
		cv_scratch_exit();
		return -ENOMEM;
	}
	return 0;
}

/**
 * cv_crypt_exit() - undo cv_crypt_init()
 *
 * Context: module unload: no device is left, and so no batch.
 */
void cv_crypt_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		tasklet_kill(&per_cpu_ptr(&cv_crypt_workers, cpu)->soon);
	/* In this order: the first gives to the second. */
	destroy_workqueue(cv_crypt_urgent_wq);
	destroy_workqueue(cv_crypt_patient_wq);
	cv_order_exit_cpus();
	cv_seal_exit();
	cv_merge_exit();
	cv_scratch_exit();
}

/**
 * cv_crypt_queue() - put a batch in a crypto worker's list
 * @batch: waiting, in its order queue
 * @here: in this CPU's; else CPUs take turns
 *
 * Each CPU hands out turns by itself, starting with its neighbour: it is busy making
 * batches. Context: BH off, the order's lock held; cv_crypt_start() must follow.
 */
void cv_crypt_queue(struct cv_batch *batch, bool here)
{
	struct cv_crypt_worker *worker;
	struct list_head *list;

	lockdep_assert_held(&batch->order->lock);
	batch->cpu = here ? smp_processor_id() : cv_cpu_next(this_cpu_ptr(&cv_crypt_last));
	worker = per_cpu_ptr(&cv_crypt_workers, batch->cpu);
	list = here ? &worker->burst : batch->bulk ? &worker->bulk : &worker->batches;
	spin_lock(&worker->lock);
	list_add_tail(&batch->work_link, list);
	spin_unlock(&worker->lock);
}

/**
 * cv_crypt_unqueue() - take a batch back from its crypto worker's list
 * @batch: waiting, in its order queue
 *
 * Context: BH off, the order's lock held. Return: false when the worker has it in hand.
 */
bool cv_crypt_unqueue(struct cv_batch *batch)
{
	struct cv_crypt_worker *worker = per_cpu_ptr(&cv_crypt_workers, batch->cpu);
	bool queued;

	lockdep_assert_held(&batch->order->lock);
	spin_lock(&worker->lock);
	queued = !list_empty(&batch->work_link);
	list_del_init(&batch->work_link);
	spin_unlock(&worker->lock);
	return queued;
}

static void cv_crypt_kick(int cpu, bool bulk)
{
	struct cv_crypt_worker *worker = per_cpu_ptr(&cv_crypt_workers, cpu);

	if (bulk || READ_ONCE(worker->tired))
		queue_work_on(cpu, cv_crypt_patient_wq, &worker->patient);
	else
		queue_work_on(cpu, cv_crypt_urgent_wq, &worker->urgent);
}

/**
 * cv_crypt_start() - see to it that a batch is run where it was placed
 * @order: its queue, of a peer that the caller holds; the batch may be done and gone
 * @place: from cv_batch_join()
 *
 * Context: BH off since then, no lock held.
 */
void cv_crypt_start(struct cv_order *order, const struct cv_batch_place *place)
{
	if (place->soon)
		tasklet_schedule(&this_cpu_ptr(&cv_crypt_workers)->soon);
	else
		cv_crypt_kick(place->cpu, place->bulk);
	cv_crypt_help(order, place->help);
}

/**
 * cv_crypt_help() - run the oldest batches that wait in a queue, as far as there are any
 * @order: the queue, of a peer that the caller holds
 * @batches: at most so many
 *
 * Context: as for cv_crypt_run().
 */
void cv_crypt_help(struct cv_order *order, unsigned int batches)
{
	struct cv_batch *batch;

	while (batches-- && (batch = cv_batch_claim(order, true)))
		cv_crypt_run(batch);
}

/**
 * cv_crypt_run() - seal or open a batch here and now
 * @batch: running, in its order queue; may be freed on return
 *
 * Context: BH off: the per-CPU page chunks and scratch belong to us, no softirq
 * barges in at the end of each FPU section, and what leaves does so in a burst.
 */
void cv_crypt_run(struct cv_batch *batch)
{
	local_lock_nested_bh(&cv_crypt_workers.scratch_lock);
	if (batch->sealing)
		cv_seal_batch(batch);
	else
		cv_open_batch(batch);
	local_unlock_nested_bh(&cv_crypt_workers.scratch_lock);
	cv_order_complete(batch);
}

static struct cv_batch *cv_crypt_pop(struct cv_crypt_worker *worker, struct list_head *list)
{
	struct cv_batch *batch;

	spin_lock(&worker->lock);
	batch = list_first_entry_or_null(list, struct cv_batch, work_link);
	if (batch)
		list_del_init(&batch->work_link);
	spin_unlock(&worker->lock);
	return batch;
}

/*
 * The next of the worker's own batches. Patience takes bulk first at times, or a flood of
 * short packets would let none through.
 */
static struct cv_batch *cv_crypt_own(struct cv_crypt_worker *worker, bool patient,
				     bool bulk_first)
{
	struct cv_batch *batch = NULL;

	if (patient && bulk_first)
		batch = cv_crypt_pop(worker, &worker->bulk);
	if (batch)
		return batch;
	batch = cv_crypt_pop(worker, &worker->batches);
	if (batch)
		return batch;
	WRITE_ONCE(worker->tired, false);
	return patient && !bulk_first ? cv_crypt_pop(worker, &worker->bulk) : NULL;
}

/*
 * What a worker does next. If there is nothing, what others have not come to of the peer
 * that it worked for last: bulk, too, if it is @patient.
 */
static struct cv_batch *cv_crypt_next(struct cv_crypt_worker *worker, bool patient,
				      bool bulk_first, struct cv_peer *last)
{
	struct cv_batch *batch = cv_crypt_own(worker, patient, bulk_first);

	if (batch) {
		cv_batch_begin(batch);
		return batch;
	}
	if (!last)
		return NULL;
	return cv_batch_claim(&last->rx, patient) ?: cv_batch_claim(&last->tx, patient);
}

/*
 * Run one batch. False: there was none. @last becomes the peer whose batch it was,
 * referenced.
 */
static bool cv_crypt_one(struct cv_crypt_worker *worker, bool patient, bool bulk_first,
			 struct cv_peer **last)
{
	struct cv_batch *batch;
	struct cv_peer *peer;

	local_bh_disable();
	batch = cv_crypt_next(worker, patient, bulk_first, *last);
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
	cv_crypt_run(batch);
	/* What was sent to the stack again is received here, and its order released. */
	local_bh_enable();
	return true;
}

static void cv_crypt_soon(struct tasklet_struct *soon)
{
	struct cv_crypt_worker *worker = container_of(soon, struct cv_crypt_worker, soon);
	struct cv_batch *batch;
	unsigned int n;

	for (n = 0; n < CV_CRYPT_RUN_MAX; n++) {
		batch = cv_crypt_pop(worker, &worker->burst);
		if (!batch)
			return;
		cv_batch_begin(batch);
		cv_crypt_run(batch);
	}
	/* Other softirqs first. */
	tasklet_schedule(soon);
}

/* Some of the worker's batches. True: there may be more. */
static bool cv_crypt_several(struct cv_crypt_worker *worker, bool patient)
{
	struct cv_peer *last = NULL;
	unsigned int n = 0;

	while (n < CV_CRYPT_RUN_MAX && cv_crypt_one(worker, patient, n % 4 == 3, &last)) {
		n++;
		cond_resched();
	}
	if (last)
		cv_peer_put(last);
	return n == CV_CRYPT_RUN_MAX;
}

static void cv_crypt_urgent(struct work_struct *work)
{
	struct cv_crypt_worker *worker = container_of(work, struct cv_crypt_worker, urgent);

	if (!cv_crypt_several(worker, false))
		return;
	WRITE_ONCE(worker->tired, true);
	queue_work(cv_crypt_patient_wq, &worker->patient);
}

static void cv_crypt_patient(struct work_struct *work)
{
	struct cv_crypt_worker *worker = container_of(work, struct cv_crypt_worker, patient);

	if (cv_crypt_several(worker, true))
		queue_work(cv_crypt_patient_wq, &worker->patient);
}
