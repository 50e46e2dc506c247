// SPDX-License-Identifier: GPL-2.0
/*
 * The UDP sockets of a device: how they are opened, bound to another place and closed, and
 * how datagrams come in, for which rx.c is called. link.c and netlink_set.c call it; xmit.c
 * sends by them.
 */

/**
 * DOC: Moving sockets
 *
 * A set of sockets is replaced by another as a whole, under RCU, and the old one works until the
 * new one does. On another port, or at another address of ours, the new sockets are opened beside
 * the old. Where both would have the port at one address, of which one is "any", only one can be
 * open: then the old socket itself gets the new address and interface, and goes over to the new
 * set. Between closing the one and opening the other any program might take the port; by
 * SO_REUSEADDR on both, too. What another program has at this port, at an address that was not
 * ours, stays its own, as it does when a program widens a socket by SO_BINDTODEVICE.
 *
 * Routes that were found for the old set are not used with the new one: senders take the set
 * within an RCU read section. All peers forget what they have cached right after the set has
 * changed, and once more after a grace period.
 */
#include <linux/error-injection.h>
#include <linux/ipv6.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/udp.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/udp_tunnel.h>

#include "hook.h"
#include "path.h"
#include "rx.h"
#include "socket.h"
#include "../core/device.h"
#include "../core/peer.h"

/* How often a port is chosen anew because IPv6 has it taken. */
#define CV_SOCKET_PORT_TRIES 100

static int cv_socket_create_set(struct cv_socket *socket, const struct cv_socket_bind *bind,
				const struct cv_socket *old, u16 port, u16 *family);
static void cv_socket_replace(struct cv_device *dev, struct cv_socket *socket);
static void cv_socket_place(struct sock *sk, struct cv_socket *socket);
static void cv_socket_release(struct cv_socket *socket, const struct cv_socket *keeper);

/* The interface that a new set is to be bound to, in @found: NULL for any. */
static int cv_socket_find_interface(struct cv_socket *socket, const struct cv_socket_bind *bind,
				    struct net_device **found)
{
	struct net_device *netdev;

	*found = NULL;
	if (!bind->device[0])
		return 0;
	netdev = __dev_get_by_name(socket->net, bind->device);
	if (!netdev)
		return -ENODEV;
	if (netdev == socket->dev->netdev)
		return -ELOOP;
	socket->ifindex = netdev->ifindex;
	*found = netdev;
	return 0;
}

/* The sockets that the device has opened itself, or NULL. */
static struct cv_socket *cv_socket_own(const struct cv_device *dev)
{
	struct cv_socket *socket = rtnl_dereference(dev->socket);

	return socket && !socket->prepare ? socket : NULL;
}

/**
 * cv_socket_open() - open a device's sockets, or move them to another port or place
 * @dev: the device, which keeps port and place if it succeeds
 * @port: host order, 0: any free one
 * @bind: where
 * @family: if that fails, set to that of the socket that cannot be had, or 0
 *
 * The old sockets, if there are any, go on working until the new ones do, and stay
 * when these cannot be had. A program's are to be given back by cv_adopt_release() then.
 *
 * Context: RTNL and, if sockets are open, &cv_device.lock; may sleep.
 * Return: 0, -ENONET when the namespace that the link was born in is gone, -ENODEV when there is
 * no such interface, -ELOOP when it is the link itself, -EADDRINUSE, -EADDRNOTAVAIL, or what
 * else socket(2) and bind(2) say.
 */
int cv_socket_open(struct cv_device *dev, u16 port, const struct cv_socket_bind *bind, u16 *family)
{
	struct net *net = rtnl_dereference(dev->birth_net);
	struct cv_socket *socket, *old;
	struct net_device *netdev;
	int err;

	ASSERT_RTNL();
	*family = 0;
	if (!net)
		return -ENONET;
	socket = kzalloc(sizeof(*socket), GFP_KERNEL);
	if (!socket)
		return -ENOMEM;
	socket->dev = dev;
	socket->net = net;
	socket->home = cv_path_home(net);
	socket->v4_address = bind->v4.s_addr;
	socket->v6_address = bind->v6;
	old = cv_socket_own(dev);
	err = cv_socket_find_interface(socket, bind, &netdev) ?:
	      cv_socket_create_set(socket, bind, old, port, family);
	if (err) {
		cv_socket_release(socket, old);
		return err;
	}
	/* A port once chosen is kept: the link comes up again where peers know it. */
	dev->wanted_port = socket->port;
	dev->bind = *bind;
	/* It may have been asked for by another of its names. */
	if (netdev)
		strscpy(dev->bind.device, netdev->name, sizeof(dev->bind.device));
	cv_socket_replace(dev, socket);
	return 0;
}

ALLOW_ERROR_INJECTION(cv_socket_open, ERRNO);

/**
 * cv_socket_close() - close a device's sockets
 * @dev: the device; may have none open
 *
 * Nothing is received once this returns and a grace period has passed. A program's sockets stay
 * adopted, without use.
 *
 * Context: RTNL, may sleep.
 */
void cv_socket_close(struct cv_device *dev)
{
	struct cv_socket *own = cv_socket_own(dev);

	RCU_INIT_POINTER(dev->socket, NULL);
	if (own)
		cv_socket_dispose(own);
}

/**
 * cv_socket_dispose() - close a set that a device had opened
 * @socket: no device's any more; freed after a grace period
 *
 * Context: RTNL, may sleep.
 */
void cv_socket_dispose(struct cv_socket *socket)
{
	cv_hook_remove(socket);
	cv_socket_release(socket, NULL);
}

static bool cv_socket_bind_same(const struct cv_socket_bind *a, const struct cv_socket_bind *b)
{
	return a->v4_off == b->v4_off && a->v6_off == b->v6_off &&
	       a->v4.s_addr == b->v4.s_addr && ipv6_addr_equal(&a->v6, &b->v6) &&
	       !strcmp(a->device, b->device);
}

/**
 * cv_socket_is_open() - whether the sockets are open already at a port and place
 * @dev: the device
 * @port: host order, 0: a new one is wanted
 * @bind: the place
 *
 * Context: RTNL.
 * Return: true if they are, and opening them would change nothing.
 */
bool cv_socket_is_open(const struct cv_device *dev, u16 port, const struct cv_socket_bind *bind)
{
	const struct cv_socket *socket = cv_socket_own(dev);

	return socket && socket->ifindex != CV_SOCKET_NO_INTERFACE && port &&
	       port == socket->port && cv_socket_bind_same(bind, &dev->bind);
}

/* What was routed by the interface that has gone the kernel forgets. */
static void cv_socket_place_set(struct cv_socket *socket, int ifindex)
{
	WRITE_ONCE(socket->ifindex, ifindex);
	if (socket->v4)
		cv_socket_place(socket->v4, socket);
	if (socket->v6)
		cv_socket_place(socket->v6, socket);
}

/**
 * cv_socket_follow() - an interface has come, or gone, or has another name
 * @dev: a device, which may be bound to it
 * @netdev: the interface
 * @event: NETDEV_REGISTER, NETDEV_UNREGISTER or NETDEV_CHANGENAME
 *
 * Open sockets stay bound to their interface whatever its name is, and where it has gone, to
 * the next one with its name, if no other link has the port there: a dial-up link comes and goes.
 *
 * Context: RTNL, may sleep.
 * Return: true if the name that @dev is bound to has changed.
 */
bool cv_socket_follow(struct cv_device *dev, struct net_device *netdev, unsigned long event)
{
	struct cv_socket *socket = cv_socket_own(dev);
	struct cv_socket there;

	ASSERT_RTNL();
	if (!socket || !socket->ifindex || !net_eq(dev_net(netdev), socket->net))
		return false;
	if (event == NETDEV_UNREGISTER) {
		if (netdev->ifindex == socket->ifindex)
			cv_socket_place_set(socket, CV_SOCKET_NO_INTERFACE);
		return false;
	}
	if (netdev->ifindex == socket->ifindex) {
		if (!strcmp(netdev->name, dev->bind.device))
			return false;
		strscpy(dev->bind.device, netdev->name, sizeof(dev->bind.device));
		return true;
	}
	if (socket->ifindex != CV_SOCKET_NO_INTERFACE || netdev == dev->netdev ||
	    strcmp(netdev->name, dev->bind.device))
		return false;
	there = *socket;
	there.ifindex = netdev->ifindex;
	if (!cv_hook_is_taken(&there, socket))
		cv_socket_place_set(socket, netdev->ifindex);
	return false;
}

/* encap_rcv: called by the UDP stack under RCU. */
static int cv_socket_receive(struct sock *sk, struct sk_buff *skb)
{
	struct cv_socket *socket = rcu_dereference_sk_user_data(sk);

	if (unlikely(!socket)) {
		kfree_skb(skb);
		return 0;
	}
	return cv_rx_receive(socket, skb);
}

/*
 * Opening.
 */

static struct sock *cv_socket_create_one(struct cv_socket *socket, u16 family)
{
	struct udp_port_cfg port = {
		.family = family,
		.local_udp_port = htons(socket->port),
		.bind_ifindex = socket->ifindex,
		.use_udp_checksums = true,
		.use_udp6_tx_checksums = true,
		.use_udp6_rx_checksums = true,
		.ipv6_v6only = true,
	};
	struct udp_tunnel_sock_cfg config = {
		.sk_user_data = socket,
		.encap_type = 1,
		.encap_rcv = cv_socket_receive,
	};
	struct socket *sock;
	struct sock *sk;
	int err;

	if (family == AF_INET)
		port.local_ip.s_addr = socket->v4_address;
	else
		port.local_ip6 = socket->v6_address;
	err = udp_sock_create(socket->net, &port, &sock);
	if (err)
		return ERR_PTR(err);
	sk = sock->sk;
	sk->sk_allocation = GFP_ATOMIC;
	setup_udp_tunnel_sock(socket->net, sk, &config);
	/* Whole super-packets, see hook.c; and ciphertext is not worth summing. */
	udp_set_bit(GRO_ENABLED, sk);
	udp_set_bit(ACCEPT_L4, sk);
	inet_dec_convert_csum(sk);
	/* A broadcast address can be bound to, but nothing sent from it. */
	if (family == AF_INET && inet_sk(sk)->inet_saddr != socket->v4_address) {
		udp_tunnel_sock_release(sk);
		return ERR_PTR(-EADDRNOTAVAIL);
	}
	return sk;
}

/*
 * A new socket; or, if that of the old set is what is in its way, this one, which is where it is
 * until cv_socket_replace().
 */
static struct sock *cv_socket_create_or_take(struct cv_socket *socket,
					     const struct cv_socket *old, u16 family)
{
	struct sock *sk = cv_socket_create_one(socket, family);
	struct sock *had;

	if (!IS_ERR(sk) || PTR_ERR(sk) != -EADDRINUSE || !old || old->port != socket->port)
		return sk;
	had = family == AF_INET ? old->v4 : old->v6;
	if (!had || !cv_hook_overlaps(socket, old, family) || cv_hook_is_taken(socket, old))
		return sk;
	return had;
}

/*
 * Both families on one port. On -EADDRINUSE no new one is left open, and the caller
 * may try again.
 */
static int cv_socket_create(struct cv_socket *socket, const struct cv_socket_bind *bind,
			    const struct cv_socket *old, u16 *family)
{
	struct sock *sk;

	*family = AF_INET;
	if (!bind->v4_off) {
		sk = cv_socket_create_or_take(socket, old, AF_INET);
		if (IS_ERR(sk))
			return PTR_ERR(sk);
		socket->v4 = sk;
		socket->port = ntohs(inet_sk(sk)->inet_sport);
	}
	*family = AF_INET6;
	if (bind->v6_off)
		return 0;
	/* Where the host has it off, a link has IPv4 alone unless it was asked for one address. */
	if (!ipv6_mod_enabled())
		return socket->v4 && ipv6_addr_any(&bind->v6) ? 0 : -EAFNOSUPPORT;
	sk = cv_socket_create_or_take(socket, old, AF_INET6);
	if (!IS_ERR(sk)) {
		socket->v6 = sk;
		socket->port = ntohs(inet_sk(sk)->inet_sport);
		return 0;
	}
	if (socket->v4 && !(old && socket->v4 == old->v4))
		udp_tunnel_sock_release(socket->v4);
	socket->v4 = NULL;
	return PTR_ERR(sk);
}

static int cv_socket_create_set(struct cv_socket *socket, const struct cv_socket_bind *bind,
				const struct cv_socket *old, u16 port, u16 *family)
{
	unsigned int tries = 0;
	int err;

	do {
		socket->port = port;
		err = cv_socket_create(socket, bind, old, family);
	} while (err == -EADDRINUSE && !port && ++tries < CV_SOCKET_PORT_TRIES);
	if (err)
		return err;
	*family = 0;
	return cv_hook_add(socket);
}

/*
 * Changing over.
 */

/* Sessions stay, and so does what the peers know of us; only the way is looked for anew. */
static void cv_socket_forget_routes(struct cv_device *dev)
{
	struct cv_peer *peer;

	lockdep_assert_held(&dev->lock);
	list_for_each_entry(peer, &dev->peer_list, link) {
		cv_path_forget_routes(&peer->path);
		cond_resched();
	}
}

static void cv_socket_replace(struct cv_device *dev, struct cv_socket *socket)
{
	struct cv_socket *old = cv_socket_own(dev);

	if (old && old->v4 && old->v4 == socket->v4)
		cv_socket_place(socket->v4, socket);
	if (old && old->v6 && old->v6 == socket->v6)
		cv_socket_place(socket->v6, socket);
	rcu_assign_pointer(dev->socket, socket);
	if (!old)
		return;
	cv_socket_forget_routes(dev);
	synchronize_net();
	/* Those that were looked up for the old set until now. */
	cv_socket_forget_routes(dev);
	cv_hook_remove(old);
	cv_socket_release(old, socket);
}

/* At no moment is it at more addresses or interfaces than before or after: hence the order. */
static void cv_socket_store_place(struct sock *sk, const struct cv_socket *socket)
{
	if (socket->ifindex)
		WRITE_ONCE(sk->sk_bound_dev_if, socket->ifindex);
	if (sk->sk_family == AF_INET) {
		inet_sk(sk)->inet_rcv_saddr = socket->v4_address;
		inet_sk(sk)->inet_saddr = socket->v4_address;
	} else {
		sk->sk_v6_rcv_saddr = socket->v6_address;
		inet6_sk(sk)->saddr = socket->v6_address;
	}
	WRITE_ONCE(sk->sk_bound_dev_if, socket->ifindex);
}

/*
 * An open socket is @socket's from now on, and where that one is. A datagram that another CPU
 * looks up between the two steps may find no socket, and is lost.
 */
static void cv_socket_place(struct sock *sk, struct cv_socket *socket)
{
	lock_sock(sk);
	local_bh_disable();
	cv_socket_store_place(sk, socket);
	sk->sk_prot->rehash(sk);
	local_bh_enable();
	rcu_assign_sk_user_data(sk, socket);
	release_sock(sk);
}

/* Close a set, but for what @keeper has of it, which may be NULL. */
static void cv_socket_release(struct cv_socket *socket, const struct cv_socket *keeper)
{
	if (socket->v4 && !(keeper && socket->v4 == keeper->v4))
		udp_tunnel_sock_release(socket->v4);
	if (socket->v6 && !(keeper && socket->v6 == keeper->v6))
		udp_tunnel_sock_release(socket->v6);
	kfree_rcu(socket, rcu);
}
