/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Crypto workers: one per CPU, shared by all devices. Batches are sealed and opened here.
 */
#ifndef CV_DATAPATH_WORKER_H
#define CV_DATAPATH_WORKER_H

#include "batch.h"

struct cv_order;

int cv_worker_init(void);
void cv_worker_exit(void);
void cv_worker_add(struct cv_batch *batch);
void cv_worker_kick(int cpu, enum cv_batch_level level);
void cv_worker_help(struct cv_order *order, unsigned int batches);

#endif /* CV_DATAPATH_WORKER_H */
