/* SPDX-License-Identifier: GPL-2.0 */
/* kvzalloc() was here once. */
#ifndef UNIT_LINUX_MM_H
#define UNIT_LINUX_MM_H

#include <linux/slab.h>

#endif /* UNIT_LINUX_MM_H */
