/* SPDX-License-Identifier: GPL-2.0 */
/* The columns that culvert top sorts by: its help and culvert-top have them from here. */
#ifndef CULVERT_COLUMNS_H
#define CULVERT_COLUMNS_H

/**
 * struct cmd_column - a column that rows can be sorted by
 * @name: what the user types behind -s
 * @key: what is pressed
 * @help: what it is, in a line
 */
struct cmd_column {
	const char *name;
	char key;
	const char *help;
};

/* ends with an entry without a name */
extern const struct cmd_column cmd_columns[];

#endif /* CULVERT_COLUMNS_H */
