/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a request has said of the ways to a peer beside the one in use: where it may be (its
 * candidates), and where it may be followed to. uapi/linux/culvert.h, DOC: Ways to a peer.
 */
#ifndef CV_DATAPATH_WAYS_H
#define CV_DATAPATH_WAYS_H

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/types.h>
#include <uapi/linux/culvert.h>

#include "endpoint.h"

/**
 * struct cv_candidate - where a peer may be
 */
struct cv_candidate {
	/** @endpoint: our side is left to routing */
	struct cv_endpoint endpoint;
	/** @preference: its class, the less the sooner it is tried */
	u8 preference;
};

/**
 * struct cv_ways_source - a prefix that a peer may be followed to
 */
struct cv_ways_source {
	/** @family: of @address */
	u16 family;
	/** @cidr: its length in bits */
	u8 cidr;
	/** @address: host bits are 0 */
	union {
		/** @address.v4: when @family is AF_INET */
		struct in_addr v4;
		/** @address.v6: when @family is AF_INET6 */
		struct in6_addr v6;
	} address;
};

/**
 * struct cv_ways - candidates and limits of a path
 *
 * Never changes once it is a path's, but for @since_ns and @reason.
 */
struct cv_ways {
	/** @since_ns: CLOCK_REALTIME when the peer came to where it is, 0: before it had this */
	u64 since_ns;
	/** @reason: why it is there; as @since_ns under &cv_path.lock */
	enum cv_endpoint_reason reason;
	/** @follow: where authentic packets move the peer */
	enum cv_follow follow;
	/** @candidate_count: how many */
	unsigned int candidate_count;
	/** @source_count: how many, 0 unless @follow is CVFOLLOW_WITHIN */
	unsigned int source_count;
	/** @candidates: by preference */
	struct cv_candidate candidates[CV_CANDIDATES_MAX];
	/** @sources: in no order */
	struct cv_ways_source sources[CV_SOURCES_MAX];
	/** @rcu: for freeing */
	struct rcu_head rcu;
};

bool cv_ways_admit(const struct cv_ways *ways, const struct cv_endpoint *from);
bool cv_ways_follow(const struct cv_ways *ways, const struct cv_endpoint *from);
const struct cv_candidate *cv_ways_find(const struct cv_ways *ways,
					const struct cv_endpoint *endpoint);
int cv_ways_add_candidate(struct cv_ways *ways, const struct cv_candidate *candidate);

#endif /* CV_DATAPATH_WAYS_H */
