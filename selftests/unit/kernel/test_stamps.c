// SPDX-License-Identifier: GPL-2.0
/*
 * The timestamps of keys that are no peers any more: which key is forgotten when there is no room,
 * and what is remembered of one that is noted again.
 */
#include <linux/string.h>
#include <fake_kernel.h>
#include <tables/stamps.h>

#include "unit.h"

/* Before all times up to which a key is refused here. */
#define NOW 1000
#define LATER 2000

/* How many that are refused are passed over for one that is not; see stamps.c. */
#define CHANCES 16

static void test_stamps_key(u8 key[CV_WIRE_KEY_BYTES], u32 number)
{
	memset(key, 0x5a, CV_WIRE_KEY_BYTES);
	memcpy(key, &number, sizeof(number));
}

/* Note key @number with a stamp whose bytes are all @stamp. */
static void test_stamps_note(struct cv_stamps *stamps, u32 number, u8 stamp, u64 refused_until_ns)
{
	u8 key[CV_WIRE_KEY_BYTES], bytes[CV_WIRE_TIMESTAMP_BYTES];

	test_stamps_key(key, number);
	memset(bytes, stamp, sizeof(bytes));
	cv_stamps_note(stamps, key, bytes, refused_until_ns, NOW);
}

static const struct cv_stamps_entry *test_stamps_find(struct cv_stamps *stamps, u32 number)
{
	u8 key[CV_WIRE_KEY_BYTES];

	test_stamps_key(key, number);
	return cv_stamps_find(stamps, key);
}

static void test_stamps_known(struct cv_stamps *stamps, u32 number, bool known)
{
	CHECK(!!test_stamps_find(stamps, number) == known, "key %u: expected it to be %s", number,
	      known ? "remembered" : "forgotten");
}

/* Keys @first to @last are known, all others near them are not. */
static void test_stamps_range(struct cv_stamps *stamps, u32 first, u32 last)
{
	u32 number;

	for (number = 0; number < last + 10 && !unit_failures(); number++)
		test_stamps_known(stamps, number, number >= first && number <= last);
}

static struct cv_stamps *test_stamps_full(u64 refused_until_ns)
{
	struct cv_stamps *stamps = cv_stamps_create();
	u32 number;

	test_stamps_known(stamps, 0, false);
	for (number = 0; number < CV_STAMPS_MAX; number++)
		test_stamps_note(stamps, number, 1, refused_until_ns);
	test_stamps_range(stamps, 0, CV_STAMPS_MAX - 1);
	return stamps;
}

static void test_stamps_oldest(void)
{
	struct cv_stamps *stamps = test_stamps_full(0);
	u32 number;

	test_stamps_note(stamps, CV_STAMPS_MAX, 1, 0);
	test_stamps_range(stamps, 1, CV_STAMPS_MAX);
	for (number = CV_STAMPS_MAX + 1; number < 3 * CV_STAMPS_MAX; number++)
		test_stamps_note(stamps, number, 1, 0);
	test_stamps_range(stamps, 2 * CV_STAMPS_MAX, 3 * CV_STAMPS_MAX - 1);
	cv_stamps_destroy(stamps);
}

static void test_stamps_again(void)
{
	struct cv_stamps *stamps = test_stamps_full(0);

	test_stamps_note(stamps, 0, 1, 0);
	test_stamps_range(stamps, 0, CV_STAMPS_MAX - 1);
	test_stamps_note(stamps, CV_STAMPS_MAX, 1, 0);
	test_stamps_known(stamps, 0, true);
	test_stamps_known(stamps, 1, false);
	cv_stamps_destroy(stamps);
}

static void test_stamps_greatest(void)
{
	static const u8 stamps_given[] = { 7, 9, 8, 0, 255, 128, 9 };
	struct cv_stamps *stamps = cv_stamps_create();
	const struct cv_stamps_entry *entry;
	u8 greatest = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(stamps_given); i++) {
		test_stamps_note(stamps, 5, stamps_given[i], 0);
		greatest = max(greatest, stamps_given[i]);
		entry = test_stamps_find(stamps, 5);
		CHECK(entry->stamp[0] == greatest, "after %u: expected %u, got %u",
		      stamps_given[i], greatest, entry->stamp[0]);
	}
	cv_stamps_destroy(stamps);
}

static void test_stamps_until(void)
{
	struct cv_stamps *stamps = cv_stamps_create();

	test_stamps_note(stamps, 5, 1, LATER);
	test_stamps_note(stamps, 5, 2, 0);
	CHECK(test_stamps_find(stamps, 5)->refused_until_ns == LATER,
	      "noted without a time: expected the one before");
	test_stamps_note(stamps, 5, 1, LATER - 1);
	CHECK(test_stamps_find(stamps, 5)->refused_until_ns == LATER - 1,
	      "noted with another time: expected that");
	cv_stamps_destroy(stamps);
}

/* A key that takes an entry that was another's has nothing of it. */
static void test_stamps_fresh(void)
{
	struct cv_stamps *stamps = test_stamps_full(NOW);
	const struct cv_stamps_entry *entry;

	test_stamps_note(stamps, CV_STAMPS_MAX, 0, 0);
	entry = test_stamps_find(stamps, CV_STAMPS_MAX);
	CHECK(entry && !entry->stamp[0] && !entry->refused_until_ns,
	      "expected neither stamp nor time of the key before");
	cv_stamps_destroy(stamps);
}

static void test_stamps_refused(void)
{
	struct cv_stamps *stamps = test_stamps_full(0);
	u32 number;

	/* The oldest are refused still, then comes one that is not: that goes. */
	for (number = 0; number < CV_STAMPS_MAX; number++)
		test_stamps_note(stamps, number, 1, number < CHANCES - 1 ? LATER : NOW);
	test_stamps_note(stamps, CV_STAMPS_MAX, 1, 0);
	for (number = 0; number <= CV_STAMPS_MAX && !unit_failures(); number++)
		test_stamps_known(stamps, number, number != CHANCES - 1);
	cv_stamps_destroy(stamps);

	/* All are refused still: one goes all the same. */
	stamps = test_stamps_full(LATER);
	test_stamps_note(stamps, CV_STAMPS_MAX, 1, 0);
	test_stamps_known(stamps, CV_STAMPS_MAX, true);
	test_stamps_known(stamps, CHANCES, false);
	test_stamps_known(stamps, 0, true);
	cv_stamps_destroy(stamps);
}

int main(void)
{
	static const struct unit_case cases[] = {
		{ "8193 keys: the one noted longest ago is forgotten", test_stamps_oldest },
		{ "a key noted again is not the oldest any more", test_stamps_again },
		{ "of a key's stamps the greatest is remembered", test_stamps_greatest },
		{ "a key is refused as long as it was said last", test_stamps_until },
		{ "a new key has nothing of the one that it replaces", test_stamps_fresh },
		{ "a key that is refused still stays longer, while others are not",
		  test_stamps_refused },
	};

	return unit_main(cases, ARRAY_SIZE(cases));
}
