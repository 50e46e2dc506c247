/* SPDX-License-Identifier: GPL-2.0 */
/* The unaligned accessors were in asm/unaligned.h. */
#ifndef CV_COMPAT_LINUX_UNALIGNED_H
#define CV_COMPAT_LINUX_UNALIGNED_H

#if HAVE_LINUX_UNALIGNED
#include_next <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

#endif /* CV_COMPAT_LINUX_UNALIGNED_H */
