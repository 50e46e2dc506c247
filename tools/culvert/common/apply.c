// SPDX-License-Identifier: GPL-2.0
/*
 * Send a change to the kernel. set, setconf, addconf and syncconf call this
 * after they have read all their input, so that bad input changes nothing.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/apply.h"
#include "common/env.h"
#include "common/message.h"

#define CMD_APPLY_RETRIES 15

/* A number or "infinity"; what is neither counts as not set. */
static int cmd_apply_retries(void)
{
	const char *text = cmd_env("ENDPOINT_RESOLUTION_RETRIES");
	unsigned long retries;
	char *end;

	if (!text || !*text)
		return CMD_APPLY_RETRIES;
	if (!strcmp(text, "infinity"))
		return -1;
	retries = strtoul(text, &end, 10);
	if (*end || *text < '0' || *text > '9' || retries > 1000000)
		return CMD_APPLY_RETRIES;
	return (int)retries;
}

static void cmd_apply_notify(void *arg, const char *text)
{
	(void)arg;
	cmd_note(text);
}

/* Finds the addresses of endpoints, as patiently as the environment says. */
static int cmd_apply_resolve(struct cvl_device *dev, struct cvl_error *err)
{
	const struct cvl_resolve_options options = {
		.retries = cmd_apply_retries(),
		.first_delay_ms = 1000,
		.notify = cmd_apply_notify,
	};

	return cvl_endpoints_resolve(dev, &options, err);
}

static int cmd_apply_send(struct cvl_netlink *nl, const struct cvl_link *link,
			  const struct cvl_device *change, struct cvl_error *err)
{
	return cvl_netlink_set(nl, link, change, err);
}

/**
 * cmd_apply_with() - resolve the endpoints of what is wanted, then send it
 * @name: of the device
 * @dev: what is wanted of it
 * @send: sends it, once names are resolved: the less time from there, the better
 * @err: filled in on failure
 *
 * Return: 0 or a negative errno.
 */
int cmd_apply_with(const char *name, struct cvl_device *dev, cmd_apply_send_t send,
		   struct cvl_error *err)
{
	struct cvl_netlink *nl = cvl_netlink_create(err);
	struct cvl_link link;
	int ret;

	if (!nl)
		return err->code;
	ret = cvl_netlink_find(nl, &link, name, err);
	if (!ret)
		ret = cmd_apply_resolve(dev, err);
	if (!ret)
		ret = send(nl, &link, dev, err);
	cvl_netlink_destroy(nl);
	return ret;
}

/**
 * cmd_apply() - resolve the endpoints of a change, then send it
 * @name: of the link, from the user; it is looked up before a name server may
 *	take its time
 * @change: its endpoints are filled in
 * @err: set on failure
 *
 * Return: 0 or a negative errno.
 */
int cmd_apply(const char *name, struct cvl_device *change,
	      struct cvl_error *err)
{
	return cmd_apply_with(name, change, cmd_apply_send, err);
}

/**
 * cmd_apply_file() - a subcommand that applies a configuration file to a device
 * @argc: must be 3
 * @argv: the subcommand, a device and a file
 * @apply: does it, with what the file says
 *
 * Return: the exit status.
 */
int cmd_apply_file(int argc, char **argv, cmd_apply_t apply)
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
		ret = apply(argv[1], dev, &err);
	cvl_device_destroy(dev);
	return ret ? cmd_fail(&err) : 0;
}
