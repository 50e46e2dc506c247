/* SPDX-License-Identifier: GPL-2.0 */
/* Addresses, which the C library has already defined: see types.h. */
#ifndef FAKE_LINUX_IN_H
#define FAKE_LINUX_IN_H

#include <linux/types.h>

#include_next <linux/in.h>

static inline bool ipv4_is_multicast(__be32 addr)
{
	return (addr & htonl(0xf0000000)) == htonl(0xe0000000);
}

static inline bool ipv4_is_lbcast(__be32 addr)
{
	return addr == htonl(INADDR_BROADCAST);
}

static inline bool ipv4_is_zeronet(__be32 addr)
{
	return !addr;
}

#endif /* FAKE_LINUX_IN_H */
