/* SPDX-License-Identifier: GPL-2.0 */
/* What the compiler checks. */
#ifndef FAKE_LINUX_BUILD_BUG_H
#define FAKE_LINUX_BUILD_BUG_H

#include <assert.h>

#include <linux/limits.h>

#define BUILD_BUG_ON(condition) _Static_assert(!(condition), #condition)

#endif /* FAKE_LINUX_BUILD_BUG_H */
