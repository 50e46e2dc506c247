/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Scratch: room for one packet on each CPU, where seal.c and open.c have it while it
 * is not yet sealed or no more so: it stays in the CPU's cache.
 */
#ifndef CV_DATAPATH_SCRATCH_H
#define CV_DATAPATH_SCRATCH_H

#include <linux/mm_types_task.h>
#include <linux/types.h>

int cv_scratch_init(void);
void cv_scratch_exit(void);
u8 *cv_scratch_packet(unsigned int bytes);
bool cv_scratch_refill(struct page_frag *chunk, unsigned int bytes);

#endif /* CV_DATAPATH_SCRATCH_H */
