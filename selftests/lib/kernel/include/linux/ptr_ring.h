/* SPDX-License-Identifier: GPL-2.0 */
/* A ring of pointers. */
#ifndef FAKE_LINUX_PTR_RING_H
#define FAKE_LINUX_PTR_RING_H

#include <linux/slab.h>

struct ptr_ring {
	void **slots;
	int size;
	int first;
	int used;
};

int ptr_ring_init(struct ptr_ring *ring, int size, gfp_t gfp);
int ptr_ring_produce(struct ptr_ring *ring, void *pointer);
void *ptr_ring_consume_bh(struct ptr_ring *ring);
void ptr_ring_cleanup(struct ptr_ring *ring, void (*destroy)(void *pointer));

#endif /* FAKE_LINUX_PTR_RING_H */
