/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The commands about knocks, but for the one that answers one: that is CV_CMD_SET_DEVICE.
 */
#ifndef CV_CONTROL_NETLINK_KNOCK_H
#define CV_CONTROL_NETLINK_KNOCK_H

struct genl_family;
struct genl_info;
struct netlink_ext_ack;
struct nlattr;
struct sk_buff;

int cv_netlink_knock_explain(int err, const struct nlattr *attr, struct netlink_ext_ack *extack);
int cv_netlink_knock_listen(struct sk_buff *skb, struct genl_info *info);
int cv_netlink_knock_get(struct genl_info *info, const struct genl_family *family);
int cv_netlink_knock_refuse(struct sk_buff *skb, struct genl_info *info);

#endif /* CV_CONTROL_NETLINK_KNOCK_H */
