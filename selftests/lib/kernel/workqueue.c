// SPDX-License-Identifier: GPL-2.0
/*
 * Work items and tasklets: they wait in one list, in the order in which they were queued, until
 * the test runs them.
 */
#include <fake_kernel.h>

#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/workqueue.h>

struct fake_deferred *fake_deferred_first;

/* Those whose time has not come; the one queued last first. */
static struct delayed_work *fake_delayed_first;

/* False if it waits already. */
static bool fake_deferred_queue(struct fake_deferred *deferred,
				void (*run)(struct fake_deferred *deferred),
				const char *queue, unsigned int cpu)
{
	struct fake_deferred **last = &fake_deferred_first;

	if (deferred->queued)
		return false;
	while (*last)
		last = &(*last)->next;
	*deferred = (struct fake_deferred){
		.run = run, .queue = queue, .cpu = cpu, .queued = true,
	};
	*last = deferred;
	return true;
}

static void fake_deferred_cancel(struct fake_deferred *deferred)
{
	struct fake_deferred **place = &fake_deferred_first;

	while (*place && *place != deferred)
		place = &(*place)->next;
	if (*place)
		*place = deferred->next;
	deferred->queued = false;
}

unsigned int fake_deferred_count(void)
{
	struct fake_deferred *deferred;
	unsigned int count = 0;

	for (deferred = fake_deferred_first; deferred; deferred = deferred->next)
		count++;
	return count;
}

/* It may queue itself again, or be freed, while it runs. */
void fake_deferred_run(struct fake_deferred *deferred)
{
	unsigned int before = fake_cpu;

	fake_deferred_cancel(deferred);
	fake_cpu = deferred->cpu;
	deferred->run(deferred);
	fake_cpu = before;
}

/* The first that is due, or NULL. */
static struct delayed_work *fake_delayed_due(void)
{
	struct delayed_work *delayed;

	for (delayed = fake_delayed_first; delayed; delayed = delayed->next)
		if (delayed->due_ns <= fake_boottime_ns)
			return delayed;
	return NULL;
}

static void fake_delayed_unlink(struct delayed_work *delayed)
{
	struct delayed_work **place = &fake_delayed_first;

	while (*place && *place != delayed)
		place = &(*place)->next;
	if (*place)
		*place = delayed->next;
	delayed->waits = false;
}

void fake_deferred_run_all(void)
{
	struct delayed_work *delayed;

	for (;;) {
		while ((delayed = fake_delayed_due())) {
			fake_delayed_unlink(delayed);
			queue_work(delayed->queue, &delayed->work);
		}
		if (!fake_deferred_first)
			return;
		fake_deferred_run(fake_deferred_first);
	}
}

static void fake_work_run(struct fake_deferred *deferred)
{
	struct work_struct *work = container_of(deferred, struct work_struct, deferred);

	work->func(work);
}

bool queue_work_on(unsigned int cpu, struct workqueue_struct *queue, struct work_struct *work)
{
	return fake_deferred_queue(&work->deferred, fake_work_run, (const char *)queue, cpu);
}

static void fake_rcu_work_queue(struct rcu_head *rcu)
{
	struct rcu_work *rcu_work = container_of(rcu, struct rcu_work, rcu);

	queue_work(rcu_work->wq, &rcu_work->work);
}

bool queue_rcu_work(struct workqueue_struct *queue, struct rcu_work *rcu_work)
{
	rcu_work->wq = queue;
	call_rcu(&rcu_work->rcu, fake_rcu_work_queue);
	return true;
}

void cancel_work_sync(struct work_struct *work)
{
	fake_deferred_cancel(&work->deferred);
}

bool queue_delayed_work(struct workqueue_struct *queue, struct delayed_work *delayed,
			unsigned long ticks)
{
	if (delayed->waits || delayed->work.deferred.queued)
		return false;
	if (!ticks)
		return queue_work(queue, &delayed->work);
	delayed->queue = queue;
	delayed->due_ns = fake_boottime_ns + ticks * (NSEC_PER_SEC / HZ);
	delayed->waits = true;
	delayed->next = fake_delayed_first;
	fake_delayed_first = delayed;
	return true;
}

void cancel_delayed_work_sync(struct delayed_work *delayed)
{
	fake_delayed_unlink(delayed);
	cancel_work_sync(&delayed->work);
}

bool mod_delayed_work(struct workqueue_struct *queue, struct delayed_work *delayed,
		      unsigned long ticks)
{
	bool waited = delayed->waits || delayed->work.deferred.queued;

	cancel_delayed_work_sync(delayed);
	queue_delayed_work(queue, delayed, ticks);
	return waited;
}

static void fake_tasklet_run(struct fake_deferred *deferred)
{
	struct tasklet_struct *tasklet = container_of(deferred, struct tasklet_struct, deferred);

	local_bh_disable();
	tasklet->callback(tasklet);
	local_bh_enable();
}

void tasklet_setup(struct tasklet_struct *tasklet,
		   void (*callback)(struct tasklet_struct *tasklet))
{
	*tasklet = (struct tasklet_struct){ .callback = callback };
}

void tasklet_schedule(struct tasklet_struct *tasklet)
{
	fake_deferred_queue(&tasklet->deferred, fake_tasklet_run, FAKE_TASKLET, fake_cpu);
}
