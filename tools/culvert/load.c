// SPDX-License-Identifier: GPL-2.0
/* culvert load: load the kernel module, or say in plain words why it does not. */
#include <errno.h>

#include "command.h"
#include "common/message.h"
#include "common/module.h"

/**
 * cmd_load() - the subcommand
 * @argc: must be 1
 * @argv: the name
 *
 * Return: the exit status.
 */
int cmd_load(int argc, char **argv)
{
	char said[CMD_MODULE_TEXT_SIZE];
	struct cvl_error err = { 0 };
	struct cmd_module module;
	char text[sizeof(err.text)];

	if (cmd_expect_nothing(argc, argv))
		return 1;
	if (cmd_module_is_loaded() || !cmd_module_load(said, sizeof(said)))
		return 0;
	cmd_module_look(&module);
	cmd_module_explain(text, sizeof(text), &module, said);
	cvl_error_set(&err, -ENOEXEC, "the module is not loaded: %s", text);
	return cmd_fail(&err);
}
