/* SPDX-License-Identifier: GPL-2.0 */
/* Messages go nowhere. */
#ifndef FAKE_LINUX_PRINTK_H
#define FAKE_LINUX_PRINTK_H

#define pr_warn(...) ((void)0)

#endif /* FAKE_LINUX_PRINTK_H */
