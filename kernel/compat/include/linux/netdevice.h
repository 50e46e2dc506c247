/* SPDX-License-Identifier: GPL-2.0 */
/* A link that locks its own transmission said so by a feature bit. */
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

#endif /* CV_COMPAT_LINUX_NETDEVICE_H */
