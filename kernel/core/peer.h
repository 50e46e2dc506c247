/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A peer: its keys, its endpoint, its sessions and what waits for them. Small
 * while idle: whatever only an active peer needs hangs off it and is allocated
 * when first used.
 */
#ifndef CV_CORE_PEER_H
#define CV_CORE_PEER_H

#include <linux/list.h>
#include <linux/llist.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/rhashtable-types.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "drop.h"
#include "../datapath/order.h"
#include "../datapath/pace.h"
#include "../datapath/path.h"
#include "../handshake/timer_rules.h"
#include "../wire.h"

struct cv_device;
struct cv_notify_box;
struct cv_exchange;
struct cv_session;

/**
 * enum cv_peer_slot - the three sessions of a peer
 * @CV_SLOT_PREVIOUS: still opens what is late
 * @CV_SLOT_CURRENT: seals and opens
 * @CV_SLOT_NEXT: the responder's, until the initiator has used it
 * @CV_SLOT_COUNT: how many
 */
enum cv_peer_slot {
	CV_SLOT_PREVIOUS,
	CV_SLOT_CURRENT,
	CV_SLOT_NEXT,
	CV_SLOT_COUNT,
};

/**
 * struct cv_peer - one peer of a device
 */
struct cv_peer {
	/** @dev: the device; outlives the peer */
	struct cv_device *dev;
	/** @sessions: by enum cv_peer_slot; written under @slot_lock, read under RCU */
	struct cv_session __rcu *sessions[CV_SLOT_COUNT];
	/** @path: where it is, and the way there */
	struct cv_path path;
	/** @dead: not published yet, or removed; read by cv_peer_is_live() alone */
	bool dead;
	/** @aside: removed with all others, and still in tables; see reaper.c */
	bool aside;
	/** @silent: it has not answered for a while; written by any, unlocked */
	bool silent;
	/** @id: random, spreads peers over lanes */
	u32 id;
	/** @timer: fires at the earliest of @timers or before */
	struct timer_list timer;
	/** @work: acts for timers and sends initiations; holds a reference while queued */
	struct work_struct work;
	/** @todo: bits of enum cv_todo */
	unsigned long todo;
	/** @exchange_lock: @exchange and all below it */
	struct mutex exchange_lock;
	/** @exchange: handshake state; NULL until one is begun and after a wipe */
	struct cv_exchange *exchange;
	/** @initiated_ns: CLOCK_BOOTTIME of the last initiation or response sent, 0: never */
	u64 initiated_ns;
	/** @accepted_ns: CLOCK_BOOTTIME of the last initiation accepted, 0: never */
	u64 accepted_ns;
	/** @handshake_time: CLOCK_REALTIME of the last one completed; under @timer_lock */
	struct timespec64 handshake_time;
	/** @sent_stamp: TAI64N of the last initiation sent, zeros: none */
	u8 sent_stamp[CV_WIRE_TIMESTAMP_BYTES];
	/** @seen_stamp: greatest TAI64N accepted from the peer */
	u8 seen_stamp[CV_WIRE_TIMESTAMP_BYTES];
	/** @preshared_key: zeros: none; under @exchange_lock */
	u8 preshared_key[CV_WIRE_KEY_BYTES];
	/** @public_key: never changes */
	u8 public_key[CV_WIRE_KEY_BYTES];
	/** @node: in &cv_device.peers */
	struct rhash_head node;
	/** @link: in &cv_device.peer_list, under &cv_device.lock */
	struct list_head link;
	/** @allowed_ips: the peer's nodes, under &cv_device.lock */
	struct list_head allowed_ips;
	/** @rcu: for freeing */
	struct rcu_head rcu;
	/** @name: for people, NULL: none; under &cv_device.lock */
	char *name;
	/* What sealing writes, what opening writes, and what both do: each on lines of its own. */
	/** @tx: sealed batches in the order they will be sent */
	struct cv_order tx ____cacheline_aligned_in_smp;
	/** @pace: how fast it is sent to; under the lock of @tx */
	struct cv_pace pace;
	/** @slot_lock: writers of @sessions */
	spinlock_t slot_lock;
	/** @tx_bytes: outer UDP payload bytes sent, tunnel and handshake */
	atomic64_t tx_bytes;
	/** @tx_packets: what the link's counter has of the peer */
	atomic64_t tx_packets;
	/** @staged: inner packets that wait for a session, oldest first */
	struct sk_buff_head staged;
	/** @expired: in &cv_reaper.expired, while CV_TODO_EXPIRE is set */
	struct llist_node expired;
	/** @rx: opened batches in the order they will be handed up */
	struct cv_order rx ____cacheline_aligned_in_smp;
	/**
	 * @rx_bytes: outer UDP payload bytes of authenticated messages, tunnel and handshake;
	 * of a link that counts messages, without those whose inner packet was refused
	 */
	atomic64_t rx_bytes;
	/** @rx_packets: what the link's counter has of the peer */
	atomic64_t rx_packets;
	/** @heard_ns: CLOCK_REALTIME of the last authentic message, 0: never */
	atomic64_t heard_ns;
	/** @drops: what was refused of the peer, by enum cv_drop_of_peer */
	atomic64_t drops[CV_DROP_OF_PEER_COUNT];
	/** @events: what listeners are to be told, NULL until there is something: see notify.c */
	struct cv_notify_box *events;
	/** @refs: see cv_peer_get() */
	refcount_t refs ____cacheline_aligned_in_smp;
	/** @timer_lock: @timers and the arming of @timer */
	spinlock_t timer_lock;
	/** @timers: deadlines, see timer_rules.h */
	struct cv_timer_state timers;
};

/* How many peers a device holds at most. */
#define CV_PEER_MAX 1048576

int cv_peer_init(void);
void cv_peer_exit(void);
struct cv_peer *cv_peer_alloc(struct cv_device *dev, const u8 public_key[CV_WIRE_KEY_BYTES]);
struct cv_peer *cv_peer_get(struct cv_peer *peer);
struct cv_peer *cv_peer_tryget(struct cv_peer *peer);
void cv_peer_put(struct cv_peer *peer);

/**
 * DOC: May this peer or session still be used
 *
 * Four questions, each of which asks all that the one before it asks but for
 * cv_session_is_live(), which does not look at the link:
 *
 * - cv_peer_is_live(): the peer is its device's. What is found of it may be kept for it.
 * - cv_peer_is_running(): and its link is up. An exchange or a session may be begun.
 * - cv_session_is_live(): the peer is live, and these keys are still agreed on with it. What was
 *   sealed or opened may leave.
 * - cv_session_opens(): and they are not too old. Something may be sealed or opened.
 *
 * The answer may change right after: no lock is held that readers take. So code that asks and
 * then publishes an exchange, a session or a staged packet does both under one lock,
 * &cv_peer.exchange_lock or that of &cv_peer.staged. cv_peering_stop(), which comes after the
 * change, takes each of them and finds what was published before: cv_exchange_clear() first,
 * so that no session comes after cv_session_drop_all().
 */

/**
 * cv_peer_is_live() - whether a peer is one of its device
 * @peer: borrowed or referenced
 *
 * Context: any.
 * Return: false before it is published and once it is removed.
 */
static inline bool cv_peer_is_live(const struct cv_peer *peer)
{
	/* Pairs with cv_peering_publish(): all of a live peer is in place. */
	return !smp_load_acquire(&peer->dead);
}

bool cv_peer_is_running(const struct cv_peer *peer);

#endif /* CV_CORE_PEER_H */
