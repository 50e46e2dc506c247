// SPDX-License-Identifier: GPL-2.0
/*
 * CV_CMD_GET_DEVICE: the dump of a device with all its peers, a message at a time, each
 * as full as it gets. Called by generic netlink through netlink.c and
 * netlink_wireguard.c.
 *
 * Between two messages nothing is held: neither a lock nor a reference, so that a
 * reader that stops reading keeps no link from being deleted. While nothing has changed since the
 * last message (&cv_device.peer_sequence tells), the pointers that the cursor has kept
 * are still good, and going on takes no search. After a change netlink marks the message
 * NLM_F_DUMP_INTR, and the place is searched for.
 */
#include <linux/error-injection.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/genetlink.h>
#include <uapi/linux/culvert.h>

#include "link.h"
#include "netlink_get.h"
#include "netlink_target.h"
#include "../core/device.h"
#include "../core/peer.h"
#include "../datapath/socket.h"

/**
 * struct cv_netlink_get_cursor - where a dump stands
 */
struct cv_netlink_get_cursor {
	/** @family: whose reply it is */
	const struct genl_family *family;
	/** @ifindex: of the link */
	int ifindex;
	/** @serial: of the device, should the index be given away again */
	u64 serial;
	/** @sequence: &cv_device.peer_sequence at the last message, 0: none yet */
	unsigned int sequence;
	/** @done: the last peer has been told */
	bool done;
	/** @peer: the next one, or NULL; valid as long as @sequence is */
	struct cv_peer *peer;
	/** @ip: its allowed IP that is next; NULL: all of the peer is */
	struct cv_allowedips_node *ip;
	/** @public_key: of @peer */
	u8 public_key[CV_WIRE_KEY_BYTES];
	/** @peers: how many have been told before @peer */
	unsigned int peers;
	/** @ips: how many of its allowed IPs have been told */
	unsigned int ips;
};

static int cv_netlink_get_message(struct sk_buff *skb, struct netlink_callback *cb,
				  struct cv_device *dev);
static int cv_netlink_get_device(struct sk_buff *skb, struct cv_device *dev);
static int cv_netlink_get_peers(struct sk_buff *skb, struct cv_device *dev,
				struct cv_netlink_get_cursor *cursor);
static int cv_netlink_get_peer(struct sk_buff *skb, struct cv_peer *peer,
			       struct cv_netlink_get_cursor *cursor);

/**
 * cv_netlink_get_start() - begin a dump
 * @cb: the dump
 * @as_wireguard: it was asked for in the family "wireguard"
 *
 * Context: process.
 * Return: 0, -ENOMEM, or the error of cv_netlink_target_find().
 */
int cv_netlink_get_start(struct netlink_callback *cb, bool as_wireguard)
{
	struct cv_netlink_get_cursor *cursor;
	struct cv_device *dev;

	cursor = kzalloc(sizeof(*cursor), GFP_KERNEL);
	if (!cursor)
		return -ENOMEM;

	rtnl_lock();
	dev = cv_netlink_target_find(sock_net(cb->skb->sk), genl_info_dump(cb)->attrs,
				     as_wireguard, cb->extack);
	if (!IS_ERR(dev)) {
		cursor->family = genl_info_dump(cb)->family;
		cursor->ifindex = dev->netdev->ifindex;
		cursor->serial = dev->serial;
	}
	rtnl_unlock();

	if (IS_ERR(dev)) {
		kfree(cursor);
		return PTR_ERR(dev);
	}
	cb->args[0] = (long)cursor;
	return 0;
}

ALLOW_ERROR_INJECTION(cv_netlink_get_start, ERRNO);

/**
 * cv_netlink_get_done() - end a dump, wherever it stands
 * @cb: the dump
 *
 * Context: process.
 * Return: 0.
 */
int cv_netlink_get_done(struct netlink_callback *cb)
{
	kfree((struct cv_netlink_get_cursor *)cb->args[0]);
	return 0;
}

/**
 * cv_netlink_get_dump() - the next message of a dump
 * @skb: the message to fill
 * @cb: the dump
 *
 * Context: process.
 * Return: the length of @skb; 0 when there is no more; -ENODEV if the link has gone
 * meanwhile; -EMSGSIZE if not even one peer fits.
 */
int cv_netlink_get_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct cv_netlink_get_cursor *cursor = (struct cv_netlink_get_cursor *)cb->args[0];
	struct net_device *netdev;
	struct cv_device *dev;
	int err = -ENODEV;

	rtnl_lock();
	netdev = __dev_get_by_index(sock_net(cb->skb->sk), cursor->ifindex);
	dev = netdev ? cv_link_device(netdev) : NULL;
	if (dev && dev->serial == cursor->serial) {
		mutex_lock(&dev->lock);
		err = cv_netlink_get_message(skb, cb, dev);
		mutex_unlock(&dev->lock);
	}
	rtnl_unlock();
	return err;
}

/* Find the place again where the last message has ended, after a change. */
static void cv_netlink_get_seek(struct cv_device *dev, struct cv_netlink_get_cursor *cursor)
{
	unsigned int count = cursor->peers;
	struct cv_peer *peer = NULL;

	if (cursor->sequence)
		peer = cv_peers_find(&dev->peers, cursor->public_key);
	if (!peer) {
		/* The one to go on with was removed: go by the number of those before. */
		cursor->ips = 0;
		list_for_each_entry(peer, &dev->peer_list, link)
			if (!count--)
				break;
		if (list_entry_is_head(peer, &dev->peer_list, link))
			peer = NULL;
	}
	cursor->peer = peer;
	cursor->ip = NULL;
	if (!peer || !cursor->ips)
		return;
	count = cursor->ips;
	cv_allowedips_for_each(cursor->ip, &peer->allowed_ips)
		if (!count--)
			return;
	/* It has fewer than that by now: it is told from the start. */
	cursor->ip = NULL;
	cursor->ips = 0;
}

static int cv_netlink_get_message(struct sk_buff *skb, struct netlink_callback *cb,
				  struct cv_device *dev)
{
	struct cv_netlink_get_cursor *cursor = (struct cv_netlink_get_cursor *)cb->args[0];
	bool first = !cursor->sequence;
	void *header;
	int err;

	lockdep_assert_held(&dev->lock);
	if (cursor->done)
		return 0;
	if (cursor->sequence != dev->peer_sequence)
		cv_netlink_get_seek(dev, cursor);
	cursor->sequence = dev->peer_sequence;

	header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			     cursor->family, NLM_F_MULTI, CV_CMD_GET_DEVICE);
	if (!header)
		return -EMSGSIZE;
	cb->seq = dev->peer_sequence;
	genl_dump_check_consistent(cb, header);

	err = nla_put_u32(skb, CVDEVICE_A_IFINDEX, dev->netdev->ifindex) ?:
	      nla_put_string(skb, CVDEVICE_A_IFNAME, dev->netdev->name);
	if (!err && first)
		err = cv_netlink_get_device(skb, dev);
	if (!err)
		err = cv_netlink_get_peers(skb, dev, cursor);
	if (err) {
		genlmsg_cancel(skb, header);
		return err;
	}
	genlmsg_end(skb, header);
	return skb->len;
}

/* What the first message says of the device itself. */
static int cv_netlink_get_device(struct sk_buff *skb, struct cv_device *dev)
{
	struct cv_identity identity;
	int err;

	/* That of the socket, where there is one; and still the same where it has gone. */
	err = nla_put_u16(skb, CVDEVICE_A_LISTEN_PORT, dev->wanted_port) ?:
	      nla_put_u32(skb, CVDEVICE_A_FWMARK, dev->fwmark);
	if (err || !cv_device_read_identity(dev, &identity))
		return err;
	err = nla_put(skb, CVDEVICE_A_PRIVATE_KEY, CV_KEY_LEN, identity.private_key) ?:
	      nla_put(skb, CVDEVICE_A_PUBLIC_KEY, CV_KEY_LEN, identity.public_key);
	memzero_explicit(&identity, sizeof(identity));
	return err;
}

/* As many peers as fit; the cursor is left at what did not. */
static int cv_netlink_get_peers(struct sk_buff *skb, struct cv_device *dev,
				struct cv_netlink_get_cursor *cursor)
{
	struct nlattr *peers = nla_nest_start(skb, CVDEVICE_A_PEERS);
	struct cv_peer *peer = cursor->peer;
	unsigned int before = skb->len;
	int err = 0;

	if (!peers)
		return -EMSGSIZE;
	for (; peer; peer = cursor->peer) {
		err = cv_netlink_get_peer(skb, peer, cursor);
		if (err)
			break;
		cursor->peers++;
		cursor->peer = list_is_last(&peer->link, &dev->peer_list) ?
			       NULL : list_next_entry(peer, link);
	}
	if (peer && skb->len == before)
		return err;
	if (peer)
		memcpy(cursor->public_key, peer->public_key, CV_WIRE_KEY_BYTES);
	else
		cursor->done = true;

	if (skb->len == before)
		nla_nest_cancel(skb, peers);
	else
		nla_nest_end(skb, peers);
	return 0;
}

static int cv_netlink_get_endpoint(struct sk_buff *skb, struct cv_peer *peer)
{
	struct cv_endpoint endpoint;
	size_t bytes;

	cv_path_read_endpoint(&peer->path, &endpoint);
	bytes = cv_endpoint_sockaddr_bytes(&endpoint);
	return bytes ? nla_put(skb, CVPEER_A_ENDPOINT, bytes, &endpoint.remote) : 0;
}

/* All that there is to say of a peer but for its allowed IPs. */
static int cv_netlink_get_peer_itself(struct sk_buff *skb, struct cv_peer *peer)
{
	struct __kernel_timespec handshake_time;
	u8 preshared_key[CV_WIRE_KEY_BYTES];
	int err;

	spin_lock_bh(&peer->timer_lock);
	handshake_time.tv_sec = peer->handshake_time.tv_sec;
	handshake_time.tv_nsec = peer->handshake_time.tv_nsec;
	spin_unlock_bh(&peer->timer_lock);
	mutex_lock(&peer->exchange_lock);
	memcpy(preshared_key, peer->preshared_key, sizeof(preshared_key));
	mutex_unlock(&peer->exchange_lock);

	err = nla_put(skb, CVPEER_A_PRESHARED_KEY, CV_KEY_LEN, preshared_key) ?:
	      nla_put(skb, CVPEER_A_LAST_HANDSHAKE_TIME, sizeof(handshake_time),
		      &handshake_time) ?:
	      nla_put_u16(skb, CVPEER_A_PERSISTENT_KEEPALIVE_INTERVAL,
			  READ_ONCE(peer->timers.persistent_s)) ?:
	      nla_put_u64_64bit(skb, CVPEER_A_RX_BYTES, atomic64_read(&peer->rx_bytes),
				CVPEER_A_UNSPEC) ?:
	      nla_put_u64_64bit(skb, CVPEER_A_TX_BYTES, atomic64_read(&peer->tx_bytes),
				CVPEER_A_UNSPEC) ?:
	      nla_put_u32(skb, CVPEER_A_PROTOCOL_VERSION, 1) ?:
	      cv_netlink_get_endpoint(skb, peer);
	memzero_explicit(preshared_key, sizeof(preshared_key));
	return err;
}

static int cv_netlink_get_allowedip(struct sk_buff *skb, const struct cv_allowedips_node *ip)
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

/* The allowed IPs from the cursor on. */
static int cv_netlink_get_allowedips(struct sk_buff *skb, struct cv_peer *peer,
				     struct cv_netlink_get_cursor *cursor)
{
	struct cv_allowedips_node *ip = cursor->ip;
	struct nlattr *nest;
	int err = 0;

	if (!ip)
		ip = list_first_entry(&peer->allowed_ips, struct cv_allowedips_node, peer_entry);
	if (list_entry_is_head(ip, &peer->allowed_ips, peer_entry))
		return 0;
	nest = nla_nest_start(skb, CVPEER_A_ALLOWEDIPS);
	if (!nest)
		return -EMSGSIZE;
	list_for_each_entry_from(ip, &peer->allowed_ips, peer_entry) {
		err = cv_netlink_get_allowedip(skb, ip);
		if (err)
			break;
		cursor->ips++;
	}
	nla_nest_end(skb, nest);
	cursor->ip = err ? ip : NULL;
	return err;
}

/*
 * One peer, or what is left of it, or what of it fits. Part of one is of use only if it
 * has come to the allowed IPs: otherwise it is all taken back.
 */
static int cv_netlink_get_peer(struct sk_buff *skb, struct cv_peer *peer,
			       struct cv_netlink_get_cursor *cursor)
{
	struct nlattr *nest = nla_nest_start(skb, 0);
	unsigned int ips = cursor->ips;
	int err;

	if (!nest)
		return -EMSGSIZE;
	err = nla_put(skb, CVPEER_A_PUBLIC_KEY, CV_KEY_LEN, peer->public_key);
	if (!err && !cursor->ips)
		err = cv_netlink_get_peer_itself(skb, peer);
	if (!err)
		err = cv_netlink_get_allowedips(skb, peer, cursor);
	if (err && cursor->ips == ips) {
		nla_nest_cancel(skb, nest);
		return err;
	}
	nla_nest_end(skb, nest);
	if (!err)
		cursor->ips = 0;
	return err;
}
