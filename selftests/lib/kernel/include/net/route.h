/* SPDX-License-Identifier: GPL-2.0 */
/* Routes of IPv4: there is one, or none. */
#ifndef FAKE_NET_ROUTE_H
#define FAKE_NET_ROUTE_H

#include <linux/in_route.h>
#include <linux/ip.h>
#include <linux/netdevice.h>
#include <net/dst.h>

#define FLOWI_FLAG_ANYSRC 1

struct rtable {
	struct dst_entry dst;
	unsigned int rt_flags;
};

struct flowi4 {
	int flowi4_oif;
	u32 flowi4_mark;
	u8 flowi4_flags;
	__be32 daddr;
	__be32 saddr;
};

#define skb_rtable(skb) container_of((skb)->dst, struct rtable, dst)

struct rtable *ip_route_output_key(struct net *net, struct flowi4 *flow);

#endif /* FAKE_NET_ROUTE_H */
