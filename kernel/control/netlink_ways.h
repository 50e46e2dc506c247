/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a request says of the ways to a peer: its candidates, and where it may be followed to.
 */
#ifndef CV_CONTROL_NETLINK_WAYS_H
#define CV_CONTROL_NETLINK_WAYS_H

#include <linux/types.h>

struct cv_peer;
struct cv_ways;
struct netlink_ext_ack;
struct nlattr;

/**
 * struct cv_netlink_ways - what a request says of the ways to one peer
 */
struct cv_netlink_ways {
	/** @ways: what it says, until it is the peer's; NULL: nothing */
	struct cv_ways *ways;
	/** @candidates: its candidates replace those that there are */
	bool candidates;
	/** @follow: the same for its follow and sources */
	bool follow;
};

int cv_netlink_ways_parse(struct cv_netlink_ways *said, struct nlattr *const *attrs,
			  struct netlink_ext_ack *extack);
int cv_netlink_ways_check(const struct cv_ways *candidates, const struct cv_ways *follow,
			  const struct nlattr *attr, struct netlink_ext_ack *extack);
void cv_netlink_ways_apply(struct cv_netlink_ways *said, struct cv_peer *peer);
void cv_netlink_ways_free(struct cv_netlink_ways *said);

#endif /* CV_CONTROL_NETLINK_WAYS_H */
