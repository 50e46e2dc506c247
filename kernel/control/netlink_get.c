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
#include "../events/netlink_put.h"

/**
 * struct cv_netlink_get_cursor - where a dump stands
 */
struct cv_netlink_get_cursor {
	/** @family: whose reply it is */
	const struct genl_family *family;
	/** @as_wireguard: that is the family "wireguard" */
	bool as_wireguard;
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
static int cv_netlink_get_device(struct sk_buff *skb, struct cv_device *dev, bool as_wireguard);
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
		cursor->as_wireguard = as_wireguard;
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

	err = cv_netlink_put_name(skb, dev);
	if (!err && first)
		err = cv_netlink_get_device(skb, dev, cursor->as_wireguard);
	if (!err)
		err = cv_netlink_get_peers(skb, dev, cursor);
	if (err) {
		genlmsg_cancel(skb, header);
		return err;
	}
	genlmsg_end(skb, header);
	return skb->len;
}

/* What the first message says of the device itself; to family wireguard nothing of our own. */
static int cv_netlink_get_device(struct sk_buff *skb, struct cv_device *dev, bool as_wireguard)
{
	struct cv_identity identity;
	int err;

	err = cv_netlink_put_device(skb, dev);
	if (!err && !as_wireguard)
		err = nla_put_u32(skb, CVDEVICE_A_EVENT_NUMBER,
				  READ_ONCE(dev->events.config_number)) ?:
		      nla_put_u32(skb, CVDEVICE_A_EVENT_SESSION_NUMBER,
				  atomic_read(&dev->events.session_number)) ?:
		      cv_netlink_put_own_device(skb, dev);
	if (err || !cv_device_read_identity(dev, &identity))
		return err;
	err = nla_put(skb, CVDEVICE_A_PRIVATE_KEY, CV_KEY_LEN, identity.private_key);
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

/* All that there is to say of a peer but for its allowed IPs. */
static int cv_netlink_get_peer_itself(struct sk_buff *skb, struct cv_peer *peer,
				      bool as_wireguard)
{
	u8 preshared_key[CV_WIRE_KEY_BYTES];
	int err;

	mutex_lock(&peer->exchange_lock);
	memcpy(preshared_key, peer->preshared_key, sizeof(preshared_key));
	mutex_unlock(&peer->exchange_lock);
	err = nla_put(skb, CVPEER_A_PRESHARED_KEY, CV_KEY_LEN, preshared_key) ?:
	      cv_netlink_put_peer(skb, peer);
	memzero_explicit(preshared_key, sizeof(preshared_key));
	if (!err && !as_wireguard)
		err = cv_netlink_put_own(skb, peer);
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
		err = cv_netlink_get_peer_itself(skb, peer, cursor->as_wireguard);
	if (!err)
		err = cv_netlink_put_ips(skb, peer, &cursor->ip, &cursor->ips);
	if (err && cursor->ips == ips) {
		nla_nest_cancel(skb, nest);
		return err;
	}
	nla_nest_end(skb, nest);
	if (!err)
		cursor->ips = 0;
	return err;
}
