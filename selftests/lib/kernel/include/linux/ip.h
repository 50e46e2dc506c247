/* SPDX-License-Identifier: GPL-2.0 */
/* IPv4 headers. */
#ifndef FAKE_LINUX_IP_H
#define FAKE_LINUX_IP_H

#include_next <linux/ip.h>

#include <linux/skbuff.h>

static inline struct iphdr *ip_hdr(const struct sk_buff *skb)
{
	return (struct iphdr *)(skb->head + skb->network_header);
}

#endif /* FAKE_LINUX_IP_H */
