/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What fuzz targets share. A target is one file with LLVMFuzzerTestOneInput(), which
 * aborts if a rule is broken; libFuzzer calls it (selftests/check-fuzz), and so does
 * seeds.c, in every run of the unit tests.
 */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A rule: what was expected and what came, as for printf(). */
#define FUZZ_CHECK(condition, ...)						\
	do {									\
		if (!(condition)) {						\
			fprintf(stderr, "%s:%d: ", __FILE__, __LINE__);		\
			fprintf(stderr, __VA_ARGS__);				\
			fputc('\n', stderr);					\
			abort();						\
		}								\
	} while (0)

/**
 * struct fuzz_input - what is left of an input
 * @data: the next byte
 * @size: how many there are
 */
struct fuzz_input {
	const uint8_t *data;
	size_t size;
};

/* The next bytes, and zeros where the input has ended. */
static inline void fuzz_bytes(struct fuzz_input *in, void *out, size_t size)
{
	size_t have = size < in->size ? size : in->size;

	/* An empty input may have no address. */
	if (have)
		memcpy(out, in->data, have);
	memset((uint8_t *)out + have, 0, size - have);
	in->data += have;
	in->size -= have;
}

static inline uint8_t fuzz_u8(struct fuzz_input *in)
{
	uint8_t byte;

	fuzz_bytes(in, &byte, sizeof(byte));
	return byte;
}

static inline uint16_t fuzz_u16(struct fuzz_input *in)
{
	uint16_t word;

	fuzz_bytes(in, &word, sizeof(word));
	return word;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif /* FUZZ_FUZZ_H */
