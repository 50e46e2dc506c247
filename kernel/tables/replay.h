/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The replay window: lets each counter of a session through once. For the receive
 * path, after a packet has been authenticated.
 */
#ifndef CV_TABLES_REPLAY_H
#define CV_TABLES_REPLAY_H

#include <linux/spinlock.h>
#include <linux/types.h>

#include "../wire.h"

/* Words of the ring; one of them is always only partly in the window. */
#define CV_REPLAY_WORDS (CV_WIRE_REPLAY_BITS / 64)

/* How many counters, the greatest one included, can still be accepted. */
#define CV_REPLAY_WINDOW (CV_WIRE_REPLAY_BITS - 64)

/**
 * struct cv_replay - which counters of one session have been seen
 */
struct cv_replay {
	/** @lock: guards all below; nothing is taken inside it */
	spinlock_t lock;
	/** @next: the greatest counter seen, plus one; 0 before the first */
	u64 next;
	/** @seen: a ring of bits; counter n is bit n % 64 of word n / 64 */
	u64 seen[CV_REPLAY_WORDS];
};

/**
 * cv_replay_init() - start with an empty window
 * @replay: the window
 *
 * Context: any.
 */
void cv_replay_init(struct cv_replay *replay);

/**
 * cv_replay_accept() - claim one counter
 * @replay: the window
 * @counter: counter of a packet that has been authenticated
 *
 * Context: process or softirq; takes @replay->lock, bottom halves off.
 * Return: true when @counter was not seen before, is not older than the window and
 * is below CV_WIRE_REJECT_AFTER_MESSAGES; it is marked as seen then. False means
 * that the packet is to be dropped; nothing has changed then.
 */
bool cv_replay_accept(struct cv_replay *replay, u64 counter);

#endif /* CV_TABLES_REPLAY_H */
