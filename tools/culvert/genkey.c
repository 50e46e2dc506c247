// SPDX-License-Identifier: GPL-2.0
/* culvert genkey: print a new private key. */
#include "command.h"
#include "common/keyfile.h"

/**
 * cmd_genkey() - the subcommand
 * @argc: must be 1
 * @argv: the name
 *
 * Return: the exit status.
 */
int cmd_genkey(int argc, char **argv)
{
	return cmd_keyfile_generate(argc, argv, true);
}
