// SPDX-License-Identifier: GPL-2.0
/*
 * The pretended kernel beneath the module's stateful rooms, see fake.h; its generic
 * netlink is in netlink.c.
 */
#include "fake.h"

bool fake_rtnl;
bool fake_capable = true;
u64 fake_boottime_ns;
struct timespec64 fake_realtime;
struct net fake_net;
void (*fake_unlocked)(void);

static struct work_struct *fake_works;

bool fake_queue_work(struct work_struct *work)
{
	struct work_struct **last = &fake_works;

	if (work->queued)
		return false;
	while (*last)
		last = &(*last)->next;
	work->queued = true;
	work->next = NULL;
	*last = work;
	return true;
}

void fake_cancel_work(struct work_struct *work)
{
	struct work_struct **place = &fake_works;

	while (*place && *place != work)
		place = &(*place)->next;
	if (*place)
		*place = work->next;
	work->queued = false;
}

void fake_run_works(void)
{
	struct work_struct *work;

	while ((work = fake_works)) {
		fake_works = work->next;
		work->queued = false;
		work->func(work);
	}
}

int ptr_ring_init(struct ptr_ring *ring, int size, gfp_t gfp)
{
	*ring = (struct ptr_ring){ .size = size };
	ring->slots = kvcalloc(size, sizeof(*ring->slots), gfp);
	return ring->slots ? 0 : -ENOMEM;
}

int ptr_ring_produce(struct ptr_ring *ring, void *pointer)
{
	if (ring->used == ring->size)
		return -ENOSPC;
	ring->slots[(ring->first + ring->used++) % ring->size] = pointer;
	return 0;
}

void *ptr_ring_consume_bh(struct ptr_ring *ring)
{
	void *pointer;

	if (!ring->used)
		return NULL;
	pointer = ring->slots[ring->first];
	ring->first = (ring->first + 1) % ring->size;
	ring->used--;
	return pointer;
}

void ptr_ring_cleanup(struct ptr_ring *ring, void (*destroy)(void *pointer))
{
	void *pointer;

	while ((pointer = ptr_ring_consume_bh(ring)))
		destroy(pointer);
	kvfree(ring->slots);
}

/* Nobody asks for its value but to have one. */
u64 siphash(const void *data, size_t len, const siphash_key_t *key)
{
	return siphash_2u64(len, *(const u8 *)data, key);
}

static void *fake_object(struct rhash_head *node, const struct rhashtable_params *params)
{
	return (u8 *)node - params->head_offset;
}

int rhashtable_init(struct rhashtable *table, const struct rhashtable_params *params)
{
	*table = (struct rhashtable){};
	return 0;
}

void rhashtable_destroy(struct rhashtable *table)
{
	assert(!table->first && !table->count);
}

void *rhashtable_lookup_fast(struct rhashtable *table, const void *key,
			     const struct rhashtable_params params)
{
	struct rhashtable_compare_arg arg = { .key = key };
	struct rhash_head *node;

	for (node = table->first; node; node = node->next) {
		void *object = fake_object(node, &params);

		if (params.obj_cmpfn ? !params.obj_cmpfn(&arg, object) :
		    !memcmp((u8 *)object + params.key_offset, key, params.key_len))
			return object;
	}
	return NULL;
}

/* Growing takes memory: it may be that there is none. */
int rhashtable_insert_fast(struct rhashtable *table, struct rhash_head *node,
			   const struct rhashtable_params params)
{
	void *growth = kvzalloc(1, GFP_ATOMIC);

	if (!growth)
		return -ENOMEM;
	kvfree(growth);
	node->next = table->first;
	table->first = node;
	table->count++;
	return 0;
}

int rhashtable_lookup_insert_fast(struct rhashtable *table, struct rhash_head *node,
				  const struct rhashtable_params params)
{
	if (rhashtable_lookup_fast(table, (u8 *)fake_object(node, &params) + params.key_offset,
				   params))
		return -EEXIST;
	return rhashtable_insert_fast(table, node, params);
}

static struct rhash_head **fake_place(struct rhashtable *table, struct rhash_head *node)
{
	struct rhash_head **place = &table->first;

	while (*place && *place != node)
		place = &(*place)->next;
	return place;
}

int rhashtable_remove_fast(struct rhashtable *table, struct rhash_head *node,
			   const struct rhashtable_params params)
{
	struct rhash_head **place = fake_place(table, node);

	if (!*place)
		return -ENOENT;
	*place = node->next;
	table->count--;
	return 0;
}

int rhashtable_replace_fast(struct rhashtable *table, struct rhash_head *old,
			    struct rhash_head *node, const struct rhashtable_params params)
{
	struct rhash_head **place = fake_place(table, old);

	if (!*place)
		return -ENOENT;
	node->next = old->next;
	*place = node;
	return 0;
}
