/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Results of a unit test in userspace, as TAP: every test program of this
 * directory includes it, calls ktap_ok() and the like for each result, and
 * returns ktap_finish().
 */
#ifndef CULVERT_TEST_KTAP_H
#define CULVERT_TEST_KTAP_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int ktap_count;
static int ktap_failed;

/* One result. Returns @pass. */
static inline bool ktap_ok(bool pass, const char *name)
{
	printf("%sok %d - %s\n", pass ? "" : "not ", ++ktap_count, name);
	ktap_failed += !pass;
	return pass;
}

/* One result: two strings are the same. */
static inline bool ktap_is(const char *got, const char *expected,
			   const char *name)
{
	bool pass = !strcmp(got, expected);

	ktap_ok(pass, name);
	if (!pass)
		printf("# expected: %s\n# got:      %s\n", expected, got);
	return pass;
}

/* One result: two numbers are the same. */
static inline bool ktap_equal(long long got, long long expected,
			      const char *name)
{
	bool pass = got == expected;

	ktap_ok(pass, name);
	if (!pass)
		printf("# expected: %lld\n# got:      %lld\n", expected, got);
	return pass;
}

/* One result: a text has another one in it. */
static inline bool ktap_has(const char *text, const char *part,
			    const char *name)
{
	bool pass = strstr(text, part);

	ktap_ok(pass, name);
	if (!pass)
		printf("# expected text with: %s\n# got: %s\n", part, text);
	return pass;
}

/* The plan, at the end. Returns the exit status. */
static inline int ktap_finish(void)
{
	printf("1..%d\n", ktap_count);
	return ktap_failed ? 1 : 0;
}

#endif /* CULVERT_TEST_KTAP_H */
