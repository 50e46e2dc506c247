// SPDX-License-Identifier: GPL-2.0
/*
 * What messages say of a device and its peers: dumps (netlink_get.c), which add what is secret,
 * and events (notify.c).
 */
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/ipv6.h>
#include <net/netlink.h>
#include <uapi/linux/culvert.h>

#include "netlink_put.h"
#include "../core/device.h"
#include "../core/peer.h"
#include "../handshake/session.h"

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
	u16 port = dev->socket_state == CVSOCKET_OWN ? dev->wanted_port : dev->adopted_port;
	struct cv_identity identity;
	int err;

	/* That of the socket, where there is one; and still the same where it has gone. */
	err = nla_put_u16(skb, CVDEVICE_A_LISTEN_PORT, port) ?:
	      nla_put_u32(skb, CVDEVICE_A_FWMARK, dev->fwmark);
	if (err || !cv_device_read_identity(dev, &identity))
		return err;
	err = nla_put(skb, CVDEVICE_A_PUBLIC_KEY, CV_KEY_LEN, identity.public_key);
	memzero_explicit(&identity, sizeof(identity));
	return err;
}

/* Where the sockets are that the link opens, unless that is anywhere. */
static int cv_netlink_put_bind(struct sk_buff *skb, const struct cv_device *dev)
{
	const struct cv_socket_bind *bind = &dev->bind;
	bool anywhere = !bind->v4_off && !bind->v6_off && !bind->v4.s_addr &&
			ipv6_addr_any(&bind->v6);
	int err = 0;

	if (!anywhere && !bind->v4_off)
		err = nla_put_in_addr(skb, CVDEVICE_A_BIND_ADDRESS4, bind->v4.s_addr);
	if (!err && !anywhere && !bind->v6_off)
		err = nla_put_in6_addr(skb, CVDEVICE_A_BIND_ADDRESS6, &bind->v6);
	if (!err && bind->device[0])
		err = nla_put_string(skb, CVDEVICE_A_BIND_DEVICE, bind->device);
	return err;
}

/* Where a program's are is for the program to know. */
static int cv_netlink_put_adopted(struct sk_buff *skb, const struct cv_device *dev)
{
	int err = nla_put_u8(skb, CVDEVICE_A_SOCKET_STATE, dev->socket_state);

	if (!err && dev->socket_state == CVSOCKET_HANDED_IN)
		err = nla_put_u8(skb, CVDEVICE_A_SOCKET_PASS, dev->adopted_pass);
	return err;
}

/**
 * cv_netlink_put_own_device() - what there is to say of a device that family wireguard does not
 * know
 * @skb: the message
 * @dev: the device
 *
 * Context: process, holds RTNL and &cv_device.lock.
 * Return: 0 or -EMSGSIZE.
 */
int cv_netlink_put_own_device(struct sk_buff *skb, const struct cv_device *dev)
{
	int err;

	ASSERT_RTNL();
	err = dev->socket_state == CVSOCKET_OWN ? cv_netlink_put_bind(skb, dev) :
						  cv_netlink_put_adopted(skb, dev);
	if (!err && dev->dscp)
		err = nla_put_u8(skb, CVDEVICE_A_DSCP, dev->dscp);
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

/* A number that is absent while it is 0, so that idle peers take no room. */
static int cv_netlink_put_count(struct sk_buff *skb, int type, const atomic64_t *count)
{
	u64 value = atomic64_read(count);

	return value ? nla_put_u64_64bit(skb, type, value, CVPEER_A_UNSPEC) : 0;
}

/* The session that sends. */
static int cv_netlink_put_session(struct sk_buff *skb, struct cv_peer *peer)
{
	const struct cv_session *session;
	u64 age_ns = 0;
	int initiator = -1;

	rcu_read_lock();
	session = rcu_dereference(peer->sessions[CV_SLOT_CURRENT]);
	if (session && cv_session_opens(session)) {
		age_ns = ktime_get_coarse_boottime_ns() - session->birth_ns;
		initiator = session->initiator;
	}
	rcu_read_unlock();
	if (initiator < 0)
		return 0;
	return nla_put_u8(skb, CVPEER_A_SESSION_INITIATOR, initiator) ?:
	       nla_put_u32(skb, CVPEER_A_SESSION_AGE_S, div_u64(age_ns, NSEC_PER_SEC));
}

static int cv_netlink_put_heard(struct sk_buff *skb, const struct cv_peer *peer)
{
	u64 heard_ns = atomic64_read(&peer->heard_ns);
	struct __kernel_timespec time;
	u32 rest_ns;

	if (!heard_ns)
		return 0;
	time.tv_sec = div_u64_rem(heard_ns, NSEC_PER_SEC, &rest_ns);
	time.tv_nsec = rest_ns;
	return nla_put(skb, CVPEER_A_LAST_HEARD_TIME, sizeof(time), &time);
}

static int cv_netlink_put_candidate(struct sk_buff *skb, const struct cv_candidate *candidate,
				    bool in_use)
{
	struct nlattr *nest = nla_nest_start(skb, 0);
	int err;

	if (!nest)
		return -EMSGSIZE;
	err = cv_netlink_put_endpoint(skb, CVCANDIDATE_A_ENDPOINT, &candidate->endpoint) ?:
	      nla_put_u8(skb, CVCANDIDATE_A_PREFERENCE, candidate->preference);
	if (!err && in_use)
		err = nla_put_flag(skb, CVCANDIDATE_A_IN_USE);
	nla_nest_end(skb, nest);
	return err;
}

static int cv_netlink_put_candidates(struct sk_buff *skb, struct cv_peer *peer,
				     const struct cv_ways *ways)
{
	const struct cv_candidate *here;
	struct cv_endpoint endpoint;
	struct nlattr *nest;
	unsigned int i;
	int err = 0;

	if (!ways->candidate_count)
		return 0;
	nest = nla_nest_start(skb, CVPEER_A_CANDIDATES);
	if (!nest)
		return -EMSGSIZE;
	cv_path_read_endpoint(&peer->path, &endpoint);
	here = cv_ways_find(ways, &endpoint);
	for (i = 0; !err && i < ways->candidate_count; i++)
		err = cv_netlink_put_candidate(skb, &ways->candidates[i],
					       &ways->candidates[i] == here);
	nla_nest_end(skb, nest);
	return err;
}

static int cv_netlink_put_prefix(struct sk_buff *skb, int family, const void *addr, u8 cidr)
{
	struct nlattr *nest = nla_nest_start(skb, 0);
	int err;

	if (!nest)
		return -EMSGSIZE;
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

static int cv_netlink_put_follow(struct sk_buff *skb, const struct cv_ways *ways)
{
	const struct cv_ways_source *source;
	struct nlattr *nest;
	unsigned int i;
	int err = 0;

	if (ways->follow == CVFOLLOW_ANYWHERE)
		return 0;
	if (nla_put_u8(skb, CVPEER_A_FOLLOW, ways->follow))
		return -EMSGSIZE;
	if (!ways->source_count)
		return 0;
	nest = nla_nest_start(skb, CVPEER_A_SOURCES);
	if (!nest)
		return -EMSGSIZE;
	for (i = 0; !err && i < ways->source_count; i++) {
		source = &ways->sources[i];
		err = cv_netlink_put_prefix(skb, source->family, &source->address, source->cidr);
	}
	nla_nest_end(skb, nest);
	return err;
}

/* Where the peer may be and may be followed to, and how it has come to where it is. */
static int cv_netlink_put_ways(struct sk_buff *skb, struct cv_peer *peer)
{
	const struct cv_ways *ways =
		rcu_dereference_protected(peer->path.ways, lockdep_is_held(&peer->dev->lock));
	struct __kernel_timespec time;
	enum cv_endpoint_reason reason;
	u64 since_ns;
	u32 rest_ns;
	int err;

	if (!ways)
		return 0;
	err = cv_netlink_put_candidates(skb, peer, ways) ?: cv_netlink_put_follow(skb, ways);
	cv_path_read_last_move(&peer->path, ways, &since_ns, &reason);
	if (err || !since_ns)
		return err;
	time.tv_sec = div_u64_rem(since_ns, NSEC_PER_SEC, &rest_ns);
	time.tv_nsec = rest_ns;
	return nla_put(skb, CVPEER_A_ENDPOINT_SINCE, sizeof(time), &time) ?:
	       nla_put_u8(skb, CVPEER_A_ENDPOINT_REASON, reason);
}

/**
 * cv_netlink_put_own() - what there is to say of a peer that family wireguard does not know
 * @skb: the message
 * @peer: borrowed or referenced
 *
 * Context: process, holds &cv_device.lock.
 * Return: 0 or -EMSGSIZE.
 */
int cv_netlink_put_own(struct sk_buff *skb, struct cv_peer *peer)
{
	u32 idle_s = READ_ONCE(peer->timers.idle_s);
	u32 silent_s = READ_ONCE(peer->timers.silent_s);
	int err = 0;

	lockdep_assert_held(&peer->dev->lock);
	if (peer->name)
		err = nla_put_string(skb, CVPEER_A_NAME, peer->name);
	if (!err && idle_s)
		err = nla_put_u32(skb, CVPEER_A_IDLE_S, idle_s);
	if (!err && silent_s)
		err = nla_put_u32(skb, CVPEER_A_SILENT_S, silent_s);
	return err ?: cv_netlink_put_ways(skb, peer) ?: cv_netlink_put_session(skb, peer) ?:
	       cv_netlink_put_heard(skb, peer) ?:
	       cv_netlink_put_count(skb, CVPEER_A_RX_PACKETS, &peer->rx_packets) ?:
	       cv_netlink_put_count(skb, CVPEER_A_TX_PACKETS, &peer->tx_packets) ?:
	       cv_netlink_put_count(skb, CVPEER_A_DROPS_SOURCE,
				    &peer->drops[CV_DROP_OF_PEER_SOURCE]) ?:
	       cv_netlink_put_count(skb, CVPEER_A_DROPS_REPLAY,
				    &peer->drops[CV_DROP_OF_PEER_REPLAY]) ?:
	       cv_netlink_put_count(skb, CVPEER_A_DROPS_EXPIRED,
				    &peer->drops[CV_DROP_OF_PEER_EXPIRED]) ?:
	       cv_netlink_put_count(skb, CVPEER_A_DROPS_MEMORY,
				    &peer->drops[CV_DROP_OF_PEER_MEMORY]);
}

static int cv_netlink_put_ip(struct sk_buff *skb, const struct cv_allowedips_node *ip)
{
	u8 addr[16];
	int family;
	u8 cidr;

	family = cv_allowedips_read(ip, addr, &cidr);
	return cv_netlink_put_prefix(skb, family, addr, cidr);
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
