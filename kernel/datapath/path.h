/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where a peer is, and the way there: its endpoint, our address that its packets came to, and
 * the routes to it that are cached.
 */
#ifndef CV_DATAPATH_PATH_H
#define CV_DATAPATH_PATH_H

#include <linux/list.h>
#include <linux/seqlock.h>
#include <linux/types.h>
#include <net/dst_cache.h>

#include "endpoint.h"

struct cv_device;
struct dst_entry;
struct net;
struct rtable;

/**
 * struct cv_path - one way to a peer
 */
struct cv_path {
	/** @lock: for @endpoint; readers copy */
	seqlock_t lock;
	/** @endpoint: where the peer was last heard of, or was said to be */
	struct cv_endpoint endpoint;
	/** @routes: to @endpoint, once @has_routes; see DOC: Routes */
	struct dst_cache routes;
	/** @has_routes: see cv_path_create_routes() */
	bool has_routes;
	/** @link: in the list of the namespace that @routes points into */
	struct list_head link;
};

int cv_path_init_nets(void);
void cv_path_exit_nets(void);
bool cv_path_has_routes_into(const struct net *net);
void cv_path_drop_routes_into(struct net *net);

void cv_path_init(struct cv_path *path);
u16 cv_path_family(const struct cv_path *path);
void cv_path_read_endpoint(struct cv_path *path, struct cv_endpoint *copy);
bool cv_path_set_endpoint(struct cv_path *path, const struct cv_endpoint *endpoint,
			  struct cv_endpoint *before);
void cv_path_forget_source(struct cv_path *path);
void cv_path_forget_routes(struct cv_path *path);

int cv_path_create_routes(struct cv_path *path, struct cv_device *dev, gfp_t gfp);
void cv_path_destroy_routes(struct cv_path *path);
struct rtable *cv_path_get_route4(struct cv_path *path, __be32 *source);
void cv_path_keep_route4(struct cv_path *path, const struct cv_endpoint *endpoint,
			 struct rtable *route, __be32 source);
struct dst_entry *cv_path_get_route6(struct cv_path *path, struct in6_addr *source);
void cv_path_keep_route6(struct cv_path *path, const struct cv_endpoint *endpoint,
			 struct dst_entry *route, const struct in6_addr *source);

#endif /* CV_DATAPATH_PATH_H */
