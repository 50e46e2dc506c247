// SPDX-License-Identifier: GPL-2.0
/*
 * TAI64N time stamps: layout, rounding, and that they only ever grow.
 */
#include <handshake/tai64n.h>
#include <linux/string.h>
#include <fake_kernel.h>

#include "unit.h"

static void test_tai64n_layout(void)
{
	struct timespec64 now = { .tv_sec = 0, .tv_nsec = 0 };
	u8 stamp[12];

	cv_tai64n_now(stamp, &now);
	CHECK_HEX(stamp, 12, "400000000000000a 00000000");
	now.tv_sec = 1700000000;
	now.tv_nsec = 123456789;
	cv_tai64n_now(stamp, &now);
	/* 123456789 is 7.36 steps of 2^24 */
	CHECK_HEX(stamp, 12, "400000006553f10a 07000000");
	now.tv_nsec = 999999999;
	cv_tai64n_now(stamp, &now);
	CHECK_HEX(stamp, 12, "400000006553f10a 3b000000");
	now.tv_nsec = (1 << 24) - 1;
	cv_tai64n_now(stamp, &now);
	CHECK_HEX(stamp, 12, "400000006553f10a 00000000");
	now.tv_sec = -11;
	cv_tai64n_now(stamp, &now);
	CHECK_HEX(stamp, 12, "3fffffffffffffff 00000000");
}

static void test_tai64n_after(void)
{
	u8 zero[12] = {}, a[12], b[12];

	unit_hex(a, 12, "400000006553f10a 07000000");
	unit_hex(b, 12, "400000006553f10a 08000000");
	CHECK(cv_tai64n_after(b, a) && !cv_tai64n_after(a, b), "expected 8 after 7 steps");
	CHECK(!cv_tai64n_after(a, a), "expected a stamp not to be after itself");
	CHECK(cv_tai64n_after(a, zero), "expected every stamp to be after none");
	unit_hex(a, 12, "40000000ffffffff 3b000000");
	unit_hex(b, 12, "4000000100000000 00000000");
	CHECK(cv_tai64n_after(b, a), "expected the seconds to count first");
	unit_hex(b, 12, "8000000000000000 00000000");
	CHECK(cv_tai64n_after(b, a), "expected an unsigned comparison");
}

static void test_tai64n_next(void)
{
	u8 now[12], stamp[12] = {};

	unit_hex(now, 12, "400000006553f10a 07000000");
	cv_tai64n_next(stamp, now);
	CHECK_BYTES(stamp, now, 12);
	cv_tai64n_next(stamp, now);
	CHECK_HEX(stamp, 12, "400000006553f10a 08000000");

	/* the clock steps back an hour */
	unit_hex(now, 12, "400000006553e2fa 00000000");
	cv_tai64n_next(stamp, now);
	CHECK_HEX(stamp, 12, "400000006553f10a 09000000");

	/* and then forward again */
	unit_hex(now, 12, "400000006553f10c 00000000");
	cv_tai64n_next(stamp, now);
	CHECK_BYTES(stamp, now, 12);

	/* over the end of a second */
	unit_hex(stamp, 12, "400000006553f10c 3b000000");
	cv_tai64n_next(stamp, now);
	CHECK_HEX(stamp, 12, "400000006553f10d 00000000");
}

/* Whatever the clock does, stamps grow and stay on the grid. */
static void test_tai64n_monotonic(void)
{
	u8 now[12], stamp[12] = {}, last[12];
	struct timespec64 clock;
	unsigned int i;

	for (i = 0; i < 20000 && !unit_failures(); i++) {
		clock.tv_sec = 1700000000 + fake_random_below(3);
		clock.tv_nsec = fake_random_below(NSEC_PER_SEC);
		cv_tai64n_now(now, &clock);
		memcpy(last, stamp, 12);
		cv_tai64n_next(stamp, now);
		CHECK(cv_tai64n_after(stamp, last), "expected stamp %u to be later", i);
		CHECK(!cv_tai64n_after(now, stamp), "expected stamp %u not before now", i);
		CHECK(!stamp[9] && !stamp[10] && !stamp[11] && stamp[8] < 60,
		      "expected stamp %u on the grid, got %02x%02x%02x%02x", i,
		      stamp[8], stamp[9], stamp[10], stamp[11]);
	}
}

int main(void)
{
	static const struct unit_case cases[] = {
		{ "stamps have TAI64N's layout and are rounded", test_tai64n_layout },
		{ "stamps compare by seconds, then nanoseconds, unsigned", test_tai64n_after },
		{ "the next stamp is later though the clock steps back", test_tai64n_next },
		{ "stamps grow with any clock", test_tai64n_monotonic },
	};

	return unit_main(cases, ARRAY_SIZE(cases));
}
