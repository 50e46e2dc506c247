// SPDX-License-Identifier: GPL-2.0
/* Ask for the driver and the counters of a link, as ethtool -i and -S show them. */
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/ethtool.h"

static bool ethtool_ask(int fd, const char *link, void *what)
{
	struct ifreq request = { .ifr_data = what };

	strncpy(request.ifr_name, link, sizeof(request.ifr_name) - 1);
	return !ioctl(fd, SIOCETHTOOL, &request);
}

/**
 * cmd_ethtool_driver() - ask which module serves a link
 * @driver: set to the name of the module, without an end such as .ko, or to ""
 * @link: name of the link
 *
 * Return: whether the kernel has told.
 */
bool cmd_ethtool_driver(char driver[CMD_ETHTOOL_DRIVER_SIZE], const char *link)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };

	*driver = '\0';
	if (fd < 0)
		return false;
	if (ethtool_ask(fd, link, &info))
		snprintf(driver, CMD_ETHTOOL_DRIVER_SIZE, "%.*s", (int)sizeof(info.driver),
			 info.driver);
	close(fd);
	return *driver;
}

/**
 * cmd_ethtool_counters() - read all counters of a link
 * @counters: filled in; to be given to cmd_ethtool_free()
 * @fd: any socket in the network namespace of the link
 * @link: name of the link
 *
 * Return: whether the kernel has told; if not there is nothing to be freed.
 */
bool cmd_ethtool_counters(struct cmd_ethtool_counters *counters, int fd, const char *link)
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };
	struct ethtool_gstrings *names;
	struct ethtool_stats *stats;

	if (!ethtool_ask(fd, link, &info) || !info.n_stats)
		return false;
	names = calloc(1, sizeof(*names) + (size_t)info.n_stats * ETH_GSTRING_LEN);
	stats = calloc(1, sizeof(*stats) + info.n_stats * sizeof(stats->data[0]));
	*counters = (struct cmd_ethtool_counters){ .names = names, .stats = stats };
	if (names && stats) {
		names->cmd = ETHTOOL_GSTRINGS;
		names->string_set = ETH_SS_STATS;
		names->len = info.n_stats;
		stats->cmd = ETHTOOL_GSTATS;
		stats->n_stats = info.n_stats;
		if (ethtool_ask(fd, link, names) && ethtool_ask(fd, link, stats)) {
			counters->count = info.n_stats;
			if (names->len < counters->count)
				counters->count = names->len;
			if (stats->n_stats < counters->count)
				counters->count = stats->n_stats;
			return true;
		}
	}
	cmd_ethtool_free(counters);
	return false;
}

/**
 * cmd_ethtool_find() - one of the counters of a link
 * @value: set
 * @counters: from cmd_ethtool_counters()
 * @name: of the counter
 *
 * Return: whether the link has such a counter.
 */
bool cmd_ethtool_find(uint64_t *value, const struct cmd_ethtool_counters *counters,
		      const char *name)
{
	unsigned int i;

	for (i = 0; i < counters->count; i++) {
		const char *other = (const char *)counters->names->data +
				    (size_t)i * ETH_GSTRING_LEN;

		if (strncmp(other, name, ETH_GSTRING_LEN))
			continue;
		*value = counters->stats->data[i];
		return true;
	}
	return false;
}

/**
 * cmd_ethtool_free() - give back what cmd_ethtool_counters() has filled in
 * @counters: it
 */
void cmd_ethtool_free(struct cmd_ethtool_counters *counters)
{
	free(counters->names);
	free(counters->stats);
	*counters = (struct cmd_ethtool_counters){ 0 };
}

/**
 * cmd_ethtool_counter() - read a counter
 * @value: set
 * @fd: any socket in the network namespace of the link
 * @link: name of the link
 * @counter: name of the counter
 *
 * Return: whether the link has such a counter.
 */
bool cmd_ethtool_counter(uint64_t *value, int fd, const char *link, const char *counter)
{
	struct cmd_ethtool_counters counters;
	bool found;

	if (!cmd_ethtool_counters(&counters, fd, link))
		return false;
	found = cmd_ethtool_find(value, &counters, counter);
	cmd_ethtool_free(&counters);
	return found;
}
