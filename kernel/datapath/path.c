// SPDX-License-Identifier: GPL-2.0
/*
 * Where a peer is, and the way there. Endpoints are given by netlink_set.c, learned by rx.c
 * and exchange.c; routes are found by xmit.c, and all that is done with cached ones is here.
 */
#include <linux/rcupdate.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include <net/route.h>

#include "path.h"
#include "socket.h"
#include "../core/device.h"

/**
 * DOC: Routes
 *
 * A link's sockets and the routes to its peers are in the namespace that the link was born
 * in, unless a program has handed in its own sockets: see adopt.c, DOC: Adopted sockets. None of
 * them holds a reference to that namespace: all must be gone when its pre_exit
 * (cv_link_net_pre_exit()) returns, whatever has become of link and peers by then. What
 * refers to a namespace, and until when:
 *
 * - &cv_device.birth_net, until pre_exit or ndo_uninit sets it to NULL, under RTNL. It
 *   never refers to another namespace than at first.
 * - &cv_device.socket and the receive hook, until ndo_stop, pre_exit or ndo_uninit closes
 *   the socket, under RTNL. Senders and receivers use it under RCU: after a grace period
 *   none of them uses it, and no route is looked up.
 * - A route in use by a sender: within the same RCU read section.
 * - A route in &cv_path.routes. A peer's path gets its cache with its first session, while
 *   the link has a socket, and is in the list of that socket's home (struct cv_path_home: that of
 *   the namespace) until the cache is emptied: by cv_peer_free(), however long sessions, batches,
 *   the reaper or a grace period hold the peer, in whichever list it is or in none, or else by
 *   pre_exit. Only senders fill it, and only with a socket of the same home, so that it stays
 *   empty once pre_exit has closed the sockets, waited for a grace period and emptied it. A first
 *   session after that makes no cache.
 * - A received datagram refers to no route, device or namespace, however long it waits to
 *   be opened: see cv_rx_receive(). An inner packet to be sent has lost its route in
 *   cv_tx_split(); its device is the link, which outlives all batches. An outer packet is
 *   the stack's as soon as it has a route.
 * - Handshake messages that wait hold addresses and interface indices only.
 */

/**
 * struct cv_path_net - the route caches that point into one namespace
 */
struct cv_path_net {
	/** @home: of the sockets that links have opened there */
	struct cv_path_home home;
};

static unsigned int cv_path_net_id;

/* All lists of caches, and their emptying: a peer may be freed after its namespace. */
static DEFINE_SPINLOCK(cv_path_routes_lock);

static int __net_init cv_path_net_init(struct net *net)
{
	struct cv_path_net *ours = net_generic(net, cv_path_net_id);

	INIT_LIST_HEAD(&ours->home.paths);
	return 0;
}

static struct pernet_operations cv_path_net_ops = {
	.init = cv_path_net_init,
	.id = &cv_path_net_id,
	.size = sizeof(struct cv_path_net),
};

/**
 * cv_path_init_nets() - make room in every namespace
 *
 * Context: module load, before the links.
 * Return: 0 or -ENOMEM.
 */
int cv_path_init_nets(void)
{
	return register_pernet_subsys(&cv_path_net_ops);
}

/**
 * cv_path_exit_nets() - undo cv_path_init_nets()
 *
 * Context: module unload, no peer left.
 */
void cv_path_exit_nets(void)
{
	unregister_pernet_subsys(&cv_path_net_ops);
}

/**
 * cv_path_init() - a way to nowhere yet
 * @path: of a new peer, all zeros
 */
void cv_path_init(struct cv_path *path)
{
	seqlock_init(&path->lock);
	INIT_LIST_HEAD(&path->link);
}

/**
 * cv_path_exit() - undo cv_path_init()
 * @path: nothing uses it any more; without routes
 */
void cv_path_exit(struct cv_path *path)
{
	kfree(rcu_dereference_raw(path->ways));
}

/**
 * cv_path_family() - by which protocol the peer is reached
 * @path: the path
 *
 * Context: any.
 * Return: AF_INET, AF_INET6, or 0 while it is not known where the peer is.
 */
u16 cv_path_family(const struct cv_path *path)
{
	return READ_ONCE(path->endpoint.remote.any.sa_family);
}

/**
 * cv_path_has_candidates() - whether it is said where the peer may be
 * @path: the path
 *
 * Context: any.
 * Return: true if it is.
 */
bool cv_path_has_candidates(const struct cv_path *path)
{
	const struct cv_ways *ways;
	bool has;

	if (likely(!rcu_access_pointer(path->ways)))
		return false;
	rcu_read_lock();
	ways = rcu_dereference(path->ways);
	has = ways && ways->candidate_count;
	rcu_read_unlock();
	return has;
}

/**
 * cv_path_is_known() - whether there is anything that an initiation can be sent to
 * @path: the path
 *
 * Context: any.
 * Return: true if it is known where the peer is, or may be.
 */
bool cv_path_is_known(const struct cv_path *path)
{
	return likely(cv_path_family(path)) || cv_path_has_candidates(path);
}

/**
 * cv_path_admits() - whether packets of the peer may come from somewhere
 * @path: its path
 * @from: where from
 *
 * Context: any.
 * Return: false if they are to be dropped.
 */
bool cv_path_admits(const struct cv_path *path, const struct cv_endpoint *from)
{
	bool admitted;

	rcu_read_lock();
	admitted = cv_ways_admit(rcu_dereference(path->ways), from);
	rcu_read_unlock();
	return admitted;
}

/**
 * cv_path_read_endpoint() - a consistent copy of the endpoint
 * @path: the path
 * @copy: filled in
 *
 * Context: any but hard interrupts.
 */
void cv_path_read_endpoint(struct cv_path *path, struct cv_endpoint *copy)
{
	unsigned int sequence;

	do {
		sequence = read_seqbegin(&path->lock);
		*copy = path->endpoint;
	} while (read_seqretry(&path->lock, sequence));
}

/*
 * The peer is somewhere else, or reached from another address of ours. Whether it is followed there
 * is judged under the lock: what a request says later holds.
 *
 * Return: false if it is not.
 */
static bool cv_path_move(struct cv_path *path, const struct cv_endpoint *endpoint,
			 enum cv_endpoint_reason reason)
{
	struct cv_ways *ways;
	bool follow = true;

	write_seqlock_bh(&path->lock);
	ways = rcu_dereference_protected(path->ways, lockdep_is_held(&path->lock.lock));
	if (unlikely(ways) && !cv_endpoint_same_remote(&path->endpoint, endpoint)) {
		follow = reason == CVENDPOINT_SET || !path->endpoint.remote.any.sa_family ||
			 cv_ways_follow(ways, endpoint);
		if (follow) {
			ways->since_ns = ktime_get_real_ns();
			ways->reason = reason;
		}
	}
	if (follow) {
		path->endpoint = *endpoint;
		dst_cache_reset(&path->routes);
	}
	write_sequnlock_bh(&path->lock);
	return follow;
}

/**
 * cv_path_set_endpoint() - a request has said where the peer is
 * @path: the path
 * @endpoint: where
 *
 * Context: any but hard interrupts.
 */
void cv_path_set_endpoint(struct cv_path *path, const struct cv_endpoint *endpoint)
{
	struct cv_endpoint before;

	cv_path_read_endpoint(path, &before);
	if (!cv_endpoint_same(&before, endpoint))
		cv_path_move(path, endpoint, CVENDPOINT_SET);
}

/**
 * cv_path_learn_endpoint() - an authentic packet came from somewhere
 * @path: the path
 * @from: where from
 * @reason: what kind of packet
 * @before: set to where the peer was
 *
 * Usually nothing has changed, and then nothing is written.
 *
 * Context: any but hard interrupts.
 * Return: true if the peer has moved: it was known to be somewhere else, and is followed.
 */
bool cv_path_learn_endpoint(struct cv_path *path, const struct cv_endpoint *from,
			    enum cv_endpoint_reason reason, struct cv_endpoint *before)
{
	cv_path_read_endpoint(path, before);
	if (likely(cv_endpoint_same(before, from)) || !cv_path_move(path, from, reason))
		return false;
	return before->remote.any.sa_family && !cv_endpoint_same_remote(before, from);
}

/**
 * cv_path_set_ways() - a request has said where the peer may be, and may be followed to
 * @path: the path
 * @ways: that, of the path from now on; NULL: nothing of it
 *
 * Context: process; callers exclude each other.
 */
void cv_path_set_ways(struct cv_path *path, struct cv_ways *ways)
{
	struct cv_ways *old;

	write_seqlock_bh(&path->lock);
	old = rcu_dereference_protected(path->ways, lockdep_is_held(&path->lock.lock));
	if (ways && old) {
		ways->since_ns = old->since_ns;
		ways->reason = old->reason;
	}
	rcu_assign_pointer(path->ways, ways);
	write_sequnlock_bh(&path->lock);
	if (old)
		kfree_rcu(old, rcu);
}

/**
 * cv_path_read_last_move() - since when the peer is where it is, and why
 * @path: the path
 * @ways: its ways, under RCU or a lock that keeps them
 * @since_ns: set to CLOCK_REALTIME, 0: it has not moved since it has @ways
 * @reason: set to the reason
 *
 * Context: any but hard interrupts.
 */
void cv_path_read_last_move(struct cv_path *path, const struct cv_ways *ways, u64 *since_ns,
			    enum cv_endpoint_reason *reason)
{
	unsigned int sequence;

	do {
		sequence = read_seqbegin(&path->lock);
		*since_ns = ways->since_ns;
		*reason = ways->reason;
	} while (read_seqretry(&path->lock, sequence));
}

/**
 * cv_path_forget_source() - let routing choose our side of the path anew
 * @path: the path
 *
 * Context: any but hard interrupts.
 */
void cv_path_forget_source(struct cv_path *path)
{
	write_seqlock_bh(&path->lock);
	memset(&path->endpoint.local, 0, sizeof(path->endpoint.local));
	path->endpoint.ifindex = 0;
	dst_cache_reset(&path->routes);
	write_sequnlock_bh(&path->lock);
}

/**
 * cv_path_forget_routes() - look for the way anew, from the same address of ours if that is one
 * @path: the path
 *
 * Context: any but hard interrupts.
 */
void cv_path_forget_routes(struct cv_path *path)
{
	write_seqlock_bh(&path->lock);
	dst_cache_reset(&path->routes);
	write_sequnlock_bh(&path->lock);
}

/**
 * cv_path_create_routes() - give a path its route cache, with the peer's first session
 * @path: may have one already
 * @dev: the peer's device
 * @gfp: how to allocate
 *
 * Without a socket to find routes with there is none; the next session asks again.
 *
 * Context: may sleep if @gfp says so; holds &cv_peer.exchange_lock of the peer.
 * Return: 0 or -ENOMEM.
 */
int cv_path_create_routes(struct cv_path *path, struct cv_device *dev, gfp_t gfp)
{
	struct dst_cache routes = {};
	const struct cv_socket *socket;
	struct cv_path_home *home;

	if (path->routes.cache || !rcu_access_pointer(dev->socket))
		return 0;
	if (dst_cache_init(&routes, gfp))
		return -ENOMEM;
	rcu_read_lock();
	socket = rcu_dereference(dev->socket);
	home = socket ? READ_ONCE(socket->home) : NULL;
	if (home) {
		/* Before the end of this read section the home is not emptied for good. */
		spin_lock_bh(&cv_path_routes_lock);
		path->routes.cache = routes.cache;
		dst_cache_reset(&path->routes);
		list_add_tail(&path->link, &home->paths);
		/* Pairs with the acquire in cv_path_routes(). */
		smp_store_release(&path->home, home);
		spin_unlock_bh(&cv_path_routes_lock);
	}
	rcu_read_unlock();
	if (!home)
		dst_cache_destroy(&routes);
	return 0;
}

/* No sender fills the cache: none has a socket of its home any more. */
static void cv_path_set_home(struct cv_path *path, struct cv_path_home *home)
{
	lockdep_assert_held(&cv_path_routes_lock);
	dst_cache_reset_now(&path->routes);
	if (home)
		list_move_tail(&path->link, &home->paths);
	else
		list_del_init(&path->link);
	/* Pairs with the acquire in cv_path_routes(). */
	smp_store_release(&path->home, home);
}

/**
 * cv_path_destroy_routes() - undo cv_path_create_routes()
 * @path: of a peer that is about to be freed; may have no cache
 *
 * Context: any but hard interrupts; nothing else uses the path.
 */
void cv_path_destroy_routes(struct cv_path *path)
{
	if (!path->routes.cache)
		return;
	/* Its namespace does not end between the one and the other. */
	spin_lock_bh(&cv_path_routes_lock);
	cv_path_set_home(path, NULL);
	spin_unlock_bh(&cv_path_routes_lock);
	dst_cache_destroy(&path->routes);
}

/**
 * cv_path_home() - where the sockets are at home that links have opened in a namespace
 * @net: the namespace, or NULL
 *
 * Return: that, or NULL for no namespace.
 */
struct cv_path_home *cv_path_home(const struct net *net)
{
	struct cv_path_net *ours = net ? net_generic(net, cv_path_net_id) : NULL;

	return ours ? &ours->home : NULL;
}

/**
 * cv_path_move_routes() - a path's routes are found with other sockets from now on
 * @path: the path; may have no cache
 * @home: of these sockets
 *
 * Context: may sleep; since a grace period the device has had these sockets only.
 */
void cv_path_move_routes(struct cv_path *path, struct cv_path_home *home)
{
	spin_lock_bh(&cv_path_routes_lock);
	if (path->routes.cache && path->home != home)
		cv_path_set_home(path, home);
	spin_unlock_bh(&cv_path_routes_lock);
}

/**
 * cv_path_rehome() - the same for all paths of a home, whatever has become of their peers
 * @home: since a grace period no device has sockets of it, nor had any
 * @next: of the device's sockets now, NULL: nothing is cached any more
 *
 * Takes a moment for each peer of these devices that ever had a session.
 *
 * Context: may sleep.
 */
void cv_path_rehome(struct cv_path_home *home, struct cv_path_home *next)
{
	struct cv_path *path;

	do {
		spin_lock_bh(&cv_path_routes_lock);
		/* The lock holds the peer: it is not freed while its path is in the list. */
		path = list_first_entry_or_null(&home->paths, struct cv_path, link);
		if (path)
			cv_path_set_home(path, next);
		spin_unlock_bh(&cv_path_routes_lock);
		cond_resched();
	} while (path);
}

/**
 * cv_path_has_routes_into() - whether there are peers with routes into a namespace
 * @net: the namespace
 *
 * Context: RTNL.
 * Return: false if there are none and only links that have @net as
 * &cv_device.birth_net can make some: for others ndo_uninit has waited a grace period.
 */
bool cv_path_has_routes_into(const struct net *net)
{
	const struct cv_path_net *ours = net_generic(net, cv_path_net_id);

	ASSERT_RTNL();
	return !list_empty_careful(&ours->home.paths);
}

/**
 * cv_path_drop_routes_into() - drop all routes into a namespace that peers have cached
 * @net: about to end: since a grace period no link has a socket there, nor had one
 *
 * Context: may sleep.
 */
void cv_path_drop_routes_into(struct net *net)
{
	cv_path_rehome(cv_path_home(net), NULL);
}

/*
 * The route cache, if there is one already and it is of this socket's home: a path follows its
 * device's socket some time after that has been replaced.
 */
static struct dst_cache *cv_path_routes(struct cv_path *path, const struct cv_socket *socket)
{
	struct cv_path_home *home;

	if (!path)
		return NULL;
	/* Pairs with the releases in cv_path_create_routes() and cv_path_set_home(). */
	home = smp_load_acquire(&path->home);
	return home && home == READ_ONCE(socket->home) ? &path->routes : NULL;
}

/*
 * A route has been cached for an endpoint that may have moved meanwhile: then the
 * reset that came with the move was too early for this entry, and comes again.
 */
static void cv_path_recheck(struct cv_path *path, const struct cv_endpoint *endpoint)
{
	struct cv_endpoint now;

	cv_path_read_endpoint(path, &now);
	if (unlikely(!cv_endpoint_same(&now, endpoint)))
		dst_cache_reset(&path->routes);
}

/**
 * cv_path_get_route4() - the cached route to an IPv4 endpoint
 * @path: the path, or NULL
 * @socket: to send by
 * @source: set to our address
 *
 * Context: BH off, RCU.
 * Return: the route, referenced, or NULL.
 */
struct rtable *cv_path_get_route4(struct cv_path *path, const struct cv_socket *socket,
				  __be32 *source)
{
	struct dst_cache *routes = cv_path_routes(path, socket);

	return routes ? dst_cache_get_ip4(routes, source) : NULL;
}

/**
 * cv_path_keep_route4() - cache a route to an IPv4 endpoint
 * @path: the path, or NULL: nothing is cached then
 * @socket: that it was looked up with
 * @endpoint: that was routed to
 * @route: the route, of the caller
 * @source: our address
 *
 * Context: BH off, RCU.
 */
void cv_path_keep_route4(struct cv_path *path, const struct cv_socket *socket,
			 const struct cv_endpoint *endpoint, struct rtable *route, __be32 source)
{
	struct dst_cache *routes = cv_path_routes(path, socket);

	if (!routes)
		return;
	dst_cache_set_ip4(routes, &route->dst, source);
	cv_path_recheck(path, endpoint);
}

/**
 * cv_path_get_route6() - the cached route to an IPv6 endpoint
 * @path: the path, or NULL
 * @socket: to send by
 * @source: set to our address
 *
 * Context: BH off, RCU.
 * Return: the route, referenced, or NULL.
 */
struct dst_entry *cv_path_get_route6(struct cv_path *path, const struct cv_socket *socket,
				     struct in6_addr *source)
{
	struct dst_cache *routes = cv_path_routes(path, socket);

	return routes ? dst_cache_get_ip6(routes, source) : NULL;
}

/**
 * cv_path_keep_route6() - cache a route to an IPv6 endpoint
 * @path: the path, or NULL: nothing is cached then
 * @socket: that it was looked up with
 * @endpoint: that was routed to
 * @route: the route, of the caller
 * @source: our address
 *
 * Context: BH off, RCU.
 */
void cv_path_keep_route6(struct cv_path *path, const struct cv_socket *socket,
			 const struct cv_endpoint *endpoint, struct dst_entry *route,
			 const struct in6_addr *source)
{
	struct dst_cache *routes = cv_path_routes(path, socket);

	if (!routes)
		return;
	dst_cache_set_ip6(routes, route, source);
	cv_path_recheck(path, endpoint);
}
