/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Netlink attributes from the bytes of an input, so that a fuzzer need not find out by
 * chance that lengths must fit. Each step is a byte, of which the upper two bits say:
 *
 *   00  an attribute: its length, then its bytes; the byte 00 ends the message
 *   40  a nest begins
 *   80  the innermost nest ends
 *   c0  an attribute of a common kind: a byte by enum netlink_build_kind, then its value
 *
 * and the lower six the attribute's type. Those from NETLINK_BUILD_OWN on mean types
 * from where the target says.
 */
#ifndef FUZZ_NETLINK_BUILD_H
#define FUZZ_NETLINK_BUILD_H

#include <arpa/inet.h>
#include <linux/netlink.h>
#include <netinet/in.h>

#include "fuzz.h"

#define NETLINK_BUILD_DEPTH 8
#define NETLINK_BUILD_OWN 0x20

/* What may come as a value of its own kind; the number is the byte in the input. */
enum netlink_build_kind {
	NETLINK_BUILD_U8,
	NETLINK_BUILD_U16,
	NETLINK_BUILD_U32,
	NETLINK_BUILD_U64,
	/* one byte, 32 times */
	NETLINK_BUILD_KEY,
	/* port, address */
	NETLINK_BUILD_SOCKADDR4,
	/* port, the last byte of 2001:db8:: */
	NETLINK_BUILD_SOCKADDR6,
	/* length, characters; a zero is put behind */
	NETLINK_BUILD_STRING,
	/* four bytes */
	NETLINK_BUILD_ADDRESS4,
	/* the last byte of 2001:db8:: */
	NETLINK_BUILD_ADDRESS6,
	/* no value */
	NETLINK_BUILD_FLAG,
	/* port, sixteen bytes of any address */
	NETLINK_BUILD_SOCKADDR6_ANY,
	NETLINK_BUILD_KINDS,
};

/* Where a message has got to. */
struct netlink_build {
	uint8_t *out;
	size_t size;
	size_t room;
	size_t nests[NETLINK_BUILD_DEPTH];
	unsigned int depth;
	uint16_t own_first;
};

static inline bool netlink_build_put(struct netlink_build *build, uint16_t type,
				     const void *value, size_t bytes)
{
	struct nlattr attr = { .nla_len = (uint16_t)(NLA_HDRLEN + bytes), .nla_type = type };

	if (build->size + NLA_ALIGN(attr.nla_len) > build->room)
		return false;
	memset(build->out + build->size, 0, NLA_ALIGN(attr.nla_len));
	memcpy(build->out + build->size, &attr, sizeof(attr));
	if (bytes)
		memcpy(build->out + build->size + NLA_HDRLEN, value, bytes);
	build->size += NLA_ALIGN(attr.nla_len);
	return true;
}

static inline void netlink_build_end(struct netlink_build *build)
{
	struct nlattr attr;
	size_t begin;

	if (!build->depth)
		return;
	begin = build->nests[--build->depth];
	memcpy(&attr, build->out + begin, sizeof(attr));
	attr.nla_len = (uint16_t)(build->size - begin);
	memcpy(build->out + begin, &attr, sizeof(attr));
}

static inline bool netlink_build_nest(struct netlink_build *build, uint16_t type)
{
	if (build->depth == NETLINK_BUILD_DEPTH)
		return true;
	build->nests[build->depth] = build->size;
	if (!netlink_build_put(build, NLA_F_NESTED | type, NULL, 0))
		return false;
	build->depth++;
	return true;
}

static inline bool netlink_build_sockaddr(struct netlink_build *build, uint16_t type,
					  enum netlink_build_kind kind, struct fuzz_input *in)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
	struct sockaddr_in four = { .sin_family = AF_INET };

	fuzz_bytes(in, &four.sin_port, sizeof(four.sin_port));
	if (kind == NETLINK_BUILD_SOCKADDR4) {
		fuzz_bytes(in, &four.sin_addr, sizeof(four.sin_addr));
		return netlink_build_put(build, type, &four, sizeof(four));
	}
	six.sin6_port = four.sin_port;
	if (kind == NETLINK_BUILD_SOCKADDR6) {
		inet_pton(AF_INET6, "2001:db8::", &six.sin6_addr);
		six.sin6_addr.s6_addr[15] = fuzz_u8(in);
	} else {
		fuzz_bytes(in, &six.sin6_addr, sizeof(six.sin6_addr));
	}
	return netlink_build_put(build, type, &six, sizeof(six));
}

static inline bool netlink_build_kind(struct netlink_build *build, uint16_t type,
				      struct fuzz_input *in)
{
	uint8_t value[256] = { 0 };
	unsigned int kind = fuzz_u8(in) % NETLINK_BUILD_KINDS;
	size_t bytes = 0;

	switch (kind) {
	case NETLINK_BUILD_KEY:
		memset(value, fuzz_u8(in), 32);
		bytes = 32;
		break;
	case NETLINK_BUILD_SOCKADDR4:
	case NETLINK_BUILD_SOCKADDR6:
	case NETLINK_BUILD_SOCKADDR6_ANY:
		return netlink_build_sockaddr(build, type, kind, in);
	case NETLINK_BUILD_FLAG:
		break;
	case NETLINK_BUILD_STRING:
		bytes = fuzz_u8(in);
		fuzz_bytes(in, value, bytes);
		if (bytes < sizeof(value))
			value[bytes++] = 0;
		break;
	case NETLINK_BUILD_ADDRESS4:
		bytes = 4;
		fuzz_bytes(in, value, bytes);
		break;
	case NETLINK_BUILD_ADDRESS6:
		bytes = 16;
		inet_pton(AF_INET6, "2001:db8::", value);
		value[15] = fuzz_u8(in);
		break;
	default:
		bytes = (size_t)1 << kind;
		fuzz_bytes(in, value, bytes);
		break;
	}
	return netlink_build_put(build, type, value, bytes);
}

/* Attributes up to the end that the input gives; how many bytes they have. */
static inline size_t netlink_build(uint8_t *out, size_t room, struct fuzz_input *in,
				   uint16_t own_first)
{
	struct netlink_build build = { .out = out, .room = room, .own_first = own_first };
	uint8_t value[256];
	uint8_t step;
	bool fits = true;

	while (fits && in->size && (step = fuzz_u8(in))) {
		uint16_t type = step & 0x3f;

		if (type >= NETLINK_BUILD_OWN)
			type += build.own_first - NETLINK_BUILD_OWN;
		if (step < 0x40) {
			size_t bytes = fuzz_u8(in);

			fuzz_bytes(in, value, bytes);
			fits = netlink_build_put(&build, type, value, bytes);
		} else if (step < 0x80) {
			fits = netlink_build_nest(&build, type);
		} else if (step < 0xc0) {
			netlink_build_end(&build);
		} else {
			fits = netlink_build_kind(&build, type, in);
		}
	}
	while (build.depth)
		netlink_build_end(&build);
	return build.size;
}

#endif /* FUZZ_NETLINK_BUILD_H */
