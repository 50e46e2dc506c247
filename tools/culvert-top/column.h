/* SPDX-License-Identifier: GPL-2.0 */
/* The columns of the table of peers: those that fit the screen, and what is in them. */
#ifndef CULVERT_TOP_COLUMN_H
#define CULVERT_TOP_COLUMN_H

#include "sort.h"
#include "text.h"

/* enum top_column - what a column shows, from left to right */
enum top_column {
	TOP_COLUMN_NAME,
	TOP_COLUMN_ENDPOINT,
	TOP_COLUMN_WAY,
	TOP_COLUMN_HEARD,
	TOP_COLUMN_RX,
	TOP_COLUMN_TX,
	TOP_COLUMN_RX_TOTAL,
	TOP_COLUMN_TX_TOTAL,
	TOP_COLUMN_SPARK,
	TOP_COLUMNS,
};

/**
 * struct top_layout - the columns that fit
 * @width: of each, 0 for one that is left out; there is a space between two
 */
struct top_layout {
	int width[TOP_COLUMNS];
};

/**
 * struct top_title - what stands above a column
 * @text: the words
 * @sort: what the column sorts by, or -1
 * @is_right: the column is aligned on the right
 */
struct top_title {
	const char *text;
	int sort;
	bool is_right;
};

/**
 * struct top_cell - a place in the table
 * @column: the column
 * @width: of it
 * @utf8: whether the terminal's encoding is UTF-8
 */
struct top_cell {
	enum top_column column;
	int width;
	bool utf8;
};

void top_column_fit(struct top_layout *layout, const struct top_device *device, int columns);
struct top_title top_column_title(enum top_column column, enum cvl_kind kind);
void top_column_cell(char to[TOP_TEXT_LINE], const struct top_cell *cell,
		     const struct top_device *device, const struct top_peer *peer);

#endif /* CULVERT_TOP_COLUMN_H */
