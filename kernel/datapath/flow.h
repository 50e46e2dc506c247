/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which flow an inner packet is of.
 */
#ifndef CV_DATAPATH_FLOW_H
#define CV_DATAPATH_FLOW_H

#include <linux/skbuff.h>
#include <linux/types.h>

void cv_flow_init(void);
u32 cv_flow_hash(const struct sk_buff *skb);

#endif /* CV_DATAPATH_FLOW_H */
