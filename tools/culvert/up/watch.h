/* SPDX-License-Identifier: GPL-2.0 */
/* up --watch: names of endpoints are resolved again while peers are silent. */
#ifndef CULVERT_UP_WATCH_H
#define CULVERT_UP_WATCH_H

#include "up/up.h"

int up_watch(struct up *up, struct cvl_error *err);

#endif /* CULVERT_UP_WATCH_H */
