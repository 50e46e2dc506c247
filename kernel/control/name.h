/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The name of a peer: for people, who look at it in a terminal.
 */
#ifndef CV_CONTROL_NAME_H
#define CV_CONTROL_NAME_H

#include <linux/types.h>

bool cv_name_is_valid(const char *name);

#endif /* CV_CONTROL_NAME_H */
