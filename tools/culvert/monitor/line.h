/* SPDX-License-Identifier: GPL-2.0 */
/* How an event, or what a device is like, looks on a line. */
#ifndef CULVERT_MONITOR_LINE_H
#define CULVERT_MONITOR_LINE_H

#include "common/out.h"

void cmd_line_event(bool json, const struct cvl_event *event);
void cmd_line_state(bool json, const struct cvl_device *dev);

#endif /* CULVERT_MONITOR_LINE_H */
