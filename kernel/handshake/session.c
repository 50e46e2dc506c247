// SPDX-License-Identifier: GPL-2.0
/*
 * Sessions and the three slots of a peer they move through. exchange.c makes them,
 * the datapath uses them.
 */
#include <linux/error-injection.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/ktime.h>
#include <linux/wait.h>

#include "session.h"
#include "../core/device.h"
#include "../datapath/socket.h"

/* How long cv_session_wait_wiped() waits for batches, in seconds. */
#define CV_SESSION_WAIT_S 5

/*
 * For so long after a handshake packets from where the peer was before are late: those under older
 * keys; and those under the new ones, if this end has moved the peer.
 */
#define CV_SESSION_LATE_S 5
#define CV_SESSION_LATE_CANDIDATE_S 1

/* Sessions that have left their slots and are not wiped yet. */
static LIST_HEAD(cv_session_dropped);
static DEFINE_SPINLOCK(cv_session_dropped_lock);
static DECLARE_WAIT_QUEUE_HEAD(cv_session_freed);

/**
 * cv_session_create() - a session without keys or index
 * @peer: whose; the session holds a reference
 * @gfp: how to allocate
 *
 * Also gives the peer its route cache, if this is its first session.
 *
 * Context: may sleep if @gfp says so; holds &cv_peer.exchange_lock.
 * Return: the session with one reference, to be put or installed, or NULL.
 */
struct cv_session *cv_session_create(struct cv_peer *peer, gfp_t gfp)
{
	struct cv_session *session;

	lockdep_assert_held(&peer->exchange_lock);
	if (cv_path_create_routes(&peer->path, peer->dev, gfp))
		return NULL;
	session = kzalloc(sizeof(*session), gfp);
	if (!session)
		return NULL;
	session->entry.kind = CV_INDEX_SESSION;
	session->peer = cv_peer_get(peer);
	/* Until it has keys and is installed: its index may be guessed. */
	session->dead = true;
	INIT_LIST_HEAD(&session->dropped);
	session->birth_ns = ktime_get_coarse_boottime_ns();
	refcount_set(&session->refs, 1);
	cv_replay_init(&session->replay);
	return session;
}

ALLOW_ERROR_INJECTION(cv_session_create, NULL);

static void cv_session_free(struct rcu_head *rcu)
{
	struct cv_session *session = container_of(rcu, struct cv_session, rcu);

	cv_peer_put(session->peer);
	/* Before cv_session_wait_wiped() finds that it has gone. */
	memzero_explicit(session->send_key, sizeof(session->send_key));
	memzero_explicit(session->receive_key, sizeof(session->receive_key));
	spin_lock_bh(&cv_session_dropped_lock);
	list_del(&session->dropped);
	spin_unlock_bh(&cv_session_dropped_lock);
	if (wq_has_sleeper(&cv_session_freed))
		wake_up(&cv_session_freed);
	kfree_sensitive(session);
}

/**
 * cv_session_tryget() - take a reference unless the session is on its way out
 * @session: borrowed under RCU
 *
 * Return: @session with a reference, or NULL.
 */
struct cv_session *cv_session_tryget(struct cv_session *session)
{
	return session && refcount_inc_not_zero(&session->refs) ? session : NULL;
}

/**
 * cv_session_put() - give a reference back
 * @session: whose keys are wiped and whose peer is put after the last one
 *
 * Context: any.
 */
void cv_session_put(struct cv_session *session)
{
	if (refcount_dec_and_test(&session->refs))
		call_rcu(&session->rcu, cv_session_free);
}

static struct cv_session *cv_session_slot(struct cv_peer *peer, enum cv_peer_slot slot)
{
	return rcu_dereference_protected(peer->sessions[slot],
					 lockdep_is_held(&peer->slot_lock));
}

/* A session has left its slot for good. */
static void cv_session_drop(struct cv_session *session)
{
	if (!session)
		return;
	/* Readers that still see it look at this before they use the keys. */
	WRITE_ONCE(session->dead, true);
	cv_index_remove(&session->peer->dev->index, &session->entry);
	spin_lock(&cv_session_dropped_lock);
	list_add_tail(&session->dropped, &cv_session_dropped);
	spin_unlock(&cv_session_dropped_lock);
	cv_session_put(session);
}

static void cv_session_move(struct cv_peer *peer, enum cv_peer_slot slot,
			    struct cv_session *session)
{
	rcu_assign_pointer(peer->sessions[slot], session);
}

/**
 * DOC: Crossing
 *
 * Two ends that begin at the same moment each get the other's initiation while their own is in
 * flight. By the whitepaper each gives its own up, and neither is answered. Here each keeps it for
 * a second, so that two sessions come about where both ends do so, and one where the other end
 * does not. Of two, that of the end with the greater public key wins:
 *
 * - Both ends leave the peer's session in slot next when theirs becomes the current one.
 * - The end that loses sends under its own, since there may be no other, until something comes
 *   under the peer's: that makes it the current one, as always.
 * - The end that wins opens the peer's, and never makes it the current one.
 *
 * So nothing that either has sent is lost, and one end is the initiator of what is left.
 */

/* A session that this end has begun becomes the current one. */
static void cv_session_install_begun(struct cv_peer *peer, struct cv_session *session)
{
	struct cv_session *previous = cv_session_slot(peer, CV_SLOT_PREVIOUS);
	struct cv_session *current_ = cv_session_slot(peer, CV_SLOT_CURRENT);
	struct cv_session *next = cv_session_slot(peer, CV_SLOT_NEXT);

	lockdep_assert_held(&peer->slot_lock);
	cv_session_move(peer, CV_SLOT_CURRENT, session);
	cv_session_drop(previous);
	if (next && session->crossed) {
		WRITE_ONCE(next->yields, session->wins);
		cv_session_move(peer, CV_SLOT_PREVIOUS, current_);
		return;
	}
	cv_session_move(peer, CV_SLOT_NEXT, NULL);
	if (!next || next->yields) {
		cv_session_move(peer, CV_SLOT_PREVIOUS, current_);
		cv_session_drop(next);
	} else {
		cv_session_move(peer, CV_SLOT_PREVIOUS, next);
		cv_session_drop(current_);
	}
}

/**
 * cv_session_install() - a handshake is done: its session goes to its slot
 * @session: with keys and in the index table; the slot takes the reference over
 *
 * protocol.md, "Slots". Context: process; holds &cv_peer.exchange_lock.
 */
void cv_session_install(struct cv_session *session)
{
	struct cv_peer *peer = session->peer;
	struct cv_session *previous, *next;

	lockdep_assert_held(&peer->exchange_lock);
	/* A CPU that sees it alive sees its keys: pairs with cv_session_opens(). */
	smp_store_release(&session->dead, false);
	spin_lock_bh(&peer->slot_lock);
	if (session->initiator) {
		cv_session_install_begun(peer, session);
	} else {
		previous = cv_session_slot(peer, CV_SLOT_PREVIOUS);
		next = cv_session_slot(peer, CV_SLOT_NEXT);
		cv_session_move(peer, CV_SLOT_PREVIOUS, NULL);
		cv_session_move(peer, CV_SLOT_NEXT, session);
		cv_session_drop(previous);
		cv_session_drop(next);
	}
	spin_unlock_bh(&peer->slot_lock);
}

/**
 * cv_session_confirm() - something authentic came in under a session
 * @session: which
 *
 * If it was the responder's next session, it is now the current one.
 *
 * Context: softirq.
 * Return: true if it was.
 */
bool cv_session_confirm(struct cv_session *session)
{
	struct cv_peer *peer = session->peer;
	struct cv_session *previous;
	bool confirmed = false;

	/* Only compared, not followed. */
	if (likely(rcu_access_pointer(peer->sessions[CV_SLOT_NEXT]) != session) ||
	    READ_ONCE(session->yields))
		return false;
	spin_lock_bh(&peer->slot_lock);
	if (cv_session_slot(peer, CV_SLOT_NEXT) == session && !session->yields) {
		previous = cv_session_slot(peer, CV_SLOT_PREVIOUS);
		cv_session_move(peer, CV_SLOT_PREVIOUS, cv_session_slot(peer, CV_SLOT_CURRENT));
		cv_session_move(peer, CV_SLOT_CURRENT, session);
		cv_session_move(peer, CV_SLOT_NEXT, NULL);
		cv_session_drop(previous);
		confirmed = true;
	}
	spin_unlock_bh(&peer->slot_lock);
	return confirmed;
}

/**
 * cv_session_drop_all() - forget all keys of a peer
 * @peer: whose
 *
 * Context: any but hard interrupts. Batches in flight keep the memory, not the
 * right to be sent or handed up.
 * Return: true if there were any.
 */
bool cv_session_drop_all(struct cv_peer *peer)
{
	enum cv_peer_slot slot;
	bool any = false;

	spin_lock_bh(&peer->slot_lock);
	for (slot = 0; slot < CV_SLOT_COUNT; slot++) {
		struct cv_session *session = cv_session_slot(peer, slot);

		any |= !!session;
		cv_session_move(peer, slot, NULL);
		cv_session_drop(session);
	}
	spin_unlock_bh(&peer->slot_lock);
	return any;
}

static bool cv_session_none_in(const struct list_head *sessions)
{
	bool none;

	spin_lock_bh(&cv_session_dropped_lock);
	none = list_empty(sessions);
	spin_unlock_bh(&cv_session_dropped_lock);
	return none;
}

/**
 * cv_session_wait_wiped() - wait until what has been dropped is wiped
 *
 * Covers sessions that have been dropped, exchanges that have been cleared and identities
 * that have been replaced before the call. Of these only sessions outlive a grace period:
 * batches refer to them. A dropped session gets no more batches; those that it has are
 * bounded by CV_BATCH_FLIGHT_BYTES for each link and wait for nothing but CPU time, so
 * this lasts for milliseconds; it gives up after CV_SESSION_WAIT_S.
 *
 * Context: may sleep.
 */
void cv_session_wait_wiped(void)
{
	LIST_HEAD(sessions);

	rcu_barrier();
	/* Those that are dropped from now on are not waited for, or there would be no end. */
	spin_lock_bh(&cv_session_dropped_lock);
	list_splice_init(&cv_session_dropped, &sessions);
	spin_unlock_bh(&cv_session_dropped_lock);
	if (!wait_event_timeout(cv_session_freed, cv_session_none_in(&sessions),
				CV_SESSION_WAIT_S * HZ))
		pr_warn("culvert: dropped sessions still in use after %u s: keys not wiped yet\n",
			CV_SESSION_WAIT_S);
	spin_lock_bh(&cv_session_dropped_lock);
	list_splice(&sessions, &cv_session_dropped);
	spin_unlock_bh(&cv_session_dropped_lock);
}

static bool cv_session_older(const struct cv_session *session, unsigned int seconds)
{
	return ktime_get_coarse_boottime_ns() - session->birth_ns >=
	       (u64)seconds * NSEC_PER_SEC;
}

/**
 * cv_session_is_live() - whether what a session has sealed or opened may still leave
 * @session: borrowed or referenced
 *
 * Unlike cv_session_opens() it does not look at the clock: what began in time may end.
 *
 * Context: any.
 * Return: false when it has left its slots, its peer has been removed, or it
 * was made under a private key that the device has no more.
 */
bool cv_session_is_live(const struct cv_session *session)
{
	const struct cv_peer *peer = session->peer;

	/* Pairs with cv_session_install(). */
	return !smp_load_acquire(&session->dead) && cv_peer_is_live(peer) &&
	       session->generation == READ_ONCE(peer->dev->key_generation);
}

/**
 * cv_session_opens() - whether a session may still be used
 * @session: borrowed or referenced
 *
 * Context: any.
 * Return: false when it is too old or not live any more.
 */
bool cv_session_opens(const struct cv_session *session)
{
	return cv_session_is_live(session) && !cv_session_older(session, CV_WIRE_REJECT_AFTER_S);
}

/**
 * cv_session_is_young() - whether a peer has a session that is not too old
 * @peer: borrowed or referenced
 *
 * Whatever the private key is meanwhile: see cv_session_opens() for whether it may be used.
 *
 * Context: any.
 * Return: true if it has.
 */
bool cv_session_is_young(const struct cv_peer *peer)
{
	const struct cv_session *session;
	enum cv_peer_slot slot;
	bool young = false;

	rcu_read_lock();
	for (slot = 0; slot < CV_SLOT_COUNT; slot++) {
		session = rcu_dereference(peer->sessions[slot]);
		young |= session && !cv_session_older(session, CV_WIRE_REJECT_AFTER_S);
	}
	rcu_read_unlock();
	return young;
}

/**
 * cv_session_get_sending() - the session to send under
 * @peer: borrowed or referenced
 *
 * Context: any but hard interrupts.
 * Return: with a reference, or NULL when a
 * handshake is needed first.
 */
struct cv_session *cv_session_get_sending(struct cv_peer *peer)
{
	struct cv_session *session;

	rcu_read_lock();
	session = rcu_dereference(peer->sessions[CV_SLOT_CURRENT]);
	/*
	 * The counter is read without its lock: a batch that starts below the limit
	 * cannot get past the window that lies between the limit and the end.
	 */
	if (session && (!cv_session_opens(session) ||
			READ_ONCE(session->send_counter) >= CV_WIRE_REJECT_AFTER_MESSAGES))
		session = NULL;
	session = cv_session_tryget(session);
	rcu_read_unlock();
	return session;
}

/**
 * cv_session_wants_renewal() - whether it is time for a new handshake
 * @session: just used
 * @sending: it sealed; else it opened
 *
 * Context: any.
 * Return: true when an initiation is due: on send each time, on
 * receive once a session.
 */
bool cv_session_wants_renewal(struct cv_session *session, bool sending)
{
	if (sending)
		return READ_ONCE(session->send_counter) > CV_WIRE_REKEY_AFTER_MESSAGES ||
		       (session->initiator && cv_session_older(session, CV_WIRE_REKEY_AFTER_S));
	if (!session->initiator || READ_ONCE(session->renewing) ||
	    !cv_session_older(session, CV_WIRE_REKEY_ON_RECEIVE_S))
		return false;
	/* Two CPUs may both get here: then two ask, and one initiation is sent. */
	WRITE_ONCE(session->renewing, true);
	return true;
}

/**
 * cv_session_set_left() - note what its handshake moves the peer away from
 * @session: not installed yet
 * @from: where the handshake came from
 *
 * Context: any but hard interrupts.
 */
void cv_session_set_left(struct cv_session *session, const struct cv_endpoint *from)
{
	cv_path_read_endpoint(&session->peer->path, &session->left);
	if (cv_endpoint_same_remote(&session->left, from))
		session->left.remote.any.sa_family = 0;
}

/**
 * cv_session_is_late() - whether an authentic packet was sent before the handshake that has moved
 * its peer
 * @session: of the packet; borrowed or referenced
 * @from: where it came from
 *
 * Such packets come for a while from where the peer was, at either end: each would move it back
 * there, and what is then sent there would move the other end back. Not before the new session is
 * confirmed: the answer may have been lost. What is sent under the new keys tells nothing of its
 * age; that is left to chance unless this end may have moved the peer, to one of its candidates.
 *
 * Context: any.
 * Return: true if the peer is not to be followed there.
 */
bool cv_session_is_late(const struct cv_session *session, const struct cv_endpoint *from)
{
	const struct cv_session *newest;
	bool late = false;

	rcu_read_lock();
	newest = rcu_dereference(session->peer->sessions[CV_SLOT_CURRENT]);
	if (newest && newest->left.remote.any.sa_family &&
	    cv_endpoint_same_remote(&newest->left, from)) {
		if (newest->birth_ns > session->birth_ns)
			late = !cv_session_older(newest, CV_SESSION_LATE_S);
		else if (newest == session && session->initiator &&
			 cv_path_has_candidates(&session->peer->path))
			late = !cv_session_older(newest, CV_SESSION_LATE_CANDIDATE_S);
	}
	rcu_read_unlock();
	return late;
}
