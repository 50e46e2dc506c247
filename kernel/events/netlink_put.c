// SPDX-License-Identifier: GPL-2.0
/*
 * What messages say of a device and its peers: dumps (netlink_get.c), which add what is secret,
 * and events (notify.c).
 */
#include <linux/netdevice.h>
#include <net/netlink.h>
#include <uapi/linux/culvert.h>

#include "netlink_put.h"
#include "../core/device.h"
#include "../core/peer.h"

/**
 * cv_netlink_put_name() - which device a message is about
 * @skb: the message
 * @dev: the device
 *
 * Context: any.
 * Return: 0 or -EMSGSIZE.
 */
int cv_netlink_put_name(struct sk_buff *skb, const struct cv_device *dev)
{
	char name[IFNAMSIZ];

	/* It may be changed meanwhile, but for its last byte. */
	strscpy(name, dev->netdev->name, sizeof(name));
	return nla_put_u32(skb, CVDEVICE_A_IFINDEX, dev->netdev->ifindex) ?:
	       nla_put_string(skb, CVDEVICE_A_IFNAME, name);
}

/**
 * cv_netlink_put_device() - what there is to say of a device that is not secret
 * @skb: the message
 * @dev: the device
 *
 * Context: process, holds RTNL and &cv_device.lock.
 * Return: 0 or -EMSGSIZE.
 */
int cv_netlink_put_device(struct sk_buff *skb, struct cv_device *dev)
{
	struct cv_identity identity;
	int err;

	/* That of the socket, where there is one; and still the same where it has gone. */
	err = nla_put_u16(skb, CVDEVICE_A_LISTEN_PORT, dev->wanted_port) ?:
	      nla_put_u32(skb, CVDEVICE_A_FWMARK, dev->fwmark);
	if (err || !cv_device_read_identity(dev, &identity))
		return err;
	err = nla_put(skb, CVDEVICE_A_PUBLIC_KEY, CV_KEY_LEN, identity.public_key);
	memzero_explicit(&identity, sizeof(identity));
	return err;
}

/**
 * cv_netlink_put_endpoint() - where a peer is or was
 * @skb: the message
 * @type: of the attribute
 * @endpoint: where; nothing is put for nowhere
 *
 * Context: any.
 * Return: 0 or -EMSGSIZE.
 */
int cv_netlink_put_endpoint(struct sk_buff *skb, int type, const struct cv_endpoint *endpoint)
{
	size_t bytes = cv_endpoint_sockaddr_bytes(endpoint);

	return bytes ? nla_put(skb, type, bytes, &endpoint->remote) : 0;
}

/**
 * cv_netlink_put_peer() - what there is to say of a peer that is not secret, without its key and
 * its allowed IPs
 * @skb: the message
 * @peer: borrowed or referenced
 *
 * Context: any but hard interrupts.
 * Return: 0 or -EMSGSIZE.
 */
int cv_netlink_put_peer(struct sk_buff *skb, struct cv_peer *peer)
{
	struct __kernel_timespec handshake_time;
	struct cv_endpoint endpoint;

	spin_lock_bh(&peer->timer_lock);
	handshake_time.tv_sec = peer->handshake_time.tv_sec;
	handshake_time.tv_nsec = peer->handshake_time.tv_nsec;
	spin_unlock_bh(&peer->timer_lock);
	cv_path_read_endpoint(&peer->path, &endpoint);

	return nla_put(skb, CVPEER_A_LAST_HANDSHAKE_TIME, sizeof(handshake_time),
		       &handshake_time) ?:
	       nla_put_u16(skb, CVPEER_A_PERSISTENT_KEEPALIVE_INTERVAL,
			   READ_ONCE(peer->timers.persistent_s)) ?:
	       nla_put_u64_64bit(skb, CVPEER_A_RX_BYTES, atomic64_read(&peer->rx_bytes),
				 CVPEER_A_UNSPEC) ?:
	       nla_put_u64_64bit(skb, CVPEER_A_TX_BYTES, atomic64_read(&peer->tx_bytes),
				 CVPEER_A_UNSPEC) ?:
	       nla_put_u32(skb, CVPEER_A_PROTOCOL_VERSION, 1) ?:
	       cv_netlink_put_endpoint(skb, CVPEER_A_ENDPOINT, &endpoint);
}

static int cv_netlink_put_ip(struct sk_buff *skb, const struct cv_allowedips_node *ip)
{
	struct nlattr *nest = nla_nest_start(skb, 0);
	u8 addr[16];
	int family;
	int err;
	u8 cidr;

	if (!nest)
		return -EMSGSIZE;
	family = cv_allowedips_read(ip, addr, &cidr);
	err = nla_put_u16(skb, CVALLOWEDIP_A_FAMILY, family) ?:
	      nla_put(skb, CVALLOWEDIP_A_IPADDR,
		      family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr),
		      addr) ?:
	      nla_put_u8(skb, CVALLOWEDIP_A_CIDR_MASK, cidr);
	if (err)
		nla_nest_cancel(skb, nest);
	else
		nla_nest_end(skb, nest);
	return err;
}

/**
 * cv_netlink_put_ips() - as many allowed IPs of a peer as fit
 * @skb: the message
 * @peer: the peer
 * @ip: the one to begin with, NULL: the first; set to the first that did not fit, NULL: all did
 * @count: is added how many have been put
 *
 * Context: process, holds &cv_device.lock.
 * Return: 0, or -EMSGSIZE if there is more.
 */
int cv_netlink_put_ips(struct sk_buff *skb, struct cv_peer *peer, struct cv_allowedips_node **ip,
		       unsigned int *count)
{
	struct cv_allowedips_node *next = *ip;
	struct nlattr *nest;
	int err = 0;

	lockdep_assert_held(&peer->dev->lock);
	if (!next)
		next = list_first_entry(&peer->allowed_ips, struct cv_allowedips_node, peer_entry);
	if (list_entry_is_head(next, &peer->allowed_ips, peer_entry))
		return 0;
	nest = nla_nest_start(skb, CVPEER_A_ALLOWEDIPS);
	if (!nest)
		return -EMSGSIZE;
	list_for_each_entry_from(next, &peer->allowed_ips, peer_entry) {
		err = cv_netlink_put_ip(skb, next);
		if (err)
			break;
		++*count;
	}
	nla_nest_end(skb, nest);
	*ip = err ? next : NULL;
	return err;
}
