// SPDX-License-Identifier: GPL-2.0
/*
 * Change a device: set, setconf, addconf and syncconf differ in what they read and in what
 * they send. All input is read before anything is sent, so that bad input changes nothing.
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

/*
 * The link is looked up first, before a name server takes its time; once the names are
 * resolved, @send follows at once.
 */
static int cmd_apply_to(const char *name, struct cvl_device *dev, cmd_apply_send_t send,
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
 * cmd_apply() - a subcommand that changes a device
 * @argv: the subcommand, a device and what @read reads; ends in NULL
 * @read: reads what is wanted of the device
 * @send: sends it; the endpoints are resolved
 *
 * Return: the exit status.
 */
int cmd_apply(char **argv, cmd_apply_read_t read, cmd_apply_send_t send)
{
	struct cvl_device *dev = cvl_device_create();
	struct cvl_error err = { 0 };
	int ret;

	if (!dev) {
		cvl_error_set(&err, -ENOMEM, "out of memory");
		return cmd_fail(&err);
	}
	ret = read(dev, argv + 2, &err);
	if (!ret)
		ret = cmd_apply_to(argv[1], dev, send, &err);
	cvl_device_destroy(dev);
	return ret ? cmd_fail(&err) : 0;
}

static int cmd_apply_read_file(struct cvl_device *dev, char **argv, struct cvl_error *err)
{
	return cvl_config_read(dev, argv[0], err);
}

/**
 * cmd_apply_file() - a subcommand that applies a configuration file to a device
 * @argc: must be 3
 * @argv: the subcommand, a device and a file
 * @send: sends what the file says; the endpoints are resolved
 *
 * Return: the exit status.
 */
int cmd_apply_file(int argc, char **argv, cmd_apply_send_t send)
{
	if (argc != 3)
		return cmd_misused(argv[0], "expected DEV and FILE");
	return cmd_apply(argv, cmd_apply_read_file, send);
}

/**
 * cmd_apply_send() - send a change as it was read
 * @nl: to send it by
 * @link: to change
 * @change: what was read
 * @err: set on failure
 *
 * Return: 0 or a negative errno.
 */
int cmd_apply_send(struct cvl_netlink *nl, const struct cvl_link *link,
		   struct cvl_device *change, struct cvl_error *err)
{
	return cvl_netlink_set(nl, link, change, err);
}
