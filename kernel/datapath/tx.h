/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The way out: from ndo_start_xmit to the UDP socket.
 */
#ifndef CV_DATAPATH_TX_H
#define CV_DATAPATH_TX_H

#include <linux/netdevice.h>
#include <linux/skbuff.h>

#include "../core/drop.h"

struct cv_peer;
struct cv_want_ops;

extern const struct cv_want_ops cv_tx_want_ops;

netdev_tx_t cv_tx_xmit(struct sk_buff *skb, struct net_device *netdev);
void cv_tx_send_staged(struct cv_peer *peer);
void cv_tx_send_keepalive(struct cv_peer *peer);
void cv_tx_drop_staged(struct cv_peer *peer, enum cv_drop reason);

#endif /* CV_DATAPATH_TX_H */
