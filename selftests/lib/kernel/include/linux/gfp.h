/* SPDX-License-Identifier: GPL-2.0 */
/* Allocation flags, which are all alike. */
#ifndef FAKE_LINUX_GFP_H
#define FAKE_LINUX_GFP_H

#include <linux/types.h>

#define GFP_KERNEL 0U
#define GFP_KERNEL_ACCOUNT 0U
#define GFP_ATOMIC 1U
#define __GFP_NOWARN 0U

#endif /* FAKE_LINUX_GFP_H */
