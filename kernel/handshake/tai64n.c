// SPDX-License-Identifier: GPL-2.0
/*
 * TAI64N time stamps: what orders the initiations of one peer. For the exchange.
 */
#include "tai64n.h"

#include <linux/bits.h>
#include <linux/string.h>
#include <linux/unaligned.h>

/* TAI labels: 2^62 is 1970 in TAI, which then was 10 s ahead of UTC. */
#define CV_TAI64N_EPOCH_S ((1ULL << 62) + 10)

/* The step that clocks are rounded down to. */
#define CV_TAI64N_STEP_NS BIT(24)

static void cv_tai64n_put(u8 out[CV_WIRE_TIMESTAMP_BYTES], u64 label_s, u32 ns)
{
	put_unaligned_be64(label_s, out);
	put_unaligned_be32(ns - ns % CV_TAI64N_STEP_NS, out + 8);
}

void cv_tai64n_now(u8 out[CV_WIRE_TIMESTAMP_BYTES], const struct timespec64 *now)
{
	cv_tai64n_put(out, CV_TAI64N_EPOCH_S + now->tv_sec, now->tv_nsec);
}

void cv_tai64n_next(u8 stamp[CV_WIRE_TIMESTAMP_BYTES],
		    const u8 now[CV_WIRE_TIMESTAMP_BYTES])
{
	u64 label_s = get_unaligned_be64(stamp);
	u32 ns = get_unaligned_be32(stamp + 8);

	if (cv_tai64n_after(now, stamp)) {
		memcpy(stamp, now, CV_WIRE_TIMESTAMP_BYTES);
		return;
	}

	/* A second is no multiple of the step: the next one starts at 0 again. */
	ns += CV_TAI64N_STEP_NS;
	if (ns >= NSEC_PER_SEC) {
		label_s++;
		ns = 0;
	}
	cv_tai64n_put(stamp, label_s, ns);
}

bool cv_tai64n_after(const u8 a[CV_WIRE_TIMESTAMP_BYTES],
		     const u8 b[CV_WIRE_TIMESTAMP_BYTES])
{
	return memcmp(a, b, CV_WIRE_TIMESTAMP_BYTES) > 0;
}
