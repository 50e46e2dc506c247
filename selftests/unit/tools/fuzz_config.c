// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz target of the parser of configuration files: "make fuzz" builds it with
 * libFuzzer, test_fuzz_config.c runs it on a fixed series of inputs.
 */
#include <stdlib.h>
#include <string.h>

#include "libculvert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *print(const struct cvl_device *dev, size_t *bytes)
{
	char *text = NULL;
	FILE *file = open_memstream(&text, bytes);

	if (!file || cvl_config_print(file, dev) || fclose(file))
		abort();
	return text;
}

/* What is accepted, printed, is accepted again and means the same. */
static void check_reprint(const struct cvl_device *dev)
{
	struct cvl_device *again = cvl_device_create();
	struct cvl_error err;
	size_t first_bytes;
	size_t second_bytes;
	char *first = print(dev, &first_bytes);
	char *second;

	if (cvl_config_parse(again, "again", first, first_bytes, &err))
		abort();
	second = print(again, &second_bytes);
	if (first_bytes != second_bytes || memcmp(first, second, first_bytes))
		abort();
	free(first);
	free(second);
	cvl_device_destroy(again);
}

/**
 * LLVMFuzzerTestOneInput() - parse one input
 * @data: anything
 * @size: of it
 *
 * Return: 0. Aborts if a rule is broken.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cvl_device *dev = cvl_device_create();
	struct cvl_error err;
	const char *c;

	if (!cvl_config_parse(dev, "fuzz", (const char *)data, size, &err)) {
		check_reprint(dev);
	} else {
		if (!err.line || strncmp(err.text, "fuzz:", 5))
			abort();
		for (c = err.text; *c; c++) {
			if (*c < ' ' || *c > '~')
				abort();
		}
	}
	cvl_device_destroy(dev);
	return 0;
}
