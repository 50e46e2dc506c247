/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests' own programs share: an end with a reason, the time, numbers as words, and
 * numbers that look random. A program defines PROGRAM, its name, before.
 */
#ifndef SELFTESTS_PROGRAM_H
#define SELFTESTS_PROGRAM_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

/* Steele, Lea, Flood: SplitMix64. */
static inline uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return x ^ (x >> 31);
}

/* 32 bytes that follow from a number: any will do for a public key, and for a private one. */
static inline void make_key(uint8_t key[32], uint64_t n)
{
	uint64_t word;
	int i;

	for (i = 0; i < 4; i++) {
		word = mix(4 * n + i);
		memcpy(key + 8 * i, &word, sizeof(word));
	}
}

#endif /* SELFTESTS_PROGRAM_H */
