// SPDX-License-Identifier: GPL-2.0
/*
 * The receive hook. The UDP stack splits a super-packet before it gives it to a
 * socket like ours, unless the packet says that it belongs to a UDP tunnel. So a
 * netfilter hook, the last at LOCAL_IN, says that for our ports: firewalls have
 * seen the packet by then, and forwarded packets never come by. socket.c adds and
 * removes ports.
 */
#include <linux/error-injection.h>
#include <linux/hashtable.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/rtnetlink.h>
#include <linux/udp.h>
#include <linux/unaligned.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netns/generic.h>
#include <net/udp.h>

#include "hook.h"
#include "socket.h"
#include "../wire.h"

#define CV_HOOK_HASH_BITS 6

/**
 * struct cv_hook_net - our ports in one namespace
 */
struct cv_hook_net {
	/** @ports: struct cv_socket by port; written under RTNL, read under RCU */
	DECLARE_HASHTABLE(ports, CV_HOOK_HASH_BITS);
	/** @users: how many there are; the hooks are registered while there are any */
	unsigned int users;
};

static unsigned int cv_hook_net_id;

/* Whether a socket of ours is where a datagram has come: others may have its port elsewhere. */
static bool cv_hook_is_for(const struct cv_socket *socket, const struct sk_buff *skb, u8 family)
{
	const struct sock *sk = family == NFPROTO_IPV4 ? socket->v4 : socket->v6;
	int ifindex;

	if (!sk)
		return false;
	ifindex = cv_socket_ifindex(socket, sk);
	if (family == NFPROTO_IPV4) {
		if (ifindex && ifindex != inet_iif(skb) && ifindex != inet_sdif(skb))
			return false;
		return !socket->v4_address || socket->v4_address == ip_hdr(skb)->daddr;
	}
	if (ifindex && ifindex != inet6_iif(skb) && ifindex != inet6_sdif(skb))
		return false;
	return ipv6_addr_any(&socket->v6_address) ||
	       ipv6_addr_equal(&socket->v6_address, &ipv6_hdr(skb)->daddr);
}

/*
 * Whether all datagrams of a super-packet are messages of the protocol, and none of them the
 * program's.
 */
static bool cv_hook_is_wire(const struct sk_buff *skb)
{
	unsigned int offset = skb_transport_offset(skb) + sizeof(struct udphdr);
	u8 buffer[sizeof(__le32)];
	const u8 *type;

	/* Its last datagram may be shorter, down to one byte, which is none of ours. */
	for (; offset < skb->len; offset += skb_shinfo(skb)->gso_size) {
		type = skb_header_pointer(skb, offset, sizeof(buffer), buffer);
		if (!type || !cv_wire_is_type(get_unaligned_le32(type)))
			return false;
	}
	return true;
}

static struct cv_socket *cv_hook_find(const struct net *net, __be16 port,
				      const struct sk_buff *skb, u8 family)
{
	const struct cv_hook_net *ours = net_generic(net, cv_hook_net_id);
	struct cv_socket *socket;

	hash_for_each_possible_rcu(ours->ports, socket, link, ntohs(port))
		if (socket->port == ntohs(port) && cv_hook_is_for(socket, skb, family))
			return socket;
	return NULL;
}

/* The socket that the UDP stack would give it to. */
static const struct sock *cv_hook_lookup(const struct nf_hook_state *state,
					 const struct sk_buff *skb, const struct udphdr *udp)
{
	return state->pf == NFPROTO_IPV4 ? cv_compat_udp4_lookup(state->net, skb, udp) :
					   cv_compat_udp6_lookup(state->net, skb, udp);
}

/*
 * A super-packet to a program's socket. A mark is for any socket that has the port by then, and a
 * program can give it to others or change what its socket is at any moment: so it is not marked,
 * but taken here, if the socket is the one that would get it and all of it is the link's. What is
 * left the stack splits, as it does where connection tracking, which comes after this hook, has yet
 * to confirm the flow.
 */
static unsigned int cv_hook_take(struct cv_socket *socket, struct sk_buff *skb,
				 const struct udphdr *udp, const struct nf_hook_state *state)
{
	const struct sock *sk = state->pf == NFPROTO_IPV4 ? socket->v4 : socket->v6;

	if ((skb->sk && skb->sk != sk) || !cv_hook_is_wire(skb) || cv_compat_is_unconfirmed(skb) ||
	    cv_hook_lookup(state, skb, udp) != sk)
		return NF_ACCEPT;
	__skb_pull(skb, skb_transport_offset(skb));
	socket->receive(socket, skb, state->pf == NFPROTO_IPV6);
	return NF_STOLEN;
}

/*
 * Marks a super-packet. One that is cloned shares the mark with the other owner's
 * view of it, and one inside another encapsulation is not what the mark means:
 * those are split, which is slower and right.
 */
static unsigned int cv_hook_in(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	struct udphdr buffer;
	const struct udphdr *udp;
	struct cv_socket *socket;

	if (likely(!skb_is_gso(skb)) || !(skb_shinfo(skb)->gso_type & SKB_GSO_UDP_L4) ||
	    skb->encapsulation || skb_cloned(skb))
		return NF_ACCEPT;
	if (state->pf == NFPROTO_IPV6 && ipv6_hdr(skb)->nexthdr != IPPROTO_UDP)
		return NF_ACCEPT;
	udp = skb_header_pointer(skb, skb_transport_offset(skb), sizeof(buffer), &buffer);
	socket = udp ? cv_hook_find(state->net, udp->dest, skb, state->pf) : NULL;
	if (!socket)
		return NF_ACCEPT;
	if (unlikely(socket->prepare))
		return cv_hook_take(socket, skb, udp, state);
	skb_shinfo(skb)->gso_type |= SKB_GSO_UDP_TUNNEL_CSUM;
	return NF_ACCEPT;
}

static const struct nf_hook_ops cv_hook_ops[] = {
	{
		.hook = cv_hook_in,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_LOCAL_IN,
		.priority = INT_MAX,
	},
	{
		.hook = cv_hook_in,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_LOCAL_IN,
		.priority = INT_MAX,
	},
};

/**
 * cv_hook_add() - super-packets to a socket's port come whole from now on
 * @socket: open
 *
 * Context: RTNL, may sleep.
 * Return: 0 or why the hook cannot be registered.
 */
int cv_hook_add(struct cv_socket *socket)
{
	struct cv_hook_net *ours = net_generic(socket->net, cv_hook_net_id);
	int err;

	ASSERT_RTNL();
	if (!ours->users) {
		err = nf_register_net_hooks(socket->net, cv_hook_ops, ARRAY_SIZE(cv_hook_ops));
		if (err)
			return err;
	}
	ours->users++;
	hash_add_rcu(ours->ports, &socket->link, socket->port);
	return 0;
}

ALLOW_ERROR_INJECTION(cv_hook_add, ERRNO);

/**
 * cv_hook_remove() - undo cv_hook_add()
 * @socket: to be freed after a grace period
 *
 * Context: RTNL, may sleep.
 */
void cv_hook_remove(struct cv_socket *socket)
{
	struct cv_hook_net *ours = net_generic(socket->net, cv_hook_net_id);

	ASSERT_RTNL();
	hash_del_rcu(&socket->link);
	if (!--ours->users)
		nf_unregister_net_hooks(socket->net, cv_hook_ops, ARRAY_SIZE(cv_hook_ops));
}

static bool cv_hook_overlaps4(__be32 a, __be32 b)
{
	return !a || !b || a == b;
}

static bool cv_hook_overlaps6(const struct in6_addr *a, const struct in6_addr *b)
{
	return ipv6_addr_any(a) || ipv6_addr_any(b) || ipv6_addr_equal(a, b);
}

/**
 * cv_hook_overlaps() - whether two sets may be where the same datagram comes to
 * @one: a set
 * @other: another one, of the same namespace and port
 * @family: by which protocol
 *
 * Context: RTNL.
 * Return: true if so, should both have a socket of that family.
 */
bool cv_hook_overlaps(const struct cv_socket *one, const struct cv_socket *other, u16 family)
{
	if (one->ifindex && other->ifindex && one->ifindex != other->ifindex)
		return false;
	return family == AF_INET ? cv_hook_overlaps4(one->v4_address, other->v4_address) :
	       cv_hook_overlaps6(&one->v6_address, &other->v6_address);
}

/**
 * cv_hook_is_taken() - whether another link has sockets where a set is to be
 * @socket: the set, with its namespace, port and place
 * @but: the set that it replaces
 *
 * Context: RTNL.
 * Return: true if there is one at the same port, and at an address and interface in common.
 */
bool cv_hook_is_taken(const struct cv_socket *socket, const struct cv_socket *but)
{
	struct cv_hook_net *ours = net_generic(socket->net, cv_hook_net_id);
	const struct cv_socket *other;

	ASSERT_RTNL();
	hash_for_each_possible(ours->ports, other, link, socket->port) {
		/* No privilege is needed for a program's, which may not keep links from a port. */
		if (other == but || other == socket || other->port != socket->port ||
		    other->prepare)
			continue;
		if ((other->v4 && cv_hook_overlaps(socket, other, AF_INET)) ||
		    (other->v6 && cv_hook_overlaps(socket, other, AF_INET6)))
			return true;
	}
	return false;
}

static int __net_init cv_hook_net_init(struct net *net)
{
	struct cv_hook_net *ours = net_generic(net, cv_hook_net_id);

	hash_init(ours->ports);
	return 0;
}

static struct pernet_operations cv_hook_net_ops = {
	.init = cv_hook_net_init,
	.id = &cv_hook_net_id,
	.size = sizeof(struct cv_hook_net),
};

/**
 * cv_hook_init() - make room in every namespace
 *
 * Context: module load, before the links.
 * Return: 0 or -ENOMEM.
 */
int cv_hook_init(void)
{
	return register_pernet_subsys(&cv_hook_net_ops);
}

/**
 * cv_hook_exit() - undo cv_hook_init()
 *
 * Context: module unload, no socket left.
 */
void cv_hook_exit(void)
{
	unregister_pernet_subsys(&cv_hook_net_ops);
}
