/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The exchange: the four handshake messages as they are made, received, limited
 * and answered, and the state between them.
 */
#ifndef CV_HANDSHAKE_EXCHANGE_H
#define CV_HANDSHAKE_EXCHANGE_H

#include <linux/types.h>

#include "cookie.h"
#include "noise.h"
#include "spread.h"
#include "../core/drop.h"
#include "../datapath/endpoint.h"
#include "../tables/index.h"
#include "../wire.h"

/* DS field: handshakes ask for low drop probability (AF41). */
#define CV_EXCHANGE_DS 0x88

struct cv_device;
struct cv_identity;
struct cv_knock_held;
struct cv_peer;

/**
 * enum cv_exchange_state - where the one exchange of a peer stands
 * @CV_EXCHANGE_IDLE: none in flight
 * @CV_EXCHANGE_INITIATED: our initiation is out
 *
 * An initiation of the peer's is answered in one step, under the lock: it leaves a
 * session, not an exchange in flight.
 */
enum cv_exchange_state {
	CV_EXCHANGE_IDLE,
	CV_EXCHANGE_INITIATED,
};

/**
 * struct cv_exchange - a handshake in flight and what is kept between two
 *
 * Under &cv_peer.exchange_lock, but for @entry, found under RCU.
 */
struct cv_exchange {
	/** @entry: our index while @state is not IDLE */
	struct cv_index_entry entry;
	/** @peer: whose; not referenced: the peer frees its exchange */
	struct cv_peer *peer;
	/** @state: changed by one setter only */
	enum cv_exchange_state state;
	/** @crossed_ns: CLOCK_BOOTTIME when the peer's initiation met ours in flight, or 0 */
	u64 crossed_ns;
	/** @noise: symmetric state and our ephemeral key, while INITIATED */
	struct cv_noise noise;
	/** @static_static: DH of both static keys, of @generation */
	u8 static_static[CV_WIRE_KEY_BYTES];
	/** @generation: &cv_device.key_generation of @static_static */
	u32 generation;
	/** @has_static_static: @static_static has been computed */
	bool has_static_static;
	/** @has_mac1: @mac1 was sent and no cookie has answered it yet */
	bool has_mac1;
	/** @mac1: the mac1 we sent last */
	u8 mac1[CV_WIRE_MAC_BYTES];
	/** @cookie: what the peer gave us, for mac2 */
	u8 cookie[CV_WIRE_COOKIE_BYTES];
	/** @cookie_ns: CLOCK_BOOTTIME when it did, 0: never */
	u64 cookie_ns;
	/** @spread: which ways the initiation in flight goes, or a former one; NULL: one way */
	struct cv_spread *spread;
	/** @peer_keys: mac1 key and cookie key of the peer's public key */
	struct cv_cookie_keys peer_keys;
	/** @rcu: for freeing, wiped */
	struct rcu_head rcu;
};

/**
 * struct cv_exchange_received - a handshake message that came in, and from where
 */
struct cv_exchange_received {
	/** @from: the sender, unproven */
	struct cv_endpoint from;
	/** @bytes: its size, right for its type */
	unsigned int bytes;
	/** @has_cookie: it has shown one; only known where one was asked for */
	bool has_cookie;
	/** @message: the message, by its type */
	union {
		__le32 type;
		struct cv_wire_initiation initiation;
		struct cv_wire_response response;
		struct cv_wire_cookie cookie;
		u8 raw[sizeof(struct cv_wire_initiation)];
	} message;
};

void cv_exchange_take_cookie(struct cv_device *dev,
			     const struct cv_exchange_received *received);
enum cv_drop cv_exchange_take_initiation(struct cv_device *dev,
					 const struct cv_identity *identity,
					 const struct cv_exchange_received *received);
void cv_exchange_answer_held(struct cv_peer *peer, const struct cv_knock_held *held);
struct cv_peer *cv_exchange_take_response(struct cv_device *dev,
					  const struct cv_identity *identity,
					  const struct cv_exchange_received *received);
int cv_exchange_initiate(struct cv_peer *peer, enum cv_spread_how how);
u16 cv_exchange_wait_ms(const struct cv_peer *peer);
void cv_exchange_clear(struct cv_peer *peer);
void cv_exchange_renew(struct cv_peer *peer);

#endif /* CV_HANDSHAKE_EXCHANGE_H */
