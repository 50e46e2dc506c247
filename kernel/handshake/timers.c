// SPDX-License-Identifier: GPL-2.0
/*
 * The clock behind timer_rules.c. All parts of the module report events here; what falls
 * due is done by work.c.
 */
#include <linux/math.h>
#include <linux/random.h>
#include <linux/ktime.h>
#include <linux/timer.h>

#include "timers.h"
#include "../core/device.h"
#include "../core/peer.h"
#include "../core/trace.h"

/* As many ticks from now a timer of the kernel's is not late. */
#define CV_TIMERS_EXACT_JIFFIES 63

/**
 * cv_timers_create() - timers of a new peer, stopped
 * @peer: not yet published
 * @fire: called when one is due, or may be: asks cv_timers_expired()
 */
void cv_timers_create(struct cv_peer *peer, void (*fire)(struct timer_list *timer))
{
	spin_lock_init(&peer->timer_lock);
	memset(&peer->timers, 0, sizeof(peer->timers));
	timer_setup(&peer->timer, fire, 0);
}

static u32 cv_timers_now_ms(void)
{
	return div_u64(ktime_get_coarse_ns(), NSEC_PER_MSEC);
}

/*
 * A timer is late by up to an eighth of its time, so that many can share a tick: of five
 * seconds it would take the jitter, and two ends that tried at once would do so again. So
 * waits up to the longest that has one are made in steps that are too short, until the rest is
 * exact: three or four wake-ups; so are all of a peer that is to expire. Other long ones may be
 * late.
 */
static unsigned long cv_timers_step_jiffies(const struct cv_peer *peer, s32 wait_ms)
{
	const s32 most_s = max(READ_ONCE(peer->timers.silent_s),
			       CV_WIRE_KEEPALIVE_S + CV_WIRE_RETRY_S);
	const s32 most_ms = most_s * MSEC_PER_SEC + CV_WIRE_RETRY_JITTER_MS;
	/* Any other may be shortly before it. */
	bool exact = peer->timers.deadline_ms[CV_TIMER_IDLE];
	unsigned long step = msecs_to_jiffies(max(wait_ms, 0)) + 1;

	if (step < CV_TIMERS_EXACT_JIFFIES || (wait_ms > most_ms && !exact))
		return step;
	return step - step / 8;
}

/* A response moves the retry timer only while an initiation of ours is wanted. */
static u32 cv_timers_jitter_ms(enum cv_event event)
{
	u32 most_ms = event == CV_EVENT_RESPONSE_SENT ? CV_TIMERS_CROSSED_JITTER_MS :
							CV_WIRE_RETRY_JITTER_MS;

	return reciprocal_scale(get_random_u32(), most_ms + 1);
}

static void cv_timers_arm(struct cv_peer *peer, u32 now_ms)
{
	u32 next_ms = cv_timer_rules_next(&peer->timers);

	lockdep_assert_held(&peer->timer_lock);
	if (next_ms)
		mod_timer(&peer->timer,
			  jiffies + cv_timers_step_jiffies(peer, next_ms - now_ms));
}

/**
 * cv_timers_event() - something happened to a peer
 * @peer: borrowed or referenced
 * @event: what
 *
 * Context: any but hard interrupts.
 */
void cv_timers_event(struct cv_peer *peer, enum cv_event event)
{
	u32 now_ms = cv_timers_now_ms();

	trace_cv_peer_event(peer, event);
	/* A handshake's time is noted even when no timer cares. */
	if (event != CV_EVENT_HANDSHAKE_COMPLETE &&
	    cv_timer_rules_quiet(&peer->timers, event, now_ms))
		return;
	spin_lock_bh(&peer->timer_lock);
	if (event == CV_EVENT_HANDSHAKE_COMPLETE)
		ktime_get_real_ts64(&peer->handshake_time);
	if (cv_timer_rules_apply(&peer->timers, event, now_ms,
				 cv_timers_jitter_ms(event)))
		cv_timers_arm(peer, now_ms);
	spin_unlock_bh(&peer->timer_lock);
}

/**
 * cv_timers_set_persistent() - change a peer's persistent keepalive
 * @peer: whose
 * @seconds: interval, 0: none
 *
 * Context: process; holds &cv_device.lock.
 */
void cv_timers_set_persistent(struct cv_peer *peer, u16 seconds)
{
	spin_lock_bh(&peer->timer_lock);
	WRITE_ONCE(peer->timers.persistent_s, seconds);
	spin_unlock_bh(&peer->timer_lock);
	cv_timers_event(peer, CV_EVENT_PERSISTENT_CHANGED);
}

/**
 * cv_timers_set_idle() - change after how long without an authentic message a peer is removed
 * @peer: which
 * @seconds: how long, at most CV_TIMER_RULES_IDLE_MAX_S; 0: never
 *
 * The time begins anew, unless it is the same as before.
 *
 * Context: process; holds &cv_device.lock.
 */
void cv_timers_set_idle(struct cv_peer *peer, u32 seconds)
{
	if (peer->timers.idle_s == seconds)
		return;
	spin_lock_bh(&peer->timer_lock);
	WRITE_ONCE(peer->timers.idle_s, seconds);
	spin_unlock_bh(&peer->timer_lock);
	cv_timers_event(peer, CV_EVENT_IDLE_CHANGED);
}

/**
 * cv_timers_set_silent() - change after how long without an answer a peer is silent
 * @peer: which
 * @seconds: how long, at most CV_TIMER_RULES_SILENT_MAX_S; 0: as the protocol has it
 *
 * A timer that runs keeps its deadline; the new time counts when it is next armed.
 *
 * Context: process; holds &cv_device.lock.
 */
void cv_timers_set_silent(struct cv_peer *peer, u8 seconds)
{
	WRITE_ONCE(peer->timers.silent_s, seconds);
}

/**
 * cv_timers_silent_attempts() - how many initiations without an answer make a peer silent
 * @peer: borrowed or referenced
 *
 * Context: any.
 * Return: as many as fit into the time.
 */
unsigned int cv_timers_silent_attempts(const struct cv_peer *peer)
{
	unsigned int seconds = READ_ONCE(peer->timers.silent_s) ?:
			       CV_WIRE_KEEPALIVE_S + CV_WIRE_RETRY_S;

	return DIV_ROUND_UP(seconds, CV_WIRE_RETRY_S);
}

/**
 * cv_timers_set_way() - have CV_TIMER_WAY fire
 * @peer: referenced
 * @wait_ms: in so many milliseconds
 *
 * Context: may sleep; from &cv_peer.work alone.
 */
void cv_timers_set_way(struct cv_peer *peer, u16 wait_ms)
{
	spin_lock_bh(&peer->timer_lock);
	WRITE_ONCE(peer->timers.way_ms, wait_ms);
	spin_unlock_bh(&peer->timer_lock);
	cv_timers_event(peer, CV_EVENT_WAY_CHANGED);
}

/**
 * cv_timers_is_idle() - whether a peer is to be removed
 * @peer: borrowed or referenced
 *
 * Context: any but hard interrupts.
 * Return: true if nothing authentic has come for as long as cv_timers_set_idle() says.
 */
bool cv_timers_is_idle(struct cv_peer *peer)
{
	bool idle;

	spin_lock_bh(&peer->timer_lock);
	idle = cv_timer_rules_is_idle(&peer->timers, cv_timers_now_ms());
	spin_unlock_bh(&peer->timer_lock);
	return idle;
}

/**
 * cv_timers_expired() - which timers of a peer are due
 * @peer: its timer has fired
 * @exhausted: set to whether too many initiations have got no answer
 *
 * Those that are due are off on return, but for those that come again, and the others wait.
 *
 * Context: softirq.
 * Return: bits by enum cv_timer.
 */
unsigned int cv_timers_expired(struct cv_peer *peer, bool *exhausted)
{
	u32 now_ms = cv_timers_now_ms();
	unsigned int due;

	spin_lock(&peer->timer_lock);
	due = cv_timer_rules_expired(&peer->timers, now_ms);
	*exhausted = cv_timer_rules_exhausted(&peer->timers);
	cv_timers_arm(peer, now_ms);
	spin_unlock(&peer->timer_lock);
	return due;
}

/**
 * cv_timers_shutdown() - no timer of a peer fires any more, ever
 * @peer: being removed
 *
 * Context: may sleep; holds &cv_device.lock, which no timer takes. Waits at most for
 * one run of the timer's function. Work that is queued still runs, finds the peer
 * dead and does nothing.
 */
void cv_timers_shutdown(struct cv_peer *peer)
{
	cv_timers_event(peer, CV_EVENT_STOP);
	timer_shutdown_sync(&peer->timer);
}
