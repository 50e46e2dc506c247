// SPDX-License-Identifier: GPL-2.0
/*
 * How large a super-packet may be at which rate.
 */
#include <datapath/pace.h>

#include "unit.h"

/* Send at a rate for some time, in steps of a millisecond; returns the last limit. */
static u32 test_pace_send(struct cv_pace *pace, u32 *now_ms, u32 bytes_per_ms, u32 duration_ms)
{
	u32 limit_bytes = 0;

	while (duration_ms--)
		limit_bytes = cv_pace_add(pace, bytes_per_ms, (*now_ms)++);
	return limit_bytes;
}

static void test_pace_begin(void)
{
	struct cv_pace pace;
	u32 bytes;

	cv_pace_init(&pace);
	bytes = cv_pace_add(&pace, 100, 5);
	CHECK(bytes >= 49152, "expected a peer that is new to have no limit, got %u bytes", bytes);
}

static void test_pace_steady(void)
{
	/* 10 Mbit/s, 100, 1000. */
	static const u32 rates[] = { 1250, 12500, 125000 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rates); i++) {
		u32 now_ms = -500, bytes, most = min_t(u32, 2 * rates[i], 65536);
		struct cv_pace pace;

		cv_pace_init(&pace);
		bytes = test_pace_send(&pace, &now_ms, rates[i], 1000);
		CHECK(bytes <= most && bytes >= most * 9 / 10,
		      "%u bytes per ms: expected a limit of %u bytes, got %u", rates[i], most,
		      bytes);
	}
}

/* After a slow second it is fast again within a window. */
static void test_pace_faster(void)
{
	struct cv_pace pace;
	u32 now_ms = 1, bytes;

	cv_pace_init(&pace);
	test_pace_send(&pace, &now_ms, 100, 1000);
	bytes = test_pace_send(&pace, &now_ms, 125000, 1);
	CHECK(bytes >= 12500, "expected a burst to be seen at once, got %u bytes", bytes);
	bytes = test_pace_send(&pace, &now_ms, 125000, CV_PACE_WINDOW_MS);
	CHECK(bytes == 65536, "expected no limit, got %u bytes", bytes);
}

/* A pause is not slow. */
static void test_pace_pause(void)
{
	struct cv_pace pace;
	u32 now_ms = 1, before, bytes;

	cv_pace_init(&pace);
	before = test_pace_send(&pace, &now_ms, 12500, 1000);
	now_ms += 3600 * 1000;
	bytes = cv_pace_add(&pace, 12500, now_ms);
	CHECK(bytes >= before * 3 / 4, "expected about %u bytes after a pause, got %u", before,
	      bytes);
}

/* Whatever comes, nothing overflows. */
static void test_pace_extreme(void)
{
	struct cv_pace pace;
	u32 now_ms = 0, bytes;

	cv_pace_init(&pace);
	bytes = test_pace_send(&pace, &now_ms, 1 << 26, 40);
	CHECK(bytes >= 65536, "expected no limit at 64 MiB per ms, got %u bytes", bytes);
	bytes = test_pace_send(&pace, &now_ms, 0, 2000);
	CHECK(bytes <= 16, "expected nearly 0 when nothing is sent, got %u bytes", bytes);
}

int main(void)
{
	static const struct unit_case cases[] = {
		{ "a new peer has no limit", test_pace_begin },
		{ "a steady rate is what goes out in two milliseconds", test_pace_steady },
		{ "a higher rate is seen at once", test_pace_faster },
		{ "a pause does not lower the rate", test_pace_pause },
		{ "extreme rates do not overflow", test_pace_extreme },
	};

	return unit_main(cases, ARRAY_SIZE(cases));
}
