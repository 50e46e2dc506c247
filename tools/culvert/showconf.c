// SPDX-License-Identifier: GPL-2.0
/* culvert showconf: print the configuration of a device. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "common/message.h"
#include "common/out.h"
#include "config.h"
#include "internal.h"

/* A device with more peers than this is printed as it is read, and not read again if it changes. */
#define CMD_SHOWCONF_HOLD 4096

/* See struct cvl_netlink_parts. */
static int cmd_showconf_part(void *arg, struct cvl_device *part, bool first, bool last,
			     struct cvl_error *err)
{
	(void)arg;
	(void)last;
	(void)err;
	cvl_config_print_part(stdout, part, first);
	return 0;
}

/**
 * cmd_showconf() - the subcommand
 * @argc: must be 2
 * @argv: the name and a device
 *
 * Return: the exit status.
 */
int cmd_showconf(int argc, char **argv)
{
	struct cvl_netlink_parts parts = { .take = cmd_showconf_part, .hold = CMD_SHOWCONF_HOLD };
	struct cvl_error err = { 0 };
	struct cvl_netlink *nl;
	struct cvl_link link;
	int ret;

	if (argc != 2)
		return cmd_misused(argv[0], "expected one DEV");
	cmd_out_buffer();
	nl = cvl_netlink_create(&err);
	if (!nl)
		return cmd_fail(&err);
	ret = cvl_netlink_find(nl, &link, argv[1], &err);
	if (!ret)
		ret = cvl_netlink_read(nl, &link, &parts, &err);
	cvl_netlink_destroy(nl);
	if (!ret && (fflush(stdout) || ferror(stdout)))
		ret = cvl_error_set(&err, -EIO, "cannot write the output: %s",
				    strerror(errno ? errno : EIO));
	return ret ? cmd_fail(&err) : 0;
}
