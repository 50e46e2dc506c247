/* SPDX-License-Identifier: GPL-2.0 */
/* culvert show DEV drops. */
#ifndef CULVERT_SHOW_DROPS_H
#define CULVERT_SHOW_DROPS_H

#include <libculvert.h>

void cmd_show_drops(const struct cvl_device *dev, bool named);

#endif /* CULVERT_SHOW_DROPS_H */
