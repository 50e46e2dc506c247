// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz target: the handshake. Two links of the module's own code exchange messages whose
 * keys are known here, so that the input gets past every authentication. The input is a
 * series of steps (enum handshake_step): the ends begin handshakes, and a network between
 * them delivers, keeps, repeats, swaps, damages and invents messages, while clocks leap,
 * keys change, peers and links come and go, and memory runs out. Strangers knock at the first end
 * (enum knock_step), a program decides about them, and another one listens to events.
 *
 * The rules: what is refused changes nothing; what is accepted is, in all that Noise
 * protects, a message of the other end; an initiation is accepted once, later ones later,
 * and an untouched newer one always, however clocks have stepped; a response is accepted
 * only for the initiation in flight; then both ends have the same keys. Those of fuzz_knock.c and
 * fuzz_events.c. Nothing is left.
 */
#include <linux/unaligned.h>
#include <net/genetlink.h>

#include <uapi/linux/culvert.h>

#include <events/notify.h>
#include <fake_kernel.h>

#include <handshake/exchange.h>
#include <handshake/inbox.h>
#include <handshake/noise.h>
#include <handshake/session.h>
#include <tables/index.h>
#include <tables/peers.h>

#include "fuzz.h"
#include "fuzz_events.h"
#include "fuzz_knock.h"
#include "fuzz_link.h"

enum handshake_step {
	STEP_INITIATE,
	STEP_DELIVER,
	STEP_DAMAGE,
	STEP_REFLECT,
	STEP_WAIT,
	STEP_SET_CLOCK,
	STEP_SET_PSK,
	STEP_SET_KEY,
	STEP_NEW_PEER,
	STEP_LINK,
	STEP_LOAD,
	STEP_RAW,
	STEP_MIX,
	STEP_CONFIRM,
	STEP_CLEAR,
	STEP_NO_MEMORY,
	STEPS,
};

/* A step with this bit is one of these. */
#define STEP_KNOCK 0x40

enum knock_step {
	KNOCK_LISTEN,
	KNOCK_STRANGER,
	KNOCK_REPLAY,
	KNOCK_DAMAGE,
	KNOCK_GET,
	KNOCK_REFUSE,
	KNOCK_LET_IN,
	KNOCK_CLOSE,
	KNOCK_CROWD,
	KNOCK_EVENTS,
	KNOCK_SILENT,
	KNOCK_MOVE,
	KNOCK_NO_MEMORY,
	KNOCK_WRONG,
	KNOCK_RACE,
	KNOCK_RETURN,
};

#define STEPS_MAX 48
#define LOG_MAX 64
#define KEYS 4

/* A message that was sent. */
struct logged {
	u8 raw[sizeof(struct cv_wire_initiation)];
	size_t bytes;
	/* which end sent it, and which of its peers that was */
	unsigned int side;
	unsigned int incarnation;
	/* the sender's key and psk, and whom it took for the other end */
	unsigned int from_key;
	unsigned int to_key;
	u8 psk;
	/* of a response: what it answers, and the keys that the responder has */
	int answers;
	u8 send_key[CV_WIRE_KEY_BYTES];
	u8 receive_key[CV_WIRE_KEY_BYTES];
	/* of an initiation: the incarnation of the peer that has accepted it, or 0 */
	unsigned int accepted_by;
};

struct end {
	struct cv_device *dev;
	struct cv_peer *peer;
	unsigned int incarnation;
	unsigned int key;
	/* the key that the other end is known by */
	unsigned int peer_key;
	u8 psk;
	/* number of the initiation in flight, or -1 */
	int in_flight;
	u64 loaded_ns;
};

/* All of a peer's state that a handshake message may change. */
struct state {
	struct cv_session *sessions[CV_SLOT_COUNT];
	struct cv_endpoint endpoint;
	struct cv_exchange *exchange;
	enum cv_exchange_state state;
	struct cv_noise noise;
	__le32 index;
	bool has_mac1;
	u8 cookie[CV_WIRE_COOKIE_BYTES];
	u64 cookie_ns;
	u64 initiated_ns;
	u64 accepted_ns;
	u8 sent_stamp[CV_WIRE_TIMESTAMP_BYTES];
	u8 seen_stamp[CV_WIRE_TIMESTAMP_BYTES];
	s64 rx_bytes;
	unsigned int indices;
};

static struct end ends[2];
static struct logged sent[LOG_MAX];
static unsigned int sent_count;
static unsigned int derived;
static unsigned int incarnations;
static u8 public_keys[KEYS][CV_WIRE_KEY_BYTES];
/* the state before what is being delivered, and at which end */
static struct state before;
static struct end *raced;
/* what is being delivered, for a response that is sent meanwhile */
static int delivering;

static unsigned int side_of(const struct cv_device *dev)
{
	return dev == ends[1].dev;
}

static bool is_loaded(const struct end *end)
{
	return end->loaded_ns && fake_boottime_ns - end->loaded_ns < NSEC_PER_SEC;
}

static u32 type_of(const u8 *message)
{
	return get_unaligned_le32(message);
}

static void on_sent(struct cv_device *dev, struct cv_peer *peer, const void *message, size_t bytes)
{
	struct end *end = &ends[side_of(dev)];
	struct logged *log = &sent[sent_count];
	struct cv_session *next;

	FUZZ_CHECK(bytes <= sizeof(log->raw), "expected a handshake message, got %zu bytes", bytes);
	if (fuzz_knock_sent(dev, peer, message, bytes))
		return;
	if (sent_count == LOG_MAX)
		return;
	sent_count++;
	*log = (struct logged){
		.bytes = bytes, .side = side_of(dev), .incarnation = end->incarnation,
		.from_key = end->key, .to_key = end->peer_key, .psk = end->psk,
		.answers = delivering,
	};
	memcpy(log->raw, message, bytes);
	if (type_of(log->raw) != CV_WIRE_RESPONSE)
		return;
	next = end->peer->sessions[CV_SLOT_NEXT];
	FUZZ_CHECK(next && next->entry.index == ((struct cv_wire_response *)log->raw)->sender,
		   "expected the next session to have the index of the response");
	memcpy(log->send_key, next->send_key, CV_WIRE_KEY_BYTES);
	memcpy(log->receive_key, next->receive_key, CV_WIRE_KEY_BYTES);
}

static void on_event(struct cv_peer *peer, enum cv_event event)
{
	derived += event == CV_EVENT_SESSION_DERIVED;
}

static void read_state(struct state *state, const struct end *end)
{
	const struct cv_peer *peer = end->peer;
	const struct cv_exchange *exchange = peer->exchange;

	memset(state, 0, sizeof(*state));
	memcpy(state->sessions, peer->sessions, sizeof(state->sessions));
	state->endpoint = peer->path.endpoint;
	state->exchange = peer->exchange;
	if (exchange) {
		state->state = exchange->state;
		if (exchange->state == CV_EXCHANGE_INITIATED) {
			memcpy(&state->noise, &exchange->noise, sizeof(state->noise));
			state->index = exchange->entry.index;
		}
		state->has_mac1 = exchange->has_mac1;
		memcpy(state->cookie, exchange->cookie, sizeof(state->cookie));
		state->cookie_ns = exchange->cookie_ns;
	}
	state->initiated_ns = peer->initiated_ns;
	state->accepted_ns = peer->accepted_ns;
	memcpy(state->sent_stamp, peer->sent_stamp, sizeof(state->sent_stamp));
	memcpy(state->seen_stamp, peer->seen_stamp, sizeof(state->seen_stamp));
	state->rx_bytes = atomic64_read(&peer->rx_bytes);
	state->indices = end->dev->index.table.count;
}

/* As many indices are taken as there are sessions and exchanges in flight. */
static void check_indices(const struct end *end)
{
	const struct cv_exchange *exchange = end->peer->exchange;
	unsigned int expected = exchange && exchange->state == CV_EXCHANGE_INITIATED;
	unsigned int i;

	for (i = 0; i < CV_SLOT_COUNT; i++) {
		const struct cv_session *session = end->peer->sessions[i];

		if (!session)
			continue;
		expected++;
		FUZZ_CHECK(!session->dead, "expected the session in slot %u to be alive", i);
	}
	FUZZ_CHECK(end->dev->index.table.count == expected, "expected %u indices taken, got %u",
		   expected, end->dev->index.table.count);
}

/*
 * Of the other end as far as keys go: its own, or this one's before the two swapped keys;
 * the same keys make the same Noise, whoever has them.
 */
static bool is_from_other(const struct logged *log, unsigned int side)
{
	return log->side != side ||
	       (log->from_key == ends[side].peer_key && log->to_key == ends[side].key);
}

/* The message of the other end that this is, but for what Noise does not protect; or -1. */
static int find_genuine(unsigned int side, const u8 *message, size_t bytes)
{
	static const struct {
		size_t from, to;
	} protected[] = {
		[CV_WIRE_INITIATION] = { offsetof(struct cv_wire_initiation, ephemeral),
					 offsetof(struct cv_wire_initiation, macs) },
		[CV_WIRE_RESPONSE] = { offsetof(struct cv_wire_response, ephemeral),
				       offsetof(struct cv_wire_response, macs) },
		[CV_WIRE_COOKIE] = { offsetof(struct cv_wire_cookie, nonce),
				     sizeof(struct cv_wire_cookie) },
	};
	u32 type = type_of(message);
	unsigned int i;

	for (i = 0; i < sent_count; i++)
		if (is_from_other(&sent[i], side) && sent[i].bytes == bytes &&
		    type_of(sent[i].raw) == type &&
		    !memcmp(sent[i].raw + protected[type].from, message + protected[type].from,
			    protected[type].to - protected[type].from))
			return (int)i;
	return -1;
}

static void check_accepted_initiation(struct end *end, const struct state *before,
				      struct logged *log)
{
	FUZZ_CHECK(log->accepted_by != end->incarnation,
		   "expected an initiation to be accepted once");
	log->accepted_by = end->incarnation;
	FUZZ_CHECK(memcmp(end->peer->seen_stamp, before->seen_stamp,
			  CV_WIRE_TIMESTAMP_BYTES) > 0, "expected the greatest stamp to grow");
	FUZZ_CHECK(!before->accepted_ns || fake_boottime_ns - before->accepted_ns >=
		   CV_WIRE_INITIATION_APART_MS * NSEC_PER_MSEC,
		   "expected initiations to be accepted 20 ms apart, got %llu ns",
		   (unsigned long long)(fake_boottime_ns - before->accepted_ns));
	/* It has taken the place of our own, unless both have just been sent. */
	if (before->state != CV_EXCHANGE_INITIATED ||
	    fake_boottime_ns - before->initiated_ns >= NSEC_PER_SEC)
		end->in_flight = -1;
}

static void check_accepted_response(struct end *end, const struct state *before,
				    const struct logged *log, const u8 *message)
{
	const struct cv_session *session = end->peer->sessions[CV_SLOT_CURRENT];

	FUZZ_CHECK(before->state == CV_EXCHANGE_INITIATED && end->in_flight >= 0,
		   "expected a response to be refused when no initiation is in flight");
	FUZZ_CHECK(log->answers == end->in_flight,
		   "expected only a response to initiation %d to be accepted, got one to %d",
		   end->in_flight, log->answers);
	FUZZ_CHECK(log->psk == end->psk, "expected another pre-shared key to be noticed");
	FUZZ_CHECK(session && session->initiator, "expected a current session");
	FUZZ_CHECK(!memcmp(session->send_key, log->receive_key, CV_WIRE_KEY_BYTES) &&
		   !memcmp(session->receive_key, log->send_key, CV_WIRE_KEY_BYTES),
		   "expected both ends to have the same keys");
	FUZZ_CHECK(session->remote_index == ((const struct cv_wire_response *)message)->sender,
		   "expected the session to have the index that came");
	end->in_flight = -1;
}

/* What stands before the arithmetic: mac1, and under load mac2. */
static void check_macs(const struct end *end, const u8 *message, size_t bytes)
{
	const struct cv_wire_macs *macs = (const void *)(message + bytes - sizeof(*macs));
	struct cv_cookie_keys keys;

	cv_cookie_keys_init(&keys, public_keys[end->key]);
	FUZZ_CHECK(cv_cookie_mac1_ok(message, bytes, &keys), "expected a wrong mac1 to be refused");
	FUZZ_CHECK(!is_loaded(end) || memchr_inv(macs->mac2, 0, sizeof(macs->mac2)),
		   "expected a message without mac2 to be refused under load");
}

static void check_accepted(struct end *end, const struct state *before, const u8 *message,
			   size_t bytes)
{
	int number = find_genuine(end - ends, message, bytes);
	struct logged *log;

	/* The log is full: what came after it is not known. */
	if (number < 0 && sent_count == LOG_MAX)
		return;
	FUZZ_CHECK(number >= 0, "expected a message to be refused that the other end never sent");
	log = &sent[number];
	check_macs(end, message, bytes);
	FUZZ_CHECK(end->dev->netdev->running, "expected a link that is down to accept nothing");
	FUZZ_CHECK(log->from_key == end->peer_key && log->to_key == end->key,
		   "expected a message of key %u to key %u to be refused by key %u, that knows %u",
		   log->from_key, log->to_key, end->key, end->peer_key);
	FUZZ_CHECK(atomic64_read(&end->peer->rx_bytes) == before->rx_bytes + (s64)bytes,
		   "expected the message to be counted");
	if (type_of(message) == CV_WIRE_INITIATION)
		check_accepted_initiation(end, before, log);
	else
		check_accepted_response(end, before, log, message);
}

/* A cookie reply may change what the next message carries, if it is the other end's. */
static void check_cookie(struct end *end, struct state *before, const struct state *after,
			 const u8 *message, size_t bytes)
{
	if (before->has_mac1 == after->has_mac1)
		return;
	FUZZ_CHECK(type_of(message) == CV_WIRE_COOKIE && before->has_mac1,
		   "expected only a cookie reply to use a mac1 up");
	FUZZ_CHECK(find_genuine(end - ends, message, bytes) >= 0 || sent_count == LOG_MAX,
		   "expected a cookie to be refused that the other end never sent");
	before->has_mac1 = after->has_mac1;
	before->cookie_ns = after->cookie_ns;
	memcpy(before->cookie, after->cookie, sizeof(before->cookie));
}

/*
 * A message comes to an end; whether it has made a session. What another CPU does when
 * the end first lets go of a lock has been put in fake_mutex_unlocked.
 */
static bool deliver(unsigned int side, const u8 *message, size_t bytes, u8 from)
{
	struct cv_endpoint endpoint = {};
	struct end *end = &ends[side];
	struct state after;

	raced = end;
	endpoint.remote.v4.sin_family = AF_INET;
	endpoint.remote.v4.sin_port = htons(1 + from);
	endpoint.remote.v4.sin_addr.s_addr = htonl(0xc0000201);
	read_state(&before, end);
	derived = 0;
	delivering = find_genuine(side, message, bytes);
	cv_inbox_receive(end->dev, &endpoint, message, bytes);
	fake_deferred_run_all();
	fake_mutex_unlocked = NULL;
	delivering = -1;
	FUZZ_CHECK(derived <= 1, "expected one session of one message, got %u", derived);
	if (derived) {
		check_accepted(end, &before, message, bytes);
		FUZZ_CHECK(cv_endpoint_same(&end->peer->path.endpoint, &endpoint),
			   "expected the endpoint to follow");
	} else {
		read_state(&after, end);
		check_cookie(end, &before, &after, message, bytes);
		FUZZ_CHECK(!memcmp(&before, &after, sizeof(before)),
			   "expected a refused message of type %u to change nothing",
			   type_of(message));
	}
	check_indices(end);
	return derived;
}

/* Whether an end that is not under load must accept an untouched message. */
static bool must_accept(const struct end *end, unsigned int number)
{
	const struct logged *log = &sent[number];

	if (log->from_key != end->peer_key || log->to_key != end->key ||
	    !end->dev->netdev->running || is_loaded(end))
		return false;
	if (type_of(log->raw) == CV_WIRE_RESPONSE)
		/* One that has been crossed may be too old, or its end have lost. */
		return log->psk == end->psk && log->answers >= 0 &&
		       log->answers == end->in_flight && !end->peer->exchange->crossed_ns &&
		       ((const struct cv_wire_response *)log->raw)->receiver ==
		       ((const struct cv_wire_initiation *)sent[log->answers].raw)->sender;
	/* The last that its sender has sent is newer than what has been accepted of it. */
	return type_of(log->raw) == CV_WIRE_INITIATION &&
	       ends[log->side].in_flight == (int)number &&
	       log->incarnation == ends[log->side].incarnation &&
	       memcmp(ends[log->side].peer->sent_stamp, end->peer->seen_stamp,
		      CV_WIRE_TIMESTAMP_BYTES) > 0 &&
	       (!end->peer->accepted_ns || fake_boottime_ns - end->peer->accepted_ns >=
		CV_WIRE_INITIATION_APART_MS * NSEC_PER_MSEC);
}

static void step_initiate(unsigned int side)
{
	struct end *end = &ends[side];
	unsigned int count = sent_count;
	struct state before;

	if (sent_count == LOG_MAX)
		return;
	read_state(&before, end);
	cv_exchange_initiate(end->peer, CV_SPREAD_IF_NEEDED);
	check_indices(end);
	if (sent_count == count)
		return;
	FUZZ_CHECK(!before.initiated_ns || fake_boottime_ns - before.initiated_ns >=
		   CV_WIRE_RETRY_S * NSEC_PER_SEC, "expected no two initiations within 5 s");
	FUZZ_CHECK(memcmp(end->peer->sent_stamp, before.sent_stamp, CV_WIRE_TIMESTAMP_BYTES) > 0,
		   "expected stamps to grow whatever the clock does");
	end->in_flight = count;
}

static void race_initiate(void)
{
	fake_mutex_unlocked = NULL;
	fake_boottime_ns += CV_WIRE_RETRY_S * NSEC_PER_SEC;
	step_initiate(raced - ends);
	read_state(&before, raced);
}

static void race_clear(void)
{
	fake_mutex_unlocked = NULL;
	cv_exchange_clear(raced->peer);
	raced->in_flight = -1;
	read_state(&before, raced);
}

static void race_down(void)
{
	fake_mutex_unlocked = NULL;
	fuzz_link_down(raced->dev);
	if (raced == ends)
		fuzz_knock_forget();
	raced->in_flight = -1;
	read_state(&before, raced);
}

/* A message is delivered while another CPU does something. */
static void step_race(struct fuzz_input *in)
{
	static void (*const races[])(void) = { race_initiate, race_clear, race_down };
	unsigned int back = fuzz_u8(in);
	struct logged log;

	if (!sent_count)
		return;
	log = sent[sent_count - 1 - (back & 0x3f) % sent_count];
	fake_mutex_unlocked = races[(back >> 6) % ARRAY_SIZE(races)];
	deliver(!log.side, log.raw, log.bytes, back);
}

static void step_deliver(struct fuzz_input *in, bool reflect)
{
	unsigned int back = fuzz_u8(in);
	unsigned int number = sent_count - 1 - back % (sent_count ?: 1);
	struct logged log;
	unsigned int side;
	bool must;

	if (!sent_count)
		return;
	log = sent[number];
	side = reflect ? log.side : !log.side;
	must = !reflect && must_accept(&ends[side], number);
	if (!deliver(side, log.raw, log.bytes, back))
		FUZZ_CHECK(!must, "expected message %u of type %u to be accepted", number,
			   type_of(log.raw));
}

/* Whoever knows a public key can make a right mac1. */
static void put_mac1(const struct end *end, u8 *message, size_t bytes)
{
	struct cv_wire_macs *macs = (struct cv_wire_macs *)(message + bytes - sizeof(*macs));
	struct cv_cookie_keys keys;

	if (type_of(message) == CV_WIRE_COOKIE)
		return;
	cv_cookie_keys_init(&keys, public_keys[end->key]);
	cv_cookie_mac1(macs->mac1, message, bytes - sizeof(*macs), keys.mac1_key);
}

static void step_damage(struct fuzz_input *in)
{
	unsigned int back = fuzz_u8(in), offset = fuzz_u8(in);
	u8 flip = fuzz_u8(in), how = fuzz_u8(in);
	struct logged log;

	if (!sent_count)
		return;
	log = sent[sent_count - 1 - back % sent_count];
	/* The type stays: the receive path knows its size by it. */
	log.raw[4 + offset % (log.bytes - 4)] ^= flip;
	if (how & 1)
		put_mac1(&ends[!log.side], log.raw, log.bytes);
	deliver(!log.side, log.raw, log.bytes, back);
}

/* A part of one message in another of its size. */
static void step_mix(struct fuzz_input *in)
{
	u8 one = fuzz_u8(in), other = fuzz_u8(in), offset = fuzz_u8(in), count = fuzz_u8(in);
	struct logged log, from;
	size_t begin, bytes;

	if (!sent_count)
		return;
	log = sent[sent_count - 1 - one % sent_count];
	from = sent[sent_count - 1 - other % sent_count];
	begin = 4 + offset % (log.bytes - 4);
	bytes = min((size_t)count, log.bytes - begin);
	memcpy(log.raw + begin, from.raw + begin, bytes);
	if (one & 0x80)
		put_mac1(&ends[!log.side], log.raw, log.bytes);
	deliver(!log.side, log.raw, log.bytes, other);
}

static void step_raw(struct fuzz_input *in)
{
	static const size_t sizes[] = {
		sizeof(struct cv_wire_initiation), sizeof(struct cv_wire_response),
		sizeof(struct cv_wire_cookie),
	};
	u8 message[sizeof(struct cv_wire_initiation)] __aligned(8);
	u8 how = fuzz_u8(in);
	size_t bytes = sizes[how % 3];

	fuzz_bytes(in, message, bytes);
	memset(message, 0, 4);
	message[0] = CV_WIRE_INITIATION + how % 3;
	if (how & 0x40)
		put_mac1(&ends[how >> 7], message, bytes);
	deliver(how >> 7, message, bytes, how);
}

static void step_wait(u8 how)
{
	static const u64 waits_ns[] = {
		1, 1000000, 19999999, 20000000, 1000000000, 5000000000, 121000000000,
		181000000000,
	};
	u64 ns = waits_ns[how % ARRAY_SIZE(waits_ns)];

	fake_boottime_ns += ns;
	ns += fake_realtime.tv_nsec;
	fake_realtime.tv_sec += ns / NSEC_PER_SEC;
	fake_realtime.tv_nsec = ns % NSEC_PER_SEC;
}

static void step_set_clock(u8 how)
{
	static const s64 leaps_s[] = { -3600, 3600, -1, 1, -1000000000, 1000000000, 0, -60 };

	fake_realtime.tv_sec += leaps_s[how % ARRAY_SIZE(leaps_s)];
	fake_realtime.tv_nsec = how * (NSEC_PER_SEC / 256);
}

static void step_set_psk(unsigned int side, u8 psk)
{
	ends[side].psk = psk;
	memset(ends[side].peer->preshared_key, psk, CV_WIRE_KEY_BYTES);
}

static void step_set_key(unsigned int side, unsigned int key)
{
	struct end *end = &ends[side];

	/* Nobody is his own peer. */
	if (key == end->key || key == end->peer_key)
		return;
	fuzz_link_set_key(end->dev, key + 1);
	end->key = key;
	if (!side)
		fuzz_knock_forget();
}

static void step_new_peer(unsigned int side, unsigned int key)
{
	struct end *end = &ends[side];

	if (key == end->key)
		return;
	fuzz_link_remove_peer(end->peer);
	fake_deferred_run_all();
	rcu_barrier();
	fuzz_events_forget();
	end->peer = fuzz_link_add_peer(end->dev, public_keys[key]);
	end->peer_key = key;
	end->incarnation = ++incarnations;
	end->in_flight = -1;
	step_set_psk(side, end->psk);
}

static void step_link(unsigned int side)
{
	struct end *end = &ends[side];

	if (end->dev->netdev->running) {
		fuzz_link_down(end->dev);
		end->in_flight = -1;
		if (!side)
			fuzz_knock_forget();
	} else {
		end->dev->netdev->running = true;
	}
	check_indices(end);
}

/* So many messages at once that the end asks for cookies from now on. */
static void step_load(unsigned int side)
{
	struct cv_wire_response junk = { .type = cpu_to_le32(CV_WIRE_RESPONSE) };
	struct cv_endpoint nowhere = {};
	unsigned int i;

	nowhere.remote.v4.sin_family = AF_INET;
	/* A message with a right mac1 is what notices it: the others still wait then. */
	put_mac1(&ends[side], (u8 *)&junk, sizeof(junk));
	for (i = 0; i <= 4096 / 8; i++) {
		cv_inbox_receive(ends[side].dev, &nowhere, &junk, sizeof(junk));
		memset(&junk.macs, 0, sizeof(junk.macs));
	}
	fake_deferred_run_all();
	ends[side].loaded_ns = fake_boottime_ns;
}

/* Whatever there is no memory for, nothing is left half done. */
static void step_no_memory(struct fuzz_input *in)
{
	unsigned int how = fuzz_u8(in);
	struct cv_endpoint endpoint = {};
	struct end *end;
	struct logged log;

	if (!sent_count)
		return;
	log = sent[sent_count - 1];
	end = &ends[!log.side];
	endpoint.remote.v4.sin_family = AF_INET;
	derived = 0;
	delivering = sent_count - 1;
	fuzz_events_no_memory(how % 8);
	cv_inbox_receive(end->dev, &endpoint, log.raw, log.bytes);
	fake_deferred_run_all();
	fuzz_events_no_memory(-1);
	delivering = -1;
	if (derived) {
		end->in_flight = -1;
		if (type_of(log.raw) == CV_WIRE_INITIATION)
			sent[find_genuine(!log.side, log.raw, log.bytes)].accepted_by =
				end->incarnation;
	}
	check_indices(end);
}

static void step_confirm(unsigned int side)
{
	struct cv_session *next = ends[side].peer->sessions[CV_SLOT_NEXT];

	if (next) {
		bool wins = !next->yields;

		FUZZ_CHECK(cv_session_confirm(next) == wins,
			   "expected the next session to be confirmed unless it loses");
	}
	check_indices(&ends[side]);
}

/*
 * Strangers knock, a program decides.
 */

/* What a program asks of the first end, and how that ends. */
static int ask(u8 cmd, const void *attrs, size_t bytes)
{
	struct netlink_ext_ack extack;

	return fake_genl_request(FAMILY_CULVERT, cmd, attrs, bytes, &extack);
}

/* A request about the first end; nests are closed at the end of it. */
struct asked {
	u8 attrs[256] __aligned(4);
	size_t bytes;
};

static struct nlattr *put(struct asked *asked, int type, const void *value, size_t bytes)
{
	struct nlattr *attr = (void *)(asked->attrs + asked->bytes);

	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + bytes;
	if (bytes)
		memcpy(nla_data(attr), value, bytes);
	asked->bytes += NLA_ALIGN(attr->nla_len);
	return attr;
}

static void put_end(struct asked *asked, struct nlattr *nest)
{
	nest->nla_len = asked->attrs + asked->bytes - (u8 *)nest;
}

static void begin_asking(struct asked *asked)
{
	memset(asked, 0, sizeof(*asked));
	put(asked, CVDEVICE_A_IFINDEX, &ends[0].dev->netdev->ifindex, sizeof(u32));
}

static int ask_which(u8 cmd)
{
	struct asked asked;

	begin_asking(&asked);
	return ask(cmd, asked.attrs, asked.bytes);
}

static int refuse(u64 id, u32 seconds)
{
	struct asked asked;
	struct nlattr *nest;
	int err;

	begin_asking(&asked);
	nest = put(&asked, CVDEVICE_A_KNOCK | NLA_F_NESTED, NULL, 0);
	put(&asked, CVKNOCK_A_ID, &id, sizeof(id));
	put(&asked, CVKNOCK_A_SECONDS, &seconds, sizeof(seconds));
	put_end(&asked, nest);
	err = ask(CV_CMD_KNOCK_REFUSE, asked.attrs, asked.bytes);
	fuzz_knock_refused(err, asked.attrs, asked.bytes);
	return err;
}

static void knock_refuse(struct fuzz_input *in)
{
	u8 public_key[CV_WIRE_KEY_BYTES];
	u64 id = fuzz_knock_told(fuzz_u8(in), public_key);

	refuse(id, fuzz_u8(in));
}

/* The peer is removed at once, so that the end has its own one only. */
static void remove_stranger(const u8 *public_key)
{
	struct cv_peer *peer = cv_peers_find(&ends[0].dev->peers, public_key);

	if (!peer)
		return;
	fuzz_link_remove_peer(peer);
	fuzz_knock_removed(public_key);
	fake_deferred_run_all();
	rcu_barrier();
	fuzz_events_forget();
}

static void knock_let_in(struct fuzz_input *in, bool wrong, void (*race)(void))
{
	u8 back = fuzz_u8(in), psk = fuzz_u8(in);
	u8 public_key[CV_WIRE_KEY_BYTES] = {}, preshared_key[CV_WIRE_KEY_BYTES];
	u64 id = fuzz_knock_told(back & 0x7f, public_key);
	struct nlattr *nest, *peer, *knock;
	struct cv_endpoint from;
	struct asked asked;
	int err;

	/* The key of the end's own peer, or of another stranger, or another id. */
	if (wrong && back & 0x80)
		memcpy(public_key, fuzz_knock_key(psk), sizeof(public_key));
	else if (wrong)
		id++;
	/* This end has it as its own peer: removing it would be more than the model does. */
	if (!memcmp(public_key, ends[0].peer->public_key, sizeof(public_key)) || !id)
		return;
	fuzz_knock_answered_at(public_key, &from);
	memset(preshared_key, psk, sizeof(preshared_key));
	begin_asking(&asked);
	nest = put(&asked, CVDEVICE_A_PEERS | NLA_F_NESTED, NULL, 0);
	peer = put(&asked, NLA_F_NESTED, NULL, 0);
	put(&asked, CVPEER_A_PUBLIC_KEY, public_key, sizeof(public_key));
	put(&asked, CVPEER_A_PRESHARED_KEY, preshared_key, sizeof(preshared_key));
	knock = put(&asked, CVPEER_A_KNOCK_ID, &id, sizeof(id));
	put_end(&asked, peer);
	put_end(&asked, nest);
	fake_mutex_unlocked = race;
	err = ask(CV_CMD_SET_DEVICE, asked.attrs, asked.bytes);
	fake_mutex_unlocked = NULL;
	if (!err && !race)
		fuzz_knock_set(public_key, knock);
	if (!err && !race && !wrong && ends[0].dev->netdev->running)
		FUZZ_CHECK(fuzz_knock_is_crowd(public_key) ||
			   fuzz_knock_answered_at(public_key, &from),
			   "expected who is let in to be answered");
	if (!err)
		remove_stranger(public_key);
}

/* A verdict in a request that is refused for its port; others knock before the knock is back. */
static struct {
	u8 public_key[CV_WIRE_KEY_BYTES];
	u64 id;
	unsigned int others;
} returned;

static void return_race(void)
{
	/* The first lock that is released is that of the knocks: it has been claimed. */
	fake_mutex_unlocked = NULL;
	fuzz_knock_crowd(ends[0].dev, returned.others);
}

static void return_ask(void)
{
	const u16 port = FUZZ_LINK_PORT_TAKEN;
	struct nlattr *nest, *peer;
	struct asked asked;
	int err;

	begin_asking(&asked);
	put(&asked, CVDEVICE_A_LISTEN_PORT, &port, sizeof(port));
	nest = put(&asked, CVDEVICE_A_PEERS | NLA_F_NESTED, NULL, 0);
	peer = put(&asked, NLA_F_NESTED, NULL, 0);
	put(&asked, CVPEER_A_PUBLIC_KEY, returned.public_key, sizeof(returned.public_key));
	put(&asked, CVPEER_A_KNOCK_ID, &returned.id, sizeof(returned.id));
	put_end(&asked, peer);
	put_end(&asked, nest);
	fake_mutex_unlocked = return_race;
	err = ask(CV_CMD_SET_DEVICE, asked.attrs, asked.bytes);
	fake_mutex_unlocked = NULL;
	FUZZ_CHECK(err == -EADDRINUSE, "expected the port to be taken, got error %d", err);
}

static void knock_return(struct fuzz_input *in)
{
	returned.id = fuzz_knock_told(fuzz_u8(in), returned.public_key);
	returned.others = fuzz_u8(in);
	if (!ends[0].dev->netdev->running ||
	    !fuzz_knock_may_claim(ends[0].dev, returned.public_key, returned.id))
		return;
	fuzz_knock_returned(returned.public_key, return_ask);
	if (!fuzz_knock_may_claim(ends[0].dev, returned.public_key, returned.id))
		FUZZ_CHECK(refuse(returned.id, 0) == -ESTALE,
			   "expected a knock to be gone if others have its place");
}

static void race_close(void)
{
	fake_mutex_unlocked = NULL;
	fuzz_knock_close(fake_portid);
}

static void race_forget(void)
{
	/* Not the first lock that is released, which is the plan's. */
	fake_mutex_unlocked = race_close;
}

static void step_knock(u8 what, struct fuzz_input *in)
{
	struct cv_device *dev = ends[0].dev;
	u8 how;

	fake_portid = 1 + (what >> 7);
	switch ((enum knock_step)(what & 0xf)) {
	case KNOCK_LISTEN:
		fuzz_knock_listened(ask_which(CV_CMD_KNOCK_LISTEN), false);
		break;
	case KNOCK_STRANGER:
		fuzz_knock_stranger(dev, fuzz_u8(in));
		break;
	case KNOCK_REPLAY:
		how = fuzz_u8(in);
		fuzz_knock_replay(dev, how, fuzz_u8(in));
		break;
	case KNOCK_DAMAGE:
		fuzz_knock_damage(dev, in);
		break;
	case KNOCK_GET:
		fuzz_knock_got(ask_which(CV_CMD_KNOCK_GET), false);
		break;
	case KNOCK_REFUSE:
		knock_refuse(in);
		break;
	case KNOCK_LET_IN:
		knock_let_in(in, false, NULL);
		break;
	case KNOCK_CLOSE:
		fuzz_knock_close(fake_portid);
		break;
	case KNOCK_CROWD:
		fuzz_knock_crowd(dev, 8 * fuzz_u8(in));
		break;
	case KNOCK_EVENTS:
		fuzz_events_listen(fuzz_u8(in));
		break;
	case KNOCK_SILENT:
		cv_notify_silent(ends[what >> 7].peer);
		break;
	case KNOCK_MOVE:
		fuzz_knock_move(dev);
		break;
	case KNOCK_NO_MEMORY:
		how = fuzz_u8(in);
		fuzz_knock_without_memory(dev, how, fuzz_u8(in) % 4);
		break;
	case KNOCK_WRONG:
		knock_let_in(in, true, NULL);
		break;
	case KNOCK_RACE:
		knock_let_in(in, false, what >> 7 ? race_close : race_forget);
		break;
	case KNOCK_RETURN:
		knock_return(in);
		break;
	}
	check_indices(&ends[0]);
}

static void step(struct fuzz_input *in)
{
	u8 what = fuzz_u8(in);
	unsigned int side = what >> 7;

	if (what & STEP_KNOCK) {
		step_knock(what, in);
		return;
	}
	switch ((enum handshake_step)(what % STEPS)) {
	case STEP_INITIATE:
		step_initiate(side);
		break;
	case STEP_DELIVER:
		if (side) {
			step_race(in);
			break;
		}
		step_deliver(in, false);
		break;
	case STEP_REFLECT:
		step_deliver(in, true);
		break;
	case STEP_DAMAGE:
		step_damage(in);
		break;
	case STEP_WAIT:
		step_wait(fuzz_u8(in));
		break;
	case STEP_SET_CLOCK:
		step_set_clock(fuzz_u8(in));
		break;
	case STEP_SET_PSK:
		step_set_psk(side, fuzz_u8(in));
		break;
	case STEP_SET_KEY:
		step_set_key(side, fuzz_u8(in) % KEYS);
		break;
	case STEP_NEW_PEER:
		step_new_peer(side, fuzz_u8(in) % KEYS);
		break;
	case STEP_LINK:
		step_link(side);
		break;
	case STEP_LOAD:
		step_load(side);
		break;
	case STEP_RAW:
		step_raw(in);
		break;
	case STEP_MIX:
		step_mix(in);
		break;
	case STEP_CONFIRM:
		step_confirm(side);
		break;
	case STEP_CLEAR:
		cv_exchange_clear(ends[side].peer);
		ends[side].in_flight = -1;
		check_indices(&ends[side]);
		break;
	case STEP_NO_MEMORY:
		step_no_memory(in);
		break;
	case STEPS:
		break;
	}
}

static void begin(void)
{
	unsigned int i;

	fuzz_link_init();
	for (i = 0; !public_keys[KEYS - 1][0] && i < KEYS; i++)
		fuzz_link_public_key(public_keys[i], i + 1);
	fuzz_link_sent = on_sent;
	fuzz_link_event = on_event;
	fake_random_seed(0);
	fake_boottime_ns = 1000 * NSEC_PER_SEC;
	fake_realtime = (struct timespec64){ .tv_sec = 1700000000 };
	fuzz_events_begin();
	/* The ends may not know each other either. */
	fuzz_knock_begin(KEYS);
	sent_count = 0;
	incarnations = 0;
	delivering = -1;
	for (i = 0; i < 2; i++) {
		struct end *end = &ends[i];

		*end = (struct end){
			.key = i, .peer_key = !i, .in_flight = -1,
			.incarnation = ++incarnations,
		};
		end->dev = fuzz_link_create(i);
		fuzz_link_set_key(end->dev, i + 1);
		end->peer = fuzz_link_add_peer(end->dev, public_keys[!i]);
	}
}

/**
 * LLVMFuzzerTestOneInput() - take the steps of one input
 * @data: anything
 * @size: of it
 *
 * Return: 0. Aborts if a rule is broken.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, size };
	unsigned int steps;

	begin();
	for (steps = 0; steps < STEPS_MAX && in.size; steps++)
		step(&in);
	ends[0].dev->netdev->net = &fake_net;
	fuzz_events_refuse_answer = false;
	fuzz_knock_drain(ends[0].dev->netdev->ifindex);
	fuzz_link_destroy();
	return 0;
}
