/* SPDX-License-Identifier: GPL-2.0 */
/* A minimal test framework: TAP on standard output, one program per test file. */
#ifndef UNIT_UNIT_H
#define UNIT_UNIT_H

#include <linux/kernel.h>

/**
 * struct unit_case - one test case
 */
struct unit_case {
	/** @name: what holds when it passes */
	const char *name;
	/** @run: reports by CHECK() */
	void (*run)(void);
};

/**
 * unit_main() - run the cases of a program
 * @cases: the cases
 * @count: how many
 *
 * After each case nothing may be allocated any more, no RCU reader be left, no softirqs be off
 * and no work wait.
 *
 * Return: exit status.
 */
int unit_main(const struct unit_case *cases, unsigned int count);

/**
 * unit_fail() - mark the running case as failed
 * @file: where
 * @line: where
 * @format: as for printf(): what was expected and what came
 */
void __printf(3, 4) unit_fail(const char *file, int line, const char *format, ...);

/**
 * unit_failures() - how often the running case has failed up to now
 *
 * For loops that had better stop after the first one.
 */
unsigned int unit_failures(void);

/**
 * unit_hex() - bytes from their text in hexadecimal
 * @out: the bytes
 * @len: how many there must be
 * @text: two digits each; spaces do not count
 */
void unit_hex(u8 *out, size_t len, const char *text);

/**
 * unit_check_bytes() - compare bytes and print both when they differ
 * @file: where
 * @line: where
 * @what: what they are
 * @got: what came
 * @expected: what should have come
 * @len: how many
 */
void unit_check_bytes(const char *file, int line, const char *what,
		      const void *got, const void *expected, size_t len);

/**
 * unit_check_hex() - the same with a text as for unit_hex()
 * @file: where
 * @line: where
 * @what: what they are
 * @got: what came
 * @len: how many, at most 512
 * @text: what should have come
 */
void unit_check_hex(const char *file, int line, const char *what,
		    const void *got, size_t len, const char *text);

/* Fail with a printf() text unless the condition holds. */
#define CHECK(condition, ...)					\
	do {							\
		if (!(condition))				\
			unit_fail(__FILE__, __LINE__, __VA_ARGS__); \
	} while (0)

/* Compare bytes with an expected text in hexadecimal. */
#define CHECK_HEX(got, len, text) \
	unit_check_hex(__FILE__, __LINE__, #got, got, len, text)

/* Compare bytes with others. */
#define CHECK_BYTES(got, expected, len) \
	unit_check_bytes(__FILE__, __LINE__, #got, got, expected, len)

#endif /* UNIT_UNIT_H */
