/* SPDX-License-Identifier: GPL-2.0 */
/* Allocation flags, which the tests do not tell apart. */
#ifndef UNIT_LINUX_GFP_H
#define UNIT_LINUX_GFP_H

#include <linux/types.h>

#define GFP_KERNEL 0U
#define GFP_ATOMIC 1U

#endif /* UNIT_LINUX_GFP_H */
