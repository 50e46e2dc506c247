/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The generic netlink family "wireguard", offered in place of wireguard.ko's.
 */
#ifndef CV_CONTROL_NETLINK_WIREGUARD_H
#define CV_CONTROL_NETLINK_WIREGUARD_H

int cv_netlink_wireguard_init(void);
void cv_netlink_wireguard_exit(void);

#endif /* CV_CONTROL_NETLINK_WIREGUARD_H */
