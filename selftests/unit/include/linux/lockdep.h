/* SPDX-License-Identifier: GPL-2.0 */
/* Lock assertions that really assert. */
#ifndef UNIT_LINUX_LOCKDEP_H
#define UNIT_LINUX_LOCKDEP_H

#include <assert.h>
#include <stdbool.h>

#define lockdep_is_held(lock) ((lock)->held)
#define lockdep_assert_held(lock) assert(lockdep_is_held(lock))

#endif /* UNIT_LINUX_LOCKDEP_H */
