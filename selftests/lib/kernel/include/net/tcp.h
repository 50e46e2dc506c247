/* SPDX-License-Identifier: GPL-2.0 */
/* The checksum of TCP over IPv4. */
#ifndef FAKE_NET_TCP_H
#define FAKE_NET_TCP_H

#include <fake_kernel.h>
#include <linux/kernel.h>
#include <linux/tcp.h>

static inline u16 tcp_v4_check(unsigned int bytes, __be32 from, __be32 to, u32 base)
{
	__be32 addresses[] = { from, to };

	return ~fake_tcp_pseudo_checksum(bytes, addresses, sizeof(addresses));
}

#endif /* FAKE_NET_TCP_H */
