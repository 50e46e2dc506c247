/* SPDX-License-Identifier: GPL-2.0 */
/* What is in a tunnel's packet. */
#ifndef FAKE_NET_IP_TUNNELS_H
#define FAKE_NET_IP_TUNNELS_H

#include <linux/ip.h>
#include <linux/ipv6.h>

static inline __be16 ip_tunnel_parse_protocol(const struct sk_buff *skb)
{
	if (skb->len >= sizeof(struct iphdr) && ip_hdr(skb)->version == 4)
		return htons(ETH_P_IP);
	if (skb->len >= sizeof(struct ipv6hdr) && ip_hdr(skb)->version == 6)
		return htons(ETH_P_IPV6);
	return 0;
}

#endif /* FAKE_NET_IP_TUNNELS_H */
