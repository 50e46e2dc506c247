/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TAI64N time stamps: what orders the initiations of one peer. For the exchange.
 */
#ifndef CV_HANDSHAKE_TAI64N_H
#define CV_HANDSHAKE_TAI64N_H

#include <linux/time64.h>
#include <linux/types.h>

#include "../wire.h"

/**
 * cv_tai64n_now() - the stamp of a point in time
 * @out: 12 bytes, big endian
 * @now: CLOCK_REALTIME
 *
 * The nanoseconds are rounded down to a multiple of 2^24 (about 17 ms), so that the
 * clock does not leak.
 */
void cv_tai64n_now(u8 out[CV_WIRE_TIMESTAMP_BYTES], const struct timespec64 *now);

/**
 * cv_tai64n_next() - the stamp to send next
 * @stamp: in: the last one sent to this peer, or all zero; out: the greater of @now
 *	and the next step of 2^24 ns after the last one, so that a clock that stands
 *	still or steps back does not make us undeliverable
 * @now: from cv_tai64n_now()
 */
void cv_tai64n_next(u8 stamp[CV_WIRE_TIMESTAMP_BYTES],
		    const u8 now[CV_WIRE_TIMESTAMP_BYTES]);

/**
 * cv_tai64n_after() - is one stamp later than another
 * @a: a stamp
 * @b: a stamp, or all zero, which is before every other
 *
 * Return: true when @a is later than @b; false when it is equal or earlier.
 */
bool cv_tai64n_after(const u8 a[CV_WIRE_TIMESTAMP_BYTES],
		     const u8 b[CV_WIRE_TIMESTAMP_BYTES]);

#endif /* CV_HANDSHAKE_TAI64N_H */
