// SPDX-License-Identifier: GPL-2.0
/* Devices, their peers and their drops, read from the kernel into the model. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"
#include "common/drops.h"
#include "common/ethtool.h"
#include "read.h"

static void read_drop(void *to, unsigned int reason, uint64_t count)
{
	top_model_drop(to, reason, cmd_drops_word(reason)->name, count);
}

static void read_more(struct top_device *device)
{
	char driver[CMD_ETHTOOL_DRIVER_SIZE];

	if (device->readings == 1 && cmd_ethtool_driver(driver, device->name))
		snprintf(device->module, sizeof(device->module), "%.*s",
			 (int)sizeof(device->module) - 1, driver);
	cmd_drops_each(device->name, device, read_drop);
}

static int read_device(struct top_model *model, const struct top_source *source,
		       const struct cvl_link *link, struct cvl_error *err)
{
	struct top_device *device;
	struct cvl_device *dev;
	struct top_time now;
	int ret = cvl_netlink_get(source->nl, link, &dev, err);

	if (ret == -ENODEV)
		return 0;	/* it went away after it was listed */
	if (ret) {
		top_model_keep(model, link->ifindex);
		return ret;
	}
	/* Counters are those of now rather than of the begin: most of a reading is kept waiting. */
	now = (struct top_time){ .ns = (uint64_t)cmd_clock_ns(), .s = time(NULL) };
	device = top_model_read(model, dev, &now);
	cvl_device_destroy(dev);
	if (!device)
		return cvl_error_set(err, -ENOMEM, "out of memory");
	read_more(device);
	return 0;
}

/**
 * top_read_all() - read all devices
 * @model: changed; what could not be read stays as it was
 * @source: where
 * @err: set on failure
 *
 * Return: 0, or the negative errno of one that could not be read.
 */
int top_read_all(struct top_model *model, const struct top_source *source,
		 struct cvl_error *err)
{
	struct cvl_link *links;
	size_t count, i;
	int ret = cvl_netlink_list(source->nl, &links, &count, err);
	int failed = 0;

	if (ret)
		return ret;
	top_model_begin(model);
	for (i = 0; i < count; i++) {
		if (source->name && strcmp(source->name, links[i].name))
			continue;
		ret = read_device(model, source, &links[i], err);
		failed = failed ? failed : ret;
	}
	top_model_end(model);
	free(links);
	return failed;
}
