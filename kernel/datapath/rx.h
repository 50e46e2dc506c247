/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The way in: from the UDP socket to the network stack.
 */
#ifndef CV_DATAPATH_RX_H
#define CV_DATAPATH_RX_H

struct cv_socket;
struct sk_buff;

int cv_rx_receive(struct cv_socket *socket, struct sk_buff *skb);

#endif /* CV_DATAPATH_RX_H */
