// SPDX-License-Identifier: GPL-2.0
/*
 * The pretended kernel beneath the code under test: memory that is counted and can run
 * out, RCU callbacks that wait, random numbers that repeat. See shim.h.
 */
#include <shim.h>

#include <assert.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

struct kmem_cache {
	size_t bytes;
	unsigned int live;
};

/* A thread that reads now and then: its count is odd while it does. */
struct shim_reader {
	unsigned long count;
	bool used;
};

#define SHIM_READERS 8

__thread unsigned int shim_rcu_depth;

static __thread struct shim_reader *shim_reader;
static struct shim_reader shim_readers[SHIM_READERS];
static unsigned int shim_live;
static long shim_fail_countdown = -1;
static u64 shim_random_state = 1;
static u8 shim_random_queue[256];
static size_t shim_random_queued;
static struct rcu_head *shim_rcu_waiting;

unsigned int shim_live_objects(void)
{
	return shim_live;
}

void shim_fail_after(long count)
{
	shim_fail_countdown = count;
}

static bool shim_may_allocate(void)
{
	if (shim_fail_countdown < 0)
		return true;
	return shim_fail_countdown-- > 0 || (shim_fail_countdown = 0);
}

struct kmem_cache *kmem_cache_create_bytes(size_t bytes)
{
	struct kmem_cache *cache;

	if (!shim_may_allocate())
		return NULL;
	cache = calloc(1, sizeof(*cache));
	assert(cache);
	cache->bytes = bytes;
	return cache;
}

void kmem_cache_destroy(struct kmem_cache *cache)
{
	if (!cache)
		return;
	assert(!cache->live);
	free(cache);
}

void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp)
{
	void *object;

	(void)gfp;
	if (!shim_may_allocate())
		return NULL;
	object = malloc(cache->bytes);
	assert(object);
	/* A member that was not set must not read as zero by luck. */
	memset(object, 0xa5, cache->bytes);
	cache->live++;
	shim_live++;
	return object;
}

void kmem_cache_free(struct kmem_cache *cache, void *object)
{
	assert(cache->live);
	cache->live--;
	shim_live--;
	free(object);
}

void *kvzalloc(size_t bytes, gfp_t gfp)
{
	(void)gfp;
	if (!shim_may_allocate())
		return NULL;
	shim_live++;
	return calloc(1, bytes);
}

void kvfree(const void *object)
{
	if (!object)
		return;
	shim_live--;
	free((void *)object);
}

/* Slots are never given back: a test program has few threads. */
static struct shim_reader *shim_find_reader(void)
{
	bool unused = false;
	unsigned int i;

	for (i = 0; i < SHIM_READERS; i++, unused = false)
		if (__atomic_compare_exchange_n(&shim_readers[i].used, &unused, true, false,
						__ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
			return &shim_readers[i];
	assert(!"expected fewer threads");
	return NULL;
}

void rcu_read_lock(void)
{
	if (!shim_reader)
		shim_reader = shim_find_reader();
	if (!shim_rcu_depth++)
		__atomic_add_fetch(&shim_reader->count, 1, __ATOMIC_SEQ_CST);
}

void rcu_read_unlock(void)
{
	assert(shim_rcu_depth);
	if (!--shim_rcu_depth)
		__atomic_add_fetch(&shim_reader->count, 1, __ATOMIC_SEQ_CST);
}

/* Wait until every reader that is under way now has been out once. */
static void shim_synchronize(void)
{
	unsigned long count;
	unsigned int i;

	assert(!shim_rcu_depth);
	for (i = 0; i < SHIM_READERS; i++) {
		count = __atomic_load_n(&shim_readers[i].count, __ATOMIC_SEQ_CST);
		while (count % 2 &&
		       count == __atomic_load_n(&shim_readers[i].count, __ATOMIC_SEQ_CST))
			sched_yield();
	}
}

void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	head->func = func;
	head->next = shim_rcu_waiting;
	shim_rcu_waiting = head;
}

void rcu_barrier(void)
{
	struct rcu_head *head;

	shim_synchronize();
	while ((head = shim_rcu_waiting)) {
		shim_rcu_waiting = head->next;
		head->func(head);
	}
}

void shim_seed(u64 seed)
{
	shim_random_state = seed * 2 + 1;
	shim_random_queued = 0;
}

void shim_random_next(const void *bytes, size_t len)
{
	assert(shim_random_queued + len <= sizeof(shim_random_queue));
	memcpy(shim_random_queue + shim_random_queued, bytes, len);
	shim_random_queued += len;
}

/* Steps of a multiplicative generator, of which the upper half is used. */
u32 get_random_u32(void)
{
	shim_random_state = shim_random_state * 6364136223846793005ULL + 1442695040888963407ULL;
	return shim_random_state >> 32;
}

void get_random_bytes(void *buffer, size_t len)
{
	size_t queued = len < shim_random_queued ? len : shim_random_queued;
	u8 *byte = buffer;

	memcpy(byte, shim_random_queue, queued);
	shim_random_queued -= queued;
	memmove(shim_random_queue, shim_random_queue + queued, shim_random_queued);
	while (queued < len)
		byte[queued++] = get_random_u32();
}

u32 shim_random_below(u32 limit)
{
	return (u64)get_random_u32() * limit >> 32;
}
