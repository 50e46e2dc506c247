/* SPDX-License-Identifier: GPL-2.0 */
/* What small files below /proc and /sys say. */
#ifndef CULVERT_PROC_H
#define CULVERT_PROC_H

#include <stdbool.h>
#include <stddef.h>

#include "libculvert.h"

bool cmd_proc_read(char *text, size_t text_bytes, const char *path);
long cmd_proc_sysctl(const char *format, ...)
	CVL_PRINTF(1, 2);
long cmd_proc_rp_filter(const char *device);
bool cmd_proc_has_symbol(const char * const *names, bool is_built_in);

#endif /* CULVERT_PROC_H */
