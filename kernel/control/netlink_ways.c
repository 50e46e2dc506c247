// SPDX-License-Identifier: GPL-2.0
/*
 * What a request says of the ways to a peer: its candidates, and where it may be followed to. For
 * netlink_set.c, in its steps: parsed into memory that becomes the peer's, or is freed.
 */
#include <linux/inetdevice.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <net/ipv6.h>
#include <net/netlink.h>
#include <uapi/linux/culvert.h>

#include "netlink_parse.h"
#include "netlink_ways.h"
#include "../core/device.h"
#include "../core/peer.h"
#include "../datapath/path.h"
#include "../datapath/ways.h"
#include "../tables/allowedips.h"

static int cv_netlink_ways_parse_candidates(struct cv_ways *ways, const struct nlattr *candidates,
					    struct netlink_ext_ack *extack);
static int cv_netlink_ways_parse_follow(struct cv_ways *ways, struct nlattr *const *attrs,
					struct netlink_ext_ack *extack);

/**
 * cv_netlink_ways_parse() - read what a request says
 * @said: zeros; filled in, to be given to cv_netlink_ways_free() whatever is returned
 * @attrs: of the peer, by enum cv_peer_attr
 * @extack: is told why it is refused
 *
 * Context: process.
 * Return: 0 or a negative errno.
 */
int cv_netlink_ways_parse(struct cv_netlink_ways *said, struct nlattr *const *attrs,
			  struct netlink_ext_ack *extack)
{
	int err = 0;

	said->candidates = attrs[CVPEER_A_CANDIDATES];
	said->follow = attrs[CVPEER_A_FOLLOW] || attrs[CVPEER_A_SOURCES];
	if (!said->candidates && !said->follow)
		return 0;
	said->ways = kzalloc(sizeof(*said->ways), GFP_KERNEL_ACCOUNT);
	if (!said->ways)
		return -ENOMEM;
	if (said->candidates)
		err = cv_netlink_ways_parse_candidates(said->ways, attrs[CVPEER_A_CANDIDATES],
						       extack);
	if (!err && said->follow)
		err = cv_netlink_ways_parse_follow(said->ways, attrs, extack);
	return err;
}

/**
 * cv_netlink_ways_check() - whether candidates are where their peer is followed to
 * @candidates: has the candidates; or NULL
 * @follow: has the sources; or NULL
 * @attr: for @extack
 * @extack: is told why it is refused
 *
 * Context: any.
 * Return: 0, or -EINVAL if answers of a candidate would be dropped.
 */
int cv_netlink_ways_check(const struct cv_ways *candidates, const struct cv_ways *follow,
			  const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	unsigned int i;

	for (i = 0; candidates && i < candidates->candidate_count; i++) {
		if (cv_ways_admit(follow, &candidates->candidates[i].endpoint))
			continue;
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "a candidate is outside the sources that the peer is followed within: its answers would be dropped");
		return -EINVAL;
	}
	return 0;
}

/**
 * cv_netlink_ways_apply() - what a request says becomes a peer's
 * @said: what it says; the peer has its memory afterwards
 * @peer: the peer
 *
 * What it does not mention stays as it is.
 *
 * Context: process, holds &cv_device.lock; cannot fail.
 */
void cv_netlink_ways_apply(struct cv_netlink_ways *said, struct cv_peer *peer)
{
	const struct cv_ways *old =
		rcu_dereference_protected(peer->path.ways, lockdep_is_held(&peer->dev->lock));
	struct cv_ways *ways = said->ways;

	if (!ways)
		return;
	said->ways = NULL;
	if (old && !said->candidates) {
		memcpy(ways->candidates, old->candidates, sizeof(ways->candidates));
		ways->candidate_count = old->candidate_count;
	}
	if (old && !said->follow) {
		memcpy(ways->sources, old->sources, sizeof(ways->sources));
		ways->source_count = old->source_count;
		ways->follow = old->follow;
	}
	if (!ways->candidate_count && ways->follow == CVFOLLOW_ANYWHERE) {
		kfree(ways);
		ways = NULL;
	}
	cv_path_set_ways(&peer->path, ways);
}

/**
 * cv_netlink_ways_free() - free what has not become a peer's
 * @said: what a request says
 *
 * Context: process.
 */
void cv_netlink_ways_free(struct cv_netlink_ways *said)
{
	kfree(said->ways);
}

/* What is sent before there is an answer may go to a host, not to all of a network. */
static bool cv_netlink_ways_is_host(const struct cv_endpoint *endpoint)
{
	__be32 v4 = endpoint->remote.v4.sin_addr.s_addr;
	int v6;

	if (endpoint->remote.any.sa_family == AF_INET)
		return !ipv4_is_multicast(v4) && !ipv4_is_lbcast(v4) && !ipv4_is_zeronet(v4);
	v6 = ipv6_addr_type(&endpoint->remote.v6.sin6_addr);
	return v6 != IPV6_ADDR_ANY && !(v6 & (IPV6_ADDR_MULTICAST | IPV6_ADDR_MAPPED));
}

/* As an endpoint that is learned has it, so that it can be found to be in use. */
static void cv_netlink_ways_normalize(struct cv_endpoint *endpoint)
{
	if (endpoint->remote.any.sa_family != AF_INET6)
		return;
	endpoint->remote.v6.sin6_flowinfo = 0;
	if (!(ipv6_addr_type(&endpoint->remote.v6.sin6_addr) & IPV6_ADDR_LINKLOCAL))
		endpoint->remote.v6.sin6_scope_id = 0;
}

static int cv_netlink_ways_parse_candidate(struct cv_ways *ways, const struct nlattr *nest,
					   struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[CVCANDIDATE_A_MAX + 1];
	struct cv_candidate candidate = {};
	int err;

	err = nla_parse_nested_deprecated(attrs, CVCANDIDATE_A_MAX, nest, NULL, extack);
	if (err)
		return err;
	if (!attrs[CVCANDIDATE_A_ENDPOINT]) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "a candidate needs an endpoint");
		return -EINVAL;
	}
	err = cv_netlink_parse_endpoint(&candidate.endpoint, attrs[CVCANDIDATE_A_ENDPOINT],
					extack);
	if (err)
		return err;
	if (!cv_netlink_ways_is_host(&candidate.endpoint)) {
		NL_SET_ERR_MSG_ATTR(extack, attrs[CVCANDIDATE_A_ENDPOINT],
				    "a candidate must be the address of one host, not a multicast, broadcast or unspecified one");
		return -EINVAL;
	}
	cv_netlink_ways_normalize(&candidate.endpoint);
	if (attrs[CVCANDIDATE_A_PREFERENCE])
		candidate.preference = nla_get_u8(attrs[CVCANDIDATE_A_PREFERENCE]);
	err = cv_ways_add_candidate(ways, &candidate);
	if (err == -EEXIST)
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "a candidate is given twice: each address and port once");
	else if (err)
		NL_SET_ERR_MSG_ATTR(extack, nest, "a peer has at most 8 candidates");
	return err;
}

static int cv_netlink_ways_parse_candidates(struct cv_ways *ways, const struct nlattr *candidates,
					    struct netlink_ext_ack *extack)
{
	const struct nlattr *nest;
	int rest;
	int err;

	static_assert(CV_CANDIDATES_MAX == 8);
	nla_for_each_nested(nest, candidates, rest) {
		err = cv_netlink_ways_parse_candidate(ways, nest, extack);
		if (err)
			return err;
	}
	return 0;
}

static int cv_netlink_ways_parse_source(struct cv_ways *ways, const struct nlattr *nest,
					struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[CVALLOWEDIP_A_OWN_MAX + 1];
	struct cv_allowedips_prefix prefix;
	struct cv_ways_source *source;
	int err;

	if (ways->source_count == CV_SOURCES_MAX) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "a peer has at most 8 sources");
		return -E2BIG;
	}
	err = nla_parse_nested_deprecated(attrs, CVALLOWEDIP_A_OWN_MAX, nest, NULL, extack) ?:
	      cv_netlink_parse_prefix(&prefix, attrs, nest, extack);
	if (err)
		return err;
	if (attrs[CVALLOWEDIP_A_FLAGS] && nla_get_u32(attrs[CVALLOWEDIP_A_FLAGS])) {
		NL_SET_ERR_MSG_ATTR(extack, attrs[CVALLOWEDIP_A_FLAGS],
				    "a source has no flags: a request replaces all sources of a peer");
		return -EOPNOTSUPP;
	}
	source = &ways->sources[ways->source_count++];
	source->family = prefix.family;
	source->cidr = prefix.cidr;
	if (prefix.family == AF_INET) {
		memcpy(&source->address.v4, prefix.addr, sizeof(source->address.v4));
		source->address.v4.s_addr &= inet_make_mask(prefix.cidr);
	} else {
		ipv6_addr_prefix(&source->address.v6, (const struct in6_addr *)prefix.addr,
				 prefix.cidr);
	}
	return 0;
}

static int cv_netlink_ways_parse_follow(struct cv_ways *ways, struct nlattr *const *attrs,
					struct netlink_ext_ack *extack)
{
	const struct nlattr *follow = attrs[CVPEER_A_FOLLOW];
	const struct nlattr *sources = attrs[CVPEER_A_SOURCES];
	const struct nlattr *nest;
	int rest;
	int err;

	static_assert(CV_SOURCES_MAX == 8);
	ways->follow = follow ? nla_get_u8(follow) : CVFOLLOW_WITHIN;
	if (ways->follow > CVFOLLOW_MAX) {
		NL_SET_ERR_MSG_ATTR(extack, follow,
				    "follow must be 0 (anywhere), 1 (never) or 2 (within sources)");
		return -ERANGE;
	}
	if (ways->follow != CVFOLLOW_WITHIN && sources) {
		NL_SET_ERR_MSG_ATTR(extack, sources,
				    "sources go with follow 2 (within sources) alone");
		return -EINVAL;
	}
	if (ways->follow != CVFOLLOW_WITHIN)
		return 0;
	if (sources) {
		nla_for_each_nested(nest, sources, rest) {
			err = cv_netlink_ways_parse_source(ways, nest, extack);
			if (err)
				return err;
		}
	}
	if (ways->source_count)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, sources ?: follow,
			    "a peer that is followed within sources needs one to 8 of them");
	return -EINVAL;
}
