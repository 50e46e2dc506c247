/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A link that locks its own transmission said so by a feature bit, and what GRO holds of a
 * NAPI instance was counted in that itself.
 */
#ifndef CV_COMPAT_LINUX_NETDEVICE_H
#define CV_COMPAT_LINUX_NETDEVICE_H

#include_next <linux/netdevice.h>

/**
 * cv_compat_set_lltx() - declare that ndo_start_xmit needs no lock around it
 * @netdev: a link being set up, its features already set
 */
static inline void cv_compat_set_lltx(struct net_device *netdev)
{
#if HAVE_NETDEV_LLTX
	netdev->lltx = true;
#else
	netdev->features |= NETIF_F_LLTX;
#endif
}

/**
 * cv_compat_napi_holds() - whether packets given to GRO have not gone up yet
 * @napi: polled by the caller
 *
 * Context: within the poll.
 * Return: true for packets that may still be merged, and for those in the list that goes
 *	up with the poll's end.
 */
static inline bool cv_compat_napi_holds(const struct napi_struct *napi)
{
#if HAVE_GRO_NODE
	return napi->gro.bitmask || napi->gro.rx_count;
#else
	return napi->gro_bitmask || napi->rx_count;
#endif
}

/*
 * The backlog of a CPU counts what is put there and what is taken from it, for RPS. A
 * kernel with several CPUs has RPS; one that was configured without is taken for one whose
 * backlogs are always empty.
 */

/**
 * cv_compat_backlog_tail() - how many packets have been put into a CPU's backlog
 * @cpu: the CPU
 *
 * Return: the number, which wraps around.
 */
static inline u32 cv_compat_backlog_tail(unsigned int cpu)
{
#ifdef CONFIG_RPS
	return READ_ONCE(per_cpu(softnet_data, cpu).input_queue_tail);
#else
	return 0;
#endif
}

/**
 * cv_compat_backlog_is_past() - whether a CPU has dealt with what was in its backlog
 * @cpu: the CPU
 * @tail: from cv_compat_backlog_tail() then
 *
 * Return: true if it has.
 */
static inline bool cv_compat_backlog_is_past(unsigned int cpu, u32 tail)
{
#ifdef CONFIG_RPS
	return (s32)(READ_ONCE(per_cpu(softnet_data, cpu).input_queue_head) - tail) >= 0;
#else
	return true;
#endif
}

/**
 * cv_compat_set_sender_cpu() - by which CPU a packet is taken to be sent (XPS)
 * @skb: the packet
 * @cpu: the CPU
 */
static inline void cv_compat_set_sender_cpu(struct sk_buff *skb, unsigned int cpu)
{
#ifdef CONFIG_XPS
	skb->sender_cpu = cpu + 1;
#endif
}

#endif /* CV_COMPAT_LINUX_NETDEVICE_H */
