// SPDX-License-Identifier: GPL-2.0
/*
 * What is done for a peer when a timer is due or something asks for it: keepalives at once;
 * initiations and the wipe of its keys, which may sleep, by one work item per peer.
 */
#include <linux/ktime.h>
#include <linux/workqueue.h>

#include "exchange.h"
#include "session.h"
#include "timers.h"
#include "work.h"
#include "../core/device.h"
#include "../core/peer.h"
#include "../datapath/tx.h"

static struct workqueue_struct *cv_work_wq;

static void cv_work_fire(struct timer_list *timer);
static void cv_work_run(struct work_struct *work);

/**
 * cv_work_init() - make what peers' work runs on
 *
 * Context: module load.
 * Return: 0 or -ENOMEM.
 */
int cv_work_init(void)
{
	cv_work_wq = alloc_workqueue("culvert-peer", WQ_UNBOUND | WQ_FREEZABLE | WQ_MEM_RECLAIM,
				     0);
	return cv_work_wq ? 0 : -ENOMEM;
}

/**
 * cv_work_exit() - undo cv_work_init()
 *
 * Context: module unload, no peer left.
 */
void cv_work_exit(void)
{
	destroy_workqueue(cv_work_wq);
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

/*
 * Between two initiations the retry timer remembers that one is wanted, and its jitter is
 * what keeps two ends from trying at the same moment, which undoes both initiations: so
 * packets, which come at both all the while, leave it the whole of its time. The coarse
 * clock may be a little before @initiated_ns.
 */
static bool cv_work_retry_comes(const struct cv_peer *peer)
{
	const s64 most_ns = CV_WIRE_RETRY_S * NSEC_PER_SEC +
			    CV_TIMERS_CROSSED_JITTER_MS * NSEC_PER_MSEC;
	u64 initiated_ns = READ_ONCE(peer->initiated_ns);

	return initiated_ns && READ_ONCE(peer->timers.deadline_ms[CV_TIMER_RETRY]) &&
	       (s64)(ktime_get_coarse_boottime_ns() - initiated_ns) < most_ns;
}

/**
 * cv_work_request() - have something done that may sleep
 * @peer: borrowed or referenced
 * @todo: what
 *
 * Context: any but hard interrupts.
 */
void cv_work_request(struct cv_peer *peer, enum cv_work_todo todo)
{
	if (todo == CV_WORK_INITIATE && cv_work_retry_comes(peer))
		return;
	if (!cv_peer_is_live(peer) || test_and_set_bit(todo, &peer->todo))
		return;
	/* The packet path only borrows it: it may be on its way out. */
	if (!cv_peer_tryget(peer))
		return;
	if (!queue_work(cv_work_wq, &peer->work))
		cv_peer_put(peer);
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
		cv_work_request(peer, CV_WORK_WIPE);
	if (due & (BIT(CV_TIMER_KEEPALIVE) | BIT(CV_TIMER_PERSISTENT)))
		cv_tx_send_keepalive(peer);
	if (due & BIT(CV_TIMER_RETRY)) {
		if (exhausted) {
			cv_work_give_up(peer);
		} else {
			cv_path_forget_source(&peer->path);
			cv_work_request(peer, CV_WORK_RETRY);
		}
	}
	if (due & BIT(CV_TIMER_NEW_HANDSHAKE)) {
		cv_path_forget_source(&peer->path);
		cv_work_request(peer, CV_WORK_INITIATE);
	}
}

/* Send an initiation; again if the private key has been replaced meanwhile. */
static void cv_work_initiate(struct cv_peer *peer)
{
	if (cv_exchange_initiate(peer) == -ESTALE)
		cv_work_request(peer, CV_WORK_INITIATE);
}

static void cv_work_run(struct work_struct *work)
{
	struct cv_peer *peer = container_of(work, struct cv_peer, work);

	/* Unless a new session has set its own time meanwhile. */
	if (test_and_clear_bit(CV_WORK_WIPE, &peer->todo) &&
	    !READ_ONCE(peer->timers.deadline_ms[CV_TIMER_WIPE])) {
		cv_exchange_clear(peer);
		cv_session_drop_all(peer);
	}
	if (test_and_clear_bit(CV_WORK_RETRY, &peer->todo)) {
		clear_bit(CV_WORK_INITIATE, &peer->todo);
		cv_work_initiate(peer);
	} else if (test_and_clear_bit(CV_WORK_INITIATE, &peer->todo)) {
		cv_work_initiate(peer);
	}
	cv_peer_put(peer);
}
