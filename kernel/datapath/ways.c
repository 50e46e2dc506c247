// SPDX-License-Identifier: GPL-2.0
/*
 * Where a peer may be and where it may be followed to. Made by netlink_set.c, asked by path.c
 * (moves), rx.c and exchange.c (what is refused) and spread.c (where initiations go).
 */
#include <linux/inetdevice.h>
#include <linux/string.h>
#include <net/ipv6.h>

#include "ways.h"

static bool cv_ways_contains(const struct cv_ways_source *source,
			     const struct cv_endpoint *endpoint)
{
	__be32 mask;

	if (source->family != endpoint->remote.any.sa_family)
		return false;
	if (source->family == AF_INET6)
		return ipv6_prefix_equal(&source->address.v6, &endpoint->remote.v6.sin6_addr,
					 source->cidr);
	mask = inet_make_mask(source->cidr);
	return !((source->address.v4.s_addr ^ endpoint->remote.v4.sin_addr.s_addr) & mask);
}

/**
 * cv_ways_admit() - whether packets of a peer may come from somewhere
 * @ways: of its path, under RCU; or NULL
 * @from: where from
 *
 * Context: any.
 * Return: false if they are to be dropped.
 */
bool cv_ways_admit(const struct cv_ways *ways, const struct cv_endpoint *from)
{
	unsigned int i;

	if (!ways || ways->follow != CVFOLLOW_WITHIN)
		return true;
	for (i = 0; i < ways->source_count; i++)
		if (cv_ways_contains(&ways->sources[i], from))
			return true;
	return false;
}

/**
 * cv_ways_find() - the candidate that is somewhere
 * @ways: of a path, under RCU
 * @endpoint: where
 *
 * Context: any.
 * Return: that, or NULL.
 */
const struct cv_candidate *cv_ways_find(const struct cv_ways *ways,
					const struct cv_endpoint *endpoint)
{
	unsigned int i;

	for (i = 0; i < ways->candidate_count; i++)
		if (cv_endpoint_same_remote(&ways->candidates[i].endpoint, endpoint))
			return &ways->candidates[i];
	return NULL;
}

/**
 * cv_ways_follow() - whether an authentic packet moves a peer
 * @ways: of its path, under RCU; or NULL
 * @from: where it came from
 *
 * Context: any.
 * Return: true if it does.
 */
bool cv_ways_follow(const struct cv_ways *ways, const struct cv_endpoint *from)
{
	if (!ways || ways->follow == CVFOLLOW_ANYWHERE)
		return true;
	if (ways->follow == CVFOLLOW_NEVER)
		return cv_ways_find(ways, from);
	return cv_ways_admit(ways, from);
}

/**
 * cv_ways_add_candidate() - one more, after those that are preferred to it or equal
 * @ways: not a path's yet
 * @candidate: which; copied
 *
 * Context: any.
 * Return: 0, -E2BIG if there are CV_CANDIDATES_MAX, or -EEXIST if there is one there.
 */
int cv_ways_add_candidate(struct cv_ways *ways, const struct cv_candidate *candidate)
{
	unsigned int i = ways->candidate_count;

	if (i == CV_CANDIDATES_MAX)
		return -E2BIG;
	if (cv_ways_find(ways, &candidate->endpoint))
		return -EEXIST;
	for (; i && ways->candidates[i - 1].preference > candidate->preference; i--)
		ways->candidates[i] = ways->candidates[i - 1];
	ways->candidates[i] = *candidate;
	ways->candidate_count++;
	return 0;
}
