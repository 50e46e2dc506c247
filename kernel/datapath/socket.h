/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The UDP sockets of a device: opened and closed with the link, replaceable under
 * RCU, in the namespace where the link was born.
 */
#ifndef CV_DATAPATH_SOCKET_H
#define CV_DATAPATH_SOCKET_H

#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/refcount.h>
#include <linux/types.h>

struct cv_device;
struct sock;

/**
 * struct cv_socket - one port on IPv4 and IPv6
 */
struct cv_socket {
	/** @dev: whose it is; the socket is closed before the device goes */
	struct cv_device *dev;
	/** @net: the namespace it lives in, kept alive by its closing in pre_exit */
	struct net *net;
	/** @v4: IPv4 socket */
	struct sock *v4;
	/** @v6: IPv6 socket, or NULL where the host has IPv6 off */
	struct sock *v6;
	/** @port: both sockets' port, host order */
	u16 port;
	/** @link: among the sockets of @net, for the receive hook */
	struct hlist_node link;
	/** @rcu: for freeing */
	struct rcu_head rcu;
};

int cv_socket_open(struct cv_device *dev, u16 port);
void cv_socket_close(struct cv_device *dev);
u16 cv_socket_port(const struct cv_device *dev);

#endif /* CV_DATAPATH_SOCKET_H */
