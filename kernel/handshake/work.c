// SPDX-License-Identifier: GPL-2.0
/*
 * What is done for a peer when a timer is due or something has asked for it: keepalives at once;
 * initiations and the wipe of its keys, which may sleep, by the work item of todo.c.
 */
#include <linux/bitops.h>
#include <linux/random.h>
#include <linux/workqueue.h>

#include "exchange.h"
#include "session.h"
#include "spread.h"
#include "timers.h"
#include "todo.h"
#include "work.h"
#include "../core/device.h"
#include "../core/peer.h"
#include "../events/notify.h"
#include "../datapath/tx.h"

/* Set once: what is done about a peer that is idle belongs to files that know this one. */
static void (*cv_work_expire)(struct cv_peer *peer) __ro_after_init;

static void cv_work_fire(struct timer_list *timer);
static void cv_work_run(struct work_struct *work);

/**
 * cv_work_set_expire() - say what is to be called for a peer that may be idle for long enough
 * @expire: called by its timer, in softirq
 *
 * Context: module load.
 */
void cv_work_set_expire(void (*expire)(struct cv_peer *peer))
{
	cv_work_expire = expire;
}

/**
 * cv_work_create() - timers and work of a new peer, of which nothing is due yet
 * @peer: not yet published
 */
void cv_work_create(struct cv_peer *peer)
{
	cv_timers_create(peer, cv_work_fire);
	INIT_WORK(&peer->work, cv_work_run);
	peer->todo = 0;
}

/**
 * cv_work_send_waiting() - the link has come up, or has got a private key
 * @peer: borrowed or referenced
 *
 * What is staged, or a persistent keepalive, goes at once, not when a timer fires.
 * Context: any but hard interrupts.
 */
void cv_work_send_waiting(struct cv_peer *peer)
{
	if (READ_ONCE(peer->timers.persistent_s))
		cv_tx_send_keepalive(peer);
	else if (!skb_queue_empty_lockless(&peer->staged))
		cv_tx_send_staged(peer);
}

static void cv_work_give_up(struct cv_peer *peer)
{
	cv_tx_drop_staged(peer, CV_DROP_TX_GAVE_UP);
	cv_timers_event(peer, CV_EVENT_GIVE_UP);
}

/* The timer of a peer has fired, in softirq. */
static void cv_work_fire(struct timer_list *timer)
{
	struct cv_peer *peer = container_of(timer, struct cv_peer, timer);
	bool exhausted;
	unsigned int due = cv_timers_expired(peer, &exhausted);

	if (due & BIT(CV_TIMER_WIPE))
		cv_todo_request(peer, CV_TODO_WIPE);
	if (due & (BIT(CV_TIMER_KEEPALIVE) | BIT(CV_TIMER_PERSISTENT)))
		cv_tx_send_keepalive(peer);
	if (due & BIT(CV_TIMER_RETRY)) {
		/* Once: it may send something and still answer none of those that follow. */
		if (READ_ONCE(peer->timers.attempts) == cv_timers_silent_attempts(peer))
			cv_notify_silent(peer);
		if (exhausted) {
			cv_work_give_up(peer);
		} else {
			cv_path_forget_source(&peer->path);
			cv_todo_request(peer, CV_TODO_RETRY);
		}
	}
	if (due & BIT(CV_TIMER_WAY))
		cv_todo_request(peer, CV_TODO_NEXT_WAY);
	/* It is removed by reaper.c, which knows what to do then. */
	if (due & BIT(CV_TIMER_IDLE))
		cv_work_expire(peer);
	if (due & BIT(CV_TIMER_NEW_HANDSHAKE)) {
		cv_notify_silent(peer);
		cv_path_forget_source(&peer->path);
		cv_todo_request(peer, CV_TODO_INITIATE);
	}
}

/* Reasons for an initiation. With CV_TODO_WAY_LOST among them it goes all ways. */
#define CV_WORK_ASKS (BIT(CV_TODO_INITIATE) | BIT(CV_TODO_RETRY) | BIT(CV_TODO_WAY_LOST))

/*
 * A request's initiation waits for its time, if one was sent lately: until then CV_TODO_REKEY is
 * set, and the next one, for whatever reason it is sent, is that.
 */
static void cv_work_rekey(struct cv_peer *peer)
{
	int err = cv_exchange_initiate(peer, CV_SPREAD_BY_PREFERENCE);

	if (err == -ESTALE) {
		cv_todo_request(peer, CV_TODO_REKEY);
		return;
	}
	if (!err || err == -ENOTCONN)
		return;
	set_bit(CV_TODO_REKEY, &peer->todo);
	/* Whatever else it was, the retry timer comes again. */
	if (err != -EBUSY)
		return;
	/* One that is going its ways has the timer, and comes here when it is done. */
	if (!cv_spread_is_waiting(peer))
		cv_timers_set_way(peer, cv_exchange_wait_ms(peer) +
					get_random_u32_below(CV_WIRE_RETRY_JITTER_MS));
}

/* Send an initiation if one is asked for; again if the private key has been replaced meanwhile. */
static void cv_work_initiate(struct cv_peer *peer)
{
	unsigned long asks = set_mask_bits(&peer->todo, CV_WORK_ASKS, 0) & CV_WORK_ASKS;
	enum cv_spread_how how = CV_SPREAD_IF_NEEDED;

	if (test_and_clear_bit(CV_TODO_REKEY, &peer->todo)) {
		cv_work_rekey(peer);
		return;
	}
	if (!asks)
		return;
	if (asks & BIT(CV_TODO_WAY_LOST))
		how = CV_SPREAD_ALWAYS;
	if (cv_exchange_initiate(peer, how) == -ESTALE)
		cv_todo_request(peer, CV_TODO_INITIATE);
}

static void cv_work_run(struct work_struct *work)
{
	struct cv_peer *peer = container_of(work, struct cv_peer, work);

	/* Unless a new session has set its own time meanwhile. */
	if (test_and_clear_bit(CV_TODO_WIPE, &peer->todo) &&
	    !READ_ONCE(peer->timers.deadline_ms[CV_TIMER_WIPE])) {
		cv_exchange_clear(peer);
		if (cv_session_drop_all(peer))
			cv_notify_raise(peer, CVEVENT_KEYS_WIPED, CVREASON_TIME);
	}
	/* Unless a new one is due, which has its own ways. */
	if (test_and_clear_bit(CV_TODO_NEXT_WAY, &peer->todo) &&
	    !test_bit(CV_TODO_RETRY, &peer->todo))
		cv_spread_continue(peer);
	cv_work_initiate(peer);
	cv_peer_put(peer);
}
