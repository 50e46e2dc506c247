// SPDX-License-Identifier: GPL-2.0
/*
 * culvert help: print what main.c's table says, and the tables of words that the subcommands
 * have, for people and, with --words, for completion.
 */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "common/message.h"
#include "nearest.h"

/* A screen, as the smallest terminal has it. */
#define HELP_LINES 24
#define HELP_COLUMNS 80

/* Of a word in front of its help, and of one among others. */
#define HELP_WORD_COLUMNS 29
#define HELP_NAME_COLUMNS 22

/**
 * cmd_help_find() - the subcommand of a name
 * @name: what the user has typed
 *
 * Return: the subcommand, or NULL.
 */
const struct cmd *cmd_help_find(const char *name)
{
	const struct cmd *cmd;

	for (cmd = cmd_table; cmd->name; cmd++) {
		if (!strcmp(cmd->name, name))
			return cmd;
	}
	return NULL;
}

/**
 * cmd_help_unknown() - say that there is no such subcommand, and which one may be meant
 * @name: what the user has typed
 *
 * Return: the exit status, 1.
 */
int cmd_help_unknown(const char *name)
{
	struct cvl_nearest nearest;
	const struct cmd *cmd;

	cvl_nearest_begin(&nearest, name);
	for (cmd = cmd_table; cmd->name; cmd++)
		cvl_nearest_try(&nearest, cmd->name);
	if (nearest.best)
		return cmd_misused(NULL, "there is no subcommand '%s'; did you mean '%s'?", name,
				   nearest.best);
	return cmd_misused(NULL, "there is no subcommand '%s'", name);
}

static void cmd_help_print_all(void)
{
	const struct cmd *cmd;

	puts("Usage: culvert [SUBCOMMAND [ARGUMENTS]]\n");
	for (cmd = cmd_table; cmd->name; cmd++)
		printf("  %-9s %s\n", cmd->name, cmd->purpose);
	puts("\nWithout a subcommand: show. More: culvert help SUBCOMMAND, or man 8 culvert.");
}

static size_t cmd_help_lines(const char *text)
{
	size_t lines = 0;

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

static void cmd_help_print_word(const struct cmd_word *word)
{
	char text[HELP_WORD_COLUMNS + 1];

	snprintf(text, sizeof(text), "%s%s%s", word->name, word->value ? " " : "",
		 word->value ? word->value : "");
	printf("  %-*s %s\n", word->value || !strcmp(word->kind, "peer") ? HELP_WORD_COLUMNS : 20,
	       text, word->help);
}

/* A line for each word if that fits the screen, else only the words. */
static void cmd_help_print_words(const struct cmd *cmd, size_t used)
{
	const size_t columns = (HELP_COLUMNS - 2) / HELP_NAME_COLUMNS;
	struct cmd_word word;
	size_t count = 0;
	size_t i;

	while (cmd->nth_word(count, &word))
		count++;
	putchar('\n');
	if (used + 1 + count <= HELP_LINES) {
		for (i = 0; cmd->nth_word(i, &word); i++)
			cmd_help_print_word(&word);
		return;
	}
	for (i = 0; cmd->nth_word(i, &word); i++)
		printf("%s%-*s%s", i % columns ? "" : "  ",
		       i + 1 < count && (i + 1) % columns ? HELP_NAME_COLUMNS : 0, word.name,
		       i + 1 < count && (i + 1) % columns ? "" : "\n");
	printf("\nFor one of these: culvert help %s %s\n", cmd->name,
	       strcmp(word.kind, "field") ? "WORD" : "FIELD");
}

/**
 * cmd_help_print() - say how a subcommand is used, on one screen
 * @cmd: the subcommand
 */
void cmd_help_print(const struct cmd *cmd)
{
	printf("Usage: culvert %s%s%s\nPurpose: %s.\n", cmd->name,
	       *cmd->arguments ? " " : "", cmd->arguments, cmd->purpose);
	if (*cmd->details)
		printf("\n%s", cmd->details);
	if (cmd->nth_word)
		cmd_help_print_words(cmd, 2 + !!*cmd->details + cmd_help_lines(cmd->details));
}

static int cmd_help_one_word(const struct cmd *cmd, const char *name)
{
	struct cvl_nearest nearest;
	struct cmd_word word;
	size_t i;

	cvl_nearest_begin(&nearest, name);
	for (i = 0; cmd->nth_word && cmd->nth_word(i, &word); i++) {
		if (!strcmp(word.name, name)) {
			cmd_help_print_word(&word);
			return 0;
		}
		cvl_nearest_try(&nearest, word.name);
	}
	if (nearest.best)
		return cmd_misused(cmd->name, "'%s' is not a word of it; did you mean '%s'?", name,
				   nearest.best);
	return cmd_misused(cmd->name, "'%s' is not a word of it", name);
}

/* What may follow a word: what people call it, and each that may be typed as it is. */
static void cmd_help_values(const struct cmd_word *word)
{
	const char *literal = word->literals;

	if (!word->value)
		return;
	printf("value\t%s\t%s\n", word->name, word->value);
	while (literal) {
		const char *space = strchr(literal, ' ');
		int length = space ? (int)(space - literal) : (int)strlen(literal);

		printf("value\t%s\t%.*s\n", word->name, length, literal);
		literal = space ? space + 1 : NULL;
	}
}

/* For completion: lines of a kind, a word, and what it is, with tabs between them. */
static int cmd_help_words(void)
{
	const struct cmd *cmd;
	struct cmd_word word;
	size_t i;

	for (cmd = cmd_table; cmd->name; cmd++) {
		printf("subcommand\t%s\t%s\n", cmd->name, cmd->purpose);
		if (*cmd->arguments)
			printf("arguments\t%s\t%s\n", cmd->name, cmd->arguments);
		for (i = 0; cmd->nth_word && cmd->nth_word(i, &word); i++) {
			printf("%s\t%s\t%s\n", word.kind, word.name, word.help);
			cmd_help_values(&word);
		}
	}
	return 0;
}

/**
 * cmd_help() - the subcommand
 * @argc: 1, or 2 with the name of a subcommand or --words, or 3 with one of its words
 * @argv: the name, that name, and that word
 *
 * Return: the exit status.
 */
int cmd_help(int argc, char **argv)
{
	const struct cmd *cmd;

	if (argc < 2) {
		cmd_help_print_all();
		return 0;
	}
	if (argc == 2 && !strcmp(argv[1], "--words"))
		return cmd_help_words();
	if (argc > 3)
		return cmd_misused("help",
				   "unexpected argument '%s'; expected one SUBCOMMAND and one WORD",
				   argv[3]);
	cmd = cmd_help_find(argv[1]);
	if (!cmd)
		return cmd_help_unknown(argv[1]);
	if (argc == 3)
		return cmd_help_one_word(cmd, argv[2]);
	cmd_help_print(cmd);
	return 0;
}
