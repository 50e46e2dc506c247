/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * union cvl_address, and prefixes, without a branch for each family at every use; internal to
 * the library and the command. All but IPv6 is taken for IPv4.
 */
#ifndef LIBCULVERT_ADDRESS_H
#define LIBCULVERT_ADDRESS_H

#include <arpa/inet.h>

#include <string.h>

#include "libculvert.h"

/* address.c */
bool cvl_address_read4(struct in_addr *address, const char *text, size_t bytes);
bool cvl_address_read(void *address, int family, const char *text, size_t bytes);
char *cvl_address_write_number(char *text, uint32_t number);
char *cvl_address_write(char text[INET6_ADDRSTRLEN], int family, const void *address);

static inline bool cvl_address_is_ipv6(const union cvl_address *address)
{
	return address->any.sa_family == AF_INET6;
}

/* Of the sockaddr, in bytes. */
static inline socklen_t cvl_address_size(const union cvl_address *address)
{
	return cvl_address_is_ipv6(address) ? sizeof(address->v6) : sizeof(address->v4);
}

/* In host order. */
static inline uint16_t cvl_address_port(const union cvl_address *address)
{
	return ntohs(cvl_address_is_ipv6(address) ? address->v6.sin6_port : address->v4.sin_port);
}

/* The bytes of the address itself, and how many they are. */
static inline const void *cvl_address_ip(const union cvl_address *address)
{
	return cvl_address_is_ipv6(address) ? (const void *)&address->v6.sin6_addr :
					      (const void *)&address->v4.sin_addr;
}

static inline size_t cvl_address_ip_bytes(const union cvl_address *address)
{
	return cvl_address_is_ipv6(address) ? sizeof(address->v6.sin6_addr) :
					      sizeof(address->v4.sin_addr);
}

/* Whether both are one place: address, port and, in IPv6, the link of a link-local address. */
static inline bool cvl_address_same_endpoint(const union cvl_address *a,
					     const union cvl_address *b)
{
	if (a->any.sa_family != b->any.sa_family)
		return false;
	if (a->any.sa_family == AF_INET)
		return a->v4.sin_port == b->v4.sin_port &&
		       a->v4.sin_addr.s_addr == b->v4.sin_addr.s_addr;
	return a->v6.sin6_port == b->v6.sin6_port &&
	       a->v6.sin6_scope_id == b->v6.sin6_scope_id &&
	       !memcmp(&a->v6.sin6_addr, &b->v6.sin6_addr, sizeof(a->v6.sin6_addr));
}

/* Of the address that a prefix begins with. */
static inline size_t cvl_prefix_bytes(const struct cvl_allowed_ip *ip)
{
	return ip->family == AF_INET6 ? sizeof(ip->v6) : sizeof(ip->v4);
}

/* Clears the bits behind the prefix, as the kernel does. */
static inline void cvl_address_mask(struct cvl_allowed_ip *ip)
{
	uint8_t *bytes = (uint8_t *)&ip->v6;
	size_t size = cvl_prefix_bytes(ip);
	size_t i;

	for (i = 0; i < size; i++) {
		size_t first_bit = i * 8;

		if (first_bit >= ip->prefix_bits)
			bytes[i] = 0;
		else if (first_bit + 8 > ip->prefix_bits)
			bytes[i] &= (uint8_t)(0xff00U >> (ip->prefix_bits - first_bit));
	}
}

#endif /* LIBCULVERT_ADDRESS_H */
