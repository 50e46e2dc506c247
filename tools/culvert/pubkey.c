// SPDX-License-Identifier: GPL-2.0
/* culvert pubkey: read a private key and print its public key. */
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "common/keyfile.h"
#include "common/message.h"

/**
 * cmd_pubkey() - the subcommand
 * @argc: must be 1
 * @argv: the name
 *
 * Return: the exit status.
 */
int cmd_pubkey(int argc, char **argv)
{
	uint8_t key[CVL_KEY_BYTES];
	struct cvl_error err = { 0 };

	if (cmd_expect_nothing(argc, argv))
		return 1;
	if (cmd_keyfile_read(key, "standard input", STDIN_FILENO, false, &err))
		return cmd_fail(&err);
	cvl_key_public(key, key);
	return cmd_keyfile_print(key);
}
