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

#include "endpoint.h"
#include "../control/drop.h"

struct cv_device;
struct cv_peer;
struct sk_buff;
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

int cv_socket_init(void);
void cv_socket_exit(void);
int cv_socket_open(struct cv_device *dev, u16 port);
void cv_socket_close(struct cv_device *dev);
u16 cv_socket_port(const struct cv_device *dev);

void cv_socket_set_endpoint(struct cv_peer *peer, const struct cv_endpoint *endpoint);
void cv_socket_read_endpoint(struct cv_peer *peer, struct cv_endpoint *copy);
void cv_socket_forget_source(struct cv_peer *peer);

int cv_socket_create_cache(struct cv_peer *peer, gfp_t gfp);
void cv_socket_destroy_cache(struct cv_peer *peer);
bool cv_socket_has_caches(const struct net *net);
void cv_socket_drop_caches(struct net *net);

int cv_socket_send(struct cv_device *dev, const struct cv_endpoint *endpoint,
		   struct cv_peer *peer, struct sk_buff *skb, u8 ds);
void cv_socket_send_message(struct cv_device *dev, const struct cv_endpoint *endpoint,
			    struct cv_peer *peer, const void *message, size_t bytes, u8 ds);
enum cv_drop cv_socket_drop_reason(int err);

#endif /* CV_DATAPATH_SOCKET_H */
