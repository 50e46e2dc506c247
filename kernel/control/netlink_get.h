/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The dump of a device, for both generic netlink families.
 */
#ifndef CV_CONTROL_NETLINK_GET_H
#define CV_CONTROL_NETLINK_GET_H

#include <linux/types.h>

struct netlink_callback;
struct sk_buff;

int cv_netlink_get_start(struct netlink_callback *cb, bool as_wireguard);
int cv_netlink_get_dump(struct sk_buff *skb, struct netlink_callback *cb);
int cv_netlink_get_done(struct netlink_callback *cb);

#endif /* CV_CONTROL_NETLINK_GET_H */
