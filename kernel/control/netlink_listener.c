// SPDX-License-Identifier: GPL-2.0
/*
 * The sockets of programs that listen for knocks or wants: which has sent a request, for
 * netlink_knock.c and netlink_want.c; and that one is closed, which netlink tells.
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
