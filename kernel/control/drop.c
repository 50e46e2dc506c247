// SPDX-License-Identifier: GPL-2.0
/*
 * Counts what is refused, by reason. Every room of the module reports here; link.c
 * and `ethtool -S` read it.
 */
#include <linux/kernel.h>
#include <linux/net.h>
#include <linux/netdevice.h>

#include "device.h"
#include "drop.h"

#define CV_DROP_NAME(id, name, class) [CV_DROP_##id] = name,
static const char *const cv_drop_names[CV_DROP_COUNT] = {
	CV_DROP_LIST(CV_DROP_NAME)
};

#define CV_DROP_CLASS(id, name, class) [CV_DROP_##id] = class,
static const u8 cv_drop_classes[CV_DROP_COUNT] = {
	CV_DROP_LIST(CV_DROP_CLASS)
};

/**
 * cv_drop_count() - something was refused
 * @dev: the device that refused it
 * @reason: why
 *
 * Context: any.
 */
void cv_drop_count(struct cv_device *dev, enum cv_drop reason)
{
	cv_drop_add(dev, reason, 1);
}

/**
 * cv_drop_add() - several things were refused for one reason
 * @dev: the device that refused them
 * @reason: why
 * @n: how many
 *
 * With dynamic debug on, a line in the kernel log says so too; it is limited in rate,
 * since a stranger can cause it.
 *
 * Context: any.
 */
void cv_drop_add(struct cv_device *dev, enum cv_drop reason, unsigned int n)
{
	this_cpu_add(dev->drops->n[reason], n);
	net_dbg_ratelimited("%s: %s: %u\n", dev->netdev->name, cv_drop_names[reason], n);
}

/**
 * cv_drop_sum() - how often something was refused for a reason
 * @dev: the device
 * @reason: the reason
 *
 * Context: any. On 32-bit machines a counter may be read half updated.
 * Return: the sum over all CPUs since the link was made.
 */
u64 cv_drop_sum(const struct cv_device *dev, enum cv_drop reason)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(dev->drops, cpu)->n[reason]);
	return sum;
}

/**
 * cv_drop_name() - the name of a reason
 * @reason: the reason
 *
 * Return: the name that `ethtool -S` shows.
 */
const char *cv_drop_name(enum cv_drop reason)
{
	return cv_drop_names[reason];
}

/**
 * cv_drop_class_of() - what a reason adds to in `ip -s link`
 * @reason: the reason
 *
 * Return: its class.
 */
enum cv_drop_class cv_drop_class_of(enum cv_drop reason)
{
	return cv_drop_classes[reason];
}
