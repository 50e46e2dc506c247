/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The generic netlink family "culvert", whose numbers are in uapi/linux/culvert.h; what
 * netlink_wireguard.c has of the family "wireguard" uses the same handlers.
 */
#ifndef CV_CONTROL_NETLINK_H
#define CV_CONTROL_NETLINK_H

#include <linux/types.h>

struct cv_device;
struct genl_info;
struct net;
struct netlink_callback;
struct netlink_ext_ack;
struct nlattr;
struct nlmsghdr;
struct sk_buff;

int cv_netlink_init(void);
void cv_netlink_exit(void);
struct cv_device *cv_netlink_find_device(struct net *net, const struct nlmsghdr *request,
					 struct nlattr **attrs,
					 struct netlink_ext_ack *extack);

int cv_netlink_set_device(struct sk_buff *skb, struct genl_info *info);
int cv_netlink_get_start(struct netlink_callback *cb);
int cv_netlink_get_dump(struct sk_buff *skb, struct netlink_callback *cb);
int cv_netlink_get_done(struct netlink_callback *cb);

#endif /* CV_CONTROL_NETLINK_H */
