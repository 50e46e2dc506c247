/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Opening: outer UDP payloads become inner packets.
 */
#ifndef CV_DATAPATH_OPEN_H
#define CV_DATAPATH_OPEN_H

struct cv_batch;

void cv_open_batch(struct cv_batch *batch);

#endif /* CV_DATAPATH_OPEN_H */
