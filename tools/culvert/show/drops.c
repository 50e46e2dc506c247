// SPDX-License-Identifier: GPL-2.0
/* culvert show DEV drops: what the module has refused, how often, and what it means. */
#include <inttypes.h>
#include <stdio.h>

#include "common/drops.h"
#include "show/drops.h"

/* TO is what stands at the begin of the line. */
static void drops_line(void *to, unsigned int reason, uint64_t count)
{
	const struct cmd_drop *drop = cmd_drops_word(reason);

	printf("%s%s\t%" PRIu64 "\t%s\n", (const char *)to, drop->name, count, drop->help);
}

/**
 * cmd_drops_lines() - print a line for each reason for which something was refused
 * @dev: the device
 * @named: each line begins with the name of the device
 */
void cmd_drops_lines(const struct cvl_device *dev, bool named)
{
	char begin[CVL_IFNAME_SIZE + 1] = "";

	if (named)
		snprintf(begin, sizeof(begin), "%s\t", dev->name);
	cmd_drops_each(dev->name, begin, drops_line);
}

static void drops_member(void *to, unsigned int reason, uint64_t count)
{
	struct cmd_out *out = to;

	out->key = cmd_drops_word(reason)->name;
	cmd_out_number(out, count, NULL);
}

/**
 * cmd_drops_json() - print an object with the count of each reason
 * @out: JSON
 * @dev: the device
 */
void cmd_drops_json(struct cmd_out *out, const struct cvl_device *dev)
{
	cmd_out_open(out, out->key, '{');
	cmd_drops_each(dev->name, out, drops_member);
	cmd_out_close(out, '}');
}
