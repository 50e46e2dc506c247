/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The generic netlink family "wireguard", offered in place of wireguard.ko's.
 */
#ifndef CV_CONTROL_NETLINK_WIREGUARD_H
#define CV_CONTROL_NETLINK_WIREGUARD_H

#include <linux/types.h>

struct nlmsghdr;

int cv_netlink_wireguard_init(void);
void cv_netlink_wireguard_exit(void);
bool cv_netlink_wireguard_is(const struct nlmsghdr *request);

#endif /* CV_CONTROL_NETLINK_WIREGUARD_H */
