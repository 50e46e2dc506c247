// SPDX-License-Identifier: GPL-2.0
/* Settings in the environment: under the name of this command, or that of wg(8). */
#include <stdio.h>
#include <stdlib.h>

#include "common/env.h"

/**
 * cmd_env() - look up a setting in the environment
 * @name: without its prefix
 *
 * Return: the value of CULVERT_<name>, or else of WG_<name>, or NULL.
 */
const char *cmd_env(const char *name)
{
	char whole[64];
	const char *value;

	snprintf(whole, sizeof(whole), "CULVERT_%s", name);
	value = getenv(whole);
	if (value)
		return value;
	snprintf(whole, sizeof(whole), "WG_%s", name);
	return getenv(whole);
}
