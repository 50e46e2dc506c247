// SPDX-License-Identifier: GPL-2.0
/*
 * culvert syncconf: make a device like a file and leave alone what is so
 * already.
 */
#include "command.h"
#include "common/apply.h"

/**
 * cmd_syncconf() - the subcommand
 * @argc: must be 3
 * @argv: the name, a device and a file
 *
 * Return: the exit status.
 */
int cmd_syncconf(int argc, char **argv)
{
	return cmd_apply_config(argc, argv, CMD_APPLY_SYNC);
}
