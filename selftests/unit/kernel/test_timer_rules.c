// SPDX-License-Identifier: GPL-2.0
/*
 * The table of timers under a fake clock: a peer whose kernel timer is a number, so
 * that days pass at once. Every scenario runs where the clock is young, where it is
 * about to wrap, and in between.
 */
#include <handshake/timer_rules.h>
#include <linux/bits.h>
#include <linux/string.h>
#include <fake_kernel.h>

#include "unit.h"

#define S 1000

/* A peer as its owner drives it. */
struct test_peer {
	struct cv_timer_state state;
	/* fake clock */
	u32 now_ms;
	/* what the kernel timer is set to; 0 is off */
	u32 timer_ms;
	/* how often it was set because of an event */
	unsigned int set;
	/* what was due last, and when */
	unsigned int due;
	u32 due_ms;
};

static u32 test_timer_start_ms;

static void test_peer_report(struct test_peer *peer, enum cv_event event, u32 jitter_ms)
{
	if (cv_timer_rules_quiet(&peer->state, event, peer->now_ms))
		return;
	if (cv_timer_rules_apply(&peer->state, event, peer->now_ms, jitter_ms)) {
		peer->timer_ms = cv_timer_rules_next(&peer->state);
		peer->set++;
	}
}

static void test_peer_start(struct test_peer *peer, u16 persistent_s)
{
	memset(peer, 0, sizeof(*peer));
	peer->now_ms = test_timer_start_ms;
	peer->state.persistent_s = persistent_s;
	test_peer_report(peer, CV_EVENT_START, 0);
}

/*
 * Let time pass until something is due, for @ms at most. Returns what is due; the
 * clock stands there.
 */
static unsigned int test_peer_wait(struct test_peer *peer, u32 ms)
{
	u32 end_ms = peer->now_ms + ms;

	while (peer->timer_ms && (s32)(end_ms - peer->timer_ms) >= 0) {
		if ((s32)(peer->timer_ms - peer->now_ms) > 0)
			peer->now_ms = peer->timer_ms;
		peer->due = cv_timer_rules_expired(&peer->state, peer->now_ms);
		peer->timer_ms = cv_timer_rules_next(&peer->state);
		peer->due_ms = peer->now_ms - test_timer_start_ms;
		if (peer->due)
			return peer->due;
	}
	peer->now_ms = end_ms;
	return 0;
}

/* Expect timers to be the next ones due, within some time, at some time. */
static void test_peer_expect(int line, struct test_peer *peer, u32 wait_ms,
			     unsigned int expected, u32 at_ms)
{
	unsigned int due = test_peer_wait(peer, wait_ms);

	if (due != expected)
		unit_fail(__FILE__, line, "expected timers %#x due, got %#x", expected, due);
	if (due && peer->due_ms - at_ms > 1)
		unit_fail(__FILE__, line, "expected it at %u ms, got %u ms", at_ms,
			  peer->due_ms);
}

#define CHECK_DUE(...) test_peer_expect(__LINE__, __VA_ARGS__)
#define CHECK_QUIET(peer, wait_ms) test_peer_expect(__LINE__, peer, wait_ms, 0, 0)

static void test_timer_stopped(void)
{
	struct test_peer peer = {};
	struct cv_timer_state before;
	enum cv_event event;

	for (event = 0; event < CV_EVENT_COUNT; event++) {
		if (event == CV_EVENT_START)
			continue;
		before = peer.state;
		CHECK(cv_timer_rules_quiet(&peer.state, event, test_timer_start_ms),
		      "expected event %d to be quiet on a stopped peer", event);
		CHECK(!cv_timer_rules_apply(&peer.state, event, test_timer_start_ms, 0),
		      "expected event %d to set nothing on a stopped peer", event);
		CHECK(!memcmp(&before, &peer.state, sizeof(before)),
		      "expected event %d to change nothing on a stopped peer", event);
	}
	test_peer_start(&peer, 25);
	test_peer_report(&peer, CV_EVENT_DATA_SENT, 0);
	test_peer_report(&peer, CV_EVENT_INITIATION_SENT, 0);
	test_peer_report(&peer, CV_EVENT_STOP, 0);
	CHECK(!cv_timer_rules_next(&peer.state), "expected all timers off after STOP");
	test_peer_report(&peer, CV_EVENT_DATA_RECEIVED, 0);
	CHECK_QUIET(&peer, 1000 * S);
	CHECK(!cv_timer_rules_next(&peer.state), "expected all timers to stay off");
}

/* The owner deletes the kernel timer at STOP; the next START sets it again. */
static void test_timer_restart(void)
{
	struct test_peer peer;

	test_peer_start(&peer, 0);
	test_peer_report(&peer, CV_EVENT_DATA_RECEIVED, 0);
	test_peer_report(&peer, CV_EVENT_STOP, 0);
	peer.timer_ms = 0;
	test_peer_report(&peer, CV_EVENT_START, 0);
	test_peer_report(&peer, CV_EVENT_DATA_SENT, 0);
	CHECK_DUE(&peer, 100 * S, BIT(CV_TIMER_NEW_HANDSHAKE), 15 * S);
}

static void test_timer_keepalive(void)
{
	struct test_peer peer;

	test_peer_start(&peer, 0);
	test_peer_report(&peer, CV_EVENT_DATA_RECEIVED, 0);
	CHECK_QUIET(&peer, 4 * S);
	test_peer_report(&peer, CV_EVENT_DATA_RECEIVED, 0);
	CHECK_DUE(&peer, 100 * S, BIT(CV_TIMER_KEEPALIVE), 10 * S);
	test_peer_report(&peer, CV_EVENT_KEEPALIVE_SENT, 0);
	CHECK_QUIET(&peer, 1000 * S);

	/* an answer makes it unnecessary */
	test_peer_report(&peer, CV_EVENT_DATA_RECEIVED, 0);
	CHECK_QUIET(&peer, 9 * S);
	test_peer_report(&peer, CV_EVENT_DATA_SENT, 0);
	test_peer_report(&peer, CV_EVENT_KEEPALIVE_RECEIVED, 0);
	CHECK_QUIET(&peer, 1000 * S);

	/* a keepalive is not answered */
	test_peer_report(&peer, CV_EVENT_KEEPALIVE_RECEIVED, 0);
	CHECK_QUIET(&peer, 1000 * S);

	/* handshake messages are answers, too */
	test_peer_report(&peer, CV_EVENT_DATA_RECEIVED, 0);
	test_peer_report(&peer, CV_EVENT_RESPONSE_SENT, 0);
	CHECK_QUIET(&peer, 1000 * S);
	test_peer_report(&peer, CV_EVENT_DATA_RECEIVED, 0);
	test_peer_report(&peer, CV_EVENT_INITIATION_SENT, 0);
	test_peer_report(&peer, CV_EVENT_HANDSHAKE_COMPLETE, 0);
	CHECK_QUIET(&peer, 1000 * S);
}

static void test_timer_new_handshake(void)
{
	static const enum cv_event answers[] = {
		CV_EVENT_DATA_RECEIVED, CV_EVENT_KEEPALIVE_RECEIVED,
		CV_EVENT_HANDSHAKE_MESSAGE_RECEIVED,
	};
	struct test_peer peer;
	unsigned int i;

	/* counted from the first packet, later ones do not move it */
	test_peer_start(&peer, 0);
	test_peer_report(&peer, CV_EVENT_DATA_SENT, 200);
	CHECK_QUIET(&peer, 10 * S);
	test_peer_report(&peer, CV_EVENT_DATA_SENT, 0);
	CHECK_DUE(&peer, 100 * S, BIT(CV_TIMER_NEW_HANDSHAKE), 15 * S + 200);
	CHECK_QUIET(&peer, 1000 * S);

	for (i = 0; i < ARRAY_SIZE(answers); i++) {
		test_peer_start(&peer, 0);
		test_peer_report(&peer, CV_EVENT_DATA_SENT, 0);
		CHECK_QUIET(&peer, 14 * S);
		test_peer_report(&peer, answers[i], 0);
		CHECK(!peer.state.deadline_ms[CV_TIMER_NEW_HANDSHAKE],
		      "expected event %d to be an answer", answers[i]);
	}

	/* what we send without data asks for no answer */
	test_peer_start(&peer, 0);
	test_peer_report(&peer, CV_EVENT_KEEPALIVE_SENT, 0);
	CHECK_QUIET(&peer, 1000 * S);

	/* a time of its own */
	for (i = 1; i <= CV_TIMER_RULES_SILENT_MAX_S; i++) {
		test_peer_start(&peer, 0);
		peer.state.silent_s = i;
		test_peer_report(&peer, CV_EVENT_DATA_SENT, 200);
		CHECK_DUE(&peer, 100 * S, BIT(CV_TIMER_NEW_HANDSHAKE), i * S + 200);
	}
}

static void test_timer_way(void)
{
	struct test_peer peer;

	test_peer_start(&peer, 0);
	test_peer_report(&peer, CV_EVENT_INITIATION_SENT, 0);
	peer.state.way_ms = 50;
	test_peer_report(&peer, CV_EVENT_WAY_CHANGED, 0);
	CHECK_DUE(&peer, 10 * S, BIT(CV_TIMER_WAY), 50);
	CHECK(!peer.state.attempts, "expected no attempt to be counted");
	peer.state.way_ms = 300;
	test_peer_report(&peer, CV_EVENT_WAY_CHANGED, 0);
	/* what follows may be a request's, whose time is still to come */
	test_peer_report(&peer, CV_EVENT_HANDSHAKE_COMPLETE, 0);
	CHECK_DUE(&peer, 10 * S, BIT(CV_TIMER_WAY), 350);
	CHECK_QUIET(&peer, 10 * S);
	test_peer_report(&peer, CV_EVENT_WAY_CHANGED, 0);
	test_peer_report(&peer, CV_EVENT_STOP, 0);
	CHECK_QUIET(&peer, 10 * S);
}

static void test_timer_retry(void)
{
	struct test_peer peer;
	unsigned int sent = 0;

	test_peer_start(&peer, 0);
	do {
		test_peer_report(&peer, CV_EVENT_INITIATION_SENT, sent % 334);
		sent++;
		CHECK_DUE(&peer, 100 * S, BIT(CV_TIMER_RETRY), peer.due_ms + 5 * S +
			  (sent - 1) % 334);
	} while (!cv_timer_rules_exhausted(&peer.state) && sent < 100);
	CHECK(sent == 18, "expected 18 initiations, got %u", sent);
	CHECK(peer.due_ms >= 90 * S && peer.due_ms < 97 * S,
	      "expected to give up after about 90 s, got %u ms", peer.due_ms);

	test_peer_report(&peer, CV_EVENT_GIVE_UP, 0);
	CHECK(!cv_timer_rules_exhausted(&peer.state), "expected new data to start again");
	CHECK_DUE(&peer, 1000 * S, BIT(CV_TIMER_WIPE), peer.due_ms + 540 * S);
	CHECK_QUIET(&peer, 1000 * S);
}

/* A success on the way lets the next outage have its full number of tries. */
static void test_timer_retry_success(void)
{
	struct test_peer peer;
	unsigned int i;

	test_peer_start(&peer, 0);
	for (i = 0; i < 17; i++) {
		test_peer_report(&peer, CV_EVENT_INITIATION_SENT, 0);
		CHECK_DUE(&peer, 100 * S, BIT(CV_TIMER_RETRY), (i + 1) * 5 * S);
	}
	CHECK(!cv_timer_rules_exhausted(&peer.state), "expected one more try");
	test_peer_report(&peer, CV_EVENT_INITIATION_SENT, 0);
	test_peer_report(&peer, CV_EVENT_HANDSHAKE_MESSAGE_RECEIVED, 0);
	test_peer_report(&peer, CV_EVENT_SESSION_DERIVED, 0);
	test_peer_report(&peer, CV_EVENT_HANDSHAKE_COMPLETE, 0);
	CHECK(!peer.state.attempts, "expected the count to start over, got %u",
	      peer.state.attempts);
	CHECK_DUE(&peer, 1000 * S, BIT(CV_TIMER_WIPE), 85 * S + 540 * S);
}

/* After a response the next initiation waits for another 5 s. */
static void test_timer_response_postpones(void)
{
	struct test_peer peer;

	test_peer_start(&peer, 0);
	test_peer_report(&peer, CV_EVENT_INITIATION_SENT, 0);
	CHECK_QUIET(&peer, 3 * S);
	test_peer_report(&peer, CV_EVENT_HANDSHAKE_MESSAGE_RECEIVED, 0);
	test_peer_report(&peer, CV_EVENT_RESPONSE_SENT, 100);
	CHECK_DUE(&peer, 100 * S, BIT(CV_TIMER_RETRY), 8 * S + 100);

	/* but a response alone retries nothing */
	test_peer_start(&peer, 0);
	test_peer_report(&peer, CV_EVENT_HANDSHAKE_MESSAGE_RECEIVED, 0);
	test_peer_report(&peer, CV_EVENT_RESPONSE_SENT, 0);
	CHECK_QUIET(&peer, 1000 * S);
}

static void test_timer_wipe(void)
{
	struct test_peer peer;

	test_peer_start(&peer, 0);
	test_peer_report(&peer, CV_EVENT_SESSION_DERIVED, 0);
	CHECK_QUIET(&peer, 120 * S);
	test_peer_report(&peer, CV_EVENT_SESSION_DERIVED, 0);
	CHECK_QUIET(&peer, 100 * S);
	/* giving up does not put it off */
	test_peer_report(&peer, CV_EVENT_GIVE_UP, 0);
	CHECK_DUE(&peer, 1000 * S, BIT(CV_TIMER_WIPE), 660 * S);

	test_peer_report(&peer, CV_EVENT_SESSION_DERIVED, 0);
	test_peer_report(&peer, CV_EVENT_DATA_SENT, 0);
	test_peer_report(&peer, CV_EVENT_WIPED, 0);
	CHECK_QUIET(&peer, 1000 * S);
}

static void test_timer_key(void)
{
	struct test_peer peer;

	/* no keepalive, but what came of the former key is still to be wiped */
	test_peer_start(&peer, 0);
	test_peer_report(&peer, CV_EVENT_SESSION_DERIVED, 0);
	test_peer_report(&peer, CV_EVENT_DATA_RECEIVED, 0);
	test_peer_report(&peer, CV_EVENT_KEY_CHANGED, 0);
	CHECK_DUE(&peer, 1000 * S, BIT(CV_TIMER_WIPE), 540 * S);

	/* nor is data forgotten that got no answer */
	test_peer_report(&peer, CV_EVENT_DATA_SENT, 0);
	test_peer_report(&peer, CV_EVENT_KEY_CHANGED, 0);
	CHECK_DUE(&peer, 1000 * S, BIT(CV_TIMER_NEW_HANDSHAKE), 540 * S + 15 * S);
}

static void test_timer_persistent(void)
{
	struct test_peer peer;
	unsigned int i;

	test_peer_start(&peer, 25);
	CHECK_DUE(&peer, 100 * S, BIT(CV_TIMER_PERSISTENT), 0);
	test_peer_report(&peer, CV_EVENT_KEEPALIVE_SENT, 0);
	/* on and on, even if it cannot be sent */
	for (i = 1; i <= 5; i++)
		CHECK_DUE(&peer, 100 * S, BIT(CV_TIMER_PERSISTENT), i * 25 * S);

	/* any packet in either direction counts */
	CHECK_QUIET(&peer, 20 * S);
	test_peer_report(&peer, CV_EVENT_KEEPALIVE_RECEIVED, 0);
	CHECK_QUIET(&peer, 20 * S);
	test_peer_report(&peer, CV_EVENT_RESPONSE_SENT, 0);
	CHECK_DUE(&peer, 100 * S, BIT(CV_TIMER_PERSISTENT), 125 * S + 40 * S + 25 * S);

	/* steady traffic keeps it away */
	for (i = 0; i < 1000; i++) {
		test_peer_report(&peer, CV_EVENT_DATA_SENT, 0);
		test_peer_report(&peer, CV_EVENT_DATA_RECEIVED, 0);
		CHECK_QUIET(&peer, 9 * S);
	}
}

static void test_timer_persistent_change(void)
{
	struct test_peer peer;
	u32 changed_ms;

	test_peer_start(&peer, 0);
	CHECK_QUIET(&peer, 100 * S);
	test_peer_report(&peer, CV_EVENT_KEEPALIVE_RECEIVED, 0);

	/* from 0: one at once, although a packet has just come */
	peer.state.persistent_s = 65535;
	test_peer_report(&peer, CV_EVENT_PERSISTENT_CHANGED, 0);
	CHECK_DUE(&peer, 100 * S, BIT(CV_TIMER_PERSISTENT), 100 * S);
	test_peer_report(&peer, CV_EVENT_KEEPALIVE_SENT, 0);
	CHECK_DUE(&peer, 66000 * S, BIT(CV_TIMER_PERSISTENT), 100 * S + 65535 * S);

	/* shorter: from the last packet */
	changed_ms = peer.due_ms;
	CHECK_QUIET(&peer, 10 * S);
	peer.state.persistent_s = 15;
	test_peer_report(&peer, CV_EVENT_PERSISTENT_CHANGED, 0);
	CHECK_DUE(&peer, 100 * S, BIT(CV_TIMER_PERSISTENT), changed_ms + 15 * S);

	/* longer */
	peer.state.persistent_s = 100;
	test_peer_report(&peer, CV_EVENT_PERSISTENT_CHANGED, 0);
	CHECK_DUE(&peer, 1000 * S, BIT(CV_TIMER_PERSISTENT), changed_ms + 115 * S);

	/* shorter than the silence: at once */
	changed_ms = peer.due_ms;
	CHECK_QUIET(&peer, 50 * S);
	peer.state.persistent_s = 7;
	test_peer_report(&peer, CV_EVENT_PERSISTENT_CHANGED, 0);
	CHECK_DUE(&peer, 100 * S, BIT(CV_TIMER_PERSISTENT), changed_ms + 50 * S);

	/* off, and it falls due before the event is reported */
	peer.state.persistent_s = 0;
	CHECK_QUIET(&peer, 100 * S);
	test_peer_report(&peer, CV_EVENT_PERSISTENT_CHANGED, 0);
	CHECK_QUIET(&peer, 100000 * S);

	/* set while stopped, due at the next start */
	test_peer_report(&peer, CV_EVENT_STOP, 0);
	peer.state.persistent_s = 3;
	test_peer_report(&peer, CV_EVENT_PERSISTENT_CHANGED, 0);
	CHECK_QUIET(&peer, 100 * S);
	changed_ms = peer.now_ms - test_timer_start_ms;
	test_peer_report(&peer, CV_EVENT_START, 0);
	CHECK_DUE(&peer, 100 * S, BIT(CV_TIMER_PERSISTENT), changed_ms);
}

static void test_timer_idle(void)
{
	const u32 most_s = CV_TIMER_RULES_IDLE_MAX_S;
	struct test_peer peer;
	unsigned int i;

	/* from the start of the link, and again if the peer stays */
	test_peer_start(&peer, 0);
	peer.state.idle_s = 60;
	test_peer_report(&peer, CV_EVENT_IDLE_CHANGED, 0);
	CHECK_DUE(&peer, 100 * S, BIT(CV_TIMER_IDLE), 60 * S);
	CHECK_DUE(&peer, 100 * S, BIT(CV_TIMER_IDLE), 120 * S);

	/* what comes counts, what is sent does not */
	CHECK_QUIET(&peer, 50 * S);
	test_peer_report(&peer, CV_EVENT_KEEPALIVE_RECEIVED, 0);
	CHECK(!cv_timer_rules_is_idle(&peer.state, peer.now_ms + 59 * S), "expected it not idle");
	CHECK(cv_timer_rules_is_idle(&peer.state, peer.now_ms + 60 * S), "expected it idle");
	CHECK_QUIET(&peer, 10 * S);
	test_peer_report(&peer, CV_EVENT_KEEPALIVE_SENT, 0);
	test_peer_report(&peer, CV_EVENT_INITIATION_PUT_OFF, 0);
	test_peer_report(&peer, CV_EVENT_GIVE_UP, 0);
	test_peer_report(&peer, CV_EVENT_WIPED, 0);
	CHECK_DUE(&peer, 100 * S, BIT(CV_TIMER_IDLE), 230 * S);
	for (i = 0; i < 1000; i++) {
		test_peer_report(&peer, CV_EVENT_HANDSHAKE_MESSAGE_RECEIVED, 0);
		CHECK_QUIET(&peer, 59 * S);
	}

	/* off, also if it falls due before that is reported */
	peer.state.idle_s = 0;
	CHECK_QUIET(&peer, 100 * S);
	test_peer_report(&peer, CV_EVENT_IDLE_CHANGED, 0);
	CHECK_QUIET(&peer, 100000 * S);
	CHECK(!cv_timer_rules_is_idle(&peer.state, peer.now_ms), "expected off to be not idle");

	/* not while the link is down */
	test_peer_start(&peer, 0);
	test_peer_report(&peer, CV_EVENT_STOP, 0);
	peer.state.idle_s = most_s;
	test_peer_report(&peer, CV_EVENT_IDLE_CHANGED, 0);
	CHECK_QUIET(&peer, 1000 * S);
	CHECK(!cv_timer_rules_is_idle(&peer.state, peer.now_ms), "expected a stop to be not idle");
	test_peer_report(&peer, CV_EVENT_START, 0);
	CHECK_DUE(&peer, (most_s + 1) * S, BIT(CV_TIMER_IDLE), (1000 + most_s) * S);
}

/* Busy traffic in both directions leaves the kernel timer alone. */
static void test_timer_busy(void)
{
	struct test_peer peer;
	unsigned int i;

	test_peer_start(&peer, 25);
	CHECK_DUE(&peer, 1, BIT(CV_TIMER_PERSISTENT), 0);
	test_peer_report(&peer, CV_EVENT_SESSION_DERIVED, 0);
	peer.set = 0;
	for (i = 0; i < 100000; i++) {
		test_peer_report(&peer, CV_EVENT_DATA_SENT, i % 334);
		test_peer_report(&peer, CV_EVENT_DATA_RECEIVED, i % 334);
		CHECK_QUIET(&peer, 1);
	}
	CHECK(peer.set <= 12, "expected about one setting in 10 s, got %u in 100 s", peer.set);
}

static bool test_timer_same(const struct cv_timer_state *a, const struct cv_timer_state *b)
{
	return !memcmp(a->deadline_ms, b->deadline_ms, sizeof(a->deadline_ms)) &&
	       a->attempts == b->attempts && a->running == b->running &&
	       a->wake_ms == b->wake_ms && a->persistent_s == b->persistent_s &&
	       a->idle_s == b->idle_s;
}

/*
 * Random events: quiet means that nothing would change, the kernel timer is never
 * later than a deadline, and what is due is found.
 */
static void test_timer_random(void)
{
	struct cv_timer_state before;
	struct test_peer peer;
	enum cv_event event;
	unsigned int i, timer;
	u32 ms;

	test_peer_start(&peer, 0);
	for (i = 0; i < 300000 && !unit_failures(); i++) {
		event = fake_random_below(CV_EVENT_COUNT);
		if ((event == CV_EVENT_STOP || event == CV_EVENT_GIVE_UP) &&
		    fake_random_below(20))
			event = CV_EVENT_START;
		if (event == CV_EVENT_PERSISTENT_CHANGED)
			peer.state.persistent_s = fake_random_below(2) *
						  fake_random_below(65536);
		if (event == CV_EVENT_WAY_CHANGED)
			peer.state.way_ms = fake_random_below(6000);
		if (!fake_random_below(100))
			peer.state.silent_s = fake_random_below(CV_TIMER_RULES_SILENT_MAX_S + 1);
		if (event == CV_EVENT_IDLE_CHANGED)
			peer.state.idle_s = fake_random_below(2) * fake_random_below(100);
		if (cv_timer_rules_quiet(&peer.state, event, peer.now_ms)) {
			before = peer.state;
			CHECK(!cv_timer_rules_apply(&peer.state, event, peer.now_ms, 0),
			      "expected quiet event %d to set no timer", event);
			CHECK(test_timer_same(&before, &peer.state),
			      "expected quiet event %d to change nothing", event);
		} else {
			test_peer_report(&peer, event, fake_random_below(334));
		}
		for (timer = 0; timer < CV_TIMER_COUNT; timer++) {
			ms = peer.state.deadline_ms[timer];
			CHECK(!ms || (peer.timer_ms && (s32)(ms - peer.timer_ms) >= 0),
			      "expected the kernel timer before timer %u", timer);
		}
		test_peer_wait(&peer, fake_random_below(i % 100 ? 3 * S : 100 * S));
		for (timer = 0; timer < CV_TIMER_COUNT; timer++) {
			ms = peer.state.deadline_ms[timer];
			CHECK(!ms || (s32)(ms - peer.now_ms) >= 0,
			      "expected timer %u not to be missed", timer);
		}
	}
}

static void test_timer_size(void)
{
	CHECK(sizeof(struct cv_timer_state) <= 52, "expected at most 52 bytes, got %zu",
	      sizeof(struct cv_timer_state));
}

/* Each scenario at several settings of the clock. */
static void test_timer_everywhere(void (*scenario)(void))
{
	static const u32 starts[] = {
		1, 1000, 0x7fffffff - 5 * S, 0x80000000U, 0xffffffffU - 7 * S,
		0xffffffffU, 0, (u32)-10 * S, (u32)-15 * S, (u32)-540 * S, (u32)-1000 * S,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(starts) && !unit_failures(); i++) {
		test_timer_start_ms = starts[i];
		scenario();
		CHECK(!unit_failures(), "with the clock starting at %#x", starts[i]);
	}
}

#define EVERYWHERE(scenario)				\
	static void scenario##_everywhere(void)		\
	{						\
		test_timer_everywhere(scenario);	\
	}						\
	static_assert(true)

EVERYWHERE(test_timer_stopped);
EVERYWHERE(test_timer_restart);
EVERYWHERE(test_timer_keepalive);
EVERYWHERE(test_timer_new_handshake);
EVERYWHERE(test_timer_way);
EVERYWHERE(test_timer_retry);
EVERYWHERE(test_timer_retry_success);
EVERYWHERE(test_timer_response_postpones);
EVERYWHERE(test_timer_wipe);
EVERYWHERE(test_timer_key);
EVERYWHERE(test_timer_persistent);
EVERYWHERE(test_timer_persistent_change);
EVERYWHERE(test_timer_idle);
EVERYWHERE(test_timer_busy);

int main(void)
{
	static const struct unit_case cases[] = {
		{ "a stopped peer arms no timer", test_timer_stopped_everywhere },
		{ "a peer that is stopped and started begins with no timers",
		  test_timer_restart_everywhere },
		{ "a keepalive 10 s after unanswered data", test_timer_keepalive_everywhere },
		{ "a new handshake 15 s after the first unanswered packet",
		  test_timer_new_handshake_everywhere },
		{ "the next way of an initiation after the time that is set",
		  test_timer_way_everywhere },
		{ "18 initiations in about 90 s, then giving up", test_timer_retry_everywhere },
		{ "a success starts the count over", test_timer_retry_success_everywhere },
		{ "a response puts the next initiation off",
		  test_timer_response_postpones_everywhere },
		{ "keys are wiped 540 s after the last session", test_timer_wipe_everywhere },
		{ "another private key: no keepalive is due, the rest stays",
		  test_timer_key_everywhere },
		{ "persistent keepalive counts from the last packet",
		  test_timer_persistent_everywhere },
		{ "persistent keepalive can be changed",
		  test_timer_persistent_change_everywhere },
		{ "a peer that is idle for long enough is to go", test_timer_idle_everywhere },
		{ "busy traffic leaves the kernel timer alone", test_timer_busy_everywhere },
		{ "random events miss no deadline", test_timer_random },
		{ "a peer's timer state has at most 52 bytes", test_timer_size },
	};

	return unit_main(cases, ARRAY_SIZE(cases));
}
