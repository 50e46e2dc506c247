/* SPDX-License-Identifier: GPL-2.0 */
/* What ethtool shows of a link: its driver and its counters. */
#ifndef CULVERT_ETHTOOL_H
#define CULVERT_ETHTOOL_H

#include <stdbool.h>
#include <stdint.h>

/* Room for the name of a driver and its end; ETHTOOL_BUSINFO_LEN of the kernel's. */
#define CMD_ETHTOOL_DRIVER_SIZE 33

struct ethtool_gstrings;
struct ethtool_stats;

/**
 * struct cmd_ethtool_counters - all counters of a link, with their names
 */
struct cmd_ethtool_counters {
	struct ethtool_gstrings *names;
	struct ethtool_stats *stats;
	unsigned int count;
};

bool cmd_ethtool_driver(char driver[CMD_ETHTOOL_DRIVER_SIZE], const char *link);
bool cmd_ethtool_counters(struct cmd_ethtool_counters *counters, int fd, const char *link);
bool cmd_ethtool_find(uint64_t *value, const struct cmd_ethtool_counters *counters,
		      const char *name);
void cmd_ethtool_free(struct cmd_ethtool_counters *counters);
bool cmd_ethtool_counter(uint64_t *value, int fd, const char *link, const char *counter);

#endif /* CULVERT_ETHTOOL_H */
