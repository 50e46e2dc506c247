/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a dump was asked for was found under another name. Older stable releases of 6.1 and 6.6
 * mark a multicast group for administrators by the flag of an operation for them.
 */
#ifndef CV_COMPAT_NET_GENETLINK_H
#define CV_COMPAT_NET_GENETLINK_H

#include_next <net/genetlink.h>

#if !HAVE_GENL_INFO_DUMP
#define genl_info_dump genl_dumpit_info
#endif

#ifndef GENL_MCAST_CAP_NET_ADMIN
#define GENL_MCAST_CAP_NET_ADMIN GENL_UNS_ADMIN_PERM
#endif

#endif /* CV_COMPAT_NET_GENETLINK_H */
