// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * The known word that is nearest to an unknown one. What reads words of people calls this when
 * it does not know one: config.c, and the subcommands.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "nearest.h"

/* Longer than any known word with two letters too many. */
#define CVL_NEAREST_MAX 31

/* Beyond two slips of the finger the answer would be a guess. */
#define CVL_NEAREST_DISTANCE_MAX 2

static unsigned int cvl_nearest_least(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int least = a < b ? a : b;

	return least < c ? least : c;
}

static bool cvl_nearest_same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/*
 * Optimal string alignment: how many letters were left out, put in, changed, or swapped with
 * their neighbour, no letter twice. The rows are those of the table for the last three letters
 * of A.
 */
static unsigned int cvl_nearest_distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	unsigned int rows[3][CVL_NEAREST_MAX + 1];
	unsigned int *row, *above, *two_above;
	size_t i, j;

	for (j = 0; j <= b_len; j++)
		rows[0][j] = (unsigned int)j;
	for (i = 1; i <= a_len; i++) {
		row = rows[i % 3];
		above = rows[(i - 1) % 3];
		two_above = rows[(i + 1) % 3];
		row[0] = (unsigned int)i;
		for (j = 1; j <= b_len; j++) {
			row[j] = cvl_nearest_least(above[j] + 1, row[j - 1] + 1,
						   above[j - 1] +
						   !cvl_nearest_same(a[i - 1], b[j - 1]));
			if (i > 1 && j > 1 && cvl_nearest_same(a[i - 1], b[j - 2]) &&
			    cvl_nearest_same(a[i - 2], b[j - 1]) && two_above[j - 2] + 1 < row[j])
				row[j] = two_above[j - 2] + 1;
		}
	}
	return rows[a_len % 3][b_len];
}

/**
 * cvl_nearest_begin() - begin to look for the nearest known word
 * @nearest: the search
 * @word: the unknown word; must stay while the search goes on
 *
 * A known word is near enough if no more than two letters differ, and less than half of those
 * of @word.
 */
void cvl_nearest_begin(struct cvl_nearest *nearest, const char *word)
{
	size_t half = (strlen(word) + 1) / 2;

	nearest->word = word;
	nearest->best = NULL;
	nearest->distance = CVL_NEAREST_DISTANCE_MAX + 1;
	if (half < nearest->distance)
		nearest->distance = (unsigned int)half;
}

/**
 * cvl_nearest_try() - compare with a known word
 * @nearest: the search
 * @known: becomes its best if it is nearer than those before it; must stay
 */
void cvl_nearest_try(struct cvl_nearest *nearest, const char *known)
{
	size_t word_len = strlen(nearest->word);
	size_t known_len = strlen(known);
	unsigned int distance;

	if (word_len > CVL_NEAREST_MAX || known_len > CVL_NEAREST_MAX)
		return;
	distance = cvl_nearest_distance(nearest->word, word_len, known, known_len);
	if (distance < nearest->distance) {
		nearest->best = known;
		nearest->distance = distance;
	}
}
