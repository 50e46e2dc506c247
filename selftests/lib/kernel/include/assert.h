/* SPDX-License-Identifier: GPL-2.0 */
/* The C library's assert(), and the kernel's static_assert(), whose message is optional. */
#include_next <assert.h>

/* No guard: that one has none either, and defines both each time. */
#undef static_assert
#define static_assert(condition, ...) _Static_assert(condition, #condition)
