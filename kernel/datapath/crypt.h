/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Crypto workers: one a CPU, shared by all devices. A batch is sealed or opened
 * here, or where it arose when the tunnel is idle.
 */
#ifndef CV_DATAPATH_CRYPT_H
#define CV_DATAPATH_CRYPT_H

struct cv_batch;

int cv_crypt_init(void);
void cv_crypt_exit(void);
void cv_crypt_queue(struct cv_batch *batch);
void cv_crypt_run(struct cv_batch *batch);

#endif /* CV_DATAPATH_CRYPT_H */
