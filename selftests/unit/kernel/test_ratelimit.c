// SPDX-License-Identifier: GPL-2.0
/*
 * The rate limiter: burst, rate, what counts as one source, and floods of sources.
 */
#include <handshake/ratelimit.h>
#include <linux/slab.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <linux/time64.h>
#include <fake_kernel.h>
#include <wire.h>

#include "unit.h"

#define MS (NSEC_PER_SEC / 1000)
#define START (1000 * (u64)NSEC_PER_SEC)

static const u8 test_ratelimit_v4[4] = { 192, 0, 2, 1 };

static unsigned int test_ratelimit_burst(struct cv_ratelimit *limit, u64 scope, int family,
					 const void *addr, u64 now_ns)
{
	unsigned int allowed = 0;
	unsigned int i;

	for (i = 0; i < 100; i++)
		allowed += cv_ratelimit_allow(limit, scope, family, addr, now_ns);
	return allowed;
}

static void test_ratelimit_expect(int line, unsigned int expected,
				  struct cv_ratelimit *limit, u64 scope, int family,
				  const void *addr, u64 now_ns)
{
	unsigned int allowed = test_ratelimit_burst(limit, scope, family, addr, now_ns);

	if (allowed != expected)
		unit_fail(__FILE__, line, "expected %u to pass, got %u", expected, allowed);
}

#define CHECK_BURST(...) test_ratelimit_expect(__LINE__, __VA_ARGS__)

static void test_ratelimit_tokens(void)
{
	struct cv_ratelimit *limit = cv_ratelimit_create();

	CHECK_BURST(5, limit, 1, AF_INET, test_ratelimit_v4, START);
	CHECK_BURST(0, limit, 1, AF_INET, test_ratelimit_v4, START + 50 * MS - 1);
	CHECK_BURST(1, limit, 1, AF_INET, test_ratelimit_v4, START + 50 * MS);
	CHECK_BURST(2, limit, 1, AF_INET, test_ratelimit_v4, START + 150 * MS);
	CHECK_BURST(4, limit, 1, AF_INET, test_ratelimit_v4, START + 399 * MS);
	CHECK_BURST(5, limit, 1, AF_INET, test_ratelimit_v4, START + 100 * NSEC_PER_SEC);
	cv_ratelimit_destroy(limit);
}

/* Whatever the pattern, ten seconds let 20 per second and a burst through. */
static void test_ratelimit_long_run(void)
{
	struct cv_ratelimit *limit = cv_ratelimit_create();
	unsigned int allowed = 0;
	u64 now_ns = START;

	while (now_ns < START + 10 * (u64)NSEC_PER_SEC) {
		allowed += cv_ratelimit_allow(limit, 1, AF_INET, test_ratelimit_v4, now_ns);
		now_ns += fake_random_below(10 * MS);
	}
	CHECK(allowed >= 199 && allowed <= 205, "expected 200 to 205 in 10 s, got %u", allowed);
	cv_ratelimit_destroy(limit);
}

/* A clock that differs between CPUs by a little, and one that starts at 0. */
static void test_ratelimit_clock(void)
{
	struct cv_ratelimit *limit = cv_ratelimit_create();

	CHECK_BURST(5, limit, 1, AF_INET, test_ratelimit_v4, 0);
	CHECK_BURST(5, limit, 2, AF_INET, test_ratelimit_v4, START);
	CHECK_BURST(0, limit, 2, AF_INET, test_ratelimit_v4, START - MS);
	CHECK_BURST(1, limit, 2, AF_INET, test_ratelimit_v4, START + 50 * MS);
	cv_ratelimit_destroy(limit);
}

static void test_ratelimit_sources(void)
{
	struct cv_ratelimit *limit = cv_ratelimit_create();
	u8 v6[16] = { 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 192, 0, 2, 1 };
	u8 v4[4] = { 192, 0, 2, 2 };

	CHECK_BURST(5, limit, 1, AF_INET, test_ratelimit_v4, START);
	CHECK_BURST(5, limit, 1, AF_INET, v4, START);
	CHECK_BURST(5, limit, 2, AF_INET, v4, START);
	CHECK_BURST(5, limit, 1ULL << 32 | 2, AF_INET, v4, START);
	CHECK_BURST(0, limit, 2, AF_INET, v4, START);

	CHECK_BURST(5, limit, 1, AF_INET6, v6, START);
	v6[15] = 1;
	v6[8] = 255;
	CHECK_BURST(0, limit, 1, AF_INET6, v6, START);
	v6[7] = 1;
	CHECK_BURST(5, limit, 1, AF_INET6, v6, START);

	/* an IPv6 network that looks like an IPv4 address */
	memset(v6, 0, sizeof(v6));
	memcpy(v6 + 4, test_ratelimit_v4, 4);
	CHECK_BURST(5, limit, 1, AF_INET6, v6, START);
	cv_ratelimit_destroy(limit);
}

/* More sources than fit: memory does not grow, and most of them still get through. */
static void test_ratelimit_flood(void)
{
	struct cv_ratelimit *limit = cv_ratelimit_create();
	unsigned int objects = fake_memory_objects();
	unsigned int allowed = 0;
	u8 addr[4];
	u32 i;

	for (i = 0; i < 200000; i++) {
		memcpy(addr, &i, 4);
		allowed += cv_ratelimit_allow(limit, 1, AF_INET, addr, START + i);
	}
	CHECK(allowed == 200000, "expected every new source to pass once, got %u", allowed);
	CHECK(fake_memory_objects() == objects, "expected no more memory, got %u objects",
	      fake_memory_objects() - objects);
	/* the latest ones are remembered */
	CHECK_BURST(4, limit, 1, AF_INET, addr, START + i);
	cv_ratelimit_destroy(limit);
}

static void test_ratelimit_no_memory(void)
{
	fake_memory_fail_after(0);
	CHECK(!cv_ratelimit_create(), "expected no limiter without memory");
	cv_ratelimit_destroy(NULL);
}

int main(void)
{
	static const struct unit_case cases[] = {
		{ "a burst of 5, then one each 50 ms", test_ratelimit_tokens },
		{ "20 per second in the long run", test_ratelimit_long_run },
		{ "a clock that is behind by 1 ms gets no token, and breaks nothing",
		  test_ratelimit_clock },
		{ "an IPv4 address or an IPv6 /64 of one namespace is one source",
		  test_ratelimit_sources },
		{ "200000 sources: each passes once, and no memory is taken",
		  test_ratelimit_flood },
		{ "no memory: no limiter is created", test_ratelimit_no_memory },
	};

	return unit_main(cases, ARRAY_SIZE(cases));
}
