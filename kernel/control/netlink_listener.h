/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Programs that listen for knocks or wants, as netlink sees them: by their sockets.
 */
#ifndef CV_CONTROL_NETLINK_LISTENER_H
#define CV_CONTROL_NETLINK_LISTENER_H

#include "../events/listener.h"

struct genl_info;
struct sk_buff;

int cv_netlink_listener_init(void);
void cv_netlink_listener_exit(void);
struct cv_listener_socket cv_netlink_listener_socket(struct genl_info *info);
int cv_netlink_listener_reply(struct sk_buff *reply, struct genl_info *info, int err);

#endif /* CV_CONTROL_NETLINK_LISTENER_H */
