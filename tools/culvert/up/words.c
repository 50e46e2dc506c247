// SPDX-License-Identifier: GPL-2.0
/*
 * Words of a tunnel's file that wg(8) does not know: addresses, tables, names, "%i". up/file.c
 * reads files with them.
 */
#include <ctype.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "address.h"
#include "up/words.h"

/**
 * up_list_add() - put a copy of a word at the end
 * @list: grows
 * @word: any text
 *
 * Return: 0 or -ENOMEM.
 */
int up_list_add(struct up_list *list, const char *word)
{
	char **words = reallocarray(list->words, list->count + 1, sizeof(*words));

	if (!words)
		return -ENOMEM;
	list->words = words;
	words[list->count] = strdup(word);
	if (!words[list->count])
		return -ENOMEM;
	list->count++;
	return 0;
}

/**
 * up_list_clear() - free all
 * @list: is empty afterwards
 */
void up_list_clear(struct up_list *list)
{
	while (list->count)
		free(list->words[--list->count]);
	free(list->words);
	list->words = NULL;
}

/**
 * up_prefixes_add() - put one at the end
 * @prefixes: grow
 * @ip: is copied
 *
 * Return: 0 or -ENOMEM.
 */
int up_prefixes_add(struct up_prefixes *prefixes, const struct cvl_allowed_ip *ip)
{
	struct cvl_allowed_ip *ips = reallocarray(prefixes->ips, prefixes->count + 1, sizeof(*ips));

	if (!ips)
		return -ENOMEM;
	prefixes->ips = ips;
	ips[prefixes->count++] = *ip;
	return 0;
}

/**
 * up_prefixes_clear() - free all
 * @prefixes: are none afterwards
 */
void up_prefixes_clear(struct up_prefixes *prefixes)
{
	free(prefixes->ips);
	prefixes->ips = NULL;
	prefixes->count = 0;
}

/**
 * up_prefix_contains() - whether one prefix lies in another
 * @outer: may have bits behind its prefix
 * @inner: may have bits behind its prefix
 *
 * Return: whether it does; the same one does.
 */
bool up_prefix_contains(const struct cvl_allowed_ip *outer, const struct cvl_allowed_ip *inner)
{
	struct cvl_allowed_ip a = *outer, b = *inner;

	if (a.family != b.family || a.prefix_bits > b.prefix_bits)
		return false;
	b.prefix_bits = a.prefix_bits;
	cvl_address_mask(&a);
	cvl_address_mask(&b);
	return !memcmp(&a.v6, &b.v6, cvl_prefix_bytes(&a));
}

/**
 * up_word_is_name() - whether a link of a tunnel can have that name
 * @word: what may be one
 *
 * Return: whether it has 1 to 15 of the characters that wg-quick(8) allows.
 */
bool up_word_is_name(const char *word)
{
	size_t length = strspn(word,
			       "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_=+.-");

	return length && length < CVL_IFNAME_SIZE && !word[length] && strcmp(word, ".") &&
	       strcmp(word, "..");
}

/**
 * up_word_number() - read a number
 * @number: set
 * @word: decimal, or hexadecimal after "0x"
 * @most: it is no greater than this
 *
 * Return: whether it is one.
 */
bool up_word_number(uint32_t *number, const char *word, uint32_t most)
{
	unsigned long long value;
	char *end;

	if (!isdigit((unsigned char)*word))
		return false;
	errno = 0;
	value = strtoull(word, &end, word[1] == 'x' || word[1] == 'X' ? 16 : 10);
	if (*end || errno || value > most)
		return false;
	*number = (uint32_t)value;
	return true;
}

/**
 * up_word_prefix() - read an address with the length of its prefix
 * @ip: set; the bits behind the prefix stay
 * @word: ADDRESS or ADDRESS/BITS
 *
 * Return: whether it is one.
 */
bool up_word_prefix(struct cvl_allowed_ip *ip, const char *word)
{
	const char *slash = strchr(word, '/');
	size_t bytes = slash ? (size_t)(slash - word) : strlen(word);
	uint32_t bits;

	memset(ip, 0, sizeof(*ip));
	ip->family = memchr(word, ':', bytes) ? AF_INET6 : AF_INET;
	bits = ip->family == AF_INET6 ? 128 : 32;
	if (!cvl_address_read(&ip->v6, ip->family, word, bytes) ||
	    (slash && !up_word_number(&bits, slash + 1, bits)))
		return false;
	ip->prefix_bits = (uint8_t)bits;
	return true;
}

/* Names of tables beside those that the kernel has, as ip(8) reads them: "NUMBER NAME". */
static bool up_word_named_table(uint32_t *table, const char *word)
{
	static const char * const files[] = {
		"/etc/iproute2/rt_tables", "/usr/share/iproute2/rt_tables",
		"/usr/lib/iproute2/rt_tables", NULL,
	};
	char line[256], number[32], name[64];
	bool found = false;
	size_t i;

	for (i = 0; files[i] && !found; i++) {
		FILE *file = fopen(files[i], "re");

		while (file && !found && fgets(line, sizeof(line), file))
			found = sscanf(line, "%31s %63s", number, name) == 2 &&
				!strcmp(name, word) && up_word_number(table, number, UINT32_MAX);
		if (file)
			fclose(file);
	}
	return found;
}

/**
 * up_word_table() - read where routes go
 * @how: set
 * @table: set if @how is UP_TABLE_NUMBER
 * @word: auto, off, a number, or the name of a table
 *
 * Return: whether it is one of these.
 */
bool up_word_table(enum up_table *how, uint32_t *table, const char *word)
{
	*how = UP_TABLE_NUMBER;
	if (!strcasecmp(word, "auto"))
		*how = UP_TABLE_AUTO;
	else if (!strcasecmp(word, "off"))
		*how = UP_TABLE_OFF;
	else if (!strcmp(word, "main"))
		*table = RT_TABLE_MAIN;
	else if (!strcmp(word, "default"))
		*table = RT_TABLE_DEFAULT;
	else if (!strcmp(word, "local"))
		*table = RT_TABLE_LOCAL;
	else if (!up_word_number(table, word, UINT32_MAX) || !*table)
		return up_word_named_table(table, word);
	return true;
}

/**
 * up_word_expand() - put the name of the link in the place of each "%i"
 * @text: of a hook
 * @name: of the link
 *
 * Return: a string for free(), or NULL if there is no memory.
 */
char *up_word_expand(const char *text, const char *name)
{
	size_t count = 0;
	const char *at;
	char *out, *to;

	for (at = strstr(text, "%i"); at; at = strstr(at + 2, "%i"))
		count++;
	out = malloc(strlen(text) + count * strlen(name) + 1);
	if (!out)
		return NULL;
	for (to = out; (at = strstr(text, "%i")); text = at + 2) {
		to = mempcpy(to, text, (size_t)(at - text));
		to = stpcpy(to, name);
	}
	strcpy(to, text);
	return out;
}

/**
 * up_word_trim() - leave out white space at both ends
 * @text: is cut off at its end
 *
 * Return: where it begins.
 */
char *up_word_trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	while (isspace((unsigned char)*text))
		text++;
	return text;
}
