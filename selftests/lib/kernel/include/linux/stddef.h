/* SPDX-License-Identifier: GPL-2.0 */
/* offsetof() and the C library's view of this file. */
#ifndef FAKE_LINUX_STDDEF_H
#define FAKE_LINUX_STDDEF_H

#include_next <linux/stddef.h>

#include <stddef.h>

#define sizeof_field(type, member) sizeof(((type *)0)->member)

#endif /* FAKE_LINUX_STDDEF_H */
