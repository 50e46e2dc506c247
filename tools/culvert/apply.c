// SPDX-License-Identifier: GPL-2.0
/*
 * Send a change to the kernel. set, setconf, addconf and syncconf call this
 * after they have read all their input, so that bad input changes nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "command.h"

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

/**
 * cmd_apply_resolve() - find the addresses of endpoints, as patiently as the
 *	environment says
 * @dev: its endpoints are filled in
 * @err: set on failure
 *
 * Return: 0 or a negative errno.
 */
int cmd_apply_resolve(struct cvl_device *dev, struct cvl_error *err)
{
	const struct cvl_resolve_options options = {
		.retries = cmd_apply_retries(),
		.first_delay_ms = 1000,
		.notify = cmd_apply_notify,
	};

	return cvl_endpoints_resolve(dev, &options, err);
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
	struct cvl_netlink *nl = cvl_netlink_create(err);
	struct cvl_link link;
	int ret;

	if (!nl)
		return err->code;
	ret = cvl_netlink_find(nl, &link, name, err);
	if (!ret)
		ret = cmd_apply_resolve(change, err);
	if (!ret)
		ret = cvl_netlink_set(nl, &link, change, err);
	cvl_netlink_destroy(nl);
	return ret;
}
