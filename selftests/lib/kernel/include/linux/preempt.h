/* SPDX-License-Identifier: GPL-2.0 */
/* Tasks are not preempted here. */
#ifndef FAKE_LINUX_PREEMPT_H
#define FAKE_LINUX_PREEMPT_H

#define preempt_disable() do { } while (0)
#define preempt_enable() do { } while (0)

#endif /* FAKE_LINUX_PREEMPT_H */
