/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * The known word that is nearest to an unknown one, for "did you mean"; internal to the library
 * and the command.
 */
#ifndef LIBCULVERT_NEAREST_H
#define LIBCULVERT_NEAREST_H

/**
 * struct cvl_nearest - a search that goes on
 * @word: the unknown word
 * @best: the nearest known word so far, or NULL if none is near enough
 * @distance: of @best, or the least that is too far
 */
struct cvl_nearest {
	const char *word;
	const char *best;
	unsigned int distance;
};

void cvl_nearest_begin(struct cvl_nearest *nearest, const char *word);
void cvl_nearest_try(struct cvl_nearest *nearest, const char *known);

#endif /* LIBCULVERT_NEAREST_H */
