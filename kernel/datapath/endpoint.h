/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An endpoint: where a peer is reached and from which of our addresses. One type
 * for both families; only the leaf functions that route and transmit (socket.c)
 * look inside.
 */
#ifndef CV_DATAPATH_ENDPOINT_H
#define CV_DATAPATH_ENDPOINT_H

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/socket.h>
#include <linux/types.h>

/**
 * struct cv_endpoint - both ends of the outer path
 */
struct cv_endpoint {
	/** @remote: the peer's address and port; family 0 while unknown */
	union {
		/** @remote.any: its family */
		struct sockaddr any;
		/** @remote.v4: when the family is AF_INET */
		struct sockaddr_in v4;
		/** @remote.v6: when the family is AF_INET6 */
		struct sockaddr_in6 v6;
	} remote;
	/** @local: our address that the peer's packets came to; zeros: let routing choose */
	union {
		/** @local.v4: when the family of @remote is AF_INET */
		struct in_addr v4;
		/** @local.v6: when the family of @remote is AF_INET6 */
		struct in6_addr v6;
	} local;
	/** @ifindex: the interface they came in by (IPv4 only), or 0 */
	int ifindex;
};

struct sk_buff;

/**
 * cv_endpoint_address() - the peer's address, without its port
 * @endpoint: its family is known
 *
 * Return: struct in_addr or struct in6_addr.
 */
static inline const void *cv_endpoint_address(const struct cv_endpoint *endpoint)
{
	return endpoint->remote.any.sa_family == AF_INET ?
	       (const void *)&endpoint->remote.v4.sin_addr :
	       (const void *)&endpoint->remote.v6.sin6_addr;
}

int cv_endpoint_from_skb(struct cv_endpoint *endpoint, const struct sk_buff *skb);
bool cv_endpoint_same_remote(const struct cv_endpoint *a, const struct cv_endpoint *b);
bool cv_endpoint_same(const struct cv_endpoint *a, const struct cv_endpoint *b);
int cv_endpoint_from_sockaddr(struct cv_endpoint *endpoint, const void *addr, size_t len);
size_t cv_endpoint_sockaddr_bytes(const struct cv_endpoint *endpoint);

#endif /* CV_DATAPATH_ENDPOINT_H */
