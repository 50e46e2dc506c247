/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Crypto workers: one a CPU, shared by all devices. A batch is sealed or opened
 * here, or where it arose when the tunnel is idle.
 */
#ifndef CV_DATAPATH_CRYPT_H
#define CV_DATAPATH_CRYPT_H

#include <linux/types.h>

struct cv_batch;
struct cv_batch_place;
struct cv_order;

int cv_crypt_init(void);
void cv_crypt_exit(void);
void cv_crypt_queue(struct cv_batch *batch, bool here);
bool cv_crypt_unqueue(struct cv_batch *batch);
void cv_crypt_start(struct cv_order *order, const struct cv_batch_place *place);
void cv_crypt_help(struct cv_order *order, unsigned int batches);
void cv_crypt_run(struct cv_batch *batch);

#endif /* CV_DATAPATH_CRYPT_H */
