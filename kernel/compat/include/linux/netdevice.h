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

#endif /* CV_COMPAT_LINUX_NETDEVICE_H */
