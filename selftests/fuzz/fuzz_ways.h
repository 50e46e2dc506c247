/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ways to a peer of a fuzz target: a model of what requests say of its candidates, of where it
 * is followed to and of when it is silent, and what a dump says of them.
 */
#ifndef FUZZ_FUZZ_WAYS_H
#define FUZZ_FUZZ_WAYS_H

#include <netinet/in.h>

#include <linux/types.h>

#include <uapi/linux/culvert.h>

struct cv_peer;
struct nlattr;

/* A sockaddr, zeros behind it, and its size. */
struct fuzz_place {
	union {
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	};
	u8 size;
};

struct fuzz_candidate {
	struct fuzz_place place;
	u8 preference;
};

struct fuzz_source {
	u16 family;
	u8 addr[16];
	u8 cidr;
};

/**
 * struct fuzz_ways - all of it, in bytes that can be compared: what fills up is 0, too
 * @candidates: by preference
 * @sources: in the order of the request
 * @silent_s: 0: unless a set says otherwise
 * @candidate_count: how many
 * @source_count: how many
 * @follow: enum cv_follow
 * @reason: enum cv_endpoint_reason, 0: none is told
 */
struct fuzz_ways {
	struct fuzz_candidate candidates[CV_CANDIDATES_MAX];
	struct fuzz_source sources[CV_SOURCES_MAX];
	u32 silent_s;
	u8 candidate_count;
	u8 source_count;
	u8 follow;
	u8 reason;
};

/* False, and nowhere, if it is no whole sockaddr. */
bool fuzz_ways_read_place(struct fuzz_place *place, const void *address, size_t bytes);

/**
 * fuzz_ways_read() - what a dump says of a peer
 * @ways: zeros; filled in
 * @peer: the peer
 *
 * Aborts if it says what no dump may.
 */
void fuzz_ways_read(struct fuzz_ways *ways, struct cv_peer *peer);

/**
 * fuzz_ways_set() - a request of family culvert has been granted
 * @ways: of a peer that it has; changed as it says
 * @nest: its attributes about that peer
 *
 * Aborts if it had to be refused.
 */
void fuzz_ways_set(struct fuzz_ways *ways, const struct nlattr *nest);

/**
 * fuzz_ways_learn() - an authentic packet may have moved the peer
 * @ways: of the peer
 * @at: where it was; changed to @to
 * @to: where it is
 *
 * Aborts if it had to stay there.
 */
void fuzz_ways_learn(struct fuzz_ways *ways, struct fuzz_place *at, const struct fuzz_place *to);

/**
 * fuzz_ways_move() - the peer is somewhere
 * @ways: of the peer
 * @at: where it was; changed to @to
 * @to: where it is
 * @reason: enum cv_endpoint_reason
 */
void fuzz_ways_move(struct fuzz_ways *ways, struct fuzz_place *at, const struct fuzz_place *to,
		    u8 reason);

#endif /* FUZZ_FUZZ_WAYS_H */
