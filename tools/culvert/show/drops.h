/* SPDX-License-Identifier: GPL-2.0 */
/* What the module has refused, for scripts and as JSON. */
#ifndef CULVERT_SHOW_DROPS_H
#define CULVERT_SHOW_DROPS_H

#include "common/out.h"

void cmd_drops_lines(const struct cvl_device *dev, bool named);
void cmd_drops_json(struct cmd_out *out, const struct cvl_device *dev);

#endif /* CULVERT_SHOW_DROPS_H */
