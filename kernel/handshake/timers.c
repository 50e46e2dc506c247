// SPDX-License-Identifier: GPL-2.0
/*
 * The clock behind timer_rules.c, and what is done when something falls due. All
 * rooms report events here.
 */
#include <linux/random.h>
#include <linux/ktime.h>
#include <linux/timer.h>
#include <linux/workqueue.h>

#include "exchange.h"
#include "session.h"
#include "timers.h"
#include "../control/device.h"
#include "../control/peer.h"
#include "../control/trace.h"
#include "../datapath/tx.h"

/*
 * How much longer, at most, the next initiation waits after an answer that undid our own:
 * both initiations crossed, and would again if one takes longer than the difference of two
 * jitters to arrive and be answered.
 */
#define CV_TIMERS_CROSSED_JITTER_MS 2500

/* As many ticks from now a timer of the kernel's is not late. */
#define CV_TIMERS_EXACT_JIFFIES 63

static struct workqueue_struct *cv_timers_wq;

static void cv_timers_fire(struct timer_list *timer);
static void cv_timers_work(struct work_struct *work);

/**
 * cv_timers_init() - make what peers' work runs on
 *
 * Context: module load. Return: 0 or -ENOMEM.
 */
int cv_timers_init(void)
{
	cv_timers_wq = alloc_workqueue("culvert-peer", WQ_UNBOUND | WQ_FREEZABLE | WQ_MEM_RECLAIM,
				       0);
	return cv_timers_wq ? 0 : -ENOMEM;
}

/**
 * cv_timers_exit() - undo cv_timers_init()
 *
 * Context: module unload, no peer left.
 */
void cv_timers_exit(void)
{
	destroy_workqueue(cv_timers_wq);
}

/**
 * cv_timers_create() - timers of a new peer, stopped
 * @peer: not yet published
 */
void cv_timers_create(struct cv_peer *peer)
{
	spin_lock_init(&peer->timer_lock);
	memset(&peer->timers, 0, sizeof(peer->timers));
	timer_setup(&peer->timer, cv_timers_fire, 0);
	INIT_WORK(&peer->work, cv_timers_work);
	peer->todo = 0;
}

static u32 cv_timers_now_ms(void)
{
	return div_u64(ktime_get_coarse_ns(), NSEC_PER_MSEC);
}

/*
 * A timer is late by up to an eighth of its time, so that many can share a tick: of five
 * seconds it would take the jitter, and two ends that tried at once would do so again. So
 * waits up to the longest that has one are made in steps that are too short, until the rest is
 * exact: three or four wake-ups. Longer ones may be late.
 */
static unsigned long cv_timers_step_jiffies(s32 wait_ms)
{
	const s32 most_ms = (CV_WIRE_KEEPALIVE_S + CV_WIRE_RETRY_S) * MSEC_PER_SEC +
			    CV_WIRE_RETRY_JITTER_MS;
	unsigned long step = msecs_to_jiffies(max(wait_ms, 0)) + 1;

	return step < CV_TIMERS_EXACT_JIFFIES || wait_ms > most_ms ? step : step - step / 8;
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
		mod_timer(&peer->timer, jiffies + cv_timers_step_jiffies(next_ms - now_ms));
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

	trace_cv_peer_event(peer->dev->netdev, peer->id, event);
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
 * cv_timers_send_waiting() - the link has come up, or has got a private key
 * @peer: borrowed or referenced
 *
 * What is staged, or a persistent keepalive, goes at once, not when a timer fires.
 * Context: any but hard interrupts.
 */
void cv_timers_send_waiting(struct cv_peer *peer)
{
	if (READ_ONCE(peer->timers.persistent_s))
		cv_tx_send_keepalive(peer);
	else if (!skb_queue_empty_lockless(&peer->staged))
		cv_tx_send_staged(peer);
}

/*
 * Between two initiations the retry timer remembers that one is wanted, and its jitter is
 * what keeps two ends from trying at the same moment, which undoes both initiations: so
 * packets, which come at both all the while, leave it the whole of its time. The coarse
 * clock may be a little before @initiated_ns.
 */
static bool cv_timers_retry_comes(const struct cv_peer *peer)
{
	const s64 most_ns = CV_WIRE_RETRY_S * NSEC_PER_SEC +
			    CV_TIMERS_CROSSED_JITTER_MS * NSEC_PER_MSEC;
	u64 initiated_ns = READ_ONCE(peer->initiated_ns);

	return initiated_ns && READ_ONCE(peer->timers.deadline_ms[CV_TIMER_RETRY]) &&
	       (s64)(ktime_get_coarse_boottime_ns() - initiated_ns) < most_ns;
}

/**
 * cv_timers_request() - have something done that may sleep
 * @peer: borrowed or referenced
 * @todo: what
 *
 * Context: any but hard interrupts.
 */
void cv_timers_request(struct cv_peer *peer, enum cv_timers_todo todo)
{
	if (todo == CV_TODO_INITIATE && cv_timers_retry_comes(peer))
		return;
	if (READ_ONCE(peer->dead) || test_and_set_bit(todo, &peer->todo))
		return;
	/* The packet path only borrows it: it may be on its way out. */
	if (!cv_peer_tryget(peer))
		return;
	if (!queue_work(cv_timers_wq, &peer->work))
		cv_peer_put(peer);
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

static void cv_timers_give_up(struct cv_peer *peer)
{
	cv_tx_drop_staged(peer, CV_DROP_TX_GAVE_UP);
	cv_timers_event(peer, CV_EVENT_GIVE_UP);
}

static void cv_timers_fire(struct timer_list *timer)
{
	struct cv_peer *peer = container_of(timer, struct cv_peer, timer);
	u32 now_ms = cv_timers_now_ms();
	bool exhausted;
	unsigned int due;

	spin_lock(&peer->timer_lock);
	due = cv_timer_rules_expired(&peer->timers, now_ms);
	exhausted = cv_timer_rules_exhausted(&peer->timers);
	cv_timers_arm(peer, now_ms);
	spin_unlock(&peer->timer_lock);

	if (due & BIT(CV_TIMER_WIPE))
		cv_timers_request(peer, CV_TODO_WIPE);
	if (due & (BIT(CV_TIMER_KEEPALIVE) | BIT(CV_TIMER_PERSISTENT)))
		cv_tx_send_keepalive(peer);
	if (due & BIT(CV_TIMER_RETRY)) {
		if (exhausted) {
			cv_timers_give_up(peer);
		} else {
			cv_path_forget_source(&peer->path);
			cv_timers_request(peer, CV_TODO_RETRY);
		}
	}
	if (due & BIT(CV_TIMER_NEW_HANDSHAKE)) {
		cv_path_forget_source(&peer->path);
		cv_timers_request(peer, CV_TODO_INITIATE);
	}
}

static void cv_timers_work(struct work_struct *work)
{
	struct cv_peer *peer = container_of(work, struct cv_peer, work);

	/* Unless a new session has set its own time meanwhile. */
	if (test_and_clear_bit(CV_TODO_WIPE, &peer->todo) &&
	    !READ_ONCE(peer->timers.deadline_ms[CV_TIMER_WIPE])) {
		cv_exchange_clear(peer);
		cv_session_drop_all(peer);
	}
	if (test_and_clear_bit(CV_TODO_RETRY, &peer->todo)) {
		clear_bit(CV_TODO_INITIATE, &peer->todo);
		cv_exchange_initiate(peer);
	} else if (test_and_clear_bit(CV_TODO_INITIATE, &peer->todo)) {
		cv_exchange_initiate(peer);
	}
	cv_peer_put(peer);
}
