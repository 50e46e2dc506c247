/* SPDX-License-Identifier: GPL-2.0 */
/* Clocks: see ktime.h. */
#ifndef FAKE_LINUX_TIMEKEEPING_H
#define FAKE_LINUX_TIMEKEEPING_H

#include <linux/ktime.h>

#endif /* FAKE_LINUX_TIMEKEEPING_H */
