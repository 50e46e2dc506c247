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

/*
 * X(enumerator, name in `ethtool -S`, class). The name is what users and tests
 * see: it is never changed or reused.
 */
#define CV_DROP_LIST(X) \
	/* an inner packet on its way out */ \
	X(TX_NOT_IP, "tx_not_ip", CV_DROP_AS_TX_ERRORS) \
	X(TX_NO_PEER, "tx_no_peer", CV_DROP_AS_TX_ERRORS) \
	X(TX_NO_ENDPOINT, "tx_no_endpoint", CV_DROP_AS_TX_ERRORS) \
	X(TX_LOOP, "tx_loop", CV_DROP_AS_TX_ERRORS) \
	X(TX_NO_ROUTE, "tx_no_route", CV_DROP_AS_TX_ERRORS) \
	X(TX_TOO_LONG, "tx_too_long", CV_DROP_AS_TX_ERRORS) \
	X(TX_SEGMENT, "tx_segment_failed", CV_DROP_AS_TX_ERRORS) \
	X(TX_SEND, "tx_send_failed", CV_DROP_AS_TX_ERRORS) \
	X(TX_STAGE_FULL, "tx_stage_full", CV_DROP_AS_TX_DROPPED) \
	X(TX_GAVE_UP, "tx_handshake_gave_up", CV_DROP_AS_TX_DROPPED) \
	X(TX_BUSY, "tx_busy", CV_DROP_AS_TX_DROPPED) \
	X(TX_NO_MEMORY, "tx_no_memory", CV_DROP_AS_TX_DROPPED) \
	X(TX_STALE, "tx_session_gone", CV_DROP_AS_TX_DROPPED) \
	X(TX_LINK_DOWN, "tx_link_down", CV_DROP_AS_TX_DROPPED) \
	/* a datagram as it comes in */ \
	X(RX_SHORT, "rx_short", CV_DROP_AS_RX_LENGTH) \
	X(RX_LENGTH, "rx_wrong_length", CV_DROP_AS_RX_LENGTH) \
	X(RX_TYPE, "rx_unknown_type", CV_DROP_AS_RX_FRAME) \
	X(RX_UNKNOWN_INDEX, "rx_unknown_index", CV_DROP_AS_RX_ERRORS) \
	X(RX_EXPIRED, "rx_session_expired", CV_DROP_AS_RX_ERRORS) \
	X(RX_TAG, "rx_bad_tag", CV_DROP_AS_RX_ERRORS) \
	X(RX_REPLAY, "rx_replay", CV_DROP_AS_RX_ERRORS) \
	X(RX_BUSY, "rx_busy", CV_DROP_AS_RX_DROPPED) \
	X(RX_NO_MEMORY, "rx_no_memory", CV_DROP_AS_RX_DROPPED) \
	X(RX_LINK_DOWN, "rx_link_down", CV_DROP_AS_RX_DROPPED) \
	/* an inner packet after it was opened */ \
	X(RX_INNER_SHORT, "rx_inner_short", CV_DROP_AS_RX_LENGTH) \
	X(RX_INNER_LENGTH, "rx_inner_length", CV_DROP_AS_RX_LENGTH) \
	X(RX_INNER_VERSION, "rx_inner_version", CV_DROP_AS_RX_FRAME) \
	X(RX_INNER_SOURCE, "rx_inner_source", CV_DROP_AS_RX_ERRORS) \
	/* a handshake message */ \
	X(HS_QUEUE_FULL, "hs_queue_full", CV_DROP_AS_RX_DROPPED) \
	X(HS_NO_MEMORY, "hs_no_memory", CV_DROP_AS_RX_DROPPED) \
	X(HS_NO_IDENTITY, "hs_no_private_key", CV_DROP_AS_RX_ERRORS) \
	X(HS_MAC1, "hs_bad_mac1", CV_DROP_AS_RX_ERRORS) \
	X(HS_NO_COOKIE, "hs_cookie_demanded", CV_DROP_AS_RX_ERRORS) \
	X(HS_RATE_LIMITED, "hs_rate_limited", CV_DROP_AS_RX_ERRORS) \
	X(HS_STATIC, "hs_bad_static", CV_DROP_AS_RX_ERRORS) \
	X(HS_UNKNOWN_PEER, "hs_unknown_peer", CV_DROP_AS_RX_ERRORS) \
	X(HS_TIMESTAMP, "hs_bad_timestamp", CV_DROP_AS_RX_ERRORS) \
	X(HS_REPLAY, "hs_replay", CV_DROP_AS_RX_ERRORS) \
	X(HS_FLOOD, "hs_flood", CV_DROP_AS_RX_ERRORS) \
	X(HS_DH, "hs_zero_dh", CV_DROP_AS_RX_ERRORS) \
	X(HS_UNKNOWN_INDEX, "hs_unknown_index", CV_DROP_AS_RX_ERRORS) \
	X(HS_SUPERSEDED, "hs_superseded", CV_DROP_AS_RX_ERRORS) \
	X(HS_RESPONSE, "hs_bad_response", CV_DROP_AS_RX_ERRORS) \
	X(HS_COOKIE_INDEX, "hs_cookie_unknown_index", CV_DROP_AS_RX_ERRORS) \
	X(HS_COOKIE, "hs_bad_cookie", CV_DROP_AS_RX_ERRORS)

#define CV_DROP_ENUM(id, name, class) CV_DROP_##id,
/**
 * enum cv_drop - why something was refused
 */
enum cv_drop {
	CV_DROP_LIST(CV_DROP_ENUM)
	CV_DROP_COUNT
};
#undef CV_DROP_ENUM

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

#endif /* CV_CONTROL_DROP_H */
