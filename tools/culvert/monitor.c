// SPDX-License-Identifier: GPL-2.0
/* culvert monitor: print what happens to devices and their peers, as it happens. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "common/ethtool.h"
#include "common/message.h"
#include "monitor/line.h"

/* What was asked for. */
struct cmd_monitor {
	enum cmd_line_form form;
	bool state;
	/* of the only device, or NULL */
	const char *name;
	struct cvl_netlink *nl;
	struct cvl_watch *watch;
};

static bool cmd_monitor_wants(const struct cmd_monitor *monitor, const char *name)
{
	return !monitor->name || !strcmp(monitor->name, name);
}

/* Only what serves the link can tell of it; the kernel's own module has no events. */
static bool cmd_monitor_is_told(const char *name)
{
	char driver[CMD_ETHTOOL_DRIVER_SIZE];

	return !cmd_ethtool_driver(driver, name) || strcmp(driver, "wireguard");
}

/* Prints how the devices are of which events are told: all, or the one of this NAME. */
static int cmd_monitor_state(struct cmd_monitor *monitor, const char *name, struct cvl_error *err)
{
	struct cvl_link *links;
	size_t count, i;
	int ret = cvl_netlink_list(monitor->nl, &links, &count, err);

	for (i = 0; !ret && i < count; i++) {
		struct cvl_device *dev;

		if (!cmd_monitor_wants(monitor, links[i].name) ||
		    (name && strcmp(name, links[i].name)) ||
		    !cmd_monitor_is_told(links[i].name))
			continue;
		ret = cvl_netlink_get(monitor->nl, &links[i], &dev, err);
		if (ret == -ENODEV) {
			/* it went away after it was listed */
			ret = 0;
			continue;
		}
		if (ret == -EBUSY) {
			/* what changes it is told as it happens */
			cmd_note(err->text);
			ret = 0;
			continue;
		}
		if (ret)
			break;
		cmd_line_state(monitor->form, dev);
		cvl_device_destroy(dev);
	}
	free(links);
	return ret;
}

static int cmd_monitor_event(struct cmd_monitor *monitor, const struct cvl_event *event,
			     struct cvl_error *err)
{
	const char *name = event->dev ? event->dev->name : NULL;

	if (name && !cmd_monitor_wants(monitor, name))
		return 0;
	cmd_line_event(monitor->form, event);
	return event->kind == CVL_EVENT_LOST ? cmd_monitor_state(monitor, name, err) : 0;
}

/* All that there is now. */
static int cmd_monitor_drain(struct cmd_monitor *monitor, struct cvl_error *err)
{
	struct cvl_event *event;
	int ret;

	while ((ret = cvl_watch_next(monitor->watch, &event, err)) > 0) {
		ret = cmd_monitor_event(monitor, event, err);
		cvl_event_destroy(event);
		if (ret)
			return ret;
		if (ferror(stdout))
			break;
	}
	fflush(stdout);
	return ret > 0 ? 0 : ret;
}

/* Until the output fails, or what it goes to has been closed. */
static int cmd_monitor_run(struct cmd_monitor *monitor, struct cvl_error *err)
{
	struct pollfd fds[] = {
		{ .fd = cvl_watch_fd(monitor->watch), .events = POLLIN },
		{ .fd = fileno(stdout) },
	};
	int ret = 0;

	if (monitor->state)
		ret = cmd_monitor_state(monitor, NULL, err);
	fflush(stdout);
	while (!ret && !ferror(stdout) && !(fds[1].revents & (POLLERR | POLLNVAL))) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return cvl_error_set(err, -errno, "cannot wait for events: %s",
					     strerror(errno));
		ret = cmd_monitor_drain(monitor, err);
	}
	return ret;
}

static int cmd_monitor_options(struct cmd_monitor *monitor, int argc, char **argv)
{
	bool options = true;
	int i;

	for (i = 1; i < argc; i++) {
		const char *word = argv[i];

		if (options && !strcmp(word, "--"))
			options = false;
		else if (options && (!strcmp(word, "-j") || !strcmp(word, "--json")))
			monitor->form = CMD_LINE_JSON;
		else if (options && (!strcmp(word, "-p") || !strcmp(word, "--pretty")))
			monitor->form = CMD_LINE_INDENTED;
		else if (options && (!strcmp(word, "-s") || !strcmp(word, "--state")))
			monitor->state = true;
		else if (options && *word == '-')
			return cmd_misused("monitor", "unknown option '%s'; expected -j, -p or -s",
					   word);
		else if (monitor->name)
			return cmd_misused("monitor",
					   "unexpected argument '%s'; expected at most one device",
					   word);
		else
			monitor->name = word;
	}
	return 0;
}

static int cmd_monitor_open(struct cmd_monitor *monitor, struct cvl_error *err)
{
	struct cvl_link link;
	int ret;

	monitor->nl = cvl_netlink_create(err);
	if (!monitor->nl)
		return err->code;
	if (monitor->name) {
		ret = cvl_netlink_find(monitor->nl, &link, monitor->name, err);
		if (ret)
			return ret;
		if (!cmd_monitor_is_told(monitor->name))
			return cvl_error_set(err, -EOPNOTSUPP,
					     "%s: the module wireguard, which serves this device, tells no events; expected one that culvert serves",
					     link.name);
	}
	monitor->watch = cvl_watch_create(CVL_WATCH_CONFIG | CVL_WATCH_SESSION, err);
	return monitor->watch ? 0 : err->code;
}

/**
 * cmd_monitor() - the subcommand
 * @argc: 1 or 2, and options
 * @argv: the name, and a device
 *
 * Return: the exit status.
 */
int cmd_monitor(int argc, char **argv)
{
	struct cmd_monitor monitor = { 0 };
	struct cvl_error err = { 0 };
	int ret = cmd_monitor_options(&monitor, argc, argv);

	if (ret)
		return ret;
	ret = cmd_monitor_open(&monitor, &err);
	if (!ret)
		ret = cmd_monitor_run(&monitor, &err);
	cvl_watch_destroy(monitor.watch);
	cvl_netlink_destroy(monitor.nl);
	return ret ? cmd_fail(&err) : 0;
}
