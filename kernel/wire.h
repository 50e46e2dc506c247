/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The wire: the layout of every message and every number of the protocol, for
 * code that builds, parses or times one. Facts only, no code.
 */
#ifndef CV_WIRE_H
#define CV_WIRE_H

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/types.h>

/*
 * Sizes of keys, hashes and tags.
 */
#define CV_WIRE_KEY_BYTES 32
#define CV_WIRE_HASH_BYTES 32
#define CV_WIRE_TAG_BYTES 16
#define CV_WIRE_MAC_BYTES 16
#define CV_WIRE_COOKIE_BYTES 16
#define CV_WIRE_COOKIE_NONCE_BYTES 24
#define CV_WIRE_TIMESTAMP_BYTES 12
#define CV_WIRE_PADDING_BYTES 16

/*
 * Message types, as the first four bytes of a datagram read as one little-endian
 * word: the type, then three bytes that must be zero.
 */
enum cv_wire_type {
	CV_WIRE_INITIATION = 1,
	CV_WIRE_RESPONSE = 2,
	CV_WIRE_COOKIE = 3,
	CV_WIRE_DATA = 4,
};

/**
 * cv_wire_is_type() - whether a datagram is a message of the protocol
 * @type: its first four bytes, little endian: three of them are zero
 *
 * Return: true if so; else it may be of another protocol at the same port.
 */
static inline bool cv_wire_is_type(u32 type)
{
	return type >= CV_WIRE_INITIATION && type <= CV_WIRE_DATA;
}

/*
 * Times, in seconds unless the name says otherwise, and message counts.
 */
#define CV_WIRE_REKEY_AFTER_S 120
#define CV_WIRE_REKEY_ON_RECEIVE_S 165
#define CV_WIRE_REJECT_AFTER_S 180
#define CV_WIRE_RETRY_S 5
#define CV_WIRE_RETRY_JITTER_MS 333
#define CV_WIRE_RETRY_TRIES 18
#define CV_WIRE_KEEPALIVE_S 10
#define CV_WIRE_WIPE_S (3 * CV_WIRE_REJECT_AFTER_S)
#define CV_WIRE_COOKIE_SECRET_S 120
#define CV_WIRE_COOKIE_HELD_S (CV_WIRE_COOKIE_SECRET_S - 5)
#define CV_WIRE_INITIATION_APART_MS 20
#define CV_WIRE_SOURCE_PER_S 20
#define CV_WIRE_SOURCE_BURST 5
#define CV_WIRE_REPLAY_BITS 8192
#define CV_WIRE_REKEY_AFTER_MESSAGES BIT_ULL(60)
#define CV_WIRE_REJECT_AFTER_MESSAGES (U64_MAX - CV_WIRE_REPLAY_BITS)
#define CV_WIRE_STAGED_PACKETS 128

/**
 * struct cv_wire_macs - the end of both handshake messages
 */
struct cv_wire_macs {
	/** @mac1: proves knowledge of the receiver's public key */
	u8 mac1[CV_WIRE_MAC_BYTES];
	/** @mac2: proves ownership of the source address, or zeros */
	u8 mac2[CV_WIRE_MAC_BYTES];
};

/**
 * struct cv_wire_initiation - message 1
 */
struct cv_wire_initiation {
	/** @type: CV_WIRE_INITIATION */
	__le32 type;
	/** @sender: index the initiator chose */
	__le32 sender;
	/** @ephemeral: the initiator's ephemeral public key */
	u8 ephemeral[CV_WIRE_KEY_BYTES];
	/** @static_sealed: the initiator's static public key, sealed */
	u8 static_sealed[CV_WIRE_KEY_BYTES + CV_WIRE_TAG_BYTES];
	/** @timestamp_sealed: TAI64N, sealed */
	u8 timestamp_sealed[CV_WIRE_TIMESTAMP_BYTES + CV_WIRE_TAG_BYTES];
	/** @macs: see struct cv_wire_macs */
	struct cv_wire_macs macs;
};

/**
 * struct cv_wire_response - message 2
 */
struct cv_wire_response {
	/** @type: CV_WIRE_RESPONSE */
	__le32 type;
	/** @sender: index the responder chose */
	__le32 sender;
	/** @receiver: index the initiator chose */
	__le32 receiver;
	/** @ephemeral: the responder's ephemeral public key */
	u8 ephemeral[CV_WIRE_KEY_BYTES];
	/** @empty_sealed: the tag of an empty text */
	u8 empty_sealed[CV_WIRE_TAG_BYTES];
	/** @macs: see struct cv_wire_macs */
	struct cv_wire_macs macs;
};

/**
 * struct cv_wire_cookie - message 3
 */
struct cv_wire_cookie {
	/** @type: CV_WIRE_COOKIE */
	__le32 type;
	/** @receiver: the sender index of the message that is answered */
	__le32 receiver;
	/** @nonce: random */
	u8 nonce[CV_WIRE_COOKIE_NONCE_BYTES];
	/** @cookie_sealed: the cookie, sealed */
	u8 cookie_sealed[CV_WIRE_COOKIE_BYTES + CV_WIRE_TAG_BYTES];
};

/**
 * struct cv_wire_data - message 4, before the sealed packet
 */
struct cv_wire_data {
	/** @type: CV_WIRE_DATA */
	__le32 type;
	/** @receiver: index the receiver chose */
	__le32 receiver;
	/** @counter: the nonce */
	__le64 counter;
};

/* What a data message costs besides the padded inner packet. */
#define CV_WIRE_DATA_OVERHEAD_BYTES (sizeof(struct cv_wire_data) + CV_WIRE_TAG_BYTES)

static_assert(sizeof(struct cv_wire_initiation) == 148);
static_assert(sizeof(struct cv_wire_response) == 92);
static_assert(sizeof(struct cv_wire_cookie) == 64);
static_assert(sizeof(struct cv_wire_data) == 16);

#endif /* CV_WIRE_H */
