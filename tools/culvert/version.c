// SPDX-License-Identifier: GPL-2.0
/* culvert version: print the version. */
#include <stdio.h>

#include "command.h"
#include "common/message.h"

/**
 * cmd_version() - the subcommand
 * @argc: must be 1
 * @argv: the name
 *
 * Return: the exit status.
 */
int cmd_version(int argc, char **argv)
{
	if (cmd_expect_nothing(argc, argv))
		return 1;
	puts("culvert " CULVERT_VERSION);
	return 0;
}
