/* SPDX-License-Identifier: GPL-2.0 */
/* offsetof() and the C library's view of this file. */
#ifndef UNIT_LINUX_STDDEF_H
#define UNIT_LINUX_STDDEF_H

#include_next <linux/stddef.h>

#include <stddef.h>

#endif /* UNIT_LINUX_STDDEF_H */
