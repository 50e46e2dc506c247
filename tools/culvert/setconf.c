// SPDX-License-Identifier: GPL-2.0
/* culvert setconf: replace the configuration of a device by a file. */
#include "command.h"
#include "common/apply.h"

static int cmd_setconf_send(struct cvl_netlink *nl, const struct cvl_link *link,
			    struct cvl_device *dev, struct cvl_error *err)
{
	cvl_config_make_whole(dev);
	return cvl_netlink_set(nl, link, dev, err);
}

/**
 * cmd_setconf() - the subcommand
 * @argc: must be 3
 * @argv: the name, a device and a file
 *
 * Return: the exit status.
 */
int cmd_setconf(int argc, char **argv)
{
	return cmd_apply_file(argc, argv, cmd_setconf_send);
}
