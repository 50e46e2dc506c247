// SPDX-License-Identifier: GPL-2.0
/*
 * The sockets of programs that listen for knocks or wants: which has sent a request, for
 * netlink_knock.c and netlink_want.c, and what it is answered; and that one is closed, which
 * netlink tells.
 */
#include <linux/netlink.h>
#include <linux/notifier.h>
#include <net/genetlink.h>

#include "netlink_listener.h"

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

/**
 * cv_netlink_listener_reply() - answer a program that asks for the next one
 * @reply: the message; consumed
 * @info: what generic netlink has found in the request
 * @err: of what was put into it: then it is not sent
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
