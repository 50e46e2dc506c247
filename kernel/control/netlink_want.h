/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The commands about wants.
 */
#ifndef CV_CONTROL_NETLINK_WANT_H
#define CV_CONTROL_NETLINK_WANT_H

struct genl_family;
struct genl_info;
struct sk_buff;

int cv_netlink_want_listen(struct sk_buff *skb, struct genl_info *info);
int cv_netlink_want_get(struct genl_info *info, const struct genl_family *family);

#endif /* CV_CONTROL_NETLINK_WANT_H */
