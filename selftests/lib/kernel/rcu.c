// SPDX-License-Identifier: GPL-2.0
/*
 * RCU: real between a few threads that read and one that writes. Callbacks wait for
 * rcu_barrier().
 */
#include <fake_kernel.h>

#include <assert.h>
#include <sched.h>

#include <linux/rcupdate.h>
#include <linux/slab.h>

/* A thread that reads now and then: its count is odd while it does. */
struct fake_rcu_reader {
	unsigned long count;
	bool used;
};

#define FAKE_RCU_READERS 8

__thread unsigned int fake_rcu_depth;

static __thread struct fake_rcu_reader *fake_rcu_reader;
static struct fake_rcu_reader fake_rcu_readers[FAKE_RCU_READERS];
static struct rcu_head *fake_rcu_waiting;

/* Slots are never given back: a test program has few threads. */
static struct fake_rcu_reader *fake_rcu_find_reader(void)
{
	bool unused = false;
	unsigned int i;

	for (i = 0; i < FAKE_RCU_READERS; i++, unused = false)
		if (__atomic_compare_exchange_n(&fake_rcu_readers[i].used, &unused, true, false,
						__ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
			return &fake_rcu_readers[i];
	assert(!"expected fewer threads");
	return NULL;
}

void rcu_read_lock(void)
{
	if (!fake_rcu_reader)
		fake_rcu_reader = fake_rcu_find_reader();
	if (!fake_rcu_depth++)
		__atomic_add_fetch(&fake_rcu_reader->count, 1, __ATOMIC_SEQ_CST);
}

void rcu_read_unlock(void)
{
	assert(fake_rcu_depth);
	if (!--fake_rcu_depth)
		__atomic_add_fetch(&fake_rcu_reader->count, 1, __ATOMIC_SEQ_CST);
}

/* Wait until every reader that is under way now has been out once. */
static void fake_rcu_synchronize(void)
{
	unsigned long count;
	unsigned int i;

	assert(!fake_rcu_depth);
	for (i = 0; i < FAKE_RCU_READERS; i++) {
		count = __atomic_load_n(&fake_rcu_readers[i].count, __ATOMIC_SEQ_CST);
		while (count % 2 &&
		       count == __atomic_load_n(&fake_rcu_readers[i].count, __ATOMIC_SEQ_CST))
			sched_yield();
	}
}

void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	head->func = func;
	head->next = fake_rcu_waiting;
	fake_rcu_waiting = head;
}

/* Of kfree_rcu(). */
static void fake_kfree_rcu_call(struct rcu_head *head)
{
	kfree(head->object);
}

void fake_kfree_rcu(void *object, struct rcu_head *head)
{
	head->object = object;
	call_rcu(head, fake_kfree_rcu_call);
}

void rcu_barrier(void)
{
	struct rcu_head *head;

	fake_rcu_synchronize();
	while ((head = fake_rcu_waiting)) {
		fake_rcu_waiting = head->next;
		head->func(head);
	}
}
