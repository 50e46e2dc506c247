/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A device: what one culvert link owns. Lives in the private area of its
 * net_device.
 */
#ifndef CV_CORE_DEVICE_H
#define CV_CORE_DEVICE_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/types.h>

#include "drop.h"
#include "../control/reaper.h"
#include "../datapath/queue.h"
#include "../datapath/socket.h"
#include "../events/notify.h"
#include "../handshake/cookie.h"
#include "../tables/allowedips.h"
#include "../tables/index.h"
#include "../tables/peers.h"
#include "../wire.h"

struct cv_adopted;
struct cv_lane;
struct inet6_dev;
struct cv_inbox;
struct cv_knock;
struct cv_want;

/**
 * DOC: locking
 *
 * RTNL, then the lock of the list of kept devices in link.c, then &cv_device.lock, then
 * &cv_reaper.lock, inside which that of a struct cv_reaper_ips is, then
 * &cv_peer.exchange_lock, then that of listener.c, then that of knock.c, then
 * &cv_notify_state.lock (all may sleep), then the spinlocks, each of which is a leaf unless it
 * says otherwise: &cv_peer.slot_lock, inside which the list of dropped sessions in session.c is
 * locked, that of a box in notify.c, inside which timers and workqueues are locked,
 * &cv_peer.timer_lock, &cv_peer.staged.lock, &cv_replay.lock, &cv_order.lock, inside which a
 * crypto worker's list is locked and &cv_queue.lock, that of want.c, inside which timers,
 * workqueues and tracked connections are locked, and that of the lists of route caches in
 * socket.c.
 * The packet path takes RCU and spinlocks only.
 *
 * The net_device outlives every peer: each peer counts in &cv_device.alive, and
 * the link's own reference on its net_device is put when that falls to zero.
 */

/**
 * struct cv_identity - a device's static key pair and what follows from it
 *
 * Replaced as a whole under &cv_device.lock; read under RCU and copied out.
 */
struct cv_identity {
	/** @private_key: clamped */
	u8 private_key[CV_WIRE_KEY_BYTES];
	/** @public_key: of @private_key */
	u8 public_key[CV_WIRE_KEY_BYTES];
	/** @keys: what checks mac1 of messages to us and seals our cookies */
	struct cv_cookie_keys keys;
	/** @generation: &cv_device.key_generation when this was set */
	u32 generation;
	/** @rcu: for freeing, wiped */
	struct rcu_head rcu;
};

/* For &cv_device.dscp: that of the inner packet. */
#define CV_DEVICE_DSCP_COPY 64

/**
 * struct cv_device - one culvert link
 */
struct cv_device {
	/** @netdev: the link; valid as long as the device or one of its peers is */
	struct net_device *netdev;
	/** @netdev_tracker: of the reference that @alive stands for */
	netdevice_tracker netdev_tracker;
	/** @serial: tells this device from any other there has been */
	u64 serial;
	/** @link: in the list of all devices, under RTNL */
	struct list_head link;
	/** @kept: in the list of all devices and those whose link has been deleted, see link.c */
	struct list_head kept;
	/**
	 * @birth_net: namespace that the UDP socket lives in, not referenced: NULL
	 * once that namespace is going away. Written under RTNL, read under RCU.
	 */
	struct net __rcu *birth_net;
	/** @socket: NULL while the link is down or a program's was lost; written under RTNL */
	struct cv_socket __rcu *socket;
	/** @adopted: a program's sockets, in use while the link is up, or NULL; under RTNL */
	struct cv_adopted *adopted;
	/** @adopted_port: of the program's sockets, also when they have been lost; under RTNL */
	u16 adopted_port;
	/** @adopted_pass: enum cv_socket_pass of @adopted; under RTNL */
	u8 adopted_pass;
	/** @socket_state: enum cv_socket_state: the owner of its sockets; under RTNL */
	u8 socket_state;
	/** @identity: NULL without a private key; written under @lock */
	struct cv_identity __rcu *identity;
	/** @key_generation: grows with each change of @identity; older sessions are dead */
	u32 key_generation;
	/** @fwmark: mark of outer packets; written under @lock, read anywhere */
	u32 fwmark;
	/** @dscp: of outer packets, or CV_DEVICE_DSCP_COPY; written under @lock, read anywhere */
	u8 dscp;
	/** @lock: the configuration: @identity, @peers, @peer_list, @allowed_ips */
	struct mutex lock;
	/** @wanted_port: the port asked for or once chosen, host order, 0: any; under RTNL */
	u16 wanted_port;
	/** @bind: where its sockets are, or will be when the link comes up; under RTNL */
	struct cv_socket_bind bind;
	/** @settled_in6: the inet6_dev whose mode we have set, only to compare; under RTNL */
	const struct inet6_dev *settled_in6;
	/** @peers: by public key */
	struct cv_peers peers;
	/** @peer_list: in the order they were added, under @lock */
	struct list_head peer_list;
	/** @peer_count: length of @peer_list, under @lock */
	unsigned int peer_count;
	/**
	 * @peer_sequence: changes with each change that a running dump must notice,
	 * never 0; written under @lock, see cv_device_changed()
	 */
	unsigned int peer_sequence;
	/** @alive: peers not yet freed, and 1 for the link itself; see DOC: locking */
	atomic_t alive;
	/** @index: exchanges and sessions by our index */
	struct cv_index index;
	/** @allowed_ips: peers by inner address */
	struct cv_allowedips allowed_ips;
	/** @reaper: the peers that have been removed */
	struct cv_reaper reaper;
	/** @knock: initiations of unknown keys, NULL until a program has listened */
	struct cv_knock *knock;
	/** @want: packets that wait for a peer, NULL until a program has listened */
	struct cv_want *want;
	/** @events: what listeners are told */
	struct cv_notify_state events;
	/** @inbox: handshake messages that wait for a worker */
	struct cv_inbox *inbox;
	/** @lanes: one per CPU: opened packets on their way up, with GRO */
	struct cv_lane *lanes;
	/** @lane_count: how many */
	unsigned int lane_count;
	/**
	 * @counts_messages: the link's counters are of whole messages, handshakes and
	 * keepalives too, as those of wireguard.ko; else of inner packets. Never changes
	 */
	bool counts_messages;
	/** @drops: one counter for each enum cv_drop */
	struct cv_drop_counts __percpu *drops;
	/* What sealing writes and what opening writes, each on lines of its own. */
	/** @queue: back-pressure to a queueing discipline */
	struct cv_queue queue;
	/** @tx_flight_bytes: memory of inner packets that wait to be sealed or sent */
	atomic_t tx_flight_bytes ____cacheline_aligned_in_smp;
	/** @rx_flight_bytes: memory of outer packets that wait to be opened */
	atomic_t rx_flight_bytes ____cacheline_aligned_in_smp;
};

void cv_device_init(struct cv_device *dev, struct net_device *netdev, struct net *net);
int cv_device_create_tables(struct cv_device *dev);
void cv_device_destroy_tables(struct cv_device *dev);
void cv_device_get(struct cv_device *dev);
void cv_device_put(struct cv_device *dev);
void cv_device_changed(struct cv_device *dev);
bool cv_device_read_identity(struct cv_device *dev, struct cv_identity *copy);
struct cv_identity *cv_device_make_identity(const u8 private_key[CV_WIRE_KEY_BYTES]);
void cv_device_set_identity(struct cv_device *dev, struct cv_identity *identity);

#endif /* CV_CORE_DEVICE_H */
