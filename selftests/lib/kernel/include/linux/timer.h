/* SPDX-License-Identifier: GPL-2.0 */
/* Timers, which never fire. */
#ifndef FAKE_LINUX_TIMER_H
#define FAKE_LINUX_TIMER_H

#include <linux/ktime.h>
#include <linux/types.h>

struct timer_list {
	bool armed;
};

#endif /* FAKE_LINUX_TIMER_H */
