/* SPDX-License-Identifier: GPL-2.0 */
/* A curve in a line of text, of the latest rates. */
#ifndef CULVERT_TOP_SPARK_H
#define CULVERT_TOP_SPARK_H

#include <stdbool.h>
#include <stddef.h>

/* Intervals that are kept of a device, and of each of what may be very many peers. */
#define TOP_SPARK_DEVICE 40
#define TOP_SPARK_PEER 16

/**
 * struct top_spark - rates of one interval after another
 * @values: in the order in which they came, bytes per second
 * @size: of @values
 * @count: how many there are
 */
struct top_spark {
	float *values;
	unsigned int size;
	unsigned int count;
};

void top_spark_add(struct top_spark *spark, double value);
void top_spark_text(char *to, size_t to_bytes, const struct top_spark *spark, int columns,
		    bool utf8);

#endif /* CULVERT_TOP_SPARK_H */
