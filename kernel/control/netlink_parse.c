// SPDX-License-Identifier: GPL-2.0
/*
 * What attributes at several places of a request hold, with the sentences that refuse it: endpoints
 * and prefixes. Called by netlink_set.c and netlink_ways.c.
 */
#include <net/netlink.h>
#include <uapi/linux/culvert.h>

#include "netlink_parse.h"
#include "../datapath/endpoint.h"
#include "../tables/allowedips.h"

/**
 * cv_netlink_parse_endpoint() - an endpoint of a request
 * @endpoint: filled in; our side is left to routing
 * @attr: a struct sockaddr_in or sockaddr_in6
 * @extack: is told why it is refused
 *
 * Context: any.
 * Return: 0, or -EINVAL or -EAFNOSUPPORT.
 */
int cv_netlink_parse_endpoint(struct cv_endpoint *endpoint, const struct nlattr *attr,
			      struct netlink_ext_ack *extack)
{
	int err = cv_endpoint_from_sockaddr(endpoint, nla_data(attr), nla_len(attr));
	__be16 port;

	if (err) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "an endpoint must be a complete sockaddr_in or sockaddr_in6");
		return err;
	}
	port = endpoint->remote.any.sa_family == AF_INET ? endpoint->remote.v4.sin_port :
							   endpoint->remote.v6.sin6_port;
	if (!port) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "the port of an endpoint must not be 0");
		return -EINVAL;
	}
	return 0;
}

/**
 * cv_netlink_parse_prefix() - a prefix of a request: an allowed IP, or a source
 * @prefix: filled in; its address is in the request
 * @attrs: by enum cv_allowedip_attr
 * @nest: that they are in
 * @extack: is told why it is refused
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int cv_netlink_parse_prefix(struct cv_allowedips_prefix *prefix, struct nlattr *const *attrs,
			    const struct nlattr *nest, struct netlink_ext_ack *extack)
{
	int bytes;

	if (!attrs[CVALLOWEDIP_A_FAMILY] || !attrs[CVALLOWEDIP_A_IPADDR] ||
	    !attrs[CVALLOWEDIP_A_CIDR_MASK]) {
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "an allowed IP or source needs a family, an address and a prefix length");
		return -EINVAL;
	}
	prefix->family = nla_get_u16(attrs[CVALLOWEDIP_A_FAMILY]);
	prefix->addr = nla_data(attrs[CVALLOWEDIP_A_IPADDR]);
	prefix->cidr = nla_get_u8(attrs[CVALLOWEDIP_A_CIDR_MASK]);
	if (prefix->family != AF_INET && prefix->family != AF_INET6) {
		NL_SET_ERR_MSG_ATTR(extack, attrs[CVALLOWEDIP_A_FAMILY],
				    "the family of an allowed IP or source must be AF_INET or AF_INET6");
		return -EINVAL;
	}
	bytes = prefix->family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr);
	if (nla_len(attrs[CVALLOWEDIP_A_IPADDR]) != bytes) {
		NL_SET_ERR_MSG_ATTR(extack, attrs[CVALLOWEDIP_A_IPADDR],
				    "the address of an allowed IP or source must have 4 bytes for IPv4, 16 for IPv6");
		return -EINVAL;
	}
	if (prefix->cidr > 8 * bytes) {
		NL_SET_ERR_MSG_ATTR(extack, attrs[CVALLOWEDIP_A_CIDR_MASK],
				    "the prefix length of an allowed IP or source must be at most 32 for IPv4, 128 for IPv6");
		return -EINVAL;
	}
	return 0;
}
