// SPDX-License-Identifier: GPL-2.0
/* culvert addconf: add the configuration in a file to a device. */
#include "command.h"
#include "common/apply.h"

/**
 * cmd_addconf() - the subcommand
 * @argc: must be 3
 * @argv: the name, a device and a file
 *
 * Return: the exit status.
 */
int cmd_addconf(int argc, char **argv)
{
	return cmd_apply_config(argc, argv, CMD_APPLY_ADD);
}
