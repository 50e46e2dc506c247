/* SPDX-License-Identifier: GPL-2.0 */
/* Counters of a link. */
#ifndef FAKE_LINUX_U64_STATS_SYNC_H
#define FAKE_LINUX_U64_STATS_SYNC_H

#include <linux/types.h>

struct u64_stats_sync {
};

typedef struct {
	u64 n;
} u64_stats_t;

#define u64_stats_update_begin(sync) ((void)(sync))
#define u64_stats_update_end(sync) ((void)(sync))
#define u64_stats_add(counter, by) ((counter)->n += (by))

#endif /* FAKE_LINUX_U64_STATS_SYNC_H */
