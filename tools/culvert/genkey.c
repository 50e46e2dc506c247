// SPDX-License-Identifier: GPL-2.0
/* culvert genkey: print a new private key. */
#include <string.h>

#include "command.h"

/**
 * cmd_genkey() - the subcommand
 * @argc: must be 1
 * @argv: the name
 *
 * Return: the exit status.
 */
int cmd_genkey(int argc, char **argv)
{
	uint8_t key[CVL_KEY_BYTES];
	struct cvl_error err = { 0 };
	int ret;

	if (argc != 1)
		return cmd_misused(argv[0], "'%s' is too much; expected nothing",
				   argv[1]);
	cmd_keyfile_warn();
	ret = cvl_key_random(key);
	if (ret) {
		cvl_error_set(&err, ret, "cannot get random bytes: %s",
			      strerror(-ret));
		return cmd_fail(&err);
	}
	cvl_key_clamp(key);
	ret = cmd_keyfile_print(key);
	explicit_bzero(key, sizeof(key));
	return ret;
}
