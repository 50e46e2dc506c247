/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The timers of one peer: what each event arms and cancels, and what is due. For the
 * code that owns the peer's one kernel timer; the packet path reports events.
 *
 * How to drive it:
 * - Report an event: if cv_timer_rules_quiet() says so, that was all. Otherwise take
 *   the peer's timer lock, cv_timer_rules_apply(), and when that returns true, set the
 *   kernel timer to cv_timer_rules_next() before the lock is released.
 * - Kernel timer fires: take the lock, cv_timer_rules_expired(), set the kernel timer
 *   to cv_timer_rules_next() unless that is 0, release the lock, then act on the mask.
 *   It may fire too early; then nothing is due and it is merely set again.
 * - CV_EVENT_START when the link comes up (or a peer is added to a link that is up),
 *   CV_EVENT_STOP when it goes down. In between STOP and START nothing is ever armed,
 *   so that a straggling packet cannot revive a peer.
 *
 * Times are milliseconds of one clock that never steps back, cut to 32 bits (they wrap
 * after 49 days, which is fine: no deadline is further away than CV_TIMER_RULES_IDLE_MAX_S).
 */
#ifndef CV_HANDSHAKE_TIMER_RULES_H
#define CV_HANDSHAKE_TIMER_RULES_H

#include <linux/types.h>

#include "../wire.h"

/* The longest &cv_timer_state.silent_s. */
#define CV_TIMER_RULES_SILENT_MAX_S 60

/* The longest &cv_timer_state.idle_s: 20 days, so that all times of one clock are comparable. */
#define CV_TIMER_RULES_IDLE_MAX_S 1728000

/**
 * enum cv_timer - what a peer may be waiting for, and what to do when it is due
 *
 * @CV_TIMER_RETRY: our initiation got no answer: cv_timer_rules_exhausted() tells
 *	whether to send another one or to drop the staged packets and report
 *	CV_EVENT_GIVE_UP
 * @CV_TIMER_KEEPALIVE: data came and nothing was sent since: send a keepalive
 * @CV_TIMER_NEW_HANDSHAKE: data was sent and nothing came since: forget the source
 *	address and initiate
 * @CV_TIMER_WIPE: no new session for long: wipe all keys and the exchange
 * @CV_TIMER_PERSISTENT: no packet either way for the configured time: send a keepalive
 * @CV_TIMER_IDLE: nothing authentic came for the configured time: remove the peer
 * @CV_TIMER_WAY: the configured time is over: the initiation in flight goes to the next
 *	candidate, or one is sent that was to wait
 * @CV_TIMER_COUNT: how many there are
 */
enum cv_timer {
	CV_TIMER_RETRY,
	CV_TIMER_KEEPALIVE,
	CV_TIMER_NEW_HANDSHAKE,
	CV_TIMER_WIPE,
	CV_TIMER_PERSISTENT,
	CV_TIMER_IDLE,
	CV_TIMER_WAY,
	CV_TIMER_COUNT
};

/**
 * enum cv_event - what happened to a peer
 *
 * @CV_EVENT_START: the link came up; a persistent keepalive is due at once
 * @CV_EVENT_STOP: the link went down or the peer is removed; everything is off
 * @CV_EVENT_DATA_SENT: data packets were sent
 * @CV_EVENT_DATA_RECEIVED: data packets came, authenticated
 * @CV_EVENT_KEEPALIVE_SENT: an empty data packet was sent
 * @CV_EVENT_KEEPALIVE_RECEIVED: an empty data packet came, authenticated
 * @CV_EVENT_INITIATION_SENT: an initiation was sent
 * @CV_EVENT_INITIATION_PUT_OFF: one was wanted and could not be made yet
 * @CV_EVENT_RESPONSE_SENT: a response was sent
 * @CV_EVENT_HANDSHAKE_MESSAGE_RECEIVED: an initiation or response came, authenticated
 * @CV_EVENT_SESSION_DERIVED: a new session has its keys
 * @CV_EVENT_HANDSHAKE_COMPLETE: our initiation was answered, or the first packet came
 *	under a session that we answered
 * @CV_EVENT_GIVE_UP: too many initiations got no answer
 * @CV_EVENT_WIPED: all sessions are gone before their time
 * @CV_EVENT_PERSISTENT_CHANGED: @persistent_s has just been changed, under the lock
 * @CV_EVENT_IDLE_CHANGED: the same for @idle_s
 * @CV_EVENT_WAY_CHANGED: the same for @way_ms
 * @CV_EVENT_KEY_CHANGED: the device has another private key, or none
 * @CV_EVENT_COUNT: how many there are
 */
enum cv_event {
	CV_EVENT_START,
	CV_EVENT_STOP,
	CV_EVENT_DATA_SENT,
	CV_EVENT_DATA_RECEIVED,
	CV_EVENT_KEEPALIVE_SENT,
	CV_EVENT_KEEPALIVE_RECEIVED,
	CV_EVENT_INITIATION_SENT,
	CV_EVENT_INITIATION_PUT_OFF,
	CV_EVENT_RESPONSE_SENT,
	CV_EVENT_HANDSHAKE_MESSAGE_RECEIVED,
	CV_EVENT_SESSION_DERIVED,
	CV_EVENT_HANDSHAKE_COMPLETE,
	CV_EVENT_GIVE_UP,
	CV_EVENT_WIPED,
	CV_EVENT_PERSISTENT_CHANGED,
	CV_EVENT_IDLE_CHANGED,
	CV_EVENT_WAY_CHANGED,
	CV_EVENT_KEY_CHANGED,
	CV_EVENT_COUNT
};

/**
 * struct cv_timer_state - the timers of one peer; all zero is a stopped peer
 *
 * Written under the caller's lock, except @traversed_ms and @received_ms; read without it by
 * cv_timer_rules_quiet().
 */
struct cv_timer_state {
	/** @deadline_ms: when each timer is due; 0 is off */
	u32 deadline_ms[CV_TIMER_COUNT];
	/** @wake_ms: what the kernel timer is set to, or earlier than needed; 0 is off */
	u32 wake_ms;
	/** @traversed_ms: last authenticated packet either way; written unlocked */
	u32 traversed_ms;
	/** @received_ms: last authenticated packet that came, START, change of @idle_s; unlocked */
	u32 received_ms;
	/** @idle_s: without one for so long the peer is to go; 0 is off; the caller's */
	u32 idle_s;
	/** @persistent_s: interval of persistent keepalives; 0 is off; the caller's */
	u16 persistent_s;
	/** @way_ms: what CV_TIMER_WAY waits for; the caller's */
	u16 way_ms;
	/** @silent_s: of CV_TIMER_NEW_HANDSHAKE, 0: the protocol's; the caller's */
	u8 silent_s;
	/** @attempts: initiations without an answer since the last session or GIVE_UP */
	u8 attempts;
	/** @running: between START and STOP */
	bool running;
};

/**
 * cv_timer_rules_quiet() - report an event without the lock
 * @state: the timers
 * @event: what happened
 * @now_ms: when
 *
 * On a busy peer nearly every event changes nothing. This also notes the time of a
 * packet for the persistent keepalive, so do call it first. It may be wrong about an
 * event that races with it on another CPU; then the two have no order, and either one
 * may be taken for the last.
 *
 * Context: any; takes no lock.
 * Return: true when cv_timer_rules_apply() would change nothing.
 */
bool cv_timer_rules_quiet(struct cv_timer_state *state, enum cv_event event, u32 now_ms);

/**
 * cv_timer_rules_apply() - let an event arm and cancel timers
 * @state: the timers
 * @event: what happened
 * @now_ms: when
 * @jitter_ms: random, 0 to CV_WIRE_RETRY_JITTER_MS, or more after initiations have
 *	crossed; put on top of the timers that would otherwise make both sides act at the
 *	same moment
 *
 * Context: any; holds the lock that the caller guards @state with.
 * Return: true when the kernel timer must be set to cv_timer_rules_next() because it
 * would fire too late.
 */
bool cv_timer_rules_apply(struct cv_timer_state *state, enum cv_event event,
			  u32 now_ms, u32 jitter_ms);

/**
 * cv_timer_rules_next() - the earliest deadline
 * @state: the timers
 *
 * Context: any; holds the lock that the caller guards @state with.
 * Return: milliseconds of the caller's clock, perhaps in the past, or 0 when all are
 * off.
 */
u32 cv_timer_rules_next(const struct cv_timer_state *state);

/**
 * cv_timer_rules_expired() - take the timers that are due
 * @state: the timers; those that are due are off afterwards, except that
 *	CV_TIMER_PERSISTENT and CV_TIMER_IDLE are armed again; attempts is counted
 * @now_ms: the time
 *
 * The kernel timer is to be set to cv_timer_rules_next() afterwards, still under the
 * same lock.
 *
 * Context: any; holds the lock that the caller guards @state with.
 * Return: BIT(enum cv_timer) of each timer to act on.
 */
unsigned int cv_timer_rules_expired(struct cv_timer_state *state, u32 now_ms);

/**
 * cv_timer_rules_is_idle() - has nothing authentic come for as long as is configured
 * @state: the timers
 * @now_ms: the time
 *
 * Context: any; holds the lock that the caller guards @state with.
 * Return: false while the link is down, or if nothing is configured.
 */
bool cv_timer_rules_is_idle(const struct cv_timer_state *state, u32 now_ms);

/**
 * cv_timer_rules_exhausted() - is it time to give up
 * @state: the timers, after CV_TIMER_RETRY was found due
 *
 * Context: any; holds the lock that the caller guards @state with.
 * Return: true when the last of CV_WIRE_RETRY_TRIES initiations got no answer.
 */
static inline bool cv_timer_rules_exhausted(const struct cv_timer_state *state)
{
	return state->attempts >= CV_WIRE_RETRY_TRIES;
}

#endif /* CV_HANDSHAKE_TIMER_RULES_H */
