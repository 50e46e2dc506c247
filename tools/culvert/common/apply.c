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
#include "common/keyfile.h"
#include "common/message.h"
#include "common/progress.h"
#include "stream.h"

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
 * cmd_apply_patience() - how patient to be with name servers
 *
 * Return: as the environment says.
 */
struct cvl_resolve_options cmd_apply_patience(void)
{
	return (struct cvl_resolve_options) {
		.retries = cmd_apply_retries(),
		.first_delay_ms = 1000,
		.notify = cmd_apply_notify,
	};
}

/* What is done with a link. */
typedef int (*cmd_apply_do_t)(void *arg, struct cvl_netlink *nl, const struct cvl_link *link,
			      struct cvl_error *err);

/*
 * The link is looked up first, before a name server takes its time; once the names are
 * resolved, what is to be sent follows at once.
 */
static int cmd_apply_to(const char *name, cmd_apply_do_t apply, void *arg, struct cvl_error *err)
{
	struct cvl_netlink *nl = cvl_netlink_create(err);
	struct cvl_link link;
	int ret;

	if (!nl)
		return err->code;
	ret = cvl_netlink_find(nl, &link, name, err);
	if (!ret)
		ret = apply(arg, nl, &link, err);
	cvl_netlink_destroy(nl);
	return ret;
}

static int cmd_apply_end(int ret, const struct cvl_error *err)
{
	if (ret)
		return cmd_fail(err);
	cmd_keyfile_warn_exposed();
	return 0;
}

static int cmd_apply_change(void *arg, struct cvl_netlink *nl, const struct cvl_link *link,
			    struct cvl_error *err)
{
	const struct cvl_resolve_options options = cmd_apply_patience();
	struct cvl_device *change = arg;
	int ret = cvl_endpoints_resolve(change, &options, err);

	return ret ? ret : cvl_netlink_set(nl, link, change, err);
}

/**
 * cmd_apply() - a subcommand that changes a device
 * @argv: the subcommand, a device and what @read reads; ends in NULL
 * @read: reads what is wanted of the device
 *
 * Return: the exit status.
 */
int cmd_apply(char **argv, cmd_apply_read_t read)
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
		ret = cmd_apply_to(argv[1], cmd_apply_change, dev, &err);
	cvl_device_destroy(dev);
	return cmd_apply_end(ret, &err);
}

/* What a file is used for, while a bar shows how far that has come. */
struct cmd_apply_config {
	enum cmd_apply_how how;
	struct cvl_config *config;
	struct cmd_progress bar;
	struct cvl_resolve_options patience;
};

/* The bar is not in the way of what is said. */
static void cmd_apply_notify_config(void *arg, const char *text)
{
	struct cmd_apply_config *apply = arg;

	cmd_progress_clear(&apply->bar);
	cmd_note(text);
}

static int cmd_apply_config_send(void *arg, struct cvl_netlink *nl, const struct cvl_link *link,
				 struct cvl_error *err)
{
	struct cmd_apply_config *apply = arg;
	int ret;

	if (apply->how == CMD_APPLY_SYNC)
		return cvl_sync(apply->config, nl, link, &apply->patience, err);
	ret = cvl_config_resolve(apply->config, &apply->patience, err);
	if (ret)
		return ret;
	if (apply->how == CMD_APPLY_WHOLE)
		cvl_config_make_whole(cvl_config_device(apply->config));
	return cvl_config_send(apply->config, nl, link, err);
}

/**
 * cmd_apply_config() - a subcommand that changes a device as a configuration file says
 * @argc: must be 3
 * @argv: the subcommand, a device and a file
 * @how: what the file stands for
 *
 * Return: the exit status.
 */
int cmd_apply_config(int argc, char **argv, enum cmd_apply_how how)
{
	struct cmd_apply_config apply = { .how = how, .patience = cmd_apply_patience() };
	const struct cvl_progress progress = { .tell = cmd_progress_tell, .arg = &apply.bar };
	struct cvl_error err = { 0 };
	int ret = -EINVAL;

	if (argc != 3)
		return cmd_misused(argv[0], "expected DEV and FILE");
	apply.patience.notify = cmd_apply_notify_config;
	apply.patience.arg = &apply;
	cmd_progress_begin(&apply.bar);
	apply.config = cvl_config_open(argv[2], how == CMD_APPLY_SYNC, &progress, &err);
	if (apply.config)
		ret = cmd_apply_to(argv[1], cmd_apply_config_send, &apply, &err);
	if (!ret && cvl_config_has_secret(apply.config))
		cmd_keyfile_note_secret(argv[2]);
	cvl_config_close(apply.config);
	cmd_progress_clear(&apply.bar);
	return cmd_apply_end(ret, &err);
}
