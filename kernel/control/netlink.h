/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The generic netlink family "culvert", whose numbers are in uapi/linux/culvert.h.
 */
#ifndef CV_CONTROL_NETLINK_H
#define CV_CONTROL_NETLINK_H

int cv_netlink_init(void);
void cv_netlink_exit(void);

#endif /* CV_CONTROL_NETLINK_H */
