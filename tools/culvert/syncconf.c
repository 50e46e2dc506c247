// SPDX-License-Identifier: GPL-2.0
/*
 * culvert syncconf: make a device like a file and leave alone what is so
 * already.
 */
#include "command.h"
#include "common/apply.h"

/* Sends the difference, if there is one. */
static int cmd_syncconf_send(struct cvl_netlink *nl,
			     const struct cvl_link *link,
			     struct cvl_device *wanted,
			     struct cvl_error *err)
{
	struct cvl_device *change = NULL;
	struct cvl_device *now;
	int ret = cvl_netlink_get(nl, link, &now, err);

	if (!ret)
		ret = cvl_device_diff(&change, now, wanted, err);
	if (!ret && !cvl_device_is_empty(change))
		ret = cvl_netlink_set(nl, link, change, err);
	cvl_device_destroy(change);
	cvl_device_destroy(now);
	return ret;
}

/**
 * cmd_syncconf() - the subcommand
 * @argc: must be 3
 * @argv: the name, a device and a file
 *
 * Return: the exit status.
 */
int cmd_syncconf(int argc, char **argv)
{
	return cmd_apply_file(argc, argv, cmd_syncconf_send);
}
