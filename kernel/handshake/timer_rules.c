// SPDX-License-Identifier: GPL-2.0
/*
 * The timers of one peer: what each event arms and cancels, and what is due. For the
 * code that owns the peer's one kernel timer; the packet path reports events.
 *
 * The kernel timer is only ever moved forward in time (wake_ms). A deadline that is
 * cancelled or put off leaves it alone: it fires, finds nothing due and is set anew.
 * So traffic in both directions, which arms and cancels with every batch, touches the
 * kernel timer once in ten seconds.
 */
#include "timer_rules.h"

#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/limits.h>
#include <linux/string.h>

/* What an event does to a timer. */
enum cv_timer_rules_op {
	/* leaves it as it is */
	CV_TIMER_RULES_KEEP,
	/* counts from now, whether it is on or off */
	CV_TIMER_RULES_ARM,
	/* counts from now if it is off */
	CV_TIMER_RULES_ARM_IF_OFF,
	/* counts from now if it is on */
	CV_TIMER_RULES_ARM_IF_ON,
	/* off */
	CV_TIMER_RULES_CANCEL,
	/* as persistent_s, idle_s or way_ms says now */
	CV_TIMER_RULES_CONFIGURE,
};

struct cv_timer_rules_event {
	/* what it does to each timer */
	u8 op[CV_TIMER_COUNT];
	/* an authenticated packet came or went */
	bool traversed;
	/* it came */
	bool received;
	/* initiations are counted from 0 again */
	bool clear_attempts;
};

static const struct cv_timer_rules_event cv_timer_rules_events[CV_EVENT_COUNT] = {
	[CV_EVENT_START] = {
		.op[CV_TIMER_PERSISTENT] = CV_TIMER_RULES_CONFIGURE,
		.op[CV_TIMER_IDLE] = CV_TIMER_RULES_CONFIGURE,
	},
	[CV_EVENT_STOP] = {
		.op[CV_TIMER_RETRY] = CV_TIMER_RULES_CANCEL,
		.op[CV_TIMER_KEEPALIVE] = CV_TIMER_RULES_CANCEL,
		.op[CV_TIMER_NEW_HANDSHAKE] = CV_TIMER_RULES_CANCEL,
		.op[CV_TIMER_WIPE] = CV_TIMER_RULES_CANCEL,
		.op[CV_TIMER_PERSISTENT] = CV_TIMER_RULES_CANCEL,
		.op[CV_TIMER_IDLE] = CV_TIMER_RULES_CANCEL,
		.op[CV_TIMER_WAY] = CV_TIMER_RULES_CANCEL,
		.clear_attempts = true,
	},
	[CV_EVENT_DATA_SENT] = {
		.op[CV_TIMER_KEEPALIVE] = CV_TIMER_RULES_CANCEL,
		.op[CV_TIMER_NEW_HANDSHAKE] = CV_TIMER_RULES_ARM_IF_OFF,
		.traversed = true,
	},
	[CV_EVENT_DATA_RECEIVED] = {
		.op[CV_TIMER_KEEPALIVE] = CV_TIMER_RULES_ARM_IF_OFF,
		.op[CV_TIMER_NEW_HANDSHAKE] = CV_TIMER_RULES_CANCEL,
		.traversed = true,
		.received = true,
	},
	[CV_EVENT_KEEPALIVE_SENT] = {
		.op[CV_TIMER_KEEPALIVE] = CV_TIMER_RULES_CANCEL,
		.traversed = true,
	},
	[CV_EVENT_KEEPALIVE_RECEIVED] = {
		.op[CV_TIMER_NEW_HANDSHAKE] = CV_TIMER_RULES_CANCEL,
		.traversed = true,
		.received = true,
	},
	[CV_EVENT_INITIATION_SENT] = {
		.op[CV_TIMER_RETRY] = CV_TIMER_RULES_ARM,
		.op[CV_TIMER_KEEPALIVE] = CV_TIMER_RULES_CANCEL,
		.traversed = true,
	},
	/* Nothing went out, so nothing but the next try depends on it. */
	[CV_EVENT_INITIATION_PUT_OFF] = {
		.op[CV_TIMER_RETRY] = CV_TIMER_RULES_ARM_IF_OFF,
	},
	/* The next initiation keeps its distance from a response, too. */
	[CV_EVENT_RESPONSE_SENT] = {
		.op[CV_TIMER_RETRY] = CV_TIMER_RULES_ARM_IF_ON,
		.op[CV_TIMER_KEEPALIVE] = CV_TIMER_RULES_CANCEL,
		.traversed = true,
	},
	[CV_EVENT_HANDSHAKE_MESSAGE_RECEIVED] = {
		.op[CV_TIMER_NEW_HANDSHAKE] = CV_TIMER_RULES_CANCEL,
		.traversed = true,
		.received = true,
	},
	[CV_EVENT_SESSION_DERIVED] = {
		.op[CV_TIMER_WIPE] = CV_TIMER_RULES_ARM,
	},
	[CV_EVENT_HANDSHAKE_COMPLETE] = {
		.op[CV_TIMER_RETRY] = CV_TIMER_RULES_CANCEL,
		.clear_attempts = true,
	},
	[CV_EVENT_GIVE_UP] = {
		.op[CV_TIMER_RETRY] = CV_TIMER_RULES_CANCEL,
		.op[CV_TIMER_KEEPALIVE] = CV_TIMER_RULES_CANCEL,
		.op[CV_TIMER_NEW_HANDSHAKE] = CV_TIMER_RULES_CANCEL,
		.op[CV_TIMER_WIPE] = CV_TIMER_RULES_ARM_IF_OFF,
		.clear_attempts = true,
	},
	/* An initiation in flight has been wiped as well: RETRY makes a new one. */
	[CV_EVENT_WIPED] = {
		.op[CV_TIMER_KEEPALIVE] = CV_TIMER_RULES_CANCEL,
		.op[CV_TIMER_NEW_HANDSHAKE] = CV_TIMER_RULES_CANCEL,
		.op[CV_TIMER_WIPE] = CV_TIMER_RULES_CANCEL,
	},
	[CV_EVENT_PERSISTENT_CHANGED] = {
		.op[CV_TIMER_PERSISTENT] = CV_TIMER_RULES_CONFIGURE,
	},
	[CV_EVENT_IDLE_CHANGED] = {
		.op[CV_TIMER_IDLE] = CV_TIMER_RULES_CONFIGURE,
	},
	[CV_EVENT_WAY_CHANGED] = {
		.op[CV_TIMER_WAY] = CV_TIMER_RULES_CONFIGURE,
	},
	/*
	 * A keepalive that is due for a former session would begin a handshake, mostly before the
	 * peer has been told the new key, and the next one may only be begun seconds later.
	 */
	[CV_EVENT_KEY_CHANGED] = {
		.op[CV_TIMER_KEEPALIVE] = CV_TIMER_RULES_CANCEL,
	},
};

#define CV_TIMER_RULES_MS 1000U

/* How long each timer runs; what is absent has its own setting, NEW_HANDSHAKE may have one. */
static const u32 cv_timer_rules_delay_ms[CV_TIMER_COUNT] = {
	[CV_TIMER_RETRY] = CV_WIRE_RETRY_S * CV_TIMER_RULES_MS,
	[CV_TIMER_KEEPALIVE] = CV_WIRE_KEEPALIVE_S * CV_TIMER_RULES_MS,
	[CV_TIMER_NEW_HANDSHAKE] =
		(CV_WIRE_KEEPALIVE_S + CV_WIRE_RETRY_S) * CV_TIMER_RULES_MS,
	[CV_TIMER_WIPE] = CV_WIRE_WIPE_S * CV_TIMER_RULES_MS,
};

/* Those that both sides would otherwise find due at the same moment. */
static const bool cv_timer_rules_jitter[CV_TIMER_COUNT] = {
	[CV_TIMER_RETRY] = true,
	[CV_TIMER_NEW_HANDSHAKE] = true,
};

/* Is @a_ms before @b_ms, on a clock that wraps. */
static bool cv_timer_rules_before(u32 a_ms, u32 b_ms)
{
	return (s32)(a_ms - b_ms) < 0;
}

/* A deadline: 0 means off, so a deadline of 0 is a millisecond late. */
static u32 cv_timer_rules_deadline(u32 ms)
{
	return ms ? ms : 1;
}

/*
 * The persistent keepalive and the end of an idle peer count from here, and are looked at only
 * when they are due: that is why an unlocked write will do. Two writers may differ by a
 * millisecond or so.
 */
static void cv_timer_rules_note(struct cv_timer_state *state,
				const struct cv_timer_rules_event *rule, u32 now_ms)
{
	if (rule->traversed && READ_ONCE(state->persistent_s) &&
	    READ_ONCE(state->traversed_ms) != now_ms)
		WRITE_ONCE(state->traversed_ms, now_ms);
	if (rule->received && READ_ONCE(state->idle_s) && READ_ONCE(state->received_ms) != now_ms)
		WRITE_ONCE(state->received_ms, now_ms);
}

bool cv_timer_rules_quiet(struct cv_timer_state *state, enum cv_event event, u32 now_ms)
{
	const struct cv_timer_rules_event *rule = &cv_timer_rules_events[event];
	unsigned int timer;
	bool on;

	if (!READ_ONCE(state->running))
		return event != CV_EVENT_START;
	if (event == CV_EVENT_STOP)
		return false;

	cv_timer_rules_note(state, rule, now_ms);
	if (rule->clear_attempts && READ_ONCE(state->attempts))
		return false;
	for (timer = 0; timer < CV_TIMER_COUNT; timer++) {
		on = READ_ONCE(state->deadline_ms[timer]);
		switch (rule->op[timer]) {
		case CV_TIMER_RULES_KEEP:
			break;
		case CV_TIMER_RULES_ARM_IF_OFF:
			if (!on)
				return false;
			break;
		case CV_TIMER_RULES_ARM_IF_ON:
		case CV_TIMER_RULES_CANCEL:
			if (on)
				return false;
			break;
		default:
			return false;
		}
	}
	return true;
}

/* A new interval counts from the last packet; switched on, one is due at once. */
static u32 cv_timer_rules_configure(struct cv_timer_state *state, u32 now_ms)
{
	u32 interval_ms = state->persistent_s * CV_TIMER_RULES_MS;

	if (!interval_ms)
		return 0;
	if (!state->deadline_ms[CV_TIMER_PERSISTENT])
		WRITE_ONCE(state->traversed_ms, now_ms - interval_ms);
	return cv_timer_rules_deadline(state->traversed_ms + interval_ms);
}

/* A peer is given the whole time from now on. */
static u32 cv_timer_rules_configure_idle(struct cv_timer_state *state, u32 now_ms)
{
	if (!state->idle_s)
		return 0;
	WRITE_ONCE(state->received_ms, now_ms);
	return cv_timer_rules_deadline(now_ms + state->idle_s * CV_TIMER_RULES_MS);
}

static u32 cv_timer_rules_wait_ms(const struct cv_timer_state *state, enum cv_timer timer)
{
	if (timer == CV_TIMER_NEW_HANDSHAKE && READ_ONCE(state->silent_s))
		return READ_ONCE(state->silent_s) * CV_TIMER_RULES_MS;
	return cv_timer_rules_delay_ms[timer];
}

/* What CV_TIMER_RULES_CONFIGURE makes of a timer. */
static u32 cv_timer_rules_configured(struct cv_timer_state *state, enum cv_timer timer,
				     u32 now_ms)
{
	switch (timer) {
	case CV_TIMER_IDLE:
		return cv_timer_rules_configure_idle(state, now_ms);
	case CV_TIMER_WAY:
		return cv_timer_rules_deadline(now_ms + state->way_ms);
	default:
		return cv_timer_rules_configure(state, now_ms);
	}
}

/* The deadline of a timer after an event. */
static u32 cv_timer_rules_moved(struct cv_timer_state *state, enum cv_timer timer,
				enum cv_timer_rules_op op, u32 now_ms, u32 jitter_ms)
{
	u32 old_ms = state->deadline_ms[timer];
	u32 new_ms = now_ms + cv_timer_rules_wait_ms(state, timer);

	if (cv_timer_rules_jitter[timer])
		new_ms += jitter_ms;
	new_ms = cv_timer_rules_deadline(new_ms);

	switch (op) {
	case CV_TIMER_RULES_ARM:
		return new_ms;
	case CV_TIMER_RULES_ARM_IF_OFF:
		return old_ms ? old_ms : new_ms;
	case CV_TIMER_RULES_ARM_IF_ON:
		return old_ms ? new_ms : 0;
	case CV_TIMER_RULES_CANCEL:
		return 0;
	case CV_TIMER_RULES_CONFIGURE:
		return cv_timer_rules_configured(state, timer, now_ms);
	default:
		return old_ms;
	}
}

bool cv_timer_rules_apply(struct cv_timer_state *state, enum cv_event event,
			  u32 now_ms, u32 jitter_ms)
{
	const struct cv_timer_rules_event *rule = &cv_timer_rules_events[event];
	unsigned int timer;
	u32 next_ms;

	if (event == CV_EVENT_START)
		WRITE_ONCE(state->running, true);
	else if (!state->running)
		return false;

	cv_timer_rules_note(state, rule, now_ms);
	for (timer = 0; timer < CV_TIMER_COUNT; timer++)
		WRITE_ONCE(state->deadline_ms[timer],
			   cv_timer_rules_moved(state, timer, rule->op[timer],
						now_ms, jitter_ms));
	if (rule->clear_attempts)
		WRITE_ONCE(state->attempts, 0);

	if (event == CV_EVENT_STOP) {
		WRITE_ONCE(state->running, false);
		state->wake_ms = 0;
	}

	next_ms = cv_timer_rules_next(state);
	if (!next_ms ||
	    (state->wake_ms && !cv_timer_rules_before(next_ms, state->wake_ms)))
		return false;
	state->wake_ms = next_ms;
	return true;
}

u32 cv_timer_rules_next(const struct cv_timer_state *state)
{
	unsigned int timer;
	u32 next_ms = 0;
	u32 ms;

	for (timer = 0; timer < CV_TIMER_COUNT; timer++) {
		ms = state->deadline_ms[timer];
		if (ms && (!next_ms || cv_timer_rules_before(ms, next_ms)))
			next_ms = ms;
	}
	return next_ms;
}

/* Go on to the next keepalive; is one due now, or has a packet come or gone since? */
static bool cv_timer_rules_persistent_due(struct cv_timer_state *state, u32 now_ms)
{
	u32 interval_ms = state->persistent_s * CV_TIMER_RULES_MS;
	u32 traversed_ms = READ_ONCE(state->traversed_ms);
	bool due = !cv_timer_rules_before(now_ms, traversed_ms + interval_ms);

	/* Switched off, and CV_EVENT_PERSISTENT_CHANGED is still to come. */
	if (!interval_ms) {
		WRITE_ONCE(state->deadline_ms[CV_TIMER_PERSISTENT], 0);
		return false;
	}

	/* Should the keepalive not get out, the next one is tried an interval later. */
	if (due) {
		traversed_ms = now_ms;
		WRITE_ONCE(state->traversed_ms, now_ms);
	}
	WRITE_ONCE(state->deadline_ms[CV_TIMER_PERSISTENT],
		   cv_timer_rules_deadline(traversed_ms + interval_ms));
	return due;
}

bool cv_timer_rules_is_idle(const struct cv_timer_state *state, u32 now_ms)
{
	u32 due_ms = READ_ONCE(state->received_ms) + state->idle_s * CV_TIMER_RULES_MS;

	return state->running && state->idle_s && !cv_timer_rules_before(now_ms, due_ms);
}

/*
 * Is the peer to go now, or has something come since? It stays if something comes before it is
 * removed: then it has the time again.
 */
static bool cv_timer_rules_idle_due(struct cv_timer_state *state, u32 now_ms)
{
	bool due = cv_timer_rules_is_idle(state, now_ms);
	u32 from_ms = due ? now_ms : READ_ONCE(state->received_ms);
	u32 next_ms = 0;

	if (state->idle_s)
		next_ms = cv_timer_rules_deadline(from_ms + state->idle_s * CV_TIMER_RULES_MS);
	WRITE_ONCE(state->deadline_ms[CV_TIMER_IDLE], next_ms);
	return due;
}

unsigned int cv_timer_rules_expired(struct cv_timer_state *state, u32 now_ms)
{
	unsigned int due = 0;
	unsigned int timer;
	u32 ms;

	for (timer = 0; timer < CV_TIMER_COUNT; timer++) {
		ms = state->deadline_ms[timer];
		if (!ms || cv_timer_rules_before(now_ms, ms))
			continue;
		if (timer == CV_TIMER_PERSISTENT) {
			if (cv_timer_rules_persistent_due(state, now_ms))
				due |= BIT(timer);
			continue;
		}
		if (timer == CV_TIMER_IDLE) {
			if (cv_timer_rules_idle_due(state, now_ms))
				due |= BIT(timer);
			continue;
		}
		WRITE_ONCE(state->deadline_ms[timer], 0);
		due |= BIT(timer);
	}
	if (due & BIT(CV_TIMER_RETRY) && state->attempts < U8_MAX)
		WRITE_ONCE(state->attempts, state->attempts + 1);

	state->wake_ms = cv_timer_rules_next(state);
	return due;
}
