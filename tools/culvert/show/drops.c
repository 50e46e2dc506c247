// SPDX-License-Identifier: GPL-2.0
/* culvert show DEV drops: what the module has refused, how often, and what it means. */
#include <inttypes.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <core/drop_reasons.h>

#include "common/ethtool.h"
#include "show/drops.h"

#define DROPS_WORDS(id, name, class, class_wireguard, skb_reason, help) { name, help },

static const struct {
	const char *name;
	const char *help;
} drops_words[] = {
	CV_DROP_REASONS(DROPS_WORDS)
	{ NULL, NULL },
};

/*
 * Calls PRINT for each reason for which something of a device was refused; one that another
 * module serves has none.
 */
static void drops_each(const struct cvl_device *dev, void *to,
		       void (*print)(void *to, unsigned int reason, uint64_t count))
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct cmd_ethtool_counters counters;
	unsigned int i;
	uint64_t count;

	if (fd < 0)
		return;
	if (cmd_ethtool_counters(&counters, fd, dev->name)) {
		for (i = 0; drops_words[i].name; i++) {
			if (cmd_ethtool_find(&count, &counters, drops_words[i].name) && count)
				print(to, i, count);
		}
		cmd_ethtool_free(&counters);
	}
	close(fd);
}

/* TO is what stands at the begin of the line. */
static void drops_line(void *to, unsigned int reason, uint64_t count)
{
	printf("%s%s\t%" PRIu64 "\t%s\n", (const char *)to, drops_words[reason].name, count,
	       drops_words[reason].help);
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
	drops_each(dev, begin, drops_line);
}

static void drops_member(void *to, unsigned int reason, uint64_t count)
{
	struct cmd_out *out = to;

	out->key = drops_words[reason].name;
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
	drops_each(dev, out, drops_member);
	cmd_out_close(out, '}');
}
