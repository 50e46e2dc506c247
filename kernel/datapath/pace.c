// SPDX-License-Identifier: GPL-2.0
/*
 * Pace: how many bytes a peer is sent in a while, and so how large a super-packet may be.
 * For tx.c, which counts, and seal.c, which makes super-packets.
 */
#include <linux/kernel.h>
#include <linux/minmax.h>

#include "pace.h"

/* More than a super-packet can be: no limit. */
#define CV_PACE_MAX_RUN_BYTES 65536

/**
 * cv_pace_init() - nothing is known: no limit
 * @pace: the pace
 */
void cv_pace_init(struct cv_pace *pace)
{
	pace->window_ms = 0;
	pace->window_bytes = 0;
	pace->run_bytes = CV_PACE_MAX_RUN_BYTES;
}

/*
 * A window is over. The rate may go up at once, but goes down by a quarter of itself in
 * each window in which something is sent: a pause says nothing of the path.
 */
static void cv_pace_close_window(struct cv_pace *pace, u32 elapsed_ms)
{
	/* After a pause it is not known when in the window the bytes were sent. */
	u32 window_ms = min_t(u32, elapsed_ms, 2 * CV_PACE_WINDOW_MS);
	u32 run_bytes = min_t(u32, pace->window_bytes, 64 * CV_PACE_MAX_RUN_BYTES) *
			CV_PACE_RUN_MS / window_ms;

	run_bytes = max(run_bytes, pace->run_bytes - pace->run_bytes / 4);
	pace->run_bytes = min_t(u32, run_bytes, CV_PACE_MAX_RUN_BYTES);
	pace->window_bytes = 0;
}

/**
 * cv_pace_add() - bytes are about to be sent
 * @pace: the pace
 * @bytes: how many
 * @now_ms: time in milliseconds, from any origin, which may wrap around
 *
 * Return: how many bytes a super-packet may hold now; it may be less than a packet has.
 */
u32 cv_pace_add(struct cv_pace *pace, u32 bytes, u32 now_ms)
{
	u32 elapsed_ms = now_ms - pace->window_ms;
	u32 run_bytes;

	if (elapsed_ms >= CV_PACE_WINDOW_MS) {
		cv_pace_close_window(pace, elapsed_ms);
		pace->window_ms = now_ms;
	}
	pace->window_bytes += bytes;
	run_bytes = pace->window_bytes / (CV_PACE_WINDOW_MS / CV_PACE_RUN_MS);
	return min_t(u32, max(run_bytes, pace->run_bytes), CV_PACE_MAX_RUN_BYTES);
}
