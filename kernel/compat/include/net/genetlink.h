/* SPDX-License-Identifier: GPL-2.0 */
/* What a dump was asked for was found under another name. */
#ifndef CV_COMPAT_NET_GENETLINK_H
#define CV_COMPAT_NET_GENETLINK_H

#include_next <net/genetlink.h>

#if !HAVE_GENL_INFO_DUMP
#define genl_info_dump genl_dumpit_info
#endif

#endif /* CV_COMPAT_NET_GENETLINK_H */
