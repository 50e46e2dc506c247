// SPDX-License-Identifier: GPL-2.0
/*
 * The replay window: over its edges, and against a model that remembers everything.
 */
#include <linux/bits.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <fake_kernel.h>
#include <tables/replay.h>

#include "unit.h"

#define W CV_REPLAY_WINDOW
#define LIMIT CV_WIRE_REJECT_AFTER_MESSAGES

/* A step of a script: offer a counter, expect a verdict. */
struct test_replay_step {
	u64 counter;
	bool accepted;
};

static void test_replay_script(const struct test_replay_step *steps, unsigned int count)
{
	struct cv_replay replay;
	unsigned int i;

	cv_replay_init(&replay);
	for (i = 0; i < count; i++) {
		CHECK(cv_replay_accept(&replay, steps[i].counter) == steps[i].accepted,
		      "step %u: expected %llu to be %s", i,
		      (unsigned long long)steps[i].counter,
		      steps[i].accepted ? "accepted" : "refused");
	}
}

static void test_replay_order(void)
{
	static const struct test_replay_step steps[] = {
		{ 0, true }, { 0, false }, { 1, true }, { 1, false }, { 9, true },
		{ 8, true }, { 7, true }, { 7, false }, { 9, false }, { 2, true },
		{ 3, true }, { 64, true }, { 63, true }, { 65, true }, { 64, false },
		{ 127, true }, { 128, true }, { 127, false }, { 4, true }, { 4, false },
	};

	test_replay_script(steps, ARRAY_SIZE(steps));
}

static void test_replay_edges(void)
{
	static const struct test_replay_step steps[] = {
		{ W, true }, { 0, false }, { 1, true }, { 1, false }, { W - 1, true },
		{ W + 1, true }, { 1, false }, { 2, true }, { 3 * W, true },
		{ 2 * W, false }, { 2 * W + 1, true }, { 2 * W + 1, false },
		{ 2 * W + 63, true }, { 3 * W - 1, true }, { W + 1, false },
		{ 3 * W, false }, { 3 * W + CV_WIRE_REPLAY_BITS, true },
		{ 3 * W, false }, { 3 * W + CV_WIRE_REPLAY_BITS - W, false },
		{ 3 * W + CV_WIRE_REPLAY_BITS - W + 1, true },
	};

	test_replay_script(steps, ARRAY_SIZE(steps));
}

static void test_replay_limit(void)
{
	static const struct test_replay_step steps[] = {
		{ LIMIT, false }, { U64_MAX, false }, { U64_MAX - 1, false },
		{ 0, true }, { LIMIT - 1, true }, { LIMIT - 1, false }, { LIMIT, false },
		{ LIMIT - W, true }, { LIMIT - W - 1, false }, { 1, false },
		{ U64_MAX, false }, { LIMIT - 2, true },
	};

	test_replay_script(steps, ARRAY_SIZE(steps));
}

static void test_replay_first(void)
{
	struct cv_replay replay;
	u64 first;

	/* any counter may be the first, and its neighbours are still free */
	for (first = 0; first < 3 * W; first += 61) {
		cv_replay_init(&replay);
		CHECK(cv_replay_accept(&replay, first), "expected %llu as the first",
		      (unsigned long long)first);
		CHECK(!cv_replay_accept(&replay, first), "expected %llu only once",
		      (unsigned long long)first);
		CHECK(cv_replay_accept(&replay, first + 64), "expected 64 after %llu",
		      (unsigned long long)first);
		CHECK(!first || cv_replay_accept(&replay, first - 1), "expected 1 before %llu",
		      (unsigned long long)first);
	}
}

#define MODEL_SPAN BIT(20)

/* Random counters about a moving middle; the model keeps every one it has seen. */
static void test_replay_model_from(u64 base)
{
	u8 *seen = kvzalloc(MODEL_SPAN, GFP_KERNEL);
	u64 next = 0, middle = 0, offset, counter;
	struct cv_replay replay;
	unsigned int i;
	bool expected;

	cv_replay_init(&replay);
	for (i = 0; i < 200000 && !unit_failures(); i++) {
		if (fake_random_below(3000) == 0)
			middle += fake_random_below(3 * W);
		else
			middle += fake_random_below(3);
		offset = middle + fake_random_below(i & 1 ? 2 * W : 100);
		if (offset >= MODEL_SPAN)
			break;
		counter = base + offset;
		expected = !seen[offset] && counter < LIMIT &&
			   (counter >= next || next - counter <= W);
		CHECK(cv_replay_accept(&replay, counter) == expected,
		      "expected %llu to be %s, greatest %llu", (unsigned long long)counter,
		      expected ? "accepted" : "refused", (unsigned long long)next - 1);
		if (expected) {
			seen[offset] = 1;
			next = max(next, counter + 1);
		}
	}
	CHECK(i > 50000, "expected a longer run than %u counters", i);
	kvfree(seen);
}

static void test_replay_model(void)
{
	test_replay_model_from(0);
	test_replay_model_from((1ULL << 32) - 5000);
	test_replay_model_from((1ULL << 63) - 5000);
	test_replay_model_from(LIMIT - MODEL_SPAN / 2);
}

int main(void)
{
	static const struct unit_case cases[] = {
		{ "each counter passes once, in any order", test_replay_order },
		{ "counters at the edges of the window", test_replay_edges },
		{ "counters past the limit of a session are refused", test_replay_limit },
		{ "any counter may be the first", test_replay_first },
		{ "random counters pass as in a model", test_replay_model },
	};

	return unit_main(cases, ARRAY_SIZE(cases));
}
