/* SPDX-License-Identifier: GPL-2.0 */
/* How an event, or what a device is like, looks on a line. */
#ifndef CULVERT_MONITOR_LINE_H
#define CULVERT_MONITOR_LINE_H

#include "common/out.h"

/**
 * enum cmd_line_form - how an event is printed
 * @CMD_LINE_TEXT: for people, a line for it, or for each of its peers
 * @CMD_LINE_JSON: a line
 * @CMD_LINE_INDENTED: JSON, with a line for each value
 */
enum cmd_line_form {
	CMD_LINE_TEXT,
	CMD_LINE_JSON,
	CMD_LINE_INDENTED,
};

void cmd_line_event(enum cmd_line_form form, const struct cvl_event *event);
void cmd_line_state(enum cmd_line_form form, const struct cvl_device *dev);

#endif /* CULVERT_MONITOR_LINE_H */
