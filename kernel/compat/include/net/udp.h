/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Older kernels are told in which table of sockets to look one up; the oldest have one for all
 * namespaces.
 */
#ifndef CV_COMPAT_NET_UDP_H
#define CV_COMPAT_NET_UDP_H

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/inet_sock.h>
#include_next <net/udp.h>

#if HAVE_UDP_LOOKUP_TABLE
static inline struct udp_table *cv_compat_udp_table(struct net *net)
{
#if HAVE_NETNS_UDP_TABLE
	return net->ipv4.udp_table;
#else
	return &udp_table;
#endif
}
#endif

/**
 * cv_compat_udp4_lookup() - which socket a datagram is for
 * @net: the namespace
 * @skb: the datagram, by IPv4
 * @udp: its UDP header
 *
 * Context: RCU.
 * Return: the socket, borrowed, or NULL.
 */
static inline struct sock *cv_compat_udp4_lookup(struct net *net, const struct sk_buff *skb,
						 const struct udphdr *udp)
{
	const struct iphdr *ip = ip_hdr(skb);

#if HAVE_UDP_LOOKUP_TABLE
	return __udp4_lib_lookup(net, ip->saddr, udp->source, ip->daddr, udp->dest, inet_iif(skb),
				 inet_sdif(skb), cv_compat_udp_table(net), NULL);
#else
	return __udp4_lib_lookup(net, ip->saddr, udp->source, ip->daddr, udp->dest, inet_iif(skb),
				 inet_sdif(skb), NULL);
#endif
}

/**
 * cv_compat_udp6_lookup() - which socket a datagram is for
 * @net: the namespace
 * @skb: the datagram, by IPv6
 * @udp: its UDP header
 *
 * Context: RCU.
 * Return: the socket, borrowed, or NULL.
 */
static inline struct sock *cv_compat_udp6_lookup(struct net *net, const struct sk_buff *skb,
						 const struct udphdr *udp)
{
	const struct ipv6hdr *ip = ipv6_hdr(skb);

#if HAVE_UDP_LOOKUP_TABLE
	return __udp6_lib_lookup(net, &ip->saddr, udp->source, &ip->daddr, udp->dest,
				 inet6_iif(skb), inet6_sdif(skb), cv_compat_udp_table(net), NULL);
#else
	return __udp6_lib_lookup(net, &ip->saddr, udp->source, &ip->daddr, udp->dest,
				 inet6_iif(skb), inet6_sdif(skb), NULL);
#endif
}

#endif /* CV_COMPAT_NET_UDP_H */
