// SPDX-License-Identifier: GPL-2.0
/*
 * Where an initiation goes. exchange.c has made it; it is sent by the way in use, and where that is
 * not enough the same bytes go to the peer's candidates one after another, until it is answered:
 * uapi/linux/culvert.h, DOC: Ways to a peer.
 *
 * A responder takes the first copy that comes and drops the others as replays, so that both ends
 * agree on the way of that one. What is sent to a candidate proves nothing and moves nothing: the
 * answer does.
 */
#include <linux/bitops.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "exchange.h"
#include "recent.h"
#include "session.h"
#include "spread.h"
#include "timers.h"
#include "../core/device.h"
#include "../core/peer.h"
#include "../datapath/xmit.h"

/* Between two of equal preference, and before one that is less preferred. */
#define CV_SPREAD_EQUAL_MS 50
#define CV_SPREAD_LESS_MS 300

/* A candidate that may be sent to again within this time is waited for; others are put last. */
#define CV_SPREAD_LATE_MS 600

/*
 * Of initiations that get no answer so many begin with the same way, and those after them with the
 * next: one that leads to the peer but not back would take all of them. Not each with another: an
 * answer under load is only taken from an address that has been sent a cookie for the last one.
 */
#define CV_SPREAD_ALIKE 2

/* Less preferred than any candidate. */
#define CV_SPREAD_LAST (U8_MAX + 1)

/* Candidates that were sent initiations lately, of all devices. */
static struct cv_recent *cv_spread_recent;

static unsigned int cv_spread_plan(struct cv_spread *spread, struct cv_peer *peer,
				   enum cv_spread_how how);
static int cv_spread_send(struct cv_peer *peer, const struct cv_wire_initiation *message,
			  const struct cv_spread_stop *stop);

/**
 * cv_spread_init() - make what all devices share
 *
 * Context: module load.
 * Return: 0 or -ENOMEM.
 */
int cv_spread_init(void)
{
	cv_spread_recent = cv_recent_create();
	return cv_spread_recent ? 0 : -ENOMEM;
}

/**
 * cv_spread_exit() - undo cv_spread_init()
 *
 * Context: module unload, no device left.
 */
void cv_spread_exit(void)
{
	cv_recent_destroy(cv_spread_recent);
}

/* A sending session, a way, and answers: then that way will do. */
static bool cv_spread_is_needed(struct cv_peer *peer)
{
	struct cv_session *session = cv_session_get_sending(peer);

	if (!session)
		return true;
	cv_session_put(session);
	return !cv_path_family(&peer->path) || READ_ONCE(peer->silent) ||
	       READ_ONCE(peer->timers.attempts) >= cv_timers_silent_attempts(peer);
}

/* To the exchange, unless the peer's initiation has come meanwhile. */
static void cv_spread_attach(struct cv_peer *peer, struct cv_spread *spread)
{
	struct cv_spread *old = spread;
	struct cv_exchange *exchange;

	mutex_lock(&peer->exchange_lock);
	exchange = peer->exchange;
	if (exchange && exchange->state == CV_EXCHANGE_INITIATED && !exchange->crossed_ns &&
	    exchange->entry.index == spread->message.sender) {
		old = exchange->spread;
		exchange->spread = spread;
	}
	mutex_unlock(&peer->exchange_lock);
	kfree(old);
}

/**
 * cv_spread_begin() - send an initiation, which ways it may go
 * @peer: referenced; its exchange has just been set to INITIATED with @message
 * @message: the initiation
 * @how: which ways
 *
 * The first copy is sent; cv_spread_continue() is called for each other one when it is due.
 *
 * Context: &cv_peer.work.
 */
void cv_spread_begin(struct cv_peer *peer, const struct cv_wire_initiation *message,
		     enum cv_spread_how how)
{
	struct cv_spread_stop in_use = { .in_use = true };
	struct cv_spread *spread;
	bool has_candidates = cv_path_has_candidates(&peer->path);

	cv_path_read_endpoint(&peer->path, &in_use.endpoint);
	if (!has_candidates || (how == CV_SPREAD_IF_NEEDED && !cv_spread_is_needed(peer))) {
		/* Nothing can be sent by it: then the others are needed after all. */
		if (!cv_spread_send(peer, message, &in_use) || !has_candidates)
			return;
	}
	spread = kzalloc(sizeof(*spread), GFP_KERNEL);
	if (!spread || !cv_spread_plan(spread, peer, how)) {
		kfree(spread);
		cv_spread_send(peer, message, &in_use);
		return;
	}
	spread->message = *message;
	cv_spread_attach(peer, spread);
	cv_spread_continue(peer);
}

/* The spread of the initiation that is in flight, if there is one and it has a way to go. */
static struct cv_spread *cv_spread_in_flight(const struct cv_peer *peer)
{
	const struct cv_exchange *exchange = peer->exchange;
	struct cv_spread *spread;

	lockdep_assert_held(&peer->exchange_lock);
	if (!exchange || exchange->state != CV_EXCHANGE_INITIATED || !cv_peer_is_running(peer) ||
	    exchange->generation != READ_ONCE(peer->dev->key_generation))
		return NULL;
	spread = exchange->spread;
	if (!spread || spread->message.sender != exchange->entry.index ||
	    spread->next == spread->count)
		return NULL;
	return spread;
}

/* The first of some stops becomes the last of them, so many times. */
static void cv_spread_rotate(struct cv_spread_stop *stops, unsigned int count, unsigned int steps)
{
	struct cv_spread_stop first;

	for (steps %= count; steps; steps--) {
		first = stops[0];
		memmove(&stops[0], &stops[1], (count - 1) * sizeof(first));
		stops[count - 1] = first;
	}
}

/*
 * What is to be sent next, and where; false if there is nothing. That counts as asked already: the
 * answer may come before cv_spread_send() has returned.
 */
static bool cv_spread_ask(struct cv_peer *peer, struct cv_wire_initiation *message,
			  struct cv_spread_stop *stop)
{
	struct cv_spread *spread;

	mutex_lock(&peer->exchange_lock);
	spread = cv_spread_in_flight(peer);
	if (spread) {
		*message = spread->message;
		*stop = spread->stops[spread->next];
		spread->asked |= BIT(spread->next);
	}
	mutex_unlock(&peer->exchange_lock);
	return spread;
}

/* It could not be sent. */
static void cv_spread_take_back(struct cv_peer *peer)
{
	struct cv_spread *spread;

	mutex_lock(&peer->exchange_lock);
	spread = cv_spread_in_flight(peer);
	if (spread)
		spread->asked &= ~BIT(spread->next);
	mutex_unlock(&peer->exchange_lock);
}

/*
 * The next stop, since this one was sent to, or cannot be. What has been waited for one that cannot
 * be sent to counts for the one after it.
 *
 * Return: how long to wait for it, in milliseconds; 0: not at all, or there is none.
 */
static unsigned int cv_spread_step(struct cv_spread *spread, bool sent)
{
	const struct cv_spread_stop *stop = &spread->stops[spread->next++];
	unsigned int apart_ms, wait_ms;

	if (sent) {
		spread->sent = true;
		spread->sent_preference = stop->preference;
		spread->waited_ms = 0;
	}
	if (spread->next == spread->count || !spread->sent)
		return 0;
	apart_ms = stop[1].preference > spread->sent_preference ? CV_SPREAD_LESS_MS :
								  CV_SPREAD_EQUAL_MS;
	wait_ms = apart_ms - min_t(unsigned int, apart_ms, spread->waited_ms);
	spread->waited_ms += wait_ms;
	return wait_ms;
}

/* The same under the lock, if the initiation is still in flight. */
static unsigned int cv_spread_advance(struct cv_peer *peer, bool sent)
{
	struct cv_spread *spread;
	unsigned int wait_ms = 0;

	mutex_lock(&peer->exchange_lock);
	spread = cv_spread_in_flight(peer);
	if (spread)
		wait_ms = cv_spread_step(spread, sent);
	mutex_unlock(&peer->exchange_lock);
	return wait_ms;
}

/* A stop that was sent one lately comes after the others, once. */
static void cv_spread_defer(struct cv_peer *peer)
{
	struct cv_spread *spread;

	mutex_lock(&peer->exchange_lock);
	spread = cv_spread_in_flight(peer);
	if (spread) {
		spread->stops[spread->next].deferred = true;
		cv_spread_rotate(&spread->stops[spread->next], spread->count - spread->next, 1);
	}
	mutex_unlock(&peer->exchange_lock);
}

/**
 * cv_spread_continue() - the initiation in flight goes to the next way
 * @peer: referenced
 *
 * If nothing can be sent there it goes to the one after that. Nothing is done if it has been
 * answered, or none is in flight.
 *
 * Context: &cv_peer.work, which alone changes &cv_spread.next but for cv_spread_end().
 */
void cv_spread_continue(struct cv_peer *peer)
{
	struct cv_wire_initiation message;
	struct cv_spread_stop stop;
	unsigned int wait_ms;
	int err;

	while (cv_spread_ask(peer, &message, &stop)) {
		err = cv_spread_send(peer, &message, &stop);
		if (err)
			cv_spread_take_back(peer);
		if (err > CV_SPREAD_LATE_MS && !stop.deferred) {
			cv_spread_defer(peer);
			continue;
		}
		/* It may be sent there soon: wait for that, and stay at this stop. */
		wait_ms = err > 0 && err <= CV_SPREAD_LATE_MS ? err :
			  cv_spread_advance(peer, !err);
		if (wait_ms) {
			cv_timers_set_way(peer, wait_ms);
			return;
		}
	}
}

/**
 * cv_spread_find_way() - by which way an initiation has reached a peer that answered
 * @peer: its exchange is in state INITIATED
 * @way: where the answer came from; set to the way
 *
 * Usually they are the same. But a responder sends to where the last packet came from, and under
 * load that was data by the way in use, always with some and with others if it came while they made
 * their answer. If the initiation has gone elsewhere only, it was that way: the peer follows the
 * first packet that is sent there.
 *
 * Context: holds &cv_peer.exchange_lock.
 */
void cv_spread_find_way(struct cv_peer *peer, struct cv_endpoint *way)
{
	const struct cv_spread *spread = peer->exchange->spread;
	const struct cv_spread_stop *stop;
	struct cv_endpoint in_use;

	lockdep_assert_held(&peer->exchange_lock);
	if (!spread || spread->message.sender != peer->exchange->entry.index ||
	    hweight16(spread->asked) != 1)
		return;
	stop = &spread->stops[__ffs(spread->asked)];
	cv_path_read_endpoint(&peer->path, &in_use);
	if (cv_endpoint_same_remote(way, &in_use) &&
	    !cv_endpoint_same_remote(way, &stop->endpoint))
		*way = stop->endpoint;
}

/**
 * cv_spread_end() - an initiation in flight goes no further
 * @spread: of its exchange; or NULL
 *
 * Context: holds &cv_peer.exchange_lock.
 */
void cv_spread_end(struct cv_spread *spread)
{
	if (spread)
		spread->next = spread->count;
}

/**
 * cv_spread_is_waiting() - whether the initiation in flight has a way to go
 * @peer: referenced
 *
 * Context: &cv_peer.work.
 * Return: true if CV_TIMER_WAY has been set for it.
 */
bool cv_spread_is_waiting(struct cv_peer *peer)
{
	bool waiting;

	mutex_lock(&peer->exchange_lock);
	waiting = cv_spread_in_flight(peer);
	mutex_unlock(&peer->exchange_lock);
	return waiting;
}

/* Return: 0 if it was sent, in how many milliseconds it may be, or a negative errno. */
static int cv_spread_send(struct cv_peer *peer, const struct cv_wire_initiation *message,
			  const struct cv_spread_stop *stop)
{
	struct cv_endpoint now;
	struct cv_xmit xmit = {
		.dev = peer->dev, .peer = peer, .endpoint = &stop->endpoint,
		.ds = CV_EXCHANGE_DS, .to_host = !stop->in_use,
	};
	int err = 0;

	if (!stop->in_use)
		err = cv_recent_note(cv_spread_recent, peer->dev, &stop->endpoint);
	if (err)
		return err;
	cv_path_read_endpoint(&peer->path, &now);
	xmit.off_path = !cv_endpoint_same(&now, &stop->endpoint);
	return cv_xmit_message(&xmit, message, sizeof(*message));
}

static void cv_spread_add(struct cv_spread *spread, const struct cv_endpoint *endpoint,
			  unsigned int preference, bool in_use)
{
	struct cv_spread_stop *stop = &spread->stops[spread->count++];

	stop->endpoint = *endpoint;
	stop->preference = preference;
	stop->in_use = in_use;
}

/*
 * The ways, in their order: the way in use first, which counts as much as the best candidate; or by
 * preference, and that last, unless it is a candidate.
 *
 * Return: how many.
 */
static unsigned int cv_spread_plan(struct cv_spread *spread, struct cv_peer *peer,
				   enum cv_spread_how how)
{
	bool by_preference = how == CV_SPREAD_BY_PREFERENCE;
	const struct cv_candidate *candidate, *here;
	const struct cv_ways *ways;
	struct cv_endpoint in_use;
	unsigned int i;
	bool known;

	rcu_read_lock();
	ways = rcu_dereference(peer->path.ways);
	if (ways && ways->candidate_count) {
		cv_path_read_endpoint(&peer->path, &in_use);
		known = in_use.remote.any.sa_family;
		here = cv_ways_find(ways, &in_use);
		if (known && !by_preference)
			cv_spread_add(spread, &in_use, (here ?: ways->candidates)->preference,
				      true);
		for (i = 0; i < ways->candidate_count; i++) {
			candidate = &ways->candidates[i];
			if (candidate != here)
				cv_spread_add(spread, &candidate->endpoint, candidate->preference,
					      false);
			else if (by_preference)
				cv_spread_add(spread, &in_use, candidate->preference, true);
		}
		if (known && by_preference && !here)
			cv_spread_add(spread, &in_use, CV_SPREAD_LAST, true);
	}
	rcu_read_unlock();
	if (spread->count && !by_preference)
		cv_spread_rotate(spread->stops, spread->count,
				 READ_ONCE(peer->timers.attempts) / CV_SPREAD_ALIKE);
	return spread->count;
}
