// SPDX-License-Identifier: GPL-2.0
/*
 * Reads a target's file of seeds (corpus/TARGET) and, linked with the target instead of
 * libFuzzer, runs each of them, and a fixed series of damaged copies of each: the
 * regression test that needs no clang, as TAP. Also writes them out for libFuzzer:
 *
 *   fuzz_TARGET [--damaged N] [FILE]
 *   fuzz_TARGET --write DIRECTORY [FILE]
 *   fuzz_TARGET --input FILE      runs one input as it is, e.g. what libFuzzer has found
 *
 * A line of the file is "= NAME", which begins a seed, or words of its bytes: pairs of
 * hexadecimal digits, "text" (with a backslash before n, t, ", and itself) and WORD*N for
 * N times; "#" begins a comment.
 */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <sys/stat.h>

#include "fuzz.h"

#define SEED_BYTES 65536

struct seed {
	char name[128];
	uint8_t bytes[SEED_BYTES];
	size_t size;
};

static const char *seeds_file = "fuzz";
static unsigned int seeds_line;
static uint32_t seeds_random = 1;

static void seeds_die(const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s:%u: ", seeds_file, seeds_line);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(2);
}

static void seeds_put(struct seed *seed, uint8_t byte)
{
	if (seed->size == sizeof(seed->bytes))
		seeds_die("a seed has at most %u bytes", SEED_BYTES);
	seed->bytes[seed->size++] = byte;
}

static char seeds_escaped(char c)
{
	return c == 'n' ? '\n' : c == 't' ? '\t' : c;
}

/* One word, as it stands; what comes behind it. */
static const char *seeds_word(struct seed *seed, const char *at)
{
	unsigned int byte;

	if (*at == '"') {
		for (at++; *at && *at != '"'; at++) {
			if (*at == '\\' && at[1])
				at++, seeds_put(seed, (uint8_t)seeds_escaped(*at));
			else
				seeds_put(seed, (uint8_t)*at);
		}
		if (*at != '"')
			seeds_die("a text does not end");
		return at + 1;
	}
	if (!isxdigit((unsigned char)*at))
		seeds_die("expected hexadecimal digits, \"text\" or #, got: %s", at);
	for (; isxdigit((unsigned char)*at); at += 2) {
		if (!isxdigit((unsigned char)at[1]) || sscanf(at, "%2x", &byte) != 1)
			seeds_die("half a byte: %s", at);
		seeds_put(seed, (uint8_t)byte);
	}
	return at;
}

static void seeds_words(struct seed *seed, const char *at)
{
	while (*at && *at != '#') {
		size_t begin = seed->size;
		size_t bytes;
		long times;
		char *end;

		if (isspace((unsigned char)*at)) {
			at++;
			continue;
		}
		at = seeds_word(seed, at);
		bytes = seed->size - begin;
		if (*at != '*')
			continue;
		times = strtol(at + 1, &end, 10);
		at = end;
		for (; times > 1; times--) {
			size_t i;

			for (i = 0; i < bytes; i++)
				seeds_put(seed, seed->bytes[begin + i]);
		}
	}
}

/* The next seed of a file; false at its end. */
static bool seeds_next(FILE *file, struct seed *seed, char *line, size_t line_size)
{
	bool begun = false;

	seed->size = 0;
	for (;;) {
		if (!*line) {
			if (!fgets(line, (int)line_size, file))
				return begun;
			line[strcspn(line, "\n")] = 0;
			seeds_line++;
		}
		if (*line == '=') {
			if (begun)
				return true;
			begun = true;
			snprintf(seed->name, sizeof(seed->name), "%s",
				 line + 1 + strspn(line + 1, " "));
		} else if (begun) {
			seeds_words(seed, line);
		} else if (line[strspn(line, " \t")] && *line != '#') {
			seeds_die("expected a seed's name first: = NAME");
		}
		*line = 0;
	}
}

static unsigned int seeds_pick(unsigned int below)
{
	seeds_random = seeds_random * 1664525U + 1013904223U;
	return (seeds_random >> 8) % below;
}

/* Overwrites, removes or repeats a few bytes. */
static void seeds_damage(struct seed *seed)
{
	unsigned int times = 1 + seeds_pick(6);

	while (times--) {
		size_t at = seeds_pick((unsigned int)seed->size + 1);
		size_t count = seeds_pick(40);
		size_t behind = seed->size - at;

		switch (seeds_pick(4)) {
		case 0:
			if (behind)
				seed->bytes[at] = (uint8_t)seeds_pick(256);
			break;
		case 1:
			if (behind)
				seed->bytes[at] ^= (uint8_t)(1 << seeds_pick(8));
			break;
		case 2:
			if (count > behind)
				count = behind;
			memmove(seed->bytes + at, seed->bytes + at + count, behind - count);
			seed->size -= count;
			break;
		default:
			if (count > sizeof(seed->bytes) - seed->size)
				count = sizeof(seed->bytes) - seed->size;
			memmove(seed->bytes + at + count, seed->bytes + at, behind);
			seed->size += count;
			break;
		}
	}
}

/* In memory of the very size, so that a byte read too many is noticed. */
static void seeds_run(const struct seed *seed)
{
	uint8_t *copy = malloc(seed->size);

	if (seed->size)
		memcpy(copy, seed->bytes, seed->size);
	LLVMFuzzerTestOneInput(copy, seed->size);
	free(copy);
}

static void seeds_write(const struct seed *seed, const char *directory, unsigned int number)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%03u", directory, number);
	file = fopen(path, "w");
	if (!file || fwrite(seed->bytes, 1, seed->size, file) != seed->size || fclose(file))
		seeds_die("cannot write %s: %s", path, strerror(errno));
}

static int seeds_input(struct seed *seed)
{
	FILE *file = fopen(seeds_file, "r");

	if (!file)
		seeds_die("cannot open it: %s", strerror(errno));
	seed->size = fread(seed->bytes, 1, sizeof(seed->bytes), file);
	fclose(file);
	seeds_run(seed);
	printf("%s: %zu bytes, no rule is broken\n", seeds_file, seed->size);
	return 0;
}

int main(int argc, char **argv)
{
	static struct seed seed, damaged;
	const char *directory = NULL;
	static char line[65536];
	unsigned int number = 0;
	bool input = false;
	int copies = FUZZ_DAMAGED;
	FILE *file;
	int i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (i = 1; i < argc && !strncmp(argv[i], "--", 2); i++) {
		if (!strcmp(argv[i], "--write") && i + 1 < argc)
			directory = argv[++i];
		else if (!strcmp(argv[i], "--damaged") && i + 1 < argc)
			copies = atoi(argv[++i]);
		else if (!strcmp(argv[i], "--input"))
			input = true;
		else
			seeds_die("no such option, or no value for it: %s", argv[i]);
	}
	seeds_file = i < argc ? argv[i] : FUZZ_SEEDS;
	if (input)
		return seeds_input(&seed);
	file = fopen(seeds_file, "r");
	if (!file)
		seeds_die("cannot open it: %s", strerror(errno));
	while (seeds_next(file, &seed, line, sizeof(line))) {
		number++;
		if (directory) {
			seeds_write(&seed, directory, number);
			continue;
		}
		/* Said first: should it abort, it is known where. */
		printf("# %s\n", seed.name);
		seeds_run(&seed);
		for (i = 0; i < copies; i++) {
			damaged = seed;
			seeds_damage(&damaged);
			seeds_run(&damaged);
		}
		printf("ok %u - %s, and damaged copies\n", number, seed.name);
	}
	fclose(file);
	if (!number)
		seeds_die("expected seeds, found none");
	if (!directory)
		printf("1..%u\n", number);
	return 0;
}
