/* SPDX-License-Identifier: GPL-2.0 */
/* One counter of a link, as ethtool -S shows it; doctor asks. */
#ifndef CULVERT_ETHTOOL_H
#define CULVERT_ETHTOOL_H

#include <stdbool.h>
#include <stdint.h>

bool cmd_counter_read(uint64_t *value, int fd, const char *link, const char *counter);

#endif /* CULVERT_ETHTOOL_H */
