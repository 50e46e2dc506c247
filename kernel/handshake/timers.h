/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The clock behind timer_rules: one kernel timer per peer. All
 * parts of the module report events; what falls due is done by work.c.
 */
#ifndef CV_HANDSHAKE_TIMERS_H
#define CV_HANDSHAKE_TIMERS_H

#include <linux/types.h>

#include "timer_rules.h"

struct cv_peer;
struct timer_list;

/*
 * How much longer, at most, the next initiation waits after an answer that undid our own:
 * both initiations crossed, and would again if one takes longer than the difference of two
 * jitters to arrive and be answered.
 */
#define CV_TIMERS_CROSSED_JITTER_MS 2500

/* On and off with the link: CV_EVENT_START and CV_EVENT_STOP. */
void cv_timers_create(struct cv_peer *peer, void (*fire)(struct timer_list *timer));
void cv_timers_event(struct cv_peer *peer, enum cv_event event);
void cv_timers_set_persistent(struct cv_peer *peer, u16 seconds);
void cv_timers_set_idle(struct cv_peer *peer, u32 seconds);
void cv_timers_set_silent(struct cv_peer *peer, u8 seconds);
unsigned int cv_timers_silent_attempts(const struct cv_peer *peer);
void cv_timers_set_way(struct cv_peer *peer, u16 wait_ms);
bool cv_timers_is_idle(struct cv_peer *peer);
unsigned int cv_timers_expired(struct cv_peer *peer, bool *exhausted);
void cv_timers_shutdown(struct cv_peer *peer);

#endif /* CV_HANDSHAKE_TIMERS_H */
