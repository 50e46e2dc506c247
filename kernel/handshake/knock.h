/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Initiations of unknown keys, kept for a program to decide:
 * uapi/linux/culvert.h, DOC: Knocks.
 */
#ifndef CV_HANDSHAKE_KNOCK_H
#define CV_HANDSHAKE_KNOCK_H

#include <linux/list.h>
#include <linux/types.h>

#include "noise.h"
#include "../core/drop.h"
#include "../datapath/endpoint.h"
#include "../wire.h"

struct cv_device;
struct cv_exchange_received;
struct cv_identity;
struct cv_knock;
struct cv_listener_socket;

/* For how long an initiation is kept: then its sender tries again with another one. */
#define CV_KNOCK_HELD_S CV_WIRE_RETRY_S

/**
 * struct cv_knock_held - an initiation that is kept
 */
struct cv_knock_held {
	/** @age: in the list of the device, the oldest first */
	struct list_head age;
	/** @chain: in the table of the device, by public key */
	struct hlist_node chain;
	/** @id: names it to the program */
	u64 id;
	/** @since_ns: CLOCK_BOOTTIME when it came */
	u64 since_ns;
	/** @from: where from */
	struct cv_endpoint from;
	/** @public_key: of its sender */
	u8 public_key[CV_WIRE_KEY_BYTES];
	/** @chaining_key: of the handshake; secret */
	u8 chaining_key[CV_WIRE_HASH_BYTES];
	/** @hash: of the handshake */
	u8 hash[CV_WIRE_HASH_BYTES];
	/** @remote_ephemeral: of the handshake */
	u8 remote_ephemeral[CV_WIRE_KEY_BYTES];
	/** @stamp: its time, TAI64N */
	u8 stamp[CV_WIRE_TIMESTAMP_BYTES];
	/** @remote_index: of the session at its end */
	__le32 remote_index;
	/** @generation: of the identity that it is for */
	u32 generation;
	/** @asked: CV_CMD_KNOCK_GET has told it */
	bool asked;
};

/**
 * struct cv_knock_told - what a program is told of one
 */
struct cv_knock_told {
	/** @id: names it */
	u64 id;
	/** @from: where from */
	struct cv_endpoint from;
	/** @public_key: of its sender */
	u8 public_key[CV_WIRE_KEY_BYTES];
	/** @stamp: its time, TAI64N */
	u8 stamp[CV_WIRE_TIMESTAMP_BYTES];
	/** @age_ms: how long ago it came */
	u32 age_ms;
};

int cv_knock_init(void);
void cv_knock_exit(void);
void cv_knock_destroy(struct cv_device *dev);

int cv_knock_listen(struct cv_device *dev, const struct cv_listener_socket *socket);
void cv_knock_forget(struct cv_device *dev);

bool cv_knock_is_crowded(const struct cv_device *dev);
enum cv_drop cv_knock_take(struct cv_device *dev, const struct cv_identity *identity,
			   struct cv_noise *noise, const u8 public_key[CV_WIRE_KEY_BYTES],
			   const struct cv_exchange_received *received);

int cv_knock_get(struct cv_device *dev, const struct cv_listener_socket *socket,
		 struct cv_knock_told *told);
void cv_knock_untell(struct cv_device *dev, const struct cv_knock_told *told);
int cv_knock_refuse(struct cv_device *dev, const struct cv_listener_socket *socket, u64 id,
		    u32 seconds);
struct cv_knock_held *cv_knock_claim(struct cv_device *dev,
				     const struct cv_listener_socket *socket, u64 id,
				     const u8 public_key[CV_WIRE_KEY_BYTES]);
void cv_knock_unclaim(struct cv_device *dev, struct cv_knock_held *held);
void cv_knock_free(struct cv_knock_held *held);

void cv_knock_note(struct cv_device *dev, const u8 public_key[CV_WIRE_KEY_BYTES],
		   const u8 stamp[CV_WIRE_TIMESTAMP_BYTES]);
void cv_knock_recall(struct cv_device *dev, const u8 public_key[CV_WIRE_KEY_BYTES],
		     u8 stamp[CV_WIRE_TIMESTAMP_BYTES]);

#endif /* CV_HANDSHAKE_KNOCK_H */
