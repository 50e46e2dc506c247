/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel configuration that is pretended. */
#ifndef FAKE_LINUX_KCONFIG_H
#define FAKE_LINUX_KCONFIG_H

#define CONFIG_64BIT 1
#define CONFIG_PREEMPT_RT 0
#define IS_ENABLED(option) (option)

#endif /* FAKE_LINUX_KCONFIG_H */
