/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sealing: inner packets become outer UDP payloads.
 */
#ifndef CV_DATAPATH_SEAL_H
#define CV_DATAPATH_SEAL_H

struct cv_batch;

void cv_seal_exit(void);
void cv_seal_batch(struct cv_batch *batch);

#endif /* CV_DATAPATH_SEAL_H */
