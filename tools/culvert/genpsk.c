// SPDX-License-Identifier: GPL-2.0
/* culvert genpsk: print a new pre-shared key. */
#include "command.h"
#include "common/keyfile.h"

/**
 * cmd_genpsk() - the subcommand
 * @argc: must be 1
 * @argv: the name
 *
 * Return: the exit status.
 */
int cmd_genpsk(int argc, char **argv)
{
	return cmd_keyfile_generate(argc, argv, false);
}
