/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where batches are run: every decision, with its numbers. place.c asks when a batch is made
 * or grows, worker.c when a worker looks for the next one.
 */

/**
 * DOC: Placement
 *
 * - With nothing in flight the tunnel is idle, and a small batch is run by this CPU as soon
 *   as the burst is over that the packet came with: for a lone packet that is at once,
 *   without a wake-up, which is most of its time; and what comes with it in the burst joins
 *   the batch.
 * - With one CPU nothing is gained by a worker's wake-up: likewise, whatever the size.
 * - Otherwise CPUs take turns, so that one flow uses several. Short packets come before
 *   programs, and wait for none of them. Bulk is run as one among programs: the program that
 *   reads a stream must get the CPU, or its window closes and the stream stops.
 * - If too many batches wait, workers do not keep up: perhaps because the very softirq that
 *   makes batches leaves them no time. Then the CPU that makes one runs the oldest one that
 *   waits, and so makes no more than can be carried: the excess is lost before any work was
 *   spent on it, in front of the tunnel.
 * - Behind bulk a lone packet would wait for workers, and those for programs. The CPU that
 *   brings it runs what lies before it, which takes no wake-up.
 * - A worker with nothing left to do steals from others what they have not come to: how much
 *   time a CPU has is up to the programs on it, and what it leaves lying all later batches of
 *   the peer wait for.
 *
 * Pure: the caller locks, and brings the numbers.
 */
#ifndef CV_DATAPATH_POLICY_H
#define CV_DATAPATH_POLICY_H

#include <linux/types.h>

#include "batch.h"
#include "../tables/replay.h"

/* Inner packets up to this are short: longer ones are bulk, whose rate counts. */
#define CV_POLICY_SHORT_BYTES 512

/* So many packets make a small batch. */
#define CV_POLICY_SMALL_SEALING_PACKETS 2
#define CV_POLICY_SMALL_OPENING_PACKETS 1

/* Bytes per device and direction that may be in flight through the crypto. */
#define CV_POLICY_FLIGHT_BYTES (4 << 20)

/*
 * Received packets per peer that may be in flight. A batch may be opened later than all
 * others in flight: the span of their counters must fit the replay window, however small
 * the packets are. Half of it is for packets that were lost or reordered on the path.
 */
#define CV_POLICY_FLIGHT_PACKETS (CV_REPLAY_WINDOW / 2)

/*
 * How many batches of one peer and direction may wait before the CPU that makes another must
 * help, and how many it runs at most for the sake of a lone packet: half a millisecond's work
 * with AVX-512, some milliseconds' without SIMD.
 */
#define CV_POLICY_MAX_WAITING 16

/* Batches that a worker runs before it leaves its CPU to others, and turns patient. */
#define CV_POLICY_RUN_BUDGET 32

/* Of so many batches that a patient worker runs one is bulk, if there is any. */
#define CV_POLICY_BULK_TURN 4

/* So far into a queue a worker looks for a batch to steal: beyond, others have enough to do. */
#define CV_POLICY_MAX_LOOK 64

/**
 * cv_policy_is_bulk() - whether a batch that begins with a packet is bulk
 * @cb: the packet's
 *
 * Nothing is bulk that is to be sealed for a link with a queueing discipline, in which there
 * may be short packets behind what is in flight.
 *
 * Return: true if its rate counts, and not its delay.
 */
static inline bool cv_policy_is_bulk(const struct cv_batch_cb *cb)
{
	return cb->packet_bytes > CV_POLICY_SHORT_BYTES;
}

/**
 * cv_policy_is_lone() - whether a packet is short and came by itself
 * @cb: the packet's; of several datagrams, if the last is shorter than those that it was
 *	sealed with, it was the end of what its sender had
 *
 * Return: true if it is no part of bulk, as far as can be seen.
 */
static inline bool cv_policy_is_lone(const struct cv_batch_cb *cb)
{
	return cb->last_bytes <= CV_POLICY_SHORT_BYTES &&
	       (cb->packets == 1 || cb->last_bytes < cb->packet_bytes);
}

/**
 * struct cv_policy_batch - what is known of a new batch when its level is chosen
 */
struct cv_policy_batch {
	/** @packets: how many it holds */
	unsigned int packets;
	/** @cpus: how many are online */
	unsigned int cpus;
	/** @sealing: its direction */
	bool sealing;
	/** @more: there are more packets, which it has no room for */
	bool more;
	/** @idle: nothing of the peer is in flight in this direction */
	bool idle;
	/** @bulk: as cv_policy_is_bulk() says */
	bool bulk;
};

/**
 * cv_policy_level() - when a CPU comes to a new batch, and which: this one, or one in turn
 * @batch: what is known of it
 *
 * Return: the level; with CV_BATCH_SOON by this CPU.
 */
static inline enum cv_batch_level cv_policy_level(const struct cv_policy_batch *batch)
{
	unsigned int small_packets = batch->sealing ? CV_POLICY_SMALL_SEALING_PACKETS :
						      CV_POLICY_SMALL_OPENING_PACKETS;

	if (batch->cpus == 1 ||
	    (batch->idle && !batch->more && batch->packets <= small_packets))
		return CV_BATCH_SOON;
	return batch->bulk ? CV_BATCH_PATIENT : CV_BATCH_URGENT;
}

/**
 * cv_policy_help() - how many of the oldest batches that wait the CPU that brings packets runs
 * @lone: as cv_policy_is_lone() says of them
 * @bulk: how many of those that wait are bulk
 * @waiting: how many wait, a new one included; 0 if the packets joined one
 *
 * Return: at most so many.
 */
static inline unsigned int cv_policy_help(bool lone, unsigned int bulk, unsigned int waiting)
{
	if (lone && bulk)
		return CV_POLICY_MAX_WAITING;
	return waiting > CV_POLICY_MAX_WAITING;
}

/**
 * cv_policy_may_steal() - whether a worker may take over a batch, or any behind it
 * @level: of the batch
 * @patient: the worker runs as one among programs
 *
 * Return: false for bulk that an urgent worker finds: the time of what waits behind it to
 * leave has not come either.
 */
static inline bool cv_policy_may_steal(enum cv_batch_level level, bool patient)
{
	return level != CV_BATCH_PATIENT || patient;
}

#endif /* CV_DATAPATH_POLICY_H */
