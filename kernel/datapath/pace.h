/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pace: how many bytes a peer is sent in a while, and so how large a super-packet may be.
 * The link below sends a super-packet in one go, and what other flows have waits for it: on
 * a slow uplink the largest would keep a ping waiting for tens of milliseconds. So one holds
 * what goes out in CV_PACE_RUN_MS at the rate there has been lately.
 *
 * Pure: the caller locks, and says how late it is.
 */
#ifndef CV_DATAPATH_PACE_H
#define CV_DATAPATH_PACE_H

#include <linux/types.h>

/* A super-packet holds what is sent in that time. */
#define CV_PACE_RUN_MS 2

/* Over so long a time the rate is measured, at least. */
#define CV_PACE_WINDOW_MS 20

/**
 * struct cv_pace - how fast bytes have been sent
 */
struct cv_pace {
	/** @window_ms: when the window began, by the clock of the caller; wraps around */
	u32 window_ms;
	/** @window_bytes: sent since then */
	u32 window_bytes;
	/** @run_bytes: of a super-packet, by the windows before */
	u32 run_bytes;
};

void cv_pace_init(struct cv_pace *pace);
u32 cv_pace_add(struct cv_pace *pace, u32 bytes, u32 now_ms);

#endif /* CV_DATAPATH_PACE_H */
