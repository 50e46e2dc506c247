// SPDX-License-Identifier: GPL-2.0
/* A curve in a line of text, of the latest rates: a character for each interval. */
#include <string.h>

#include "spark.h"

#define SPARK_LEVELS 8

static const char * const spark_utf8[SPARK_LEVELS + 1] = {
	" ", "\xe2\x96\x81", "\xe2\x96\x82", "\xe2\x96\x83", "\xe2\x96\x84", "\xe2\x96\x85",
	"\xe2\x96\x86", "\xe2\x96\x87", "\xe2\x96\x88",
};

static const char * const spark_ascii[SPARK_LEVELS + 1] = {
	" ", ".", ",", "-", "~", "+", "=", "*", "#",
};

/**
 * top_spark_add() - one more interval has passed
 * @spark: what is kept; the oldest is forgotten if it is full
 * @value: rate of the interval
 */
void top_spark_add(struct top_spark *spark, double value)
{
	if (spark->count == spark->size)
		memmove(spark->values, spark->values + 1, --spark->count * sizeof(*spark->values));
	spark->values[spark->count++] = (float)value;
}

/* Something is never drawn as nothing. */
static size_t spark_level(float value, float most)
{
	size_t level;

	if (!(value > 0))
		return 0;
	level = (size_t)(value / most * SPARK_LEVELS + 0.5F);
	return level < 1 ? 1 : level > SPARK_LEVELS ? SPARK_LEVELS : level;
}

/**
 * top_spark_text() - draw it
 * @to: set to @columns characters, the latest interval on the right; what is highest among
 *	them is drawn as high as can be
 * @to_bytes: its size, three for each column and one more
 * @spark: what is kept
 * @columns: of the place
 * @utf8: whether the terminal's encoding is UTF-8
 */
void top_spark_text(char *to, size_t to_bytes, const struct top_spark *spark, int columns,
		    bool utf8)
{
	const char * const *levels = utf8 ? spark_utf8 : spark_ascii;
	unsigned int shown = spark->count;
	float most = 0;
	size_t at = 0;
	int i;

	if (columns < 0)
		columns = 0;
	if (shown > (unsigned int)columns)
		shown = (unsigned int)columns;
	for (i = (int)(spark->count - shown); i < (int)spark->count; i++) {
		if (spark->values[i] > most)
			most = spark->values[i];
	}
	for (i = 0; i < columns; i++) {
		int value = i - columns + (int)spark->count;
		bool known = i >= columns - (int)shown;
		const char *text = levels[known ? spark_level(spark->values[value], most) : 0];

		if (at + strlen(text) >= to_bytes)
			break;
		strcpy(to + at, text);
		at += strlen(text);
	}
	to[at] = '\0';
}
