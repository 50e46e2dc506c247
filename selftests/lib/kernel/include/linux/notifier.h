/* SPDX-License-Identifier: GPL-2.0 */
/* Functions that are called when something happens. */
#ifndef FAKE_LINUX_NOTIFIER_H
#define FAKE_LINUX_NOTIFIER_H

#define NOTIFY_DONE 0

struct notifier_block {
	int (*notifier_call)(struct notifier_block *block, unsigned long event, void *data);
};

#endif /* FAKE_LINUX_NOTIFIER_H */
