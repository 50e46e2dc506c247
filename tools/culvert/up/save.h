/* SPDX-License-Identifier: GPL-2.0 */
/* SaveConfig: what has changed at the device, written to the tunnel's file. */
#ifndef CULVERT_UP_SAVE_H
#define CULVERT_UP_SAVE_H

#include "up/up.h"

int up_save_check(const struct up *up, struct cvl_error *err);
int up_save(struct up *up, struct cvl_error *err);
int up_save_edit(struct up_text *out, const struct up_file *file, const struct up_text *text,
		 struct cvl_device *now, struct cvl_error *err);

#endif /* CULVERT_UP_SAVE_H */
