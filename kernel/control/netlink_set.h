/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A request that changes a device, for both generic netlink families.
 */
#ifndef CV_CONTROL_NETLINK_SET_H
#define CV_CONTROL_NETLINK_SET_H

#include <linux/types.h>

struct genl_info;
struct sk_buff;

int cv_netlink_set_device(struct sk_buff *skb, struct genl_info *info, bool as_wireguard);

#endif /* CV_CONTROL_NETLINK_SET_H */
