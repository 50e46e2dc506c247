// SPDX-License-Identifier: GPL-2.0
/*
 * Counts what is refused, by reason (drop_reasons.h). All parts of the module report here;
 * link.c reads it for `ethtool -S` and `ip -s link`.
 */
#include <linux/kernel.h>
#include <linux/net.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/dropreason.h>

#include "device.h"
#include "drop.h"
#include "peer.h"
#include "trace.h"

#define CV_DROP_WORDS(id, words_name, words_class, words_class_wireguard, reason, help)	\
	[CV_DROP_##id] = {								\
		.name = words_name,							\
		.class = CV_DROP_AS_##words_class,					\
		.class_wireguard = CV_DROP_AS_##words_class_wireguard,			\
		.skb_reason = SKB_DROP_REASON_##reason,					\
	},

static const struct cv_drop_words {
	const char *name;
	enum cv_drop_class class;
	enum cv_drop_class class_wireguard;
	enum skb_drop_reason skb_reason;
} cv_drop_words[] = {
	CV_DROP_REASONS(CV_DROP_WORDS)
};

static_assert(ARRAY_SIZE(cv_drop_words) == CV_DROP_COUNT);

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
	trace_cv_drop(dev, reason, n);
	net_dbg_ratelimited("%s: %s: %u\n", dev->netdev->name, cv_drop_words[reason].name, n);
}

/**
 * cv_drop_skb() - a packet is refused
 * @dev: the device that refuses it
 * @skb: the packet; freed
 * @reason: why
 * @n: for how many it counts
 *
 * Context: any.
 */
void cv_drop_skb(struct cv_device *dev, struct sk_buff *skb, enum cv_drop reason,
		 unsigned int n)
{
	cv_drop_add(dev, reason, n);
	kfree_skb_reason(skb, cv_drop_words[reason].skb_reason);
}

/**
 * cv_drop_queue() - packets are refused for one reason
 * @dev: the device that refuses them
 * @queue: the packets, of this caller only; freed
 * @reason: why
 * @n: for how many they count; they are freed without being counted if it is 0
 *
 * Context: any.
 */
void cv_drop_queue(struct cv_device *dev, struct sk_buff_head *queue, enum cv_drop reason,
		   unsigned int n)
{
	struct sk_buff *skb;

	if (n)
		cv_drop_add(dev, reason, n);
	while ((skb = __skb_dequeue(queue)))
		kfree_skb_reason(skb, cv_drop_words[reason].skb_reason);
}

/**
 * cv_drop_charge() - what was refused is counted for a peer, too
 * @peer: borrowed or referenced
 * @reason: why; those that are not of enum cv_drop_of_peer are not counted
 * @n: how many
 *
 * The device has its own count: see cv_drop_add(). Context: any.
 */
void cv_drop_charge(struct cv_peer *peer, enum cv_drop reason, unsigned int n)
{
	switch (reason) {
	case CV_DROP_RX_INNER_SOURCE:
		atomic64_add(n, &peer->drops[CV_DROP_OF_PEER_SOURCE]);
		break;
	case CV_DROP_RX_REPLAY:
		atomic64_add(n, &peer->drops[CV_DROP_OF_PEER_REPLAY]);
		break;
	case CV_DROP_RX_EXPIRED:
		atomic64_add(n, &peer->drops[CV_DROP_OF_PEER_EXPIRED]);
		break;
	case CV_DROP_RX_NO_MEMORY:
	case CV_DROP_TX_NO_MEMORY:
		atomic64_add(n, &peer->drops[CV_DROP_OF_PEER_MEMORY]);
		break;
	default:
		break;
	}
}

/**
 * cv_drop_count_odd() - a super-packet was split by the stack, which is slow, but no loss
 * @dev: the device that it was sent by
 *
 * Context: any.
 */
void cv_drop_count_odd(struct cv_device *dev)
{
	this_cpu_inc(dev->drops->odd_super_packets);
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
 * cv_drop_sum_odd() - how many super-packets the stack had to split
 * @dev: the device
 *
 * Context: as for cv_drop_sum().
 * Return: the sum over all CPUs since the link was made.
 */
u64 cv_drop_sum_odd(const struct cv_device *dev)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(dev->drops, cpu)->odd_super_packets);
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
	return cv_drop_words[reason].name;
}

/**
 * cv_drop_class_of() - what a reason adds to in `ip -s link`
 * @reason: the reason
 * @wireguard: the link is of kind wireguard
 *
 * Return: its class.
 */
enum cv_drop_class cv_drop_class_of(enum cv_drop reason, bool wireguard)
{
	const struct cv_drop_words *words = &cv_drop_words[reason];

	return wireguard ? words->class_wireguard : words->class;
}
