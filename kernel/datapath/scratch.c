// SPDX-License-Identifier: GPL-2.0
/*
 * Scratch: room for one packet on each CPU, where seal.c and open.c have it while it
 * is not yet sealed or no more so: it stays in the CPU's cache.
 */
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/topology.h>
#include <net/sock.h>

#include "aead.h"
#include "scratch.h"

/* For packets of the usual jumbo frames; larger ones do without. */
#define CV_SCRATCH_PACKET_BYTES 9216

static DEFINE_PER_CPU(u8 *, cv_scratch);

/**
 * cv_scratch_init() - make room on each CPU
 *
 * Context: module load, may sleep.
 * Return: 0 or -ENOMEM.
 */
int cv_scratch_init(void)
{
	const size_t bytes = CV_AEAD_BEFORE_BYTES + CV_SCRATCH_PACKET_BYTES + CV_AEAD_BEHIND_BYTES;
	int cpu;

	for_each_possible_cpu(cpu) {
		u8 *scratch = kzalloc_node(bytes, GFP_KERNEL, cpu_to_node(cpu));

		if (!scratch) {
			cv_scratch_exit();
			return -ENOMEM;
		}
		per_cpu(cv_scratch, cpu) = scratch;
	}
	return 0;
}

/**
 * cv_scratch_exit() - undo cv_scratch_init()
 *
 * Context: module unload or a failed load.
 */
void cv_scratch_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		kfree_sensitive(per_cpu(cv_scratch, cpu));
		per_cpu(cv_scratch, cpu) = NULL;
	}
}

/**
 * cv_scratch_packet() - this CPU's room
 * @bytes: size of the packet, its tag not counted
 *
 * Context: BH off until the caller is done with it.
 * Return: where the packet goes, with CV_AEAD_BEFORE_BYTES before it and
 * CV_AEAD_BEHIND_BYTES behind; or NULL for one that is too large.
 */
u8 *cv_scratch_packet(unsigned int bytes)
{
	if (unlikely(bytes > CV_SCRATCH_PACKET_BYTES))
		return NULL;
	return this_cpu_read(cv_scratch) + CV_AEAD_BEFORE_BYTES;
}

/**
 * cv_scratch_refill() - see that a page chunk has room
 * @chunk: this CPU's
 * @bytes: how much
 *
 * Context: BH off.
 * Return: false when memory is short.
 */
bool cv_scratch_refill(struct page_frag *chunk, unsigned int bytes)
{
	const gfp_t gfp = GFP_ATOMIC | __GFP_NOWARN;

	if (unlikely(!skb_page_frag_refill(bytes, chunk, gfp)))
		return false;
	if (likely(chunk->size - chunk->offset >= bytes))
		return true;
	/* A single page, from when memory was short, and unused: it would stay otherwise. */
	put_page(chunk->page);
	chunk->page = NULL;
	return skb_page_frag_refill(bytes, chunk, gfp) && chunk->size - chunk->offset >= bytes;
}
