/* SPDX-License-Identifier: GPL-2.0 */
/* Softirqs of a CPU: it is only known how often they are off. */
#ifndef FAKE_LINUX_BOTTOM_HALF_H
#define FAKE_LINUX_BOTTOM_HALF_H

#include <assert.h>

#include <fake_kernel.h>

#define local_bh_disable() (fake_bh_off[fake_cpu]++)
#define local_bh_enable() ((void)(assert(fake_bh_off[fake_cpu]), fake_bh_off[fake_cpu]--))

#endif /* FAKE_LINUX_BOTTOM_HALF_H */
