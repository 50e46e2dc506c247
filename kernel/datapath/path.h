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
#include "ways.h"

struct cv_device;
struct cv_socket;
struct dst_entry;
struct net;
struct rtable;

/**
 * struct cv_path_home - the paths with cached routes that were found with certain sockets
 *
 * There is one for each namespace, for the sockets that links open in it, and one for each set of
 * sockets that a program has handed in.
 */
struct cv_path_home {
	/** @paths: by &cv_path.link, under cv_path_routes_lock */
	struct list_head paths;
};

/**
 * struct cv_path - one way to a peer
 */
struct cv_path {
	/** @lock: for @endpoint; readers copy */
	seqlock_t lock;
	/** @endpoint: where the peer was last heard of, or was said to be */
	struct cv_endpoint endpoint;
	/** @routes: to @endpoint, once cv_path_create_routes() has made it; see DOC: Routes */
	struct dst_cache routes;
	/** @home: that @routes was found with, NULL: nothing is cached; written with @link */
	struct cv_path_home *home;
	/** @link: in the list of @home, under cv_path_routes_lock */
	struct list_head link;
	/** @ways: NULL: no candidates, followed anywhere; written under @lock, read under RCU */
	struct cv_ways __rcu *ways;
};

int cv_path_init_nets(void);
void cv_path_exit_nets(void);
bool cv_path_has_routes_into(const struct net *net);
void cv_path_drop_routes_into(struct net *net);
struct cv_path_home *cv_path_home(const struct net *net);
void cv_path_rehome(struct cv_path_home *home, struct cv_path_home *next);

void cv_path_init(struct cv_path *path);
void cv_path_exit(struct cv_path *path);
u16 cv_path_family(const struct cv_path *path);
bool cv_path_has_candidates(const struct cv_path *path);
bool cv_path_is_known(const struct cv_path *path);
bool cv_path_admits(const struct cv_path *path, const struct cv_endpoint *from);
void cv_path_read_endpoint(struct cv_path *path, struct cv_endpoint *copy);
void cv_path_set_endpoint(struct cv_path *path, const struct cv_endpoint *endpoint);
bool cv_path_learn_endpoint(struct cv_path *path, const struct cv_endpoint *from,
			    enum cv_endpoint_reason reason, struct cv_endpoint *before);
void cv_path_set_ways(struct cv_path *path, struct cv_ways *ways);
void cv_path_read_last_move(struct cv_path *path, const struct cv_ways *ways, u64 *since_ns,
			    enum cv_endpoint_reason *reason);
void cv_path_forget_source(struct cv_path *path);
void cv_path_forget_routes(struct cv_path *path);

int cv_path_create_routes(struct cv_path *path, struct cv_device *dev, gfp_t gfp);
void cv_path_destroy_routes(struct cv_path *path);
void cv_path_move_routes(struct cv_path *path, struct cv_path_home *home);
struct rtable *cv_path_get_route4(struct cv_path *path, const struct cv_socket *socket,
				  __be32 *source);
void cv_path_keep_route4(struct cv_path *path, const struct cv_socket *socket,
			 const struct cv_endpoint *endpoint, struct rtable *route, __be32 source);
struct dst_entry *cv_path_get_route6(struct cv_path *path, const struct cv_socket *socket,
				     struct in6_addr *source);
void cv_path_keep_route6(struct cv_path *path, const struct cv_socket *socket,
			 const struct cv_endpoint *endpoint, struct dst_entry *route,
			 const struct in6_addr *source);

#endif /* CV_DATAPATH_PATH_H */
