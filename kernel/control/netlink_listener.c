// SPDX-License-Identifier: GPL-2.0
/*
 * Programs that listen for knocks or wants: what their commands have in common, for netlink_knock.c
 * and netlink_want.c; and that the socket of one is closed, which netlink tells.
 */
#include <linux/netlink.h>
#include <linux/notifier.h>
#include <linux/rtnetlink.h>
#include <net/genetlink.h>

#include "netlink_listener.h"
#include "netlink_target.h"

/**
 * cv_netlink_listener_socket() - the socket that has sent a request
 * @info: the request
 *
 * Return: the socket that has sent it.
 */
struct cv_listener_socket cv_netlink_listener_socket(struct genl_info *info)
{
	return (struct cv_listener_socket){
		.net = genl_info_net(info), .portid = info->snd_portid,
	};
}

/* The link that a request means; its extack says why there is none. */
static struct cv_device *cv_netlink_listener_target(struct genl_info *info)
{
	return cv_netlink_target_find(genl_info_net(info), info->attrs, false, info->extack);
}

/**
 * cv_netlink_listener_listen() - CV_CMD_KNOCK_LISTEN or CV_CMD_WANT_LISTEN
 * @info: what generic netlink has found in the request
 * @ops: for which of the two
 *
 * Context: process.
 * Return: 0 or a negative errno.
 */
int cv_netlink_listener_listen(struct genl_info *info, const struct cv_netlink_listener_ops *ops)
{
	const struct cv_listener_socket socket = cv_netlink_listener_socket(info);
	struct cv_device *dev;
	int err;

	rtnl_lock();
	dev = cv_netlink_listener_target(info);
	err = PTR_ERR_OR_ZERO(dev) ?: ops->listen(dev, &socket, info->extack);
	rtnl_unlock();
	return err;
}

/**
 * cv_netlink_listener_get() - CV_CMD_KNOCK_GET or CV_CMD_WANT_GET
 * @info: what generic netlink has found in the request
 * @family: that it came to
 * @ops: for which of the two
 *
 * Context: process.
 * Return: 0 or a negative errno.
 */
int cv_netlink_listener_get(struct genl_info *info, const struct genl_family *family,
			    const struct cv_netlink_listener_ops *ops)
{
	const struct cv_listener_socket socket = cv_netlink_listener_socket(info);
	struct sk_buff *reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	struct cv_device *dev;
	int err;

	if (!reply)
		return -ENOMEM;
	genlmsg_put_reply(reply, info, family, 0, ops->get);
	rtnl_lock();
	dev = cv_netlink_listener_target(info);
	if (IS_ERR(dev))
		err = cv_netlink_listener_reply(reply, info, PTR_ERR(dev));
	else
		err = ops->answer(dev, &socket, info, reply);
	rtnl_unlock();
	return err;
}

/**
 * cv_netlink_listener_reply() - answer a program that asks for the next one
 * @reply: the message; consumed
 * @info: what generic netlink has found in the request
 * @err: there is none, or it could not be put into @reply: then that is not sent
 *
 * Context: process.
 * Return: 0; @err; or why it could not be sent: -ENOBUFS where the socket has no room, since
 * -EAGAIN is for there being none.
 */
int cv_netlink_listener_reply(struct sk_buff *reply, struct genl_info *info, int err)
{
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	nlmsg_end(reply, nlmsg_hdr(reply));
	err = genlmsg_reply(reply, info);
	return err == -EAGAIN ? -ENOBUFS : err;
}

/* A socket is closed: it listens no more. */
static int cv_netlink_listener_notify(struct notifier_block *block, unsigned long event,
				      void *data)
{
	const struct netlink_notify *notify = data;
	const struct cv_listener_socket socket = { .net = notify->net, .portid = notify->portid };

	if (event == NETLINK_URELEASE && notify->protocol == NETLINK_GENERIC)
		cv_listener_hang_up(&socket);
	return NOTIFY_DONE;
}

static struct notifier_block cv_netlink_listener_notifier = {
	.notifier_call = cv_netlink_listener_notify,
};

/**
 * cv_netlink_listener_init() - see sockets that are closed
 *
 * Context: module load, before the family.
 * Return: 0 or a negative errno.
 */
int cv_netlink_listener_init(void)
{
	return netlink_register_notifier(&cv_netlink_listener_notifier);
}

/**
 * cv_netlink_listener_exit() - undo cv_netlink_listener_init()
 *
 * Context: module unload.
 */
void cv_netlink_listener_exit(void)
{
	netlink_unregister_notifier(&cv_netlink_listener_notifier);
}
