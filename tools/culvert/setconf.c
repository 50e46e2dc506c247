// SPDX-License-Identifier: GPL-2.0
/* culvert setconf: replace the configuration of a device by a file. */
#include "command.h"
#include "common/apply.h"

/**
 * cmd_setconf() - the subcommand
 * @argc: must be 3
 * @argv: the name, a device and a file
 *
 * Return: the exit status.
 */
int cmd_setconf(int argc, char **argv)
{
	return cmd_apply_config(argc, argv, CMD_APPLY_WHOLE);
}
