/* SPDX-License-Identifier: GPL-2.0 */
/* UDP headers. */
#ifndef FAKE_LINUX_UDP_H
#define FAKE_LINUX_UDP_H

#include_next <linux/udp.h>

#include <linux/skbuff.h>

static inline struct udphdr *udp_hdr(const struct sk_buff *skb)
{
	return (struct udphdr *)skb_transport_header(skb);
}

#endif /* FAKE_LINUX_UDP_H */
