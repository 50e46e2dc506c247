/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which link a request means.
 */
#ifndef CV_CONTROL_NETLINK_TARGET_H
#define CV_CONTROL_NETLINK_TARGET_H

#include <linux/types.h>

struct cv_device;
struct net;
struct netlink_ext_ack;
struct nlattr;

struct cv_device *cv_netlink_target_find(struct net *net, struct nlattr **attrs,
					 bool as_wireguard, struct netlink_ext_ack *extack);

#endif /* CV_CONTROL_NETLINK_TARGET_H */
