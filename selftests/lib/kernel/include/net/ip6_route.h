/* SPDX-License-Identifier: GPL-2.0 */
/* Routes of IPv6: there is one, or one that is an error. */
#ifndef FAKE_NET_IP6_ROUTE_H
#define FAKE_NET_IP6_ROUTE_H

#include <linux/in6.h>
#include <linux/netdevice.h>
#include <net/dst.h>

struct sock;

struct flowi6 {
	int flowi6_oif;
	u32 flowi6_mark;
	struct in6_addr daddr;
	struct in6_addr saddr;
	__be32 flowlabel;
};

struct dst_entry *ip6_route_output(struct net *net, const struct sock *sk, struct flowi6 *flow);

#endif /* FAKE_NET_IP6_ROUTE_H */
