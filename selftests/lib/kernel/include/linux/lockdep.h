/* SPDX-License-Identifier: GPL-2.0 */
/* Lock assertions that really assert. */
#ifndef FAKE_LINUX_LOCKDEP_H
#define FAKE_LINUX_LOCKDEP_H

#include <assert.h>
#include <stdbool.h>

#include <fake_kernel.h>

#define lockdep_is_held(lock) ((lock)->held)
#define lockdep_assert_held(lock) assert(lockdep_is_held(lock))
#define lockdep_assert_in_softirq() assert(fake_bh_off[fake_cpu])

#endif /* FAKE_LINUX_LOCKDEP_H */
