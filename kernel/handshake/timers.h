/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The clock behind timer_rules: one kernel timer and one work item a peer. The
 * rooms report events; what falls due is done here.
 */
#ifndef CV_HANDSHAKE_TIMERS_H
#define CV_HANDSHAKE_TIMERS_H

#include <linux/types.h>

#include "timer_rules.h"

struct cv_peer;

/**
 * enum cv_timers_todo - bits of &cv_peer.todo
 * @CV_TODO_INITIATE: send an initiation, unless one was sent lately
 * @CV_TODO_RETRY: send an initiation because the last was not answered
 * @CV_TODO_WIPE: forget all keys
 */
enum cv_timers_todo {
	CV_TODO_INITIATE,
	CV_TODO_RETRY,
	CV_TODO_WIPE,
};

/* On and off with the link: CV_EVENT_START and CV_EVENT_STOP. */
int cv_timers_init(void);
void cv_timers_exit(void);
void cv_timers_create(struct cv_peer *peer);
void cv_timers_event(struct cv_peer *peer, enum cv_event event);
void cv_timers_set_persistent(struct cv_peer *peer, u16 seconds);
void cv_timers_send_waiting(struct cv_peer *peer);
void cv_timers_request(struct cv_peer *peer, enum cv_timers_todo todo);
void cv_timers_shutdown(struct cv_peer *peer);

#endif /* CV_HANDSHAKE_TIMERS_H */
