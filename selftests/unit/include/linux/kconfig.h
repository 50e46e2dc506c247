/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel configuration that the tests stand for. */
#ifndef UNIT_LINUX_KCONFIG_H
#define UNIT_LINUX_KCONFIG_H

#define CONFIG_64BIT 1
#define CONFIG_PREEMPT_RT 0
#define IS_ENABLED(option) (option)

#endif /* UNIT_LINUX_KCONFIG_H */
