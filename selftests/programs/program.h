/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests' own programs share: an end with a reason, the time, numbers as words. A
 * program defines PROGRAM, its name, before.
 */
#ifndef SELFTESTS_PROGRAM_H
#define SELFTESTS_PROGRAM_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline void die(const char *what, const char *why)
{
	fprintf(stderr, PROGRAM ": %s: %s\n", what, why);
	exit(1);
}

static inline uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline uint32_t to_number(const char *word)
{
	char *end;
	unsigned long value = strtoul(word, &end, 10);

	if (!*word || *end || value > UINT32_MAX)
		die(word, "expected a whole number, at most 4294967295");
	return value;
}

#endif /* SELFTESTS_PROGRAM_H */
