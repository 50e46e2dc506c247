// SPDX-License-Identifier: GPL-2.0
/*
 * Endpoints: learned from packets, given by the administrator, compared. Called by
 * rx.c, exchange.c and netlink.c.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/ipv6.h>

#include "endpoint.h"

/**
 * cv_endpoint_from_skb() - whom a datagram came from, and where it came to
 * @endpoint: filled in, every byte
 * @skb: a received UDP datagram with its network and transport headers set
 *
 * Return: 0, or -EAFNOSUPPORT when it is neither IPv4 nor IPv6.
 */
int cv_endpoint_from_skb(struct cv_endpoint *endpoint, const struct sk_buff *skb)
{
	memset(endpoint, 0, sizeof(*endpoint));
	if (ip_hdr(skb)->version == 4) {
		endpoint->remote.v4.sin_family = AF_INET;
		endpoint->remote.v4.sin_port = udp_hdr(skb)->source;
		endpoint->remote.v4.sin_addr.s_addr = ip_hdr(skb)->saddr;
		endpoint->local.v4.s_addr = ip_hdr(skb)->daddr;
		endpoint->ifindex = skb->skb_iif;
		return 0;
	}
	if (ip_hdr(skb)->version == 6) {
		endpoint->remote.v6.sin6_family = AF_INET6;
		endpoint->remote.v6.sin6_port = udp_hdr(skb)->source;
		endpoint->remote.v6.sin6_addr = ipv6_hdr(skb)->saddr;
		endpoint->remote.v6.sin6_scope_id =
			ipv6_iface_scope_id(&ipv6_hdr(skb)->saddr, skb->skb_iif);
		endpoint->local.v6 = ipv6_hdr(skb)->daddr;
		return 0;
	}
	return -EAFNOSUPPORT;
}

/**
 * cv_endpoint_same_remote() - whether a peer is at the same place in two endpoints
 * @a: one
 * @b: the other
 *
 * Return: true if address and port of the peer are the same.
 */
bool cv_endpoint_same_remote(const struct cv_endpoint *a, const struct cv_endpoint *b)
{
	if (a->remote.any.sa_family != b->remote.any.sa_family)
		return false;
	if (a->remote.any.sa_family == AF_INET)
		return a->remote.v4.sin_port == b->remote.v4.sin_port &&
		       a->remote.v4.sin_addr.s_addr == b->remote.v4.sin_addr.s_addr;
	if (a->remote.any.sa_family == AF_INET6)
		return a->remote.v6.sin6_port == b->remote.v6.sin6_port &&
		       ipv6_addr_equal(&a->remote.v6.sin6_addr, &b->remote.v6.sin6_addr) &&
		       a->remote.v6.sin6_scope_id == b->remote.v6.sin6_scope_id;
	return true;
}

/**
 * cv_endpoint_same() - whether two endpoints agree in everything
 * @a: one
 * @b: the other
 *
 * Return: true when they do.
 */
bool cv_endpoint_same(const struct cv_endpoint *a, const struct cv_endpoint *b)
{
	if (!cv_endpoint_same_remote(a, b))
		return false;
	if (a->remote.any.sa_family == AF_INET)
		return a->local.v4.s_addr == b->local.v4.s_addr && a->ifindex == b->ifindex;
	if (a->remote.any.sa_family == AF_INET6)
		return ipv6_addr_equal(&a->local.v6, &b->local.v6);
	return true;
}

/**
 * cv_endpoint_from_sockaddr() - an endpoint as the administrator gives it
 * @endpoint: filled in, every byte; our side is left to routing
 * @addr: a struct sockaddr_in or sockaddr_in6
 * @len: its size in bytes
 *
 * Return: 0, -EAFNOSUPPORT for another family, -EINVAL for a size that does not
 * go with the family.
 */
int cv_endpoint_from_sockaddr(struct cv_endpoint *endpoint, const void *addr, size_t len)
{
	const struct sockaddr *any = addr;

	memset(endpoint, 0, sizeof(*endpoint));
	if (len < sizeof(any->sa_family))
		return -EINVAL;
	switch (any->sa_family) {
	case AF_INET:
		if (len != sizeof(endpoint->remote.v4))
			return -EINVAL;
		memcpy(&endpoint->remote.v4, addr, len);
		return 0;
	case AF_INET6:
		if (len != sizeof(endpoint->remote.v6))
			return -EINVAL;
		memcpy(&endpoint->remote.v6, addr, len);
		return 0;
	}
	return -EAFNOSUPPORT;
}

/**
 * cv_endpoint_sockaddr_bytes() - size of the remote address as a sockaddr
 * @endpoint: the endpoint
 *
 * Return: bytes, 0 when it is not known.
 */
size_t cv_endpoint_sockaddr_bytes(const struct cv_endpoint *endpoint)
{
	switch (endpoint->remote.any.sa_family) {
	case AF_INET:
		return sizeof(endpoint->remote.v4);
	case AF_INET6:
		return sizeof(endpoint->remote.v6);
	}
	return 0;
}
