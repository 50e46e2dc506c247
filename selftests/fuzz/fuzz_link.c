// SPDX-License-Identifier: GPL-2.0
/*
 * Links for fuzz targets, and what stands for the files that are left out, see fuzz_link.h.
 */
#include <crypto/curve25519.h>

#include <linux/net.h>
#include <linux/rtnetlink.h>
#include <net/genetlink.h>

#include <fake_kernel.h>
#include <core/device.h>
#include <control/link.h>
#include <control/netlink.h>
#include <control/netlink_get.h>
#include <control/netlink_knock.h>
#include <control/netlink_listener.h>
#include <control/netlink_wireguard.h>
#include <control/peering.h>
#include <control/reaper.h>
#include <core/peer.h>
#include <datapath/adopt.h>
#include <datapath/path.h>
#include <datapath/socket.h>
#include <datapath/tx.h>
#include <datapath/want.h>
#include <datapath/xmit.h>
#include <events/notify.h>
#include <handshake/exchange.h>
#include <handshake/inbox.h>
#include <handshake/knock.h>
#include <handshake/noise.h>
#include <handshake/session.h>
#include <handshake/spread.h>
#include <handshake/timers.h>
#include <handshake/todo.h>
#include <handshake/work.h>

#include "fuzz.h"
#include "fuzz_link.h"

struct fuzz_link {
	struct net_device netdev;
	struct cv_device dev;
	bool exists;
};

void (*fuzz_link_sent)(struct cv_device *dev, struct cv_peer *peer, const void *message,
		       size_t bytes);
void (*fuzz_link_event)(struct cv_peer *peer, enum cv_event event);
void (*fuzz_link_expire)(struct cv_peer *peer);

static struct fuzz_link fuzz_links[FUZZ_LINKS];

static unsigned int fuzz_link_lasting;

void fuzz_link_init(void)
{
	static bool done;

	if (done)
		return;
	done = true;
	cv_noise_init();
	assert(!cv_allowedips_init_caches() && !cv_peer_init() && !cv_reaper_init_wq() &&
	       !cv_inbox_init() && !cv_knock_init() && !cv_want_init() && !cv_notify_init() &&
	       !cv_spread_init());
	assert(!cv_netlink_listener_init());
	assert(!cv_netlink_init() && !cv_netlink_wireguard_init());
	fuzz_link_lasting = fake_memory_objects();
}

static const struct cv_notify_asked fuzz_link_asked = { .reason = CVREASON_ASKED };

struct cv_device *fuzz_link_create(unsigned int number)
{
	struct fuzz_link *link = &fuzz_links[number];
	struct cv_device *dev = &link->dev;

	*link = (struct fuzz_link){ .exists = true };
	link->netdev.ifindex = number + 1;
	snprintf(link->netdev.name, sizeof(link->netdev.name), "cv%u", number);
	link->netdev.running = true;
	link->netdev.has_gro = true;
	link->netdev.holders = 1;
	link->netdev.net = &fake_net;
	rtnl_lock();
	cv_device_init(dev, &link->netdev, &fake_net);
	cv_notify_init_device(dev);
	cv_reaper_init(&dev->reaper);
	rtnl_unlock();
	assert(!cv_device_create_tables(dev) && !cv_inbox_create(dev));
	atomic_set(&dev->alive, 1);
	return dev;
}

static void fuzz_link_destroy_one(struct fuzz_link *link)
{
	struct cv_device *dev = &link->dev;

	link->netdev.running = false;
	cv_want_forget(dev);
	mutex_lock(&dev->lock);
	cv_reaper_remove_all(dev, &fuzz_link_asked);
	cv_device_set_identity(dev, NULL);
	mutex_unlock(&dev->lock);
	fake_deferred_run_all();
	/* A callback may put what waits for another one. */
	while (dev->alive.counter > 1 && fake_memory_objects()) {
		int before = dev->alive.counter;

		rcu_barrier();
		fake_deferred_run_all();
		if (dev->alive.counter == before)
			break;
	}
	rcu_barrier();
	assert(atomic_read(&dev->alive) == 1);
	cv_device_put(dev);
	assert(!link->netdev.holders);
	cv_inbox_destroy(dev);
	cv_want_destroy(dev);
	cv_knock_destroy(dev);
	cv_device_destroy_tables(dev);
	link->exists = false;
}

void fuzz_link_destroy(void)
{
	unsigned int i;

	/* Work of one link may have references to nothing of another. */
	fake_deferred_run_all();
	for (i = 0; i < FUZZ_LINKS; i++)
		if (fuzz_links[i].exists)
			fuzz_link_destroy_one(&fuzz_links[i]);
	/* What was set aside is freed by work that waits for a grace period. */
	rcu_barrier();
	fake_deferred_run_all();
	rcu_barrier();
	FUZZ_CHECK(fake_memory_objects() == fuzz_link_lasting,
		   "expected %u objects in use when all links have gone, got %u", fuzz_link_lasting,
		   fake_memory_objects());
}

void fuzz_link_down(struct cv_device *dev)
{
	struct cv_peer *peer;

	dev->netdev->running = false;
	cv_want_forget(dev);
	cv_knock_forget(dev);
	mutex_lock(&dev->lock);
	list_for_each_entry(peer, &dev->peer_list, link) {
		cv_exchange_clear(peer);
		cv_session_drop_all(peer);
	}
	mutex_unlock(&dev->lock);
}

void fuzz_link_up(struct cv_device *dev)
{
	struct cv_socket_bind bind;
	u16 family;

	rtnl_lock();
	dev->netdev->running = true;
	bind = dev->bind;
	if (dev->socket_state == CVSOCKET_OWN &&
	    cv_socket_open(dev, dev->wanted_port, &bind, &family)) {
		cv_want_forget(dev);
		dev->netdev->running = false;
	}
	rtnl_unlock();
}

void fuzz_link_set_key(struct cv_device *dev, u8 fill)
{
	struct cv_identity *identity;
	u8 private_key[32];

	memset(private_key, fill, sizeof(private_key));
	identity = cv_device_make_identity(private_key);
	assert(!IS_ERR(identity));
	mutex_lock(&dev->lock);
	cv_device_set_identity(dev, identity);
	cv_knock_forget(dev);
	mutex_unlock(&dev->lock);
}

void fuzz_link_public_key(u8 public_key[32], u8 fill)
{
	u8 private_key[32];

	memset(private_key, fill, sizeof(private_key));
	curve25519_clamp_secret(private_key);
	assert(curve25519_generate_public(public_key, private_key));
}

struct cv_peer *fuzz_link_add_peer(struct cv_device *dev, const u8 public_key[32])
{
	struct cv_peer *peer = cv_peering_create(dev, public_key);

	assert(peer);
	peer->path.endpoint.remote.v4.sin_family = AF_INET;
	peer->path.endpoint.remote.v4.sin_port = 1;
	mutex_lock(&dev->lock);
	assert(!cv_peering_reserve(peer));
	cv_peering_publish(peer);
	mutex_unlock(&dev->lock);
	return peer;
}

void fuzz_link_remove_peer(struct cv_peer *peer)
{
	struct cv_device *dev = peer->dev;

	mutex_lock(&dev->lock);
	cv_reaper_remove(peer, &fuzz_link_asked);
	mutex_unlock(&dev->lock);
}

struct net_device *__dev_get_by_index(struct net *net, int ifindex)
{
	unsigned int i;

	ASSERT_RTNL();
	for (i = 0; i < FUZZ_LINKS; i++)
		if (fuzz_links[i].exists && fuzz_links[i].netdev.net == net &&
		    fuzz_links[i].netdev.ifindex == ifindex)
			return &fuzz_links[i].netdev;
	return NULL;
}

struct net_device *__dev_get_by_name(struct net *net, const char *name)
{
	unsigned int i;

	ASSERT_RTNL();
	for (i = 0; i < FUZZ_LINKS; i++)
		if (fuzz_links[i].exists && fuzz_links[i].netdev.net == net &&
		    !strcmp(fuzz_links[i].netdev.name, name))
			return &fuzz_links[i].netdev;
	return NULL;
}

/* control/link.c: links of an odd index are of kind wireguard. */
struct cv_device *cv_link_device(struct net_device *netdev)
{
	return &container_of(netdev, struct fuzz_link, netdev)->dev;
}

bool cv_link_is_wireguard(const struct net_device *netdev)
{
	return netdev->ifindex & 1;
}

/* core/drop.c */
void cv_drop_add(struct cv_device *dev, enum cv_drop reason, unsigned int n)
{
	assert(reason > CV_DROP_NONE && reason < CV_DROP_COUNT);
	dev->drops->n[reason] += n;
}

void cv_drop_skb(struct cv_device *dev, struct sk_buff *skb, enum cv_drop reason,
		 unsigned int n)
{
	cv_drop_add(dev, reason, n);
	kfree_skb(skb);
}

void cv_drop_queue(struct cv_device *dev, struct sk_buff_head *queue, enum cv_drop reason,
		   unsigned int n)
{
	if (n)
		cv_drop_add(dev, reason, n);
	__skb_queue_purge(queue);
}

void cv_drop_count(struct cv_device *dev, enum cv_drop reason)
{
	cv_drop_add(dev, reason, 1);
}

void cv_drop_charge(struct cv_peer *peer, enum cv_drop reason, unsigned int n)
{
	/* It belongs to the device, too. */
	assert(peer->dev->drops->n[reason] >= n);
}

/* handshake/timers.c and work.c */
void cv_work_set_expire(void (*expire)(struct cv_peer *peer))
{
	fuzz_link_expire = expire;
}

void cv_work_create(struct cv_peer *peer)
{
}

void cv_timers_event(struct cv_peer *peer, enum cv_event event)
{
	if (fuzz_link_event)
		fuzz_link_event(peer, event);
}

void cv_timers_set_persistent(struct cv_peer *peer, u16 seconds)
{
	peer->timers.persistent_s = seconds;
}

void cv_timers_set_idle(struct cv_peer *peer, u32 seconds)
{
	assert(seconds <= CV_TIMER_RULES_IDLE_MAX_S);
	peer->timers.idle_s = seconds;
}

void cv_timers_set_silent(struct cv_peer *peer, u8 seconds)
{
	assert(seconds <= CV_SILENT_S_MAX);
	peer->timers.silent_s = seconds;
}

void cv_timers_set_way(struct cv_peer *peer, u16 wait_ms)
{
}

unsigned int cv_timers_silent_attempts(const struct cv_peer *peer)
{
	return DIV_ROUND_UP(peer->timers.silent_s ?: CV_SILENT_S_DEFAULT, CV_WIRE_RETRY_S);
}

bool cv_timers_is_idle(struct cv_peer *peer)
{
	return peer->timers.idle_s;
}

void cv_todo_request(struct cv_peer *peer, enum cv_todo todo)
{
}

void cv_work_send_waiting(struct cv_peer *peer)
{
}

void cv_timers_shutdown(struct cv_peer *peer)
{
}

/* datapath/order.c, socket.c and tx.c */
void cv_order_init(struct cv_order *order)
{
	spin_lock_init(&order->lock);
	INIT_LIST_HEAD(&order->batches);
}

int cv_socket_open(struct cv_device *dev, u16 port, const struct cv_socket_bind *bind, u16 *family)
{
	ASSERT_RTNL();
	*family = 0;
	if (bind->device[0] == FUZZ_LINK_NO_INTERFACE)
		return -ENODEV;
	if (port == FUZZ_LINK_PORT_TAKEN)
		return -EADDRINUSE;
	dev->wanted_port = port;
	dev->bind = *bind;
	return 0;
}

/* So that each request tries. */
bool cv_socket_is_open(const struct cv_device *dev, u16 port, const struct cv_socket_bind *bind)
{
	return false;
}

/* The descriptors of the process are the numbers below FUZZ_LINK_FDS; each has one port. */
static struct socket fuzz_link_sockets[FUZZ_LINK_FDS];
static unsigned int fuzz_link_files;

struct socket *sockfd_lookup(int fd, int *err)
{
	if (fd < 0 || fd >= FUZZ_LINK_FDS) {
		*err = -EBADF;
		return NULL;
	}
	fuzz_link_files++;
	return &fuzz_link_sockets[fd];
}

void sockfd_put(struct socket *sock)
{
	FUZZ_CHECK(fuzz_link_files > 0, "expected a socket to be put that is held");
	fuzz_link_files--;
}

unsigned int fuzz_link_held_files(void)
{
	return fuzz_link_files;
}

/* datapath/adopt.c: the last descriptor cannot be handed in, nor can the same one twice. */
int cv_adopt_sockets(struct cv_device *dev, struct socket *const *sockets, unsigned int count,
		     u8 pass)
{
	unsigned int i;

	ASSERT_RTNL();
	lockdep_assert_held(&dev->lock);
	for (i = 0; i < count; i++)
		if (sockets[i] == &fuzz_link_sockets[FUZZ_LINK_FDS - 1])
			return -EPROTOTYPE;
	if (count == 2 && sockets[0] == sockets[1])
		return -EBUSY;
	dev->socket_state = CVSOCKET_HANDED_IN;
	dev->adopted_port = FUZZ_LINK_FD_PORT + (sockets[0] - fuzz_link_sockets);
	dev->adopted_pass = pass;
	return 0;
}

void cv_adopt_release(struct cv_device *dev)
{
	ASSERT_RTNL();
	dev->socket_state = CVSOCKET_OWN;
}

/* datapath/path.c, without namespaces */
void cv_path_init(struct cv_path *path)
{
}

int cv_path_create_routes(struct cv_path *path, struct cv_device *dev, gfp_t gfp)
{
	return path->routes.cache ? 0 : dst_cache_init(&path->routes, gfp);
}

void cv_path_destroy_routes(struct cv_path *path)
{
	dst_cache_destroy(&path->routes);
}

void cv_path_exit(struct cv_path *path)
{
	kfree(path->ways);
}

static bool move_path(struct cv_path *path, const struct cv_endpoint *endpoint,
		      enum cv_endpoint_reason reason)
{
	if (path->ways && !cv_endpoint_same_remote(&path->endpoint, endpoint)) {
		if (reason != CVENDPOINT_SET && path->endpoint.remote.any.sa_family &&
		    !cv_ways_follow(path->ways, endpoint))
			return false;
		path->ways->since_ns = ktime_get_real_ns();
		path->ways->reason = reason;
	}
	path->endpoint = *endpoint;
	return true;
}

void cv_path_set_endpoint(struct cv_path *path, const struct cv_endpoint *endpoint)
{
	move_path(path, endpoint, CVENDPOINT_SET);
}

bool cv_path_learn_endpoint(struct cv_path *path, const struct cv_endpoint *from,
			    enum cv_endpoint_reason reason, struct cv_endpoint *before)
{
	*before = path->endpoint;
	return move_path(path, from, reason) && before->remote.any.sa_family &&
	       !cv_endpoint_same_remote(before, from);
}

bool cv_path_admits(const struct cv_path *path, const struct cv_endpoint *from)
{
	return cv_ways_admit(path->ways, from);
}

void cv_path_set_ways(struct cv_path *path, struct cv_ways *ways)
{
	if (ways && path->ways) {
		ways->since_ns = path->ways->since_ns;
		ways->reason = path->ways->reason;
	}
	if (path->ways)
		kfree_rcu(path->ways, rcu);
	path->ways = ways;
}

void cv_path_read_last_move(struct cv_path *path, const struct cv_ways *ways, u64 *since_ns,
			    enum cv_endpoint_reason *reason)
{
	*since_ns = ways->since_ns;
	*reason = ways->reason;
}

bool cv_path_has_candidates(const struct cv_path *path)
{
	return path->ways && path->ways->candidate_count;
}

bool cv_path_is_known(const struct cv_path *path)
{
	return path->endpoint.remote.any.sa_family || cv_path_has_candidates(path);
}

u16 cv_path_family(const struct cv_path *path)
{
	return path->endpoint.remote.any.sa_family;
}

void cv_path_read_endpoint(struct cv_path *path, struct cv_endpoint *copy)
{
	*copy = path->endpoint;
}

void cv_path_forget_source(struct cv_path *path)
{
}

int cv_xmit_message(const struct cv_xmit *xmit, const void *message, size_t bytes)
{
	if (fuzz_link_sent)
		fuzz_link_sent(xmit->dev, xmit->peer, message, bytes);
	return 0;
}

void cv_tx_send_staged(struct cv_peer *peer)
{
}

void cv_tx_send_keepalive(struct cv_peer *peer)
{
}

void cv_tx_drop_staged(struct cv_peer *peer, enum cv_drop reason)
{
	__skb_queue_purge(&peer->staged);
}

/* control/netlink_get.c */
int cv_netlink_get_start(struct netlink_callback *cb, bool as_wireguard)
{
	return -EOPNOTSUPP;
}

int cv_netlink_get_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return -EOPNOTSUPP;
}

int cv_netlink_get_done(struct netlink_callback *cb)
{
	return 0;
}
