/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every reason for which a packet or a message is refused: one enum, one counter
 * each, read with `ethtool -S` and summed into `ip -s link`. Whoever refuses
 * something calls cv_drop_count().
 */
#ifndef CV_CONTROL_DROP_H
#define CV_CONTROL_DROP_H

#include <linux/percpu.h>
#include <linux/types.h>

/**
 * enum cv_drop_class - the counter of `ip -s link` that a reason adds to
 * @CV_DROP_AS_NONE: none: refused, but nothing was lost that the link owed anybody
 * @CV_DROP_AS_TX_ERRORS: tx_errors
 * @CV_DROP_AS_TX_DROPPED: tx_dropped
 * @CV_DROP_AS_RX_ERRORS: rx_errors
 * @CV_DROP_AS_RX_LENGTH: rx_length_errors and rx_errors
 * @CV_DROP_AS_RX_FRAME: rx_frame_errors and rx_errors
 * @CV_DROP_AS_RX_DROPPED: rx_dropped
 */
enum cv_drop_class {
	CV_DROP_AS_NONE,
	CV_DROP_AS_TX_ERRORS,
	CV_DROP_AS_TX_DROPPED,
	CV_DROP_AS_RX_ERRORS,
	CV_DROP_AS_RX_LENGTH,
	CV_DROP_AS_RX_FRAME,
	CV_DROP_AS_RX_DROPPED,
};

/**
 * enum cv_drop - why something was refused; names and classes are in drop.c
 * @CV_DROP_TX_NOT_IP: neither IPv4 nor IPv6, or no whole header
 * @CV_DROP_TX_NO_PEER: no peer's allowed IPs hold the destination
 * @CV_DROP_TX_NO_ENDPOINT: it is not known where the peer is
 * @CV_DROP_TX_LOOP: the way to the peer leads to itself, or through too many tunnels
 * @CV_DROP_TX_NO_ROUTE: there is no way to the peer
 * @CV_DROP_TX_TOO_LONG: longer than a UDP payload can be
 * @CV_DROP_TX_SEGMENT: a super-packet could not be split or read
 * @CV_DROP_TX_SEND: the outer packet could not be sent for another reason
 * @CV_DROP_TX_STAGE_FULL: the oldest of too many that wait for a session
 * @CV_DROP_TX_GAVE_UP: no handshake came about
 * @CV_DROP_TX_BUSY: too many bytes in flight through the crypto
 * @CV_DROP_TX_NO_MEMORY: no memory for the outer packet
 * @CV_DROP_TX_STALE: its session ended before it was sent
 * @CV_DROP_TX_LINK_DOWN: the link went down before it was sent
 * @CV_DROP_TX_ODD: not lost: a super-packet that had to be split by the stack
 * @CV_DROP_RX_SHORT: a datagram too short for what it says it is
 * @CV_DROP_RX_LENGTH: a handshake message of the wrong size
 * @CV_DROP_RX_TYPE: no known type, or reserved bytes that are not zero
 * @CV_DROP_RX_UNKNOWN_INDEX: no session has that index
 * @CV_DROP_RX_EXPIRED: the session is too old, or ended before the packet was handed up
 * @CV_DROP_RX_TAG: not authentic
 * @CV_DROP_RX_REPLAY: a counter seen before, or too old to tell
 * @CV_DROP_RX_BUSY: too many bytes or packets on their way up
 * @CV_DROP_RX_NO_MEMORY: no memory for the inner packet
 * @CV_DROP_RX_LINK_DOWN: the link went down before it was handed up
 * @CV_DROP_RX_INNER_SHORT: the inner packet has no whole header
 * @CV_DROP_RX_INNER_LENGTH: the inner packet says it is longer than it is
 * @CV_DROP_RX_INNER_VERSION: the inner packet is neither IPv4 nor IPv6
 * @CV_DROP_RX_INNER_SOURCE: its source is not in the peer's allowed IPs
 * @CV_DROP_HS_QUEUE_FULL: too many messages wait for a worker
 * @CV_DROP_HS_NO_MEMORY: no memory for the message or what follows from it
 * @CV_DROP_HS_NO_RANDOM: the random generator is not ready yet
 * @CV_DROP_HS_NO_IDENTITY: we have no private key
 * @CV_DROP_HS_MAC1: not made for our public key
 * @CV_DROP_HS_NO_COOKIE: under load: a cookie was sent instead of an answer
 * @CV_DROP_HS_RATE_LIMITED: under load: too many from one source
 * @CV_DROP_HS_STATIC: an initiation whose static key does not open
 * @CV_DROP_HS_UNKNOWN_PEER: an initiation from no peer of ours
 * @CV_DROP_HS_TIMESTAMP: an initiation whose timestamp does not open
 * @CV_DROP_HS_REPLAY: an initiation no newer than one accepted before
 * @CV_DROP_HS_FLOOD: an initiation too soon after the last one
 * @CV_DROP_HS_DH: a Diffie-Hellman result of zero
 * @CV_DROP_HS_UNKNOWN_INDEX: a response to no exchange of ours
 * @CV_DROP_HS_SUPERSEDED: a response to an exchange that is no more in flight, or a message
 *	to a private key that has been replaced
 * @CV_DROP_HS_RESPONSE: a response that does not open
 * @CV_DROP_HS_COOKIE_INDEX: a cookie reply to nothing of ours
 * @CV_DROP_HS_COOKIE: a cookie reply that does not open, or the second one
 * @CV_DROP_COUNT: how many there are
 */
enum cv_drop {
	/* an inner packet on its way out */
	CV_DROP_TX_NOT_IP,
	CV_DROP_TX_NO_PEER,
	CV_DROP_TX_NO_ENDPOINT,
	CV_DROP_TX_LOOP,
	CV_DROP_TX_NO_ROUTE,
	CV_DROP_TX_TOO_LONG,
	CV_DROP_TX_SEGMENT,
	CV_DROP_TX_SEND,
	CV_DROP_TX_STAGE_FULL,
	CV_DROP_TX_GAVE_UP,
	CV_DROP_TX_BUSY,
	CV_DROP_TX_NO_MEMORY,
	CV_DROP_TX_STALE,
	CV_DROP_TX_LINK_DOWN,
	CV_DROP_TX_ODD,
	/* a datagram as it comes in */
	CV_DROP_RX_SHORT,
	CV_DROP_RX_LENGTH,
	CV_DROP_RX_TYPE,
	CV_DROP_RX_UNKNOWN_INDEX,
	CV_DROP_RX_EXPIRED,
	CV_DROP_RX_TAG,
	CV_DROP_RX_REPLAY,
	CV_DROP_RX_BUSY,
	CV_DROP_RX_NO_MEMORY,
	CV_DROP_RX_LINK_DOWN,
	/* an inner packet after it was opened */
	CV_DROP_RX_INNER_SHORT,
	CV_DROP_RX_INNER_LENGTH,
	CV_DROP_RX_INNER_VERSION,
	CV_DROP_RX_INNER_SOURCE,
	/* a handshake message */
	CV_DROP_HS_QUEUE_FULL,
	CV_DROP_HS_NO_MEMORY,
	CV_DROP_HS_NO_RANDOM,
	CV_DROP_HS_NO_IDENTITY,
	CV_DROP_HS_MAC1,
	CV_DROP_HS_NO_COOKIE,
	CV_DROP_HS_RATE_LIMITED,
	CV_DROP_HS_STATIC,
	CV_DROP_HS_UNKNOWN_PEER,
	CV_DROP_HS_TIMESTAMP,
	CV_DROP_HS_REPLAY,
	CV_DROP_HS_FLOOD,
	CV_DROP_HS_DH,
	CV_DROP_HS_UNKNOWN_INDEX,
	CV_DROP_HS_SUPERSEDED,
	CV_DROP_HS_RESPONSE,
	CV_DROP_HS_COOKIE_INDEX,
	CV_DROP_HS_COOKIE,
	CV_DROP_COUNT,
};

/**
 * struct cv_drop_counts - one CPU's counters
 */
struct cv_drop_counts {
	/** @n: how often, by enum cv_drop; written by its own CPU only */
	u64 n[CV_DROP_COUNT];
};

struct cv_device;

void cv_drop_count(struct cv_device *dev, enum cv_drop reason);
void cv_drop_add(struct cv_device *dev, enum cv_drop reason, unsigned int n);
u64 cv_drop_sum(const struct cv_device *dev, enum cv_drop reason);
const char *cv_drop_name(enum cv_drop reason);
enum cv_drop_class cv_drop_class_of(enum cv_drop reason);
enum cv_drop_class cv_drop_class_wireguard(enum cv_drop reason);

#endif /* CV_CONTROL_DROP_H */
