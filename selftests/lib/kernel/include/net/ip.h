/* SPDX-License-Identifier: GPL-2.0 */
/* What IPv4 headers are given. */
#ifndef FAKE_NET_IP_H
#define FAKE_NET_IP_H

#include <fake_kernel.h>
#include <linux/ip.h>

#define IP_MAX_MTU 0xffffU
#define IP_DF 0x4000

#define ip_fast_csum(header, words) ((u16)~fake_checksum(header, (words) * 4, 0))

static inline void ip_send_check(struct iphdr *header)
{
	header->check = 0;
	header->check = ip_fast_csum(header, header->ihl);
}

#endif /* FAKE_NET_IP_H */
