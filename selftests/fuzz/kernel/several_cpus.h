/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Several processors, their work queues and their tasklets for code under test, on top of
 * fake.h, which has one. The compiler puts both before each file.
 * One thread plays all processors, one after another; what is queued waits until the test
 * lets it run.
 */
#ifndef FUZZ_KERNEL_SEVERAL_CPUS_H
#define FUZZ_KERNEL_SEVERAL_CPUS_H

#define FAKE_CPUS 4

/* Which one runs, and how many there are: the first ones. */
extern unsigned int fake_cpu, fake_cpus_online;
/* How often each has its bottom halves off. */
extern unsigned int fake_bh_off[FAKE_CPUS];

/* The variable itself is there for what only wants its name. */
#undef DEFINE_PER_CPU
#define DEFINE_PER_CPU(type, name) \
	__typeof__(type) name##_of[FAKE_CPUS], name __attribute__((__unused__))
#undef per_cpu_ptr
#define per_cpu_ptr(pointer, cpu) (&(*(pointer##_of))[cpu])
#undef this_cpu_ptr
#define this_cpu_ptr(pointer) (&(*(pointer##_of))[fake_cpu])
#undef per_cpu
#define per_cpu(variable, cpu) (variable##_of[cpu])
#undef for_each_possible_cpu
#define for_each_possible_cpu(cpu) for ((cpu) = 0; (cpu) < FAKE_CPUS; (cpu)++)
#undef smp_processor_id
#define smp_processor_id() fake_cpu
#undef nr_cpu_ids
#define nr_cpu_ids fake_cpus_online
#undef num_online_cpus
#define num_online_cpus() fake_cpus_online

#undef local_bh_disable
#define local_bh_disable() (fake_bh_off[fake_cpu]++)
#undef local_bh_enable
#define local_bh_enable() ((void)(assert(fake_bh_off[fake_cpu]), fake_bh_off[fake_cpu]--))
#undef lockdep_assert_in_softirq
#define lockdep_assert_in_softirq() assert(fake_bh_off[fake_cpu])
#define preempt_disable() do { } while (0)
#define preempt_enable() do { } while (0)

typedef struct {
} local_lock_t;

#define INIT_LOCAL_LOCK(name) {}
#define local_lock_nested_bh(lock) ((void)(lock), assert(fake_bh_off[fake_cpu]))
#define local_unlock_nested_bh(lock) ((void)(lock))

/* A work queue is its name. */
#define WQ_HIGHPRI 0
#define WQ_MEM_RECLAIM 0
#undef alloc_workqueue
#define alloc_workqueue(name, flags, max) ((void)(flags), (struct workqueue_struct *)(name))
#undef queue_work
#define queue_work(queue, work) fake_queue_work_at(fake_cpu, queue, work)
#undef queue_work_on
#define queue_work_on(cpu, queue, work) fake_queue_work_at(cpu, queue, work)

struct tasklet_struct {
	void (*callback)(struct tasklet_struct *tasklet);
};

#define tasklet_setup(tasklet, function) ((tasklet)->callback = (function))
#define tasklet_schedule(tasklet) fake_tasklet_schedule(tasklet)
#define tasklet_kill(tasklet) ((void)(tasklet))

/* How much was put into each one's backlog, and taken from it. */
extern u32 fake_backlog_head[FAKE_CPUS], fake_backlog_tail[FAKE_CPUS];

#define cv_compat_backlog_tail(cpu) (fake_backlog_tail[cpu])
#define cv_compat_backlog_is_past(cpu, tail) ((int)(fake_backlog_head[cpu] - (tail)) >= 0)

/* Time stands still unless the test says otherwise. */
#undef jiffies
#define jiffies fake_jiffies
#define time_after(a, b) ((long)((b) - (a)) < 0)
extern unsigned long fake_jiffies;

struct llist_head {
	struct llist_node *first;
};

#define init_llist_head(head) ((head)->first = NULL)
#define llist_for_each_entry_safe(entry, after, node, member)				\
	for ((entry) = (node) ? container_of(node, __typeof__(*(entry)), member) : NULL;	\
	     (entry) && ((after) = (entry)->member.next ?				\
			 container_of((entry)->member.next, __typeof__(*(entry)), member) : NULL, \
			 true);								\
	     (entry) = (after))

static inline bool llist_add(struct llist_node *node, struct llist_head *head)
{
	node->next = head->first;
	head->first = node;
	return !node->next;
}

static inline struct llist_node *llist_del_all(struct llist_head *head)
{
	struct llist_node *first = head->first;

	head->first = NULL;
	return first;
}

bool fake_queue_work_at(unsigned int cpu, struct workqueue_struct *queue, struct work_struct *work);
void fake_tasklet_schedule(struct tasklet_struct *tasklet);

#endif /* FUZZ_KERNEL_SEVERAL_CPUS_H */
