/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sessions: the transport keys that a finished handshake left behind, and the
 * three slots of a peer that they move through.
 */
#ifndef CV_HANDSHAKE_SESSION_H
#define CV_HANDSHAKE_SESSION_H

#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/types.h>

#include "../core/peer.h"
#include "../datapath/endpoint.h"
#include "../tables/index.h"
#include "../tables/replay.h"
#include "../wire.h"

/**
 * struct cv_session - one pair of transport keys
 */
struct cv_session {
	/** @entry: our index, in the device's index table */
	struct cv_index_entry entry;
	/** @remote_index: the peer's index: the receiver field of what we send */
	__le32 remote_index;
	/** @peer: referenced */
	struct cv_peer *peer;
	/** @birth_ns: CLOCK_BOOTTIME when the keys were made */
	u64 birth_ns;
	/** @generation: &cv_device.key_generation the keys were made under */
	u32 generation;
	/** @initiator: we sent the initiation, so we renew the session */
	bool initiator;
	/** @dead: not in a slot yet, or never again: neither seals nor opens */
	bool dead;
	/** @crossed: we began it while the peer began another: see DOC: Crossing */
	bool crossed;
	/** @wins: and ours is the one that both use in the end */
	bool wins;
	/** @yields: the peer's, which so loses: it opens, and never becomes the current one */
	bool yields;
	/** @renewing: the renewal on receive has been asked for, once a session */
	bool renewing;
	/** @send_key: seals */
	u8 send_key[CV_WIRE_KEY_BYTES];
	/** @receive_key: opens */
	u8 receive_key[CV_WIRE_KEY_BYTES];
	/** @left: where the peer was, if its handshake came from elsewhere; else family 0 */
	struct cv_endpoint left;
	/** @dropped: among the sessions that have left their slots, see session.c */
	struct list_head dropped;
	/** @rcu: for freeing, wiped */
	struct rcu_head rcu;
	/* What each batch writes, and what opening writes: lines of their own. */
	/** @refs: one for the slot, one a batch */
	refcount_t refs ____cacheline_aligned_in_smp;
	/** @send_counter: the next nonce; under &cv_peer.tx.lock */
	u64 send_counter;
	/** @replay: counters already received */
	struct cv_replay replay ____cacheline_aligned_in_smp;
};

struct cv_session *cv_session_create(struct cv_peer *peer, gfp_t gfp);
struct cv_session *cv_session_tryget(struct cv_session *session);
void cv_session_put(struct cv_session *session);
void cv_session_install(struct cv_session *session);
bool cv_session_confirm(struct cv_session *session);
bool cv_session_drop_all(struct cv_peer *peer);
void cv_session_wait_wiped(void);
struct cv_session *cv_session_get_sending(struct cv_peer *peer);
bool cv_session_is_live(const struct cv_session *session);
bool cv_session_is_young(const struct cv_peer *peer);
bool cv_session_opens(const struct cv_session *session);
bool cv_session_wants_renewal(struct cv_session *session, bool sending);
void cv_session_set_left(struct cv_session *session, const struct cv_endpoint *from);
bool cv_session_is_late(const struct cv_session *session, const struct cv_endpoint *from);

#endif /* CV_HANDSHAKE_SESSION_H */
