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

#define IPV6_ADDR_ANY 0
#define IPV6_ADDR_UNICAST 0x01
#define IPV6_ADDR_MULTICAST 0x02
#define IPV6_ADDR_LINKLOCAL 0x20
#define IPV6_ADDR_MAPPED 0x1000

/* Of all there is to say of an address what the module asks. */
static inline int ipv6_addr_type(const struct in6_addr *addr)
{
	if (IN6_IS_ADDR_UNSPECIFIED(addr))
		return IPV6_ADDR_ANY;
	if (IN6_IS_ADDR_MULTICAST(addr))
		return IPV6_ADDR_MULTICAST;
	if (IN6_IS_ADDR_V4MAPPED(addr))
		return IPV6_ADDR_MAPPED;
	return IN6_IS_ADDR_LINKLOCAL(addr) ? IPV6_ADDR_UNICAST | IPV6_ADDR_LINKLOCAL :
					     IPV6_ADDR_UNICAST;
}

static inline bool __ipv6_addr_needs_scope_id(int type)
{
	return type & IPV6_ADDR_LINKLOCAL;
}

/* Whether two addresses agree in their first bits. */
static inline bool ipv6_prefix_equal(const struct in6_addr *a, const struct in6_addr *b,
				     unsigned int bits)
{
	unsigned int bytes = bits / 8;

	return !memcmp(a, b, bytes) &&
	       (bits % 8 == 0 ||
		!((a->s6_addr[bytes] ^ b->s6_addr[bytes]) & 0xff00 >> bits % 8 & 0xff));
}

static inline void ipv6_addr_prefix(struct in6_addr *prefix, const struct in6_addr *addr, int bits)
{
	memset(prefix, 0, sizeof(*prefix));
	memcpy(prefix, addr, bits / 8);
	if (bits % 8)
		prefix->s6_addr[bits / 8] = addr->s6_addr[bits / 8] & 0xff00 >> bits % 8;
}

static inline bool ipv6_addr_v4mapped(const struct in6_addr *addr)
{
	return IN6_IS_ADDR_V4MAPPED(addr);
}

static inline void ipv6_addr_set_v4mapped(__be32 addr, struct in6_addr *mapped)
{
	memset(mapped, 0, sizeof(*mapped));
	memset(&mapped->s6_addr[10], 0xff, 2);
	memcpy(&mapped->s6_addr[12], &addr, sizeof(addr));
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
