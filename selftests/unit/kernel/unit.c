// SPDX-License-Identifier: GPL-2.0
/*
 * A minimal test framework: TAP on standard output. See unit.h.
 */
#include "unit.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <linux/rcupdate.h>
#include <fake_kernel.h>

/* A case that fails in a loop need not fill the screen. */
#define UNIT_MESSAGES 10

static unsigned int unit_case_failures;

unsigned int unit_failures(void)
{
	return unit_case_failures;
}

void unit_fail(const char *file, int line, const char *format, ...)
{
	va_list args;

	if (unit_case_failures++ >= UNIT_MESSAGES)
		return;
	printf("# %s:%d: ", file, line);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
}

static void unit_print_hex(const char *label, const u8 *bytes, size_t len)
{
	size_t i;

	printf("#   %s", label);
	for (i = 0; i < len; i++)
		printf("%02x", bytes[i]);
	printf("\n");
}

void unit_check_bytes(const char *file, int line, const char *what,
		      const void *got, const void *expected, size_t len)
{
	if (!memcmp(got, expected, len))
		return;
	unit_fail(file, line, "%s differs", what);
	if (unit_case_failures > UNIT_MESSAGES)
		return;
	unit_print_hex("expected ", expected, len);
	unit_print_hex("got      ", got, len);
}

static unsigned int unit_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *place = strchr(digits, c);

	assert(c && place);
	return place - digits;
}

void unit_hex(u8 *out, size_t len, const char *text)
{
	size_t n = 0;

	while (*text) {
		if (*text == ' ') {
			text++;
			continue;
		}
		assert(n < len);
		out[n++] = unit_digit(text[0]) << 4 | unit_digit(text[1]);
		text += 2;
	}
	assert(n == len);
}

void unit_check_hex(const char *file, int line, const char *what,
		    const void *got, size_t len, const char *text)
{
	u8 expected[512];

	assert(len <= sizeof(expected));
	unit_hex(expected, len, text);
	unit_check_bytes(file, line, what, got, expected, len);
}

int unit_main(const struct unit_case *cases, unsigned int count)
{
	unsigned int failed = 0;
	unsigned int i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("1..%u\n", count);
	for (i = 0; i < count; i++) {
		unit_case_failures = 0;
		fake_random_seed(i);
		fake_memory_fail_after(-1);
		cases[i].run();
		CHECK(!fake_rcu_depth, "expected no reader left, got %u", fake_rcu_depth);
		CHECK(!fake_bh_off[fake_cpu], "expected softirqs on, got off %u times",
		      fake_bh_off[fake_cpu]);
		CHECK(!fake_deferred_first, "expected no work to wait, got %u pieces",
		      fake_deferred_count());
		rcu_barrier();
		CHECK(!fake_memory_objects(), "expected no memory in use, got %u objects",
		      fake_memory_objects());
		failed += unit_case_failures != 0;
		printf("%sok %u - %s\n", unit_case_failures ? "not " : "", i + 1,
		       cases[i].name);
	}
	return failed != 0;
}
