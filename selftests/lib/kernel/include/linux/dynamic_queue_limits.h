/* SPDX-License-Identifier: GPL-2.0 */
/* What a queue may hold: not asked for here. */
#ifndef FAKE_LINUX_DYNAMIC_QUEUE_LIMITS_H
#define FAKE_LINUX_DYNAMIC_QUEUE_LIMITS_H

struct dql {
	unsigned int limit;
};

#endif /* FAKE_LINUX_DYNAMIC_QUEUE_LIMITS_H */
