/* SPDX-License-Identifier: GPL-2.0 */
/* A device with its peers, printed for people: show.c calls this. */
#ifndef CULVERT_PRETTY_H
#define CULVERT_PRETTY_H

#include "libculvert.h"

int cmd_pretty_print(const struct cvl_device *part, bool first, bool last);

#endif /* CULVERT_PRETTY_H */
