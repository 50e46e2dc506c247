/* SPDX-License-Identifier: GPL-2.0 */
/* Work items, which wait for fake_deferred_run(). A workqueue is its name. */
#ifndef FAKE_LINUX_WORKQUEUE_H
#define FAKE_LINUX_WORKQUEUE_H

#include <fake_kernel.h>
#include <linux/atomic.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include <linux/timer.h>

struct work_struct {
	void (*func)(struct work_struct *work);
	struct fake_deferred deferred;
};

struct workqueue_struct;

/* Waits until its time, by fake_boottime_ns, and then as any other work. */
struct delayed_work {
	struct work_struct work;
	struct workqueue_struct *queue;
	struct delayed_work *next;
	u64 due_ns;
	bool waits;
};

/* Waits for a grace period first. */
struct rcu_work {
	struct work_struct work;
	struct rcu_head rcu;
	struct workqueue_struct *wq;
};

#define WQ_PERCPU 0
#define WQ_UNBOUND 0
#define WQ_FREEZABLE 0
#define WQ_CPU_INTENSIVE 0
#define WQ_HIGHPRI 0
#define WQ_MEM_RECLAIM 0

#define INIT_WORK(work, function) (*(work) = (struct work_struct){ .func = (function) })
#define alloc_workqueue(name, flags, max) ((void)(flags), (struct workqueue_struct *)(name))
#define destroy_workqueue(queue) ((void)(queue))
#define INIT_DELAYED_WORK(delayed, function)						\
	(*(delayed) = (struct delayed_work){ .work.func = (function) })
#define to_delayed_work(work_) container_of(work_, struct delayed_work, work)
#define INIT_RCU_WORK(rcu_work, function) INIT_WORK(&(rcu_work)->work, function)
#define to_rcu_work(work_) container_of(work_, struct rcu_work, work)
#define queue_work(queue, work) queue_work_on(fake_cpu, queue, work)

bool queue_work_on(unsigned int cpu, struct workqueue_struct *queue, struct work_struct *work);
void cancel_work_sync(struct work_struct *work);
bool queue_delayed_work(struct workqueue_struct *queue, struct delayed_work *delayed,
			unsigned long ticks);
bool mod_delayed_work(struct workqueue_struct *queue, struct delayed_work *delayed,
		      unsigned long ticks);
bool queue_rcu_work(struct workqueue_struct *queue, struct rcu_work *rcu_work);
void cancel_delayed_work_sync(struct delayed_work *delayed);

#define schedule_delayed_work(delayed, ticks) queue_delayed_work(NULL, delayed, ticks)

#endif /* FAKE_LINUX_WORKQUEUE_H */
