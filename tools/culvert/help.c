// SPDX-License-Identifier: GPL-2.0
/* culvert help: print what main.c's table says. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "common/message.h"

static const struct cmd *cmd_help_find(const char *name)
{
	const struct cmd *cmd;

	for (cmd = cmd_table; cmd->name; cmd++) {
		if (!strcmp(cmd->name, name))
			return cmd;
	}
	return NULL;
}

static void cmd_help_print_all(void)
{
	const struct cmd *cmd;

	puts("Usage: culvert [SUBCOMMAND [ARGUMENTS]]\n");
	for (cmd = cmd_table; cmd->name; cmd++)
		printf("  %-9s %s\n", cmd->name, cmd->purpose);
	puts("\nWithout a subcommand: show.\n"
	     "More: culvert help SUBCOMMAND, or man culvert.");
}

/**
 * cmd_help_print() - say how a subcommand is used
 * @name: must be in the table
 */
void cmd_help_print(const char *name)
{
	const struct cmd *cmd = cmd_help_find(name);

	printf("Usage: culvert %s%s%s\n\nPurpose: %s.\n", cmd->name,
	       *cmd->arguments ? " " : "", cmd->arguments, cmd->purpose);
	if (*cmd->details)
		printf("\n%s", cmd->details);
	if (cmd->print_more)
		cmd->print_more();
}

/**
 * cmd_help() - the subcommand
 * @argc: 1, or 2 with the name of a subcommand
 * @argv: the name, and that name
 *
 * Return: the exit status.
 */
int cmd_help(int argc, char **argv)
{
	if (argc < 2) {
		cmd_help_print_all();
		return 0;
	}
	if (argc > 2)
		return cmd_misused("help", "unexpected argument '%s'; expected one SUBCOMMAND",
				   argv[2]);
	if (!cmd_help_find(argv[1]))
		return cmd_misused(NULL, "there is no subcommand '%s'",
				   argv[1]);
	cmd_help_print(argv[1]);
	return 0;
}
