/* SPDX-License-Identifier: GPL-2.0 */
/* Words of a tunnel's file that wg(8) does not know, and lists of words. */
#ifndef CULVERT_UP_WORDS_H
#define CULVERT_UP_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libculvert.h"

/**
 * struct up_list - words, or lines
 * @words: array of strings
 * @count: how many there are
 */
struct up_list {
	char **words;
	size_t count;
};

/**
 * struct up_prefixes - addresses with the length of their prefix
 * @ips: array
 * @count: how many there are
 */
struct up_prefixes {
	struct cvl_allowed_ip *ips;
	size_t count;
};

/**
 * enum up_table - where routes go
 * @UP_TABLE_AUTO: to the main table; those for everything to one of their own, with rules
 * @UP_TABLE_OFF: there are none
 * @UP_TABLE_NUMBER: to a table that the file gives
 */
enum up_table {
	UP_TABLE_AUTO,
	UP_TABLE_OFF,
	UP_TABLE_NUMBER,
};

int up_list_add(struct up_list *list, const char *word);
void up_list_clear(struct up_list *list);
int up_prefixes_add(struct up_prefixes *prefixes, const struct cvl_allowed_ip *ip);
void up_prefixes_clear(struct up_prefixes *prefixes);
bool up_prefix_contains(const struct cvl_allowed_ip *outer, const struct cvl_allowed_ip *inner);
bool up_word_is_name(const char *word);
bool up_word_number(uint32_t *number, const char *word, uint32_t most);
bool up_word_prefix(struct cvl_allowed_ip *ip, const char *word);
bool up_word_table(enum up_table *how, uint32_t *table, const char *word);
char *up_word_expand(const char *text, const char *name);
char *up_word_trim(char *text);

#endif /* CULVERT_UP_WORDS_H */
