/* SPDX-License-Identifier: GPL-2.0 */
/* Where the kernel has no such header, skb_gso_segment() is in linux/netdevice.h. */
#ifndef CV_COMPAT_NET_GSO_H
#define CV_COMPAT_NET_GSO_H

#if HAVE_NET_GSO
#include_next <net/gso.h>
#else
#include <linux/netdevice.h>
#endif

#endif /* CV_COMPAT_NET_GSO_H */
