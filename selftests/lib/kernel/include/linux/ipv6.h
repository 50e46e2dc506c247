/* SPDX-License-Identifier: GPL-2.0 */
/* IPv6 headers. */
#ifndef FAKE_LINUX_IPV6_H
#define FAKE_LINUX_IPV6_H

#include_next <linux/ipv6.h>

#include <linux/skbuff.h>

static inline struct ipv6hdr *ipv6_hdr(const struct sk_buff *skb)
{
	return (struct ipv6hdr *)(skb->head + skb->network_header);
}

#endif /* FAKE_LINUX_IPV6_H */
