/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets become batches, and batches are placed: for tx.c and rx.c.
 */
#ifndef CV_DATAPATH_PLACE_H
#define CV_DATAPATH_PLACE_H

#include <linux/types.h>

struct cv_batch_ops;
struct cv_peer;
struct cv_session;
struct sk_buff_head;

int cv_place_init(void);
bool cv_place_admits(const struct cv_peer *peer, unsigned int packets);
int cv_place_packets(struct cv_session *session, const struct cv_batch_ops *ops,
		     struct sk_buff_head *packets);

#endif /* CV_DATAPATH_PLACE_H */
