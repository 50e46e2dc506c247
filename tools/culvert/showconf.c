// SPDX-License-Identifier: GPL-2.0
/* culvert showconf: print the configuration of a device. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "common/message.h"

/**
 * cmd_showconf() - the subcommand
 * @argc: must be 2
 * @argv: the name and a device
 *
 * Return: the exit status.
 */
int cmd_showconf(int argc, char **argv)
{
	struct cvl_device *dev = NULL;
	struct cvl_error err = { 0 };
	struct cvl_netlink *nl;
	struct cvl_link link;
	int ret;

	if (argc != 2)
		return cmd_misused(argv[0], "expected one DEV");
	nl = cvl_netlink_create(&err);
	if (!nl)
		return cmd_fail(&err);
	ret = cvl_netlink_find(nl, &link, argv[1], &err);
	if (!ret)
		ret = cvl_netlink_get(nl, &link, &dev, &err);
	cvl_netlink_destroy(nl);
	if (!ret) {
		ret = cvl_config_print(stdout, dev);
		if (ret)
			cvl_error_set(&err, ret, "cannot write the output: %s",
				      strerror(-ret));
	}
	cvl_device_destroy(dev);
	return ret ? cmd_fail(&err) : 0;
}
