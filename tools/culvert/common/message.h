/* SPDX-License-Identifier: GPL-2.0 */
/* Messages on standard error, for every subcommand. */
#ifndef CULVERT_MESSAGE_H
#define CULVERT_MESSAGE_H

#include "libculvert.h"

int cmd_fail(const struct cvl_error *err);
int cmd_misused(const char *name, const char *format, ...)
	CVL_PRINTF(2, 3);
int cmd_expect_nothing(int argc, char **argv);
void cmd_note(const char *text);

#endif /* CULVERT_MESSAGE_H */
