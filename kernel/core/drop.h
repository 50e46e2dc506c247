/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every reason for which a packet or a message is refused (drop_reasons.h) is counted, read
 * with `ethtool -S` and summed into `ip -s link`. What refuses something calls one of these.
 */
#ifndef CV_CORE_DROP_H
#define CV_CORE_DROP_H

#include <linux/percpu.h>
#include <linux/types.h>

#include "drop_reasons.h"

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
 * enum cv_drop_of_peer - what is counted for each peer as well
 * @CV_DROP_OF_PEER_SOURCE: CV_DROP_RX_INNER_SOURCE
 * @CV_DROP_OF_PEER_REPLAY: CV_DROP_RX_REPLAY
 * @CV_DROP_OF_PEER_EXPIRED: CV_DROP_RX_EXPIRED
 * @CV_DROP_OF_PEER_MEMORY: CV_DROP_RX_NO_MEMORY and CV_DROP_TX_NO_MEMORY
 * @CV_DROP_OF_PEER_COUNT: how many
 */
enum cv_drop_of_peer {
	CV_DROP_OF_PEER_SOURCE,
	CV_DROP_OF_PEER_REPLAY,
	CV_DROP_OF_PEER_EXPIRED,
	CV_DROP_OF_PEER_MEMORY,
	CV_DROP_OF_PEER_COUNT,
};

#define CV_DROP_ENUMERATOR(id, name, class, class_wireguard, skb_reason, help) CV_DROP_##id,

/* Why something was refused: CV_DROP_NONE, it was not, or one of CV_DROP_REASONS(). */
enum cv_drop {
	CV_DROP_NONE,
	CV_DROP_REASONS(CV_DROP_ENUMERATOR)
	/* A number only: how many there are, CV_DROP_NONE among them. */
	CV_DROP_COUNT,
};

#undef CV_DROP_ENUMERATOR

/**
 * struct cv_drop_counts - one CPU's counters
 */
struct cv_drop_counts {
	/** @n: how often, by enum cv_drop; written by its own CPU only */
	u64 n[CV_DROP_COUNT];
	/** @odd_super_packets: not lost: super-packets that the stack had to split */
	u64 odd_super_packets;
};

struct cv_device;
struct cv_peer;
struct sk_buff;
struct sk_buff_head;

void cv_drop_count(struct cv_device *dev, enum cv_drop reason);
void cv_drop_add(struct cv_device *dev, enum cv_drop reason, unsigned int n);
void cv_drop_skb(struct cv_device *dev, struct sk_buff *skb, enum cv_drop reason,
		 unsigned int n);
void cv_drop_queue(struct cv_device *dev, struct sk_buff_head *queue, enum cv_drop reason,
		   unsigned int n);
void cv_drop_charge(struct cv_peer *peer, enum cv_drop reason, unsigned int n);
void cv_drop_count_odd(struct cv_device *dev);
u64 cv_drop_sum(const struct cv_device *dev, enum cv_drop reason);
u64 cv_drop_sum_odd(const struct cv_device *dev);
const char *cv_drop_name(enum cv_drop reason);
enum cv_drop_class cv_drop_class_of(enum cv_drop reason, bool wireguard);

#endif /* CV_CORE_DROP_H */
