/* SPDX-License-Identifier: GPL-2.0 */
/* The checksum of TCP over IPv6. */
#ifndef FAKE_NET_IP6_CHECKSUM_H
#define FAKE_NET_IP6_CHECKSUM_H

#include <fake_kernel.h>
#include <net/ipv6.h>

#define tcp_v6_check(bytes, from, to, base) \
	((void)(to), (u16)~fake_tcp_pseudo_checksum(bytes, from, 2 * sizeof(struct in6_addr)))

#endif /* FAKE_NET_IP6_CHECKSUM_H */
