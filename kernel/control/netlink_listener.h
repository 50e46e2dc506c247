/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Programs that listen for knocks or wants, as netlink sees them: by their sockets.
 */
#ifndef CV_CONTROL_NETLINK_LISTENER_H
#define CV_CONTROL_NETLINK_LISTENER_H

#include "../events/listener.h"

struct genl_info;

int cv_netlink_listener_init(void);
void cv_netlink_listener_exit(void);
struct cv_listener_socket cv_netlink_listener_socket(struct genl_info *info);

#endif /* CV_CONTROL_NETLINK_LISTENER_H */
