/* SPDX-License-Identifier: GPL-2.0 */
/* Other programs: hooks of the user, nft, resolvectl and resolvconf. */
#ifndef CULVERT_UP_RUN_H
#define CULVERT_UP_RUN_H

#include "up/file.h"

bool up_run_find(const char *program, char path[PATH_MAX]);
int up_run(const char *const *argv, const char *input, struct cvl_error *err);
int up_run_hooks(const char *name, const struct up_list *hooks, struct cvl_error *err);

#endif /* CULVERT_UP_RUN_H */
