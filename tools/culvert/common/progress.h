/* SPDX-License-Identifier: GPL-2.0 */
/* A bar that shows how far something has come which takes long. */
#ifndef CULVERT_PROGRESS_H
#define CULVERT_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct cmd_progress - a bar on standard error
 * @terminal: that is one; else there is no bar
 * @shown: it is there now
 * @next_ms: when it is drawn next, by the monotonic clock
 */
struct cmd_progress {
	bool terminal;
	bool shown;
	int64_t next_ms;
};

void cmd_progress_begin(struct cmd_progress *bar);
void cmd_progress_tell(void *arg, size_t done, size_t all);
void cmd_progress_clear(struct cmd_progress *bar);

#endif /* CULVERT_PROGRESS_H */
