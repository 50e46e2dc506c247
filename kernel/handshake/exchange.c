// SPDX-License-Identifier: GPL-2.0
/*
 * The exchange: what is made of handshake messages that inbox.c has let through, and the
 * initiations that work.c sends.
 */
#include <linux/error-injection.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/ktime.h>

#include "exchange.h"
#include "knock.h"
#include "session.h"
#include "tai64n.h"
#include "timers.h"
#include "../core/device.h"
#include "../core/peer.h"
#include "../events/notify.h"
#include "../datapath/want.h"
#include "../datapath/xmit.h"

/* For so long an initiation of ours may still be answered when one of the peer's has come. */
#define CV_EXCHANGE_CROSSING_MS 1000

/* The peer whose exchange or session has an index, referenced, or NULL. */
static struct cv_peer *cv_exchange_get_peer(struct cv_device *dev, __le32 index,
					    bool exchange_only)
{
	struct cv_index_entry *entry;
	struct cv_peer *peer = NULL;

	rcu_read_lock();
	entry = cv_index_find(&dev->index, index);
	if (entry && entry->kind == CV_INDEX_EXCHANGE)
		peer = cv_peer_tryget(container_of(entry, struct cv_exchange, entry)->peer);
	else if (entry && !exchange_only)
		peer = cv_peer_tryget(container_of(entry, struct cv_session, entry)->peer);
	rcu_read_unlock();
	return peer;
}

/**
 * cv_exchange_take_cookie() - a cookie reply came in
 * @dev: the device
 * @received: it
 *
 * It proves nothing about its sender but that it saw our message, and changes what the next
 * message carries and nothing else; once a message.
 *
 * Context: worker, may sleep.
 */
void cv_exchange_take_cookie(struct cv_device *dev,
			     const struct cv_exchange_received *received)
{
	const struct cv_wire_cookie *reply = &received->message.cookie;
	struct cv_peer *peer = cv_exchange_get_peer(dev, reply->receiver, false);
	u8 cookie[CV_WIRE_COOKIE_BYTES];
	struct cv_exchange *exchange;
	bool good = false;

	if (!peer) {
		cv_drop_count(dev, CV_DROP_HS_COOKIE_INDEX);
		return;
	}
	if (!cv_path_admits(&peer->path, &received->from)) {
		cv_drop_count(dev, CV_DROP_HS_ELSEWHERE);
		cv_peer_put(peer);
		return;
	}
	mutex_lock(&peer->exchange_lock);
	exchange = peer->exchange;
	if (exchange && exchange->has_mac1)
		good = cv_cookie_open(cookie, reply, exchange->peer_keys.cookie_key,
				      exchange->mac1);
	if (good) {
		memcpy(exchange->cookie, cookie, sizeof(cookie));
		exchange->cookie_ns = ktime_get_coarse_boottime_ns();
		exchange->has_mac1 = false;
	}
	mutex_unlock(&peer->exchange_lock);
	if (!good)
		cv_drop_count(dev, CV_DROP_HS_COOKIE);
	cv_peer_put(peer);
}

/*
 * The one setter of the state. Leaving INITIATED forgets the index and the
 * ephemeral key: a response that comes after this gets no answer.
 */
static void cv_exchange_set_state(struct cv_exchange *exchange, enum cv_exchange_state state)
{
	lockdep_assert_held(&exchange->peer->exchange_lock);
	if (exchange->state == CV_EXCHANGE_INITIATED) {
		cv_index_remove(&exchange->peer->dev->index, &exchange->entry);
		cv_noise_wipe(&exchange->noise);
	}
	exchange->state = state;
}

/* The peer's exchange, made if there is none; NULL without memory or when it is not running. */
static struct cv_exchange *cv_exchange_of(struct cv_peer *peer)
{
	struct cv_exchange *exchange = peer->exchange;

	lockdep_assert_held(&peer->exchange_lock);
	if (!cv_peer_is_running(peer))
		return NULL;
	if (exchange)
		return exchange;
	exchange = kzalloc(sizeof(*exchange), GFP_KERNEL);
	if (!exchange)
		return NULL;
	exchange->entry.kind = CV_INDEX_EXCHANGE;
	exchange->peer = peer;
	cv_cookie_keys_init(&exchange->peer_keys, peer->public_key);
	peer->exchange = exchange;
	return exchange;
}

static void cv_exchange_free(struct rcu_head *rcu)
{
	struct cv_exchange *exchange = container_of(rcu, struct cv_exchange, rcu);

	kfree(exchange->spread);
	kfree_sensitive(exchange);
}

/**
 * cv_exchange_clear() - forget a peer's exchange, its cookie and its cached secret
 * @peer: whose
 *
 * What guards against replay stays: the timestamps. Context: may sleep.
 */
void cv_exchange_clear(struct cv_peer *peer)
{
	struct cv_exchange *exchange;

	mutex_lock(&peer->exchange_lock);
	exchange = peer->exchange;
	peer->exchange = NULL;
	WRITE_ONCE(peer->initiated_ns, 0);
	if (exchange)
		cv_exchange_set_state(exchange, CV_EXCHANGE_IDLE);
	mutex_unlock(&peer->exchange_lock);
	if (exchange)
		call_rcu(&exchange->rcu, cv_exchange_free);
}

/**
 * cv_exchange_renew() - the device has another identity
 * @peer: of that device
 *
 * What limits how often handshakes are begun and accepted is of one identity: nothing of the
 * next one waits for it. Exchanges and sessions of the old one are of an older generation.
 *
 * Context: may sleep; after cv_device_set_identity().
 */
void cv_exchange_renew(struct cv_peer *peer)
{
	const u32 generation = READ_ONCE(peer->dev->key_generation);

	mutex_lock(&peer->exchange_lock);
	/* Not what a worker may already have done with the new one. */
	if (!peer->exchange || peer->exchange->generation != generation) {
		WRITE_ONCE(peer->initiated_ns, 0);
		peer->accepted_ns = 0;
	}
	mutex_unlock(&peer->exchange_lock);
}

/*
 * Whether an identity that was copied out has been replaced since: what is noted under it
 * would hold up what cv_exchange_renew() has just let go.
 */
static bool cv_exchange_outdated(const struct cv_peer *peer, const struct cv_identity *identity)
{
	lockdep_assert_held(&peer->exchange_lock);
	return (s32)(identity->generation - READ_ONCE(peer->dev->key_generation)) < 0;
}

/* The cached DH of both static keys, or a new one, which the caller may cache. */
static bool cv_exchange_static_static(struct cv_peer *peer, const struct cv_identity *identity,
				      u8 secret[CV_WIRE_KEY_BYTES])
{
	struct cv_exchange *exchange;
	bool cached;

	mutex_lock(&peer->exchange_lock);
	exchange = peer->exchange;
	cached = exchange && exchange->has_static_static &&
		 exchange->generation == identity->generation;
	if (cached)
		memcpy(secret, exchange->static_static, CV_WIRE_KEY_BYTES);
	mutex_unlock(&peer->exchange_lock);
	return cached || cv_noise_static_static(secret, identity->private_key, peer->public_key);
}

/* Of this identity is what follows; @secret may be NULL, then it is computed when it is needed. */
static void cv_exchange_cache(struct cv_exchange *exchange, const struct cv_identity *identity,
			      const u8 *secret)
{
	if (secret)
		memcpy(exchange->static_static, secret, CV_WIRE_KEY_BYTES);
	exchange->has_static_static = secret || (exchange->has_static_static &&
						 exchange->generation == identity->generation);
	exchange->generation = identity->generation;
}

/* mac1, and mac2 as long as there is a cookie for it. */
static void cv_exchange_add_macs(struct cv_exchange *exchange, void *message, size_t bytes)
{
	struct cv_wire_macs *macs = message + bytes - sizeof(*macs);
	u64 now_ns = ktime_get_coarse_boottime_ns();

	cv_cookie_mac1(macs->mac1, message, bytes - sizeof(*macs), exchange->peer_keys.mac1_key);
	memcpy(exchange->mac1, macs->mac1, sizeof(exchange->mac1));
	exchange->has_mac1 = true;
	if (exchange->cookie_ns &&
	    now_ns - exchange->cookie_ns < (u64)CV_WIRE_COOKIE_HELD_S * NSEC_PER_SEC)
		cv_cookie_mac2(macs->mac2, message, bytes - sizeof(macs->mac2),
			       exchange->cookie);
	else
		memset(macs->mac2, 0, sizeof(macs->mac2));
}

/* Keys of a finished handshake; @first is what the initiator sends with. */
static void cv_exchange_derive(struct cv_session *session, struct cv_noise *noise, bool initiator)
{
	if (initiator)
		cv_noise_keys(noise, session->send_key, session->receive_key);
	else
		cv_noise_keys(noise, session->receive_key, session->send_key);
	session->initiator = initiator;
}

/*
 * What an initiation that is whole must still be: newer than any before, and not
 * too soon after the last.
 */
static enum cv_drop cv_exchange_fresh(struct cv_peer *peer,
				      const u8 stamp[CV_WIRE_TIMESTAMP_BYTES], u64 now_ns)
{
	if (!cv_tai64n_after(stamp, peer->seen_stamp))
		return CV_DROP_HS_REPLAY;
	if (peer->accepted_ns &&
	    now_ns - peer->accepted_ns < CV_WIRE_INITIATION_APART_MS * NSEC_PER_MSEC)
		return CV_DROP_HS_FLOOD;
	return CV_DROP_NONE;
}

/*
 * Whether our initiation in flight is so young that the peer may not have seen it when it sent its
 * own, and may still be answered: see session.c, DOC: Crossing.
 */
static bool cv_exchange_crosses(const struct cv_exchange *exchange, u64 now_ns)
{
	u64 since_ns = exchange->crossed_ns ?: exchange->peer->initiated_ns;

	lockdep_assert_held(&exchange->peer->exchange_lock);
	return exchange->state == CV_EXCHANGE_INITIATED &&
	       now_ns - since_ns < CV_EXCHANGE_CROSSING_MS * NSEC_PER_MSEC;
}

/* Ours goes no further, and waits a little longer for an answer. */
static void cv_exchange_cross(struct cv_exchange *exchange, u64 now_ns)
{
	if (!exchange->crossed_ns)
		exchange->crossed_ns = now_ns;
	cv_spread_end(exchange->spread);
}

/* An initiation that is whole. */
struct cv_exchange_initiation {
	/* as it has left the handshake */
	struct cv_noise *noise;
	/* the index of the session at the initiator's end */
	__le32 remote_index;
	/* DH of both static keys; or NULL, since it has gone into @noise already */
	const u8 *secret;
	/* its time, TAI64N */
	u8 stamp[CV_WIRE_TIMESTAMP_BYTES];
};

/*
 * An initiation is authentic: unless it is stale it replaces our own exchange, and a
 * session and a response are made of it, all under the lock.
 *
 * Return: CV_DROP_NONE, or why it was refused.
 */
static enum cv_drop cv_exchange_answer(struct cv_peer *peer, const struct cv_identity *identity,
				       const struct cv_exchange_initiation *initiation,
				       const struct cv_endpoint *from,
				       struct cv_wire_response *response)
{
	u64 now_ns = ktime_get_boottime_ns();
	struct cv_exchange *exchange;
	struct cv_session *session;
	enum cv_drop reason;

	lockdep_assert_held(&peer->exchange_lock);
	if (cv_exchange_outdated(peer, identity))
		return CV_DROP_HS_SUPERSEDED;
	reason = cv_exchange_fresh(peer, initiation->stamp, now_ns);
	if (reason != CV_DROP_NONE)
		return reason;
	exchange = cv_exchange_of(peer);
	session = exchange ? cv_session_create(peer, GFP_KERNEL) : NULL;
	if (!session)
		return CV_DROP_HS_NO_MEMORY;
	if (cv_index_insert(&peer->dev->index, &session->entry)) {
		cv_session_put(session);
		return CV_DROP_HS_NO_MEMORY;
	}
	response->type = cpu_to_le32(CV_WIRE_RESPONSE);
	response->sender = session->entry.index;
	response->receiver = initiation->remote_index;
	if (!cv_noise_write_response(initiation->noise, response, peer->public_key,
				     peer->preshared_key)) {
		cv_index_remove(&peer->dev->index, &session->entry);
		cv_session_put(session);
		return CV_DROP_HS_DH;
	}
	memcpy(peer->seen_stamp, initiation->stamp, CV_WIRE_TIMESTAMP_BYTES);
	peer->accepted_ns = now_ns;
	if (cv_exchange_crosses(exchange, now_ns))
		cv_exchange_cross(exchange, now_ns);
	else
		cv_exchange_set_state(exchange, CV_EXCHANGE_IDLE);
	WRITE_ONCE(peer->initiated_ns, now_ns);
	cv_exchange_cache(exchange, identity, initiation->secret);
	cv_exchange_add_macs(exchange, response, sizeof(*response));
	session->remote_index = initiation->remote_index;
	session->generation = identity->generation;
	cv_exchange_derive(session, initiation->noise, false);
	cv_session_set_left(session, from);
	cv_session_install(session);
	return CV_DROP_NONE;
}

/* A message was authentic and has made a session, by a way: what follows for either. */
static void cv_exchange_believe(struct cv_peer *peer, const struct cv_exchange_received *received,
				const struct cv_endpoint *way)
{
	struct cv_endpoint before;

	if (cv_path_learn_endpoint(&peer->path, way, CVENDPOINT_HANDSHAKE, &before))
		cv_notify_raise_moved(peer, &before);
	if (!before.remote.any.sa_family)
		cv_want_check(peer->dev);
	if (READ_ONCE(peer->silent))
		cv_notify_back(peer);
	atomic64_add(received->bytes, &peer->rx_bytes);
	if (peer->dev->counts_messages) {
		local_bh_disable();
		dev_sw_netstats_rx_add(peer->dev->netdev, received->bytes);
		local_bh_enable();
		atomic64_inc(&peer->rx_packets);
	}
	atomic64_set(&peer->heard_ns, ktime_get_coarse_real_ns());
	cv_timers_event(peer, CV_EVENT_HANDSHAKE_MESSAGE_RECEIVED);
	cv_timers_event(peer, CV_EVENT_SESSION_DERIVED);
}

/* An initiation is whole: it becomes a session and a response, unless it is stale. */
static enum cv_drop cv_exchange_respond(struct cv_peer *peer, const struct cv_identity *identity,
					const struct cv_exchange_initiation *initiation,
					const struct cv_exchange_received *received)
{
	struct cv_xmit xmit = {
		.dev = peer->dev, .peer = peer, .endpoint = &received->from, .ds = CV_EXCHANGE_DS,
	};
	struct cv_wire_response response;
	struct cv_endpoint now;
	enum cv_drop reason;

	mutex_lock(&peer->exchange_lock);
	reason = cv_exchange_answer(peer, identity, initiation, &received->from, &response);
	mutex_unlock(&peer->exchange_lock);
	if (reason != CV_DROP_NONE)
		return reason;
	cv_exchange_believe(peer, received, &received->from);
	cv_timers_event(peer, CV_EVENT_RESPONSE_SENT);
	/* It may be answered where it is not followed to. */
	cv_path_read_endpoint(&peer->path, &now);
	xmit.off_path = !cv_endpoint_same(&now, &received->from);
	cv_xmit_message(&xmit, &response, sizeof(response));
	return reason;
}

/* An initiation of a known peer; its static key has been opened into @noise. */
static enum cv_drop cv_exchange_initiated_by(struct cv_peer *peer,
					     const struct cv_identity *identity,
					     struct cv_noise *noise,
					     const struct cv_exchange_received *received)
{
	const struct cv_wire_initiation *message = &received->message.initiation;
	u8 secret[CV_WIRE_KEY_BYTES];
	struct cv_exchange_initiation initiation = {
		.noise = noise, .remote_index = message->sender, .secret = secret,
	};
	enum cv_drop reason = CV_DROP_HS_DH;

	if (!cv_path_admits(&peer->path, &received->from))
		return CV_DROP_HS_ELSEWHERE;
	if (!cv_exchange_static_static(peer, identity, secret))
		return reason;
	reason = CV_DROP_HS_TIMESTAMP;
	if (cv_noise_open_timestamp(noise, initiation.stamp, message, secret))
		reason = cv_exchange_respond(peer, identity, &initiation, received);
	memzero_explicit(secret, sizeof(secret));
	return reason;
}

/**
 * cv_exchange_answer_held() - a knock becomes a peer's initiation
 * @peer: of the key that has knocked; referenced
 * @held: what was kept of it
 *
 * Context: process, may sleep.
 */
void cv_exchange_answer_held(struct cv_peer *peer, const struct cv_knock_held *held)
{
	struct cv_exchange_initiation initiation = { .remote_index = held->remote_index };
	struct cv_exchange_received received = {
		.from = held->from, .bytes = sizeof(struct cv_wire_initiation),
	};
	enum cv_drop reason = CV_DROP_HS_SUPERSEDED;
	struct cv_identity identity;
	struct cv_noise noise = {};

	if (!cv_path_admits(&peer->path, &held->from)) {
		reason = CV_DROP_HS_ELSEWHERE;
	} else if (cv_device_read_identity(peer->dev, &identity)) {
		if (identity.generation == held->generation) {
			memcpy(noise.chaining_key, held->chaining_key, sizeof(noise.chaining_key));
			memcpy(noise.hash, held->hash, sizeof(noise.hash));
			memcpy(noise.remote_ephemeral, held->remote_ephemeral,
			       sizeof(noise.remote_ephemeral));
			memcpy(initiation.stamp, held->stamp, sizeof(initiation.stamp));
			initiation.noise = &noise;
			reason = cv_exchange_respond(peer, &identity, &initiation, &received);
		}
		memzero_explicit(&identity, sizeof(identity));
	}
	if (reason != CV_DROP_NONE)
		cv_drop_count(peer->dev, reason);
	cv_noise_wipe(&noise);
}

/**
 * cv_exchange_take_initiation() - an initiation came in, and its mac1 is right
 * @dev: the device
 * @identity: of the device
 * @received: it
 *
 * In two steps: first the key of its sender, then, if that is a peer's, the rest; if not,
 * it is left to knock.c.
 *
 * Context: worker, may sleep.
 * Return: CV_DROP_NONE, or why it was refused, to be counted.
 */
enum cv_drop cv_exchange_take_initiation(struct cv_device *dev,
					 const struct cv_identity *identity,
					 const struct cv_exchange_received *received)
{
	u8 remote_static[CV_WIRE_KEY_BYTES];
	enum cv_drop reason;
	struct cv_noise noise;
	struct cv_peer *peer;

	if (!cv_noise_open_initiator_static(&noise, remote_static, &received->message.initiation,
					    identity->private_key, identity->public_key)) {
		return noise.zero_dh ? CV_DROP_HS_DH : CV_DROP_HS_STATIC;
	}
	rcu_read_lock();
	peer = cv_peers_find(&dev->peers, remote_static);
	if (peer)
		peer = cv_peer_tryget(peer);
	rcu_read_unlock();
	if (peer) {
		reason = cv_exchange_initiated_by(peer, identity, &noise, received);
		cv_peer_put(peer);
	} else {
		reason = cv_knock_take(dev, identity, &noise, remote_static, received);
	}
	cv_noise_wipe(&noise);
	return reason;
}

/* Whether a response answers the initiation that is in flight now. */
static bool cv_exchange_answers(const struct cv_peer *peer, __le32 index)
{
	const struct cv_exchange *exchange = peer->exchange;

	lockdep_assert_held(&peer->exchange_lock);
	return exchange && exchange->state == CV_EXCHANGE_INITIATED &&
	       exchange->entry.index == index &&
	       (!exchange->crossed_ns || cv_exchange_crosses(exchange, ktime_get_boottime_ns()));
}

/* Whether the peer's session of a crossing is in use already, which it has won then. */
static bool cv_exchange_has_lost(const struct cv_peer *peer)
{
	const struct cv_session *session;
	bool lost;

	lockdep_assert_held(&peer->exchange_lock);
	if (!peer->exchange->crossed_ns)
		return false;
	rcu_read_lock();
	session = rcu_dereference(peer->sessions[CV_SLOT_CURRENT]);
	lost = session && !session->initiator && session->birth_ns >= peer->exchange->crossed_ns;
	rcu_read_unlock();
	return lost;
}

/*
 * An authentic response becomes a session, if it still answers what is in flight. The way is where
 * it came from, and set to how the initiation has come there.
 */
static enum cv_drop cv_exchange_conclude(struct cv_peer *peer,
					 const struct cv_identity *identity,
					 struct cv_noise *noise,
					 const struct cv_wire_response *message,
					 struct cv_endpoint *way)
{
	struct cv_session *session;

	if (cv_exchange_outdated(peer, identity) || !cv_peer_is_running(peer) ||
	    !cv_exchange_answers(peer, message->receiver) || cv_exchange_has_lost(peer))
		return CV_DROP_HS_SUPERSEDED;
	session = cv_session_create(peer, GFP_KERNEL);
	if (!session)
		return CV_DROP_HS_NO_MEMORY;
	session->remote_index = message->sender;
	session->generation = identity->generation;
	session->crossed = peer->exchange->crossed_ns;
	session->wins = memcmp(identity->public_key, peer->public_key, CV_WIRE_KEY_BYTES) > 0;
	cv_exchange_derive(session, noise, true);
	if (cv_index_replace(&peer->dev->index, &peer->exchange->entry, &session->entry)) {
		cv_session_put(session);
		return CV_DROP_HS_NO_MEMORY;
	}
	cv_spread_find_way(peer, way);
	cv_exchange_set_state(peer->exchange, CV_EXCHANGE_IDLE);
	cv_session_set_left(session, way);
	cv_session_install(session);
	return CV_DROP_NONE;
}

static enum cv_drop cv_exchange_answered_by(struct cv_peer *peer,
					    const struct cv_identity *identity,
					    const struct cv_exchange_received *received)
{
	const struct cv_wire_response *message = &received->message.response;
	enum cv_drop reason = CV_DROP_HS_SUPERSEDED;
	u8 preshared_key[CV_WIRE_KEY_BYTES];
	struct cv_endpoint way = received->from;
	struct cv_noise noise;
	bool answers;

	if (!cv_path_admits(&peer->path, &received->from))
		return CV_DROP_HS_ELSEWHERE;
	mutex_lock(&peer->exchange_lock);
	answers = cv_exchange_answers(peer, message->receiver);
	if (answers) {
		noise = peer->exchange->noise;
		memcpy(preshared_key, peer->preshared_key, sizeof(preshared_key));
	}
	mutex_unlock(&peer->exchange_lock);
	if (!answers)
		return reason;

	/* The expensive part, on a copy: a forged response leaves the exchange alone. */
	if (cv_noise_read_response(&noise, message, identity->private_key, preshared_key)) {
		mutex_lock(&peer->exchange_lock);
		reason = cv_exchange_conclude(peer, identity, &noise, message, &way);
		mutex_unlock(&peer->exchange_lock);
	} else {
		reason = noise.zero_dh ? CV_DROP_HS_DH : CV_DROP_HS_RESPONSE;
	}
	memzero_explicit(preshared_key, sizeof(preshared_key));
	cv_noise_wipe(&noise);
	if (reason != CV_DROP_NONE)
		return reason;

	cv_exchange_believe(peer, received, &way);
	cv_timers_event(peer, CV_EVENT_HANDSHAKE_COMPLETE);
	cv_notify_raise(peer, CVEVENT_SESSION_MADE, CVREASON_UNSPEC);
	return reason;
}

/**
 * cv_exchange_take_response() - a response came in, and its mac1 is right
 * @dev: the device
 * @identity: of the device
 * @received: it
 *
 * Context: worker, may sleep.
 * Return: the peer with which there is a session now, referenced, to be sent something: that
 * confirms the session to the responder. NULL if it was refused, which has been counted.
 */
struct cv_peer *cv_exchange_take_response(struct cv_device *dev,
					  const struct cv_identity *identity,
					  const struct cv_exchange_received *received)
{
	struct cv_peer *peer = cv_exchange_get_peer(dev, received->message.response.receiver, true);
	enum cv_drop reason = CV_DROP_HS_UNKNOWN_INDEX;

	if (peer)
		reason = cv_exchange_answered_by(peer, identity, received);
	if (reason == CV_DROP_NONE)
		return peer;
	cv_drop_count(dev, reason);
	if (peer)
		cv_peer_put(peer);
	return NULL;
}

/* An initiation, with a new index; the one before it is forgotten. */
static int cv_exchange_write_initiation(struct cv_peer *peer, const struct cv_identity *identity,
					const u8 *secret, struct cv_wire_initiation *message)
{
	struct cv_exchange *exchange = cv_exchange_of(peer);
	u8 now[CV_WIRE_TIMESTAMP_BYTES];
	const struct cv_noise_initiator initiator = {
		.static_public = identity->public_key,
		.remote_static = peer->public_key,
		.static_static = secret,
		.timestamp = peer->sent_stamp,
	};
	struct timespec64 time;

	lockdep_assert_held(&peer->exchange_lock);
	if (!exchange)
		return -ENOMEM;
	cv_exchange_cache(exchange, identity, secret);
	cv_exchange_set_state(exchange, CV_EXCHANGE_IDLE);
	ktime_get_real_ts64(&time);
	cv_tai64n_now(now, &time);
	cv_tai64n_next(peer->sent_stamp, now);
	if (!cv_noise_write_initiation(&exchange->noise, message, &initiator))
		return -EKEYREJECTED;
	if (cv_index_insert(&peer->dev->index, &exchange->entry)) {
		cv_noise_wipe(&exchange->noise);
		return -ENOMEM;
	}
	message->type = cpu_to_le32(CV_WIRE_INITIATION);
	message->sender = exchange->entry.index;
	cv_exchange_add_macs(exchange, message, sizeof(*message));
	exchange->crossed_ns = 0;
	cv_exchange_set_state(exchange, CV_EXCHANGE_INITIATED);
	WRITE_ONCE(peer->initiated_ns, ktime_get_boottime_ns());
	return 0;
}

/**
 * cv_exchange_wait_ms() - how long the next initiation has to wait after the last
 * @peer: referenced
 *
 * Context: any.
 * Return: milliseconds, 0: it may be sent now.
 */
u16 cv_exchange_wait_ms(const struct cv_peer *peer)
{
	const u64 apart_ns = (u64)CV_WIRE_RETRY_S * NSEC_PER_SEC;
	u64 initiated_ns = READ_ONCE(peer->initiated_ns);
	u64 now_ns = ktime_get_boottime_ns();

	if (!initiated_ns || now_ns - initiated_ns >= apart_ns)
		return 0;
	return div_u64(initiated_ns + apart_ns - now_ns, NSEC_PER_MSEC) + 1;
}

/**
 * cv_exchange_initiate() - send an initiation to a peer
 * @peer: referenced
 * @how: which ways it goes
 *
 * Never two of one identity within 5 s: then the retry timer sends the next.
 *
 * Context: &cv_peer.work.
 * Return: 0 when one was sent; -ESTALE when the private key has been replaced meanwhile, and
 * this is to be tried again; other errors are made good by the retry timer, of them -EBUSY says
 * that it was too soon.
 */
int cv_exchange_initiate(struct cv_peer *peer, enum cv_spread_how how)
{
	u8 secret[CV_WIRE_KEY_BYTES];
	struct cv_wire_initiation message;
	struct cv_identity identity;
	int err = -EAGAIN;

	if (!cv_peer_is_running(peer) || !cv_path_is_known(&peer->path) ||
	    !cv_device_read_identity(peer->dev, &identity))
		return -ENOTCONN;
	/* Early after boot the random generator is not ready: the retry timer comes again. */
	if (likely(rng_is_initialized()) && cv_exchange_static_static(peer, &identity, secret)) {
		mutex_lock(&peer->exchange_lock);
		if (cv_exchange_outdated(peer, &identity))
			err = -ESTALE;
		else if (cv_exchange_wait_ms(peer))
			err = -EBUSY;
		else
			err = cv_exchange_write_initiation(peer, &identity, secret, &message);
		mutex_unlock(&peer->exchange_lock);
	}
	/* Armed even when nothing could be sent: what is staged waits for it. */
	cv_timers_event(peer, err ? CV_EVENT_INITIATION_PUT_OFF : CV_EVENT_INITIATION_SENT);
	if (!err)
		cv_spread_begin(peer, &message, how);
	memzero_explicit(secret, sizeof(secret));
	memzero_explicit(&identity, sizeof(identity));
	return err;
}
