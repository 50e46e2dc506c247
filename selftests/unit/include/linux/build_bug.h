/* SPDX-License-Identifier: GPL-2.0 */
/* static_assert() with an optional message. */
#ifndef UNIT_LINUX_BUILD_BUG_H
#define UNIT_LINUX_BUILD_BUG_H

#include <linux/limits.h>

#undef static_assert
#define static_assert(condition, ...) _Static_assert(condition, #condition)
#define BUILD_BUG_ON(condition) _Static_assert(!(condition), #condition)

#endif /* UNIT_LINUX_BUILD_BUG_H */
