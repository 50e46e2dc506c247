// SPDX-License-Identifier: GPL-2.0
/* culvert addconf: add the configuration in a file to a device. */
#include <errno.h>

#include "command.h"

/**
 * cmd_addconf() - the subcommand
 * @argc: must be 3
 * @argv: the name, a device and a file
 *
 * Return: the exit status.
 */
int cmd_addconf(int argc, char **argv)
{
	struct cvl_error err = { 0 };
	struct cvl_device *dev;
	int ret;

	if (argc != 3)
		return cmd_misused(argv[0], "expected DEV and FILE");
	dev = cvl_device_create();
	if (!dev) {
		cvl_error_set(&err, -ENOMEM, "out of memory");
		return cmd_fail(&err);
	}
	ret = cvl_config_read(dev, argv[2], &err);
	if (!ret)
		ret = cmd_apply(argv[1], dev, &err);
	cvl_device_destroy(dev);
	return ret ? cmd_fail(&err) : 0;
}
