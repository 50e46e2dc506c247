/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Programs that listen for knocks or wants, as netlink sees them: by their sockets.
 */
#ifndef CV_CONTROL_NETLINK_LISTENER_H
#define CV_CONTROL_NETLINK_LISTENER_H

#include <linux/types.h>

#include "../events/listener.h"

struct cv_device;
struct genl_family;
struct genl_info;
struct netlink_ext_ack;
struct sk_buff;

/**
 * struct cv_netlink_listener_ops - what a program may listen for: knocks or wants
 */
struct cv_netlink_listener_ops {
	/** @listen: it begins to listen; returns 0 or a negative errno that @extack explains */
	int (*listen)(struct cv_device *dev, const struct cv_listener_socket *socket,
		      struct netlink_ext_ack *extack);
	/** @get: CV_CMD_KNOCK_GET or CV_CMD_WANT_GET */
	u8 get;
	/** @answer: send the next one by cv_netlink_listener_reply(), which consumes @reply */
	int (*answer)(struct cv_device *dev, const struct cv_listener_socket *socket,
		      struct genl_info *info, struct sk_buff *reply);
};

int cv_netlink_listener_init(void);
void cv_netlink_listener_exit(void);
struct cv_listener_socket cv_netlink_listener_socket(struct genl_info *info);
int cv_netlink_listener_listen(struct genl_info *info, const struct cv_netlink_listener_ops *ops);
int cv_netlink_listener_get(struct genl_info *info, const struct genl_family *family,
			    const struct cv_netlink_listener_ops *ops);
int cv_netlink_listener_reply(struct sk_buff *reply, struct genl_info *info, int err);

#endif /* CV_CONTROL_NETLINK_LISTENER_H */
