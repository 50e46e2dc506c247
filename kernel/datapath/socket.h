/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The UDP sockets of a device: opened and closed with the link, replaceable under
 * RCU, in the namespace where the link was born.
 */
#ifndef CV_DATAPATH_SOCKET_H
#define CV_DATAPATH_SOCKET_H

#include <linux/if.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/list.h>
#include <linux/types.h>
#include <net/sock.h>

struct cv_device;
struct cv_path_home;
struct net_device;
struct sk_buff;
struct sock;

/**
 * struct cv_socket_bind - where the sockets of a device are: what comes and leaves elsewhere is
 * not theirs
 */
struct cv_socket_bind {
	/** @v4_off: there is none for IPv4 */
	bool v4_off;
	/** @v6_off: there is none for IPv6 */
	bool v6_off;
	/** @v4: our address, zeros: any */
	struct in_addr v4;
	/** @v6: our address, zeros: any */
	struct in6_addr v6;
	/** @device: name of an interface or VRF in the namespace of the sockets; empty: any */
	char device[IFNAMSIZ];
};

/**
 * struct cv_socket - one port on IPv4 and IPv6: sockets of the link's own, or a program's
 */
struct cv_socket {
	/** @dev: whose it is; the socket is closed before the device goes */
	struct cv_device *dev;
	/** @net: that it lives in, kept alive by its closing in pre_exit, or by @v4 and @v6 */
	struct net *net;
	/** @v4: IPv4 socket, or NULL where &cv_socket_bind.v4_off */
	struct sock *v4;
	/** @v6: the same for IPv6, and where the host has IPv6 off; a program's may be @v4 too */
	struct sock *v6;
	/** @home: of the routes that are found with it; NULL: they are not cached at present */
	struct cv_path_home *home;
	/**
	 * @prepare: called before each packet for a program's sockets, NULL for those of the
	 * link's own: gives @skb what that socket's packets have, or returns why it cannot be sent
	 */
	int (*prepare)(struct cv_socket *socket, struct sock *sk, struct sk_buff *skb);
	/** @receive: of a program's sockets: takes a super-packet that is all the link's */
	void (*receive)(struct cv_socket *socket, struct sk_buff *skb, bool is_ipv6);
	/** @port: both sockets' port, host order */
	u16 port;
	/** @v4_address: our address that @v4 is bound to, zeros: any */
	__be32 v4_address;
	/** @v6_address: the same of @v6 */
	struct in6_addr v6_address;
	/**
	 * @ifindex: of the interface or VRF that they are bound to, 0: any, CV_SOCKET_NO_INTERFACE:
	 * it has gone. Written under RTNL, read under RCU; not of a program's, see
	 * cv_socket_ifindex()
	 */
	int ifindex;
	/** @link: among the sockets of @net, for the receive hook */
	struct hlist_node link;
	/** @hooked: @link is in use; of a program's sockets only */
	bool hooked;
	/** @rcu: for freeing */
	struct rcu_head rcu;
};

/* The index of no interface ever: nothing comes in and nothing leaves. */
#define CV_SOCKET_NO_INTERFACE (-1)

int cv_socket_open(struct cv_device *dev, u16 port, const struct cv_socket_bind *bind, u16 *family);
void cv_socket_close(struct cv_device *dev);
void cv_socket_dispose(struct cv_socket *socket);
bool cv_socket_is_open(const struct cv_device *dev, u16 port, const struct cv_socket_bind *bind);
bool cv_socket_follow(struct cv_device *dev, struct net_device *netdev, unsigned long event);

/**
 * cv_socket_ifindex() - the interface or VRF that a socket is bound to
 * @socket: the set
 * @sk: the socket of it
 *
 * Return: its index, 0: none.
 */
static inline int cv_socket_ifindex(const struct cv_socket *socket, const struct sock *sk)
{
	return likely(!socket->prepare) ? READ_ONCE(socket->ifindex) :
					  READ_ONCE(sk->sk_bound_dev_if);
}

#endif /* CV_DATAPATH_SOCKET_H */
