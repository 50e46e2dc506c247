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

/*
 * What `ethtool -S` calls a reason, and what it adds to in `ip -s link`. A name is
 * what users and tests see: it is never changed or reused.
 */
static const struct cv_drop_words {
	const char *name;
	enum cv_drop_class class;
} cv_drop_words[] = {
	/* an inner packet on its way out */
	[CV_DROP_TX_NOT_IP] = { "tx_not_ip", CV_DROP_AS_TX_ERRORS },
	[CV_DROP_TX_NO_PEER] = { "tx_no_peer", CV_DROP_AS_TX_ERRORS },
	[CV_DROP_TX_NO_ENDPOINT] = { "tx_no_endpoint", CV_DROP_AS_TX_ERRORS },
	[CV_DROP_TX_LOOP] = { "tx_loop", CV_DROP_AS_TX_ERRORS },
	[CV_DROP_TX_NO_ROUTE] = { "tx_no_route", CV_DROP_AS_TX_ERRORS },
	[CV_DROP_TX_TOO_LONG] = { "tx_too_long", CV_DROP_AS_TX_ERRORS },
	[CV_DROP_TX_SEGMENT] = { "tx_segment_failed", CV_DROP_AS_TX_ERRORS },
	[CV_DROP_TX_SEND] = { "tx_send_failed", CV_DROP_AS_TX_ERRORS },
	[CV_DROP_TX_STAGE_FULL] = { "tx_stage_full", CV_DROP_AS_TX_DROPPED },
	[CV_DROP_TX_GAVE_UP] = { "tx_handshake_gave_up", CV_DROP_AS_TX_DROPPED },
	[CV_DROP_TX_BUSY] = { "tx_busy", CV_DROP_AS_TX_DROPPED },
	[CV_DROP_TX_NO_MEMORY] = { "tx_no_memory", CV_DROP_AS_TX_DROPPED },
	[CV_DROP_TX_STALE] = { "tx_session_gone", CV_DROP_AS_TX_DROPPED },
	[CV_DROP_TX_LINK_DOWN] = { "tx_link_down", CV_DROP_AS_TX_DROPPED },
	[CV_DROP_TX_ODD] = { "tx_odd_super_packet", CV_DROP_AS_NONE },
	/* a datagram as it comes in */
	[CV_DROP_RX_SHORT] = { "rx_short", CV_DROP_AS_RX_LENGTH },
	[CV_DROP_RX_LENGTH] = { "rx_wrong_length", CV_DROP_AS_RX_LENGTH },
	[CV_DROP_RX_TYPE] = { "rx_unknown_type", CV_DROP_AS_RX_FRAME },
	[CV_DROP_RX_UNKNOWN_INDEX] = { "rx_unknown_index", CV_DROP_AS_RX_ERRORS },
	[CV_DROP_RX_EXPIRED] = { "rx_session_expired", CV_DROP_AS_RX_ERRORS },
	[CV_DROP_RX_TAG] = { "rx_bad_tag", CV_DROP_AS_RX_ERRORS },
	[CV_DROP_RX_REPLAY] = { "rx_replay", CV_DROP_AS_RX_ERRORS },
	[CV_DROP_RX_BUSY] = { "rx_busy", CV_DROP_AS_RX_DROPPED },
	[CV_DROP_RX_NO_MEMORY] = { "rx_no_memory", CV_DROP_AS_RX_DROPPED },
	[CV_DROP_RX_LINK_DOWN] = { "rx_link_down", CV_DROP_AS_RX_DROPPED },
	/* an inner packet after it was opened */
	[CV_DROP_RX_INNER_SHORT] = { "rx_inner_short", CV_DROP_AS_RX_LENGTH },
	[CV_DROP_RX_INNER_LENGTH] = { "rx_inner_length", CV_DROP_AS_RX_LENGTH },
	[CV_DROP_RX_INNER_VERSION] = { "rx_inner_version", CV_DROP_AS_RX_FRAME },
	[CV_DROP_RX_INNER_SOURCE] = { "rx_inner_source", CV_DROP_AS_RX_ERRORS },
	/* a handshake message */
	[CV_DROP_HS_QUEUE_FULL] = { "hs_queue_full", CV_DROP_AS_RX_DROPPED },
	[CV_DROP_HS_NO_MEMORY] = { "hs_no_memory", CV_DROP_AS_RX_DROPPED },
	[CV_DROP_HS_NO_RANDOM] = { "hs_no_random", CV_DROP_AS_RX_DROPPED },
	[CV_DROP_HS_NO_IDENTITY] = { "hs_no_private_key", CV_DROP_AS_RX_ERRORS },
	[CV_DROP_HS_MAC1] = { "hs_bad_mac1", CV_DROP_AS_RX_ERRORS },
	[CV_DROP_HS_NO_COOKIE] = { "hs_cookie_demanded", CV_DROP_AS_RX_ERRORS },
	[CV_DROP_HS_RATE_LIMITED] = { "hs_rate_limited", CV_DROP_AS_RX_ERRORS },
	[CV_DROP_HS_STATIC] = { "hs_bad_static", CV_DROP_AS_RX_ERRORS },
	[CV_DROP_HS_UNKNOWN_PEER] = { "hs_unknown_peer", CV_DROP_AS_RX_ERRORS },
	[CV_DROP_HS_TIMESTAMP] = { "hs_bad_timestamp", CV_DROP_AS_RX_ERRORS },
	[CV_DROP_HS_REPLAY] = { "hs_replay", CV_DROP_AS_RX_ERRORS },
	[CV_DROP_HS_FLOOD] = { "hs_flood", CV_DROP_AS_RX_ERRORS },
	[CV_DROP_HS_DH] = { "hs_zero_dh", CV_DROP_AS_RX_ERRORS },
	[CV_DROP_HS_UNKNOWN_INDEX] = { "hs_unknown_index", CV_DROP_AS_RX_ERRORS },
	[CV_DROP_HS_SUPERSEDED] = { "hs_superseded", CV_DROP_AS_RX_ERRORS },
	[CV_DROP_HS_RESPONSE] = { "hs_bad_response", CV_DROP_AS_RX_ERRORS },
	[CV_DROP_HS_COOKIE_INDEX] = { "hs_cookie_unknown_index", CV_DROP_AS_RX_ERRORS },
	[CV_DROP_HS_COOKIE] = { "hs_bad_cookie", CV_DROP_AS_RX_ERRORS },
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
	net_dbg_ratelimited("%s: %s: %u\n", dev->netdev->name, cv_drop_words[reason].name, n);
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
	return cv_drop_words[reason].name;
}

/**
 * cv_drop_class_of() - what a reason adds to in `ip -s link`
 * @reason: the reason
 *
 * Return: its class.
 */
enum cv_drop_class cv_drop_class_of(enum cv_drop reason)
{
	return cv_drop_words[reason].class;
}

/**
 * cv_drop_class_wireguard() - the same for a link of kind wireguard
 * @reason: the reason
 *
 * Unauthenticated input and missing routes do not count there: monitoring of such links
 * must not see more errors than with wireguard.ko.
 *
 * Return: its class.
 */
enum cv_drop_class cv_drop_class_wireguard(enum cv_drop reason)
{
	switch (reason) {
	case CV_DROP_TX_NO_ROUTE:
	case CV_DROP_RX_SHORT ... CV_DROP_RX_REPLAY:
	case CV_DROP_HS_QUEUE_FULL ... CV_DROP_HS_COOKIE:
		return CV_DROP_AS_NONE;
	case CV_DROP_RX_INNER_SHORT:
	case CV_DROP_RX_INNER_SOURCE:
		return CV_DROP_AS_RX_FRAME;
	default:
		return cv_drop_class_of(reason);
	}
}
