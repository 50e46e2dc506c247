/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What messages say of a device and its peers, the same in dumps and in events.
 */
#ifndef CV_EVENTS_NETLINK_PUT_H
#define CV_EVENTS_NETLINK_PUT_H

struct cv_allowedips_node;
struct cv_device;
struct cv_endpoint;
struct cv_peer;
struct sk_buff;

int cv_netlink_put_name(struct sk_buff *skb, const struct cv_device *dev);
int cv_netlink_put_device(struct sk_buff *skb, struct cv_device *dev);
int cv_netlink_put_own_device(struct sk_buff *skb, const struct cv_device *dev);
int cv_netlink_put_endpoint(struct sk_buff *skb, int type, const struct cv_endpoint *endpoint);
int cv_netlink_put_peer(struct sk_buff *skb, struct cv_peer *peer);
int cv_netlink_put_own(struct sk_buff *skb, struct cv_peer *peer);
int cv_netlink_put_ips(struct sk_buff *skb, struct cv_peer *peer, struct cv_allowedips_node **ip,
		       unsigned int *count);

#endif /* CV_EVENTS_NETLINK_PUT_H */
