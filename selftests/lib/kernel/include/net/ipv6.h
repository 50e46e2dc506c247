/* SPDX-License-Identifier: GPL-2.0 */
/* What IPv6 addresses and headers are asked. */
#ifndef FAKE_NET_IPV6_H
#define FAKE_NET_IPV6_H

#include <linux/in6.h>
#include <linux/ipv6.h>
#include <linux/string.h>

static inline bool ipv6_addr_equal(const struct in6_addr *a, const struct in6_addr *b)
{
	return !memcmp(a, b, sizeof(*a));
}

static inline bool ipv6_addr_any(const struct in6_addr *addr)
{
	return IN6_IS_ADDR_UNSPECIFIED(addr);
}

#define IPV6_ADDR_LINKLOCAL 0x20

/* Of all there is to say of an address what the module asks. */
static inline int ipv6_addr_type(const struct in6_addr *addr)
{
	return IN6_IS_ADDR_LINKLOCAL(addr) ? IPV6_ADDR_LINKLOCAL : 0;
}

static inline bool ipv6_addr_v4mapped(const struct in6_addr *addr)
{
	return IN6_IS_ADDR_V4MAPPED(addr);
}

static inline bool ipv6_addr_is_multicast(const struct in6_addr *addr)
{
	return addr->s6_addr[0] == 0xff;
}

static inline u32 ipv6_iface_scope_id(const struct in6_addr *addr, int iface)
{
	return IN6_IS_ADDR_LINKLOCAL(addr) ? iface : 0;
}

static inline u8 ipv6_get_dsfield(const struct ipv6hdr *header)
{
	return ntohs(*(const __be16 *)header) >> 4;
}

#define ip6_flowinfo(header) (*(const __be32 *)(header) & htonl(0x0fffffff))
#define ipv6_mod_enabled() true

#endif /* FAKE_NET_IPV6_H */
