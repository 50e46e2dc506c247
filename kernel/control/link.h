/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The link kinds: what rtnetlink, ethtool and the network stack see of a device.
 */
#ifndef CV_CONTROL_LINK_H
#define CV_CONTROL_LINK_H

#include <linux/types.h>

struct cv_device;
struct net_device;

int cv_link_init(void);
void cv_link_exit(void);
int cv_link_init_wireguard(void);
void cv_link_exit_wireguard(void);
struct cv_device *cv_link_device(struct net_device *netdev);
bool cv_link_is_wireguard(const struct net_device *netdev);

#endif /* CV_CONTROL_LINK_H */
