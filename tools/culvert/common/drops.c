// SPDX-License-Identifier: GPL-2.0
/* The module's drop reasons and their counters; show and culvert-top print them. */
#include <sys/socket.h>
#include <unistd.h>

#include <core/drop_reasons.h>

#include "common/drops.h"
#include "common/ethtool.h"

#define DROPS_WORDS(id, name, class, class_wireguard, skb_reason, help) { name, help },

static const struct cmd_drop drops_words[] = {
	CV_DROP_REASONS(DROPS_WORDS)
	{ NULL, NULL },
};

/**
 * cmd_drops_word() - a reason by its number
 * @reason: the number
 *
 * Return: its words, or NULL if there are no more.
 */
const struct cmd_drop *cmd_drops_word(unsigned int reason)
{
	unsigned int i;

	for (i = 0; drops_words[i].name; i++) {
		if (i == reason)
			return &drops_words[i];
	}
	return NULL;
}

/**
 * cmd_drops_each() - call a function for each reason for which something was refused
 * @link: name of the link; one that another module serves has no reasons
 * @to: handed to @take
 * @take: the function; @reason is for cmd_drops_word()
 */
void cmd_drops_each(const char *link, void *to,
		    void (*take)(void *to, unsigned int reason, uint64_t count))
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct cmd_ethtool_counters counters;
	unsigned int i;
	uint64_t count;

	if (fd < 0)
		return;
	if (cmd_ethtool_counters(&counters, fd, link)) {
		for (i = 0; drops_words[i].name; i++) {
			if (cmd_ethtool_find(&count, &counters, drops_words[i].name) && count)
				take(to, i, count);
		}
		cmd_ethtool_free(&counters);
	}
	close(fd);
}
