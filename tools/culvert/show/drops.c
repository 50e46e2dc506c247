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

/**
 * cmd_show_drops() - print a line for each reason for which something was refused
 * @dev: the device; one that another module serves has none
 * @named: each line begins with the name of the device
 */
void cmd_show_drops(const struct cvl_device *dev, bool named)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct cmd_ethtool_counters counters;
	unsigned int i;
	uint64_t count;

	if (fd < 0)
		return;
	if (cmd_ethtool_counters(&counters, fd, dev->name)) {
		for (i = 0; drops_words[i].name; i++) {
			if (!cmd_ethtool_find(&count, &counters, drops_words[i].name) || !count)
				continue;
			if (named)
				printf("%s\t", dev->name);
			printf("%s\t%" PRIu64 "\t%s\n", drops_words[i].name, count,
			       drops_words[i].help);
		}
		cmd_ethtool_free(&counters);
	}
	close(fd);
}
