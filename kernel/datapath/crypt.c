// SPDX-License-Identifier: GPL-2.0
/*
 * Crypto workers: one work item a CPU, shared by all devices, each with a list of
 * batches to seal or to open. Fed by tx.c and rx.c.
 */
#include <linux/percpu.h>
#include <linux/workqueue.h>

#include "batch.h"
#include "crypt.h"
#include "open.h"
#include "seal.h"
#include "../control/cpu.h"

/* Batches a worker does before it lets others have its CPU. */
#define CV_CRYPT_RUN_MAX 32

/**
 * struct cv_crypt_worker - one CPU's share
 */
struct cv_crypt_worker {
	/** @lock: @batches */
	spinlock_t lock;
	/** @batches: to be run, oldest first */
	struct list_head batches;
	/** @work: runs them */
	struct work_struct work;
};

static DEFINE_PER_CPU(struct cv_crypt_worker, cv_crypt_workers);
static struct workqueue_struct *cv_crypt_wq;
static unsigned int cv_crypt_last;

static void cv_crypt_work(struct work_struct *work);

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
		INIT_WORK(&worker->work, cv_crypt_work);
	}
	cv_crypt_wq = alloc_workqueue("culvert-crypt",
				      WQ_PERCPU | WQ_CPU_INTENSIVE | WQ_MEM_RECLAIM, 0);
	return cv_crypt_wq ? 0 : -ENOMEM;
}

/**
 * cv_crypt_exit() - undo cv_crypt_init()
 *
 * Context: module unload: no device is left, and so no batch.
 */
void cv_crypt_exit(void)
{
	destroy_workqueue(cv_crypt_wq);
	cv_seal_exit();
}

/**
 * cv_crypt_queue() - have a batch sealed or opened on some CPU
 * @batch: in its order queue; waiting, or done and with the turn to drain
 *
 * Context: BH off.
 */
void cv_crypt_queue(struct cv_batch *batch)
{
	int cpu = cv_cpu_next(&cv_crypt_last);
	struct cv_crypt_worker *worker = per_cpu_ptr(&cv_crypt_workers, cpu);

	spin_lock(&worker->lock);
	list_add_tail(&batch->work_link, &worker->batches);
	spin_unlock(&worker->lock);
	queue_work_on(cpu, cv_crypt_wq, &worker->work);
}

/**
 * cv_crypt_run() - seal or open a batch here and now
 * @batch: running, in its order queue; may be freed on return
 *
 * Context: BH off: the per-CPU page chunks of seal.c belong to us, no softirq
 * barges in at the end of each FPU section, and what leaves does so in a burst.
 */
void cv_crypt_run(struct cv_batch *batch)
{
	if (batch->sealing)
		cv_seal_batch(batch);
	else
		cv_open_batch(batch);
	cv_batch_complete(batch);
}

static struct cv_batch *cv_crypt_pop(struct cv_crypt_worker *worker)
{
	struct cv_batch *batch;

	spin_lock(&worker->lock);
	batch = list_first_entry_or_null(&worker->batches, struct cv_batch, work_link);
	if (batch)
		list_del(&batch->work_link);
	spin_unlock(&worker->lock);
	return batch;
}

static void cv_crypt_work(struct work_struct *work)
{
	struct cv_crypt_worker *worker = container_of(work, struct cv_crypt_worker, work);
	struct cv_batch *batch;
	unsigned int n;

	for (n = 0; n < CV_CRYPT_RUN_MAX; n++) {
		local_bh_disable();
		batch = cv_crypt_pop(worker);
		if (batch) {
			if (cv_batch_begin(batch))
				cv_crypt_run(batch);
			else
				cv_batch_drain(batch->order);
		}
		local_bh_enable();
		if (!batch)
			return;
		cond_resched();
	}
	queue_work(cv_crypt_wq, &worker->work);
}
