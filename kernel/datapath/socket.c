// SPDX-License-Identifier: GPL-2.0
/*
 * The UDP sockets of a device: how they are opened, moved to another port and closed, and
 * how datagrams come in, for which rx.c is called. link.c and netlink_set.c call it; xmit.c
 * sends by them.

 */
#include <linux/error-injection.h>
#include <linux/ipv6.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/udp.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/udp_tunnel.h>

#include "hook.h"
#include "rx.h"
#include "socket.h"
#include "../core/device.h"

/* How often a port is chosen anew because IPv6 has it taken. */
#define CV_SOCKET_PORT_TRIES 100

static int cv_socket_create(struct cv_socket *socket);
static void cv_socket_release(struct cv_socket *socket);
/**
 * cv_socket_open() - open a device's sockets, or move them to another port
 * @dev: the device
 * @port: host order, 0: any free one
 *
 * The old sockets, if there are any, go on working until the new ones do, and stay
 * when these cannot be had.
 *
 * Context: RTNL, may sleep.
 * Return: 0, -ENONET when the namespace that the link was
 * born in is gone, -EADDRINUSE, or what socket(2) and bind(2) say.
 */
int cv_socket_open(struct cv_device *dev, u16 port)
{
	struct net *net = rtnl_dereference(dev->birth_net);
	struct cv_socket *socket, *old;
	unsigned int tries = 0;
	int err;

	ASSERT_RTNL();
	if (!net)
		return -ENONET;
	socket = kzalloc(sizeof(*socket), GFP_KERNEL);
	if (!socket)
		return -ENOMEM;
	socket->dev = dev;
	socket->net = net;
	do {
		socket->port = port;
		err = cv_socket_create(socket);
	} while (err == -EADDRINUSE && !port && ++tries < CV_SOCKET_PORT_TRIES);
	if (!err)
		err = cv_hook_add(socket);
	if (err) {
		cv_socket_release(socket);
		return err;
	}
	/* A port once chosen is kept: the link comes up again where peers know it. */
	dev->wanted_port = socket->port;
	old = rcu_replace_pointer(dev->socket, socket, lockdep_rtnl_is_held());
	if (old) {
		cv_hook_remove(old);
		cv_socket_release(old);
	}
	return 0;
}

ALLOW_ERROR_INJECTION(cv_socket_open, ERRNO);

/**
 * cv_socket_close() - close a device's sockets
 * @dev: the device; may have none open
 *
 * Nothing is received once this returns and a grace period has passed.
 * Context: RTNL, may sleep.
 */
void cv_socket_close(struct cv_device *dev)
{
	struct cv_socket *old;

	old = rcu_replace_pointer(dev->socket, NULL, lockdep_rtnl_is_held());
	if (!old)
		return;
	cv_hook_remove(old);
	cv_socket_release(old);
}

/**
 * cv_socket_port() - the port that is open
 * @dev: the device
 *
 * Context: RTNL.
 * Return: host order, 0 while the link is down.
 */
u16 cv_socket_port(const struct cv_device *dev)
{
	struct cv_socket *socket = rtnl_dereference(dev->socket);

	return socket ? socket->port : 0;
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

static struct sock *cv_socket_create_one(struct cv_socket *socket, struct udp_port_cfg *port)
{
	struct udp_tunnel_sock_cfg config = {
		.sk_user_data = socket,
		.encap_type = 1,
		.encap_rcv = cv_socket_receive,
	};
	struct socket *sock;
	struct sock *sk;
	int err;

	port->local_udp_port = htons(socket->port);
	port->use_udp_checksums = true;
	err = udp_sock_create(socket->net, port, &sock);
	if (err)
		return ERR_PTR(err);
	sk = sock->sk;
	sk->sk_allocation = GFP_ATOMIC;
	setup_udp_tunnel_sock(socket->net, sk, &config);
	/* Whole super-packets, see hook.c; and ciphertext is not worth summing. */
	udp_set_bit(GRO_ENABLED, sk);
	udp_set_bit(ACCEPT_L4, sk);
	inet_dec_convert_csum(sk);
	return sk;
}

/*
 * Both families on one port. On -EADDRINUSE nothing is left open, and the caller
 * may try again.
 */
static int cv_socket_create(struct cv_socket *socket)
{
	struct udp_port_cfg v4 = {
		.family = AF_INET,
		.local_ip.s_addr = htonl(INADDR_ANY),
	};
	struct udp_port_cfg v6 = {
		.family = AF_INET6,
		.local_ip6 = IN6ADDR_ANY_INIT,
		.use_udp6_tx_checksums = true,
		.use_udp6_rx_checksums = true,
		.ipv6_v6only = true,
	};
	struct sock *sk = cv_socket_create_one(socket, &v4);

	if (IS_ERR(sk))
		return PTR_ERR(sk);
	socket->v4 = sk;
	socket->port = ntohs(inet_sk(sk)->inet_sport);
	if (!ipv6_mod_enabled())
		return 0;
	sk = cv_socket_create_one(socket, &v6);
	if (IS_ERR(sk)) {
		udp_tunnel_sock_release(socket->v4);
		socket->v4 = NULL;
		return PTR_ERR(sk);
	}
	socket->v6 = sk;
	return 0;
}

static void cv_socket_release(struct cv_socket *socket)
{
	if (socket->v4)
		udp_tunnel_sock_release(socket->v4);
	if (socket->v6)
		udp_tunnel_sock_release(socket->v6);
	kfree_rcu(socket, rcu);
}
