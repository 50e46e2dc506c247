// SPDX-License-Identifier: GPL-2.0
/*
 * Rings of pointers.
 */
#include <linux/ptr_ring.h>

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
