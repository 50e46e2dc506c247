// SPDX-License-Identifier: GPL-2.0
/*
 * culvert syncconf: make a device like a file and leave alone what is so
 * already.
 */
#include <errno.h>

#include "command.h"

/* Sends the difference, if there is one. */
static int cmd_syncconf_send(struct cvl_netlink *nl,
			     const struct cvl_link *link,
			     const struct cvl_device *wanted,
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

/* Names are resolved first: the less time from reading to sending, the better. */
static int cmd_syncconf_apply(const char *name, struct cvl_device *wanted,
			      struct cvl_error *err)
{
	struct cvl_netlink *nl = cvl_netlink_create(err);
	struct cvl_link link;
	int ret;

	if (!nl)
		return err->code;
	ret = cvl_netlink_find(nl, &link, name, err);
	if (!ret)
		ret = cmd_apply_resolve(wanted, err);
	if (!ret)
		ret = cmd_syncconf_send(nl, &link, wanted, err);
	cvl_netlink_destroy(nl);
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
	struct cvl_error err = { 0 };
	struct cvl_device *wanted;
	int ret;

	if (argc != 3)
		return cmd_misused(argv[0], "expected DEV and FILE");
	wanted = cvl_device_create();
	if (!wanted) {
		cvl_error_set(&err, -ENOMEM, "out of memory");
		return cmd_fail(&err);
	}
	ret = cvl_config_read(wanted, argv[2], &err);
	if (!ret)
		ret = cmd_syncconf_apply(argv[1], wanted, &err);
	cvl_device_destroy(wanted);
	return ret ? cmd_fail(&err) : 0;
}
