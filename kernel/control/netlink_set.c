// SPDX-License-Identifier: GPL-2.0
/*
 * CV_CMD_SET_DEVICE: one request to change a device, or any number of its peers. Called
 * by generic netlink through netlink.c, whose policies have been applied already.
 */

/**
 * DOC: All or nothing
 *
 * A request goes through three steps. It is parsed whole and everything is allocated
 * that can be without looking at the device. Then, under the locks, it is planned: what
 * each peer of it comes to, in the order of the request; new peers are made and given
 * their place in the table, where they are not found yet; a new port is opened last.
 * Up to here a refusal undoes what was done. Then it is applied, which cannot fail.
 */

/**
 * DOC: Keys of a request
 *
 * netlink frees a request without wiping it, and returns it with the error when it is
 * refused. So the handler wipes every private and pre-shared key in it before it returns,
 * those of attributes that a later one of the same type overrides included. Netlink taps
 * (nlmon) may have clones that share the data; they see zeros from then on.
 *
 * Out of reach are requests that generic netlink refuses before it calls the handler (no
 * permission, an attribute that does not fit the policy), and the messages of a dump, which
 * belong to the socket of the reader.
 */
#include <crypto/utils.h>
#include <linux/net.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <net/genetlink.h>
#include <net/ipv6.h>
#include <uapi/linux/culvert.h>

#include "name.h"
#include "netlink_knock.h"
#include "netlink_parse.h"
#include "netlink_set.h"
#include "netlink_target.h"
#include "netlink_ways.h"
#include "peering.h"
#include "reaper.h"
#include "../core/device.h"
#include "../core/peer.h"
#include "../datapath/adopt.h"
#include "../datapath/socket.h"
#include "../datapath/tx.h"
#include "../datapath/want.h"
#include "../events/listener.h"
#include "../events/notify.h"
#include "../handshake/exchange.h"
#include "../handshake/knock.h"
#include "../handshake/session.h"
#include "../handshake/timers.h"
#include "../handshake/todo.h"
#include "../handshake/work.h"

/**
 * struct cv_netlink_set_ip - one allowed IP of a request
 */
struct cv_netlink_set_ip {
	/** @prefix: its address is in the request */
	struct cv_allowedips_prefix prefix;
	/** @remove: to be taken from the peer, not given to it */
	bool remove;
};

/**
 * enum cv_netlink_set_action - what an element of a request comes to
 * @CV_NETLINK_SET_NOTHING: a peer that is not there and need not be, or is ourselves
 * @CV_NETLINK_SET_CREATE: a new peer
 * @CV_NETLINK_SET_CHANGE: one that there is, perhaps since earlier in the request
 * @CV_NETLINK_SET_REMOVE: it goes
 */
enum cv_netlink_set_action {
	CV_NETLINK_SET_NOTHING,
	CV_NETLINK_SET_CREATE,
	CV_NETLINK_SET_CHANGE,
	CV_NETLINK_SET_REMOVE,
};

/**
 * struct cv_netlink_set_peer - one peer of a request
 */
struct cv_netlink_set_peer {
	/** @nest: the element, in the request */
	const struct nlattr *nest;
	/** @public_key: CV_KEY_LEN bytes in the request */
	const u8 *public_key;
	/** @preshared_key: the same; NULL: stays as it is */
	const u8 *preshared_key;
	/** @flags: bits of enum cv_peer_flag */
	u32 flags;
	/** @keepalive_s: -1: stays as it is */
	int keepalive_s;
	/** @idle_s: -1: stays as it is */
	int idle_s;
	/** @named: @name is set */
	bool named;
	/** @name: its name from now on, NULL: none; until it is set */
	char *name;
	/** @endpoint: family 0: stays as it is */
	struct cv_endpoint endpoint;
	/** @first_ip: place of its first allowed IP in &cv_netlink_set.ips */
	unsigned int first_ip;
	/** @ip_count: how many it has */
	unsigned int ip_count;
	/** @action: as planned */
	enum cv_netlink_set_action action;
	/** @knock_id: the knock that is to be answered, 0: none */
	u64 knock_id;
	/** @said: what it says of candidates, and of where it is followed to */
	struct cv_netlink_ways said;
	/** @silent_s: -1: stays as it is */
	int silent_s;
	/** @rekey: an initiation is to be sent */
	bool rekey;
	/** @held: that knock, from the plan on */
	struct cv_knock_held *held;
	/** @peer: whom it is about, unless @action is CV_NETLINK_SET_NOTHING */
	struct cv_peer *peer;
};

/**
 * struct cv_netlink_set - a request
 */
struct cv_netlink_set {
	/** @skb: as it came, for whose it is */
	struct sk_buff *skb;
	/** @net: where it came from; only compared */
	const struct net *net;
	/** @attrs: its attributes, by enum cv_device_attr; for family wireguard none of our own */
	struct nlattr *attrs[CVDEVICE_A_OWN_MAX + 1];
	/** @extack: is told why it is refused */
	struct netlink_ext_ack *extack;
	/** @dev: the device it is about */
	struct cv_device *dev;
	/** @identity: of the private key in it, if that is not zeros; until it is set */
	struct cv_identity *identity;
	/** @as_wireguard: with the manners of wireguard.ko, see netlink_wireguard.c */
	bool as_wireguard;
	/** @asked: for events: the socket that has sent it */
	struct cv_notify_asked asked;
	/** @replace_peers: all peers go first */
	bool replace_peers;
	/** @port: its sockets are to have, 0: any; valid if @moves */
	u16 port;
	/** @bind: where they are to be; valid if @moves */
	struct cv_socket_bind bind;
	/** @moves: it says something of the sockets */
	bool moves;
	/** @own_sockets: a program's are to be given back, for those of the link's own */
	bool own_sockets;
	/** @sockets: of a program, to become the device's; referenced */
	struct socket *sockets[CV_ADOPT_SOCKETS_MAX];
	/** @socket_count: how many */
	unsigned int socket_count;
	/** @new_identity: the private key changes; to none if @identity is NULL */
	bool new_identity;
	/** @peers: its peers in their order */
	struct cv_netlink_set_peer *peers;
	/** @peer_count: how many */
	unsigned int peer_count;
	/** @peer_room: for how many there is room in @peers */
	unsigned int peer_room;
	/** @sorted: @peers by public key, and those of one key in their order */
	struct cv_netlink_set_peer **sorted;
	/** @ips: their allowed IPs in their order */
	struct cv_netlink_set_ip *ips;
	/** @ip_count: how many */
	unsigned int ip_count;
	/** @spare: memory for entries in the table of allowed IPs */
	struct cv_allowedips_spare spare;
};

static int cv_netlink_set_parse(struct cv_netlink_set *set);
static int cv_netlink_set_allow(struct cv_netlink_set *set);
static int cv_netlink_set_plan(struct cv_netlink_set *set);
static void cv_netlink_set_cancel(struct cv_netlink_set *set);
static int cv_netlink_set_open_socket(struct cv_netlink_set *set);
static void cv_netlink_set_apply(struct cv_netlink_set *set);
static void cv_netlink_set_free(struct cv_netlink_set *set);
static void cv_netlink_set_wipe_keys(const struct nlmsghdr *request);

static int cv_netlink_set_locked(struct cv_netlink_set *set)
{
	int err;

	mutex_lock(&set->dev->lock);
	err = cv_netlink_set_plan(set);
	if (!err)
		err = cv_netlink_set_open_socket(set);
	if (err)
		cv_netlink_set_cancel(set);
	else
		cv_netlink_set_apply(set);
	mutex_unlock(&set->dev->lock);
	return err;
}

/* The request is done: the knocks that it names are answered, which takes a handshake each. */
static void cv_netlink_set_answer(struct cv_netlink_set *set)
{
	struct cv_netlink_set_peer *element;
	unsigned int i;

	for (i = 0; i < set->peer_count; i++) {
		element = &set->peers[i];
		if (!element->held)
			continue;
		cv_exchange_answer_held(element->peer, element->held);
		cv_knock_free(element->held);
		cv_peer_put(element->peer);
		cond_resched();
	}
}

/**
 * cv_netlink_set_device() - change a device as a request says
 * @skb: the request
 * @info: what generic netlink has found in it
 * @as_wireguard: it came to the family "wireguard", see netlink_wireguard.c
 *
 * Context: process.
 * Return: 0, or a negative errno and nothing has changed.
 */
int cv_netlink_set_device(struct sk_buff *skb, struct genl_info *info, bool as_wireguard)
{
	struct cv_netlink_set set = {
		.skb = skb,
		.net = genl_info_net(info),
		.extack = info->extack,
		.as_wireguard = as_wireguard,
		.asked = { .reason = CVREASON_ASKED, .portid = info->snd_portid },
	};
	int err;

	/* Generic netlink has made the array as long as the policy of the family, or longer. */
	memcpy(set.attrs, info->attrs,
	       ((as_wireguard ? CVDEVICE_A_MAX : CVDEVICE_A_OWN_MAX) + 1) * sizeof(*set.attrs));
	err = cv_netlink_set_parse(&set);
	if (!err) {
		rtnl_lock();
		set.dev = cv_netlink_target_find(genl_info_net(info), set.attrs, as_wireguard,
						 set.extack);
		err = PTR_ERR_OR_ZERO(set.dev);
		if (!err)
			err = cv_netlink_set_allow(&set);
		if (!err)
			err = cv_netlink_set_locked(&set);
		rtnl_unlock();
	}
	if (!err)
		cv_netlink_set_answer(&set);
	cv_netlink_set_free(&set);
	cv_netlink_set_wipe_keys(info->nlhdr);
	return err;
}

static void cv_netlink_set_free(struct cv_netlink_set *set)
{
	unsigned int i;

	for (i = 0; i < set->socket_count; i++)
		sockfd_put(set->sockets[i]);
	/* The last one may have been refused while it was parsed. */
	for (i = 0; i < set->peer_room; i++) {
		kfree(set->peers[i].name);
		cv_netlink_ways_free(&set->peers[i].said);
	}
	kfree_sensitive(set->identity);
	cv_allowedips_spare_free(&set->spare);
	kvfree(set->ips);
	kvfree(set->sorted);
	kvfree(set->peers);
}

static void cv_netlink_set_wipe_attr(const struct nlattr *attr)
{
	memzero_explicit(nla_data(attr), nla_len(attr));
}

static void cv_netlink_set_wipe_peers(const struct nlattr *peers)
{
	const struct nlattr *nest, *attr;
	int peers_rest, peer_rest;

	nla_for_each_nested(nest, peers, peers_rest)
		nla_for_each_nested(attr, nest, peer_rest)
			if (nla_type(attr) == CVPEER_A_PRESHARED_KEY)
				cv_netlink_set_wipe_attr(attr);
}

/* By the message, not by the parsed attributes, which have only the last of each type. */
static void cv_netlink_set_wipe_keys(const struct nlmsghdr *request)
{
	const struct nlattr *attr;
	int rest;

	nlmsg_for_each_attr(attr, request, GENL_HDRLEN, rest) {
		if (nla_type(attr) == CVDEVICE_A_PRIVATE_KEY)
			cv_netlink_set_wipe_attr(attr);
		else if (nla_type(attr) == CVDEVICE_A_PEERS)
			cv_netlink_set_wipe_peers(attr);
	}
}

/*
 * First step: what the request says, the device not yet looked at.
 */

static const u8 cv_netlink_set_no_key[CV_KEY_LEN];

/* The number in an attribute, 0 if there is none. */
static u32 cv_netlink_set_u32(const struct nlattr *attr)
{
	return attr ? nla_get_u32(attr) : 0;
}

static u8 cv_netlink_set_u8(const struct nlattr *attr)
{
	return attr ? nla_get_u8(attr) : 0;
}

/*
 * Nested attributes by type, for family wireguard up to @max, for our own up to @own_max. The
 * original has always wanted what is nested to be marked so.
 */
static int cv_netlink_set_parse_nest(struct cv_netlink_set *set, struct nlattr **attrs,
				     int max, int own_max, const struct nlattr *nest)
{
	if (!set->as_wireguard)
		return nla_parse_nested_deprecated(attrs, own_max, nest, NULL, set->extack);
	memset(attrs + max + 1, 0, (own_max - max) * sizeof(*attrs));
	return nla_parse_nested(attrs, max, nest, NULL, set->extack);
}

static noinline_for_stack int cv_netlink_set_parse_ip(struct cv_netlink_set *set,
						      struct nlattr *nest)
{
	struct cv_netlink_set_ip *ip = &set->ips[set->ip_count];
	struct cv_allowedips_prefix *prefix = &ip->prefix;
	struct nlattr *attrs[CVALLOWEDIP_A_OWN_MAX + 1];
	int err;

	err = cv_netlink_set_parse_nest(set, attrs, CVALLOWEDIP_A_MAX, CVALLOWEDIP_A_OWN_MAX, nest);
	if (err)
		return err;
	err = cv_netlink_parse_prefix(prefix, attrs, nest, set->extack);
	if (err)
		return err;
	ip->remove = cv_netlink_set_u32(attrs[CVALLOWEDIP_A_FLAGS]) & CVALLOWEDIP_F_REMOVE_ME;
	if (cv_netlink_set_u32(attrs[CVALLOWEDIP_A_FLAGS]) & ~__CVALLOWEDIP_F_ALL) {
		NL_SET_ERR_MSG_ATTR(set->extack, attrs[CVALLOWEDIP_A_FLAGS],
				    "unknown allowed IP flag: only remove (1) is supported");
		return -EOPNOTSUPP;
	}
	set->ip_count++;
	return 0;
}

/* The original takes no notice of one that it does not understand. */
static int cv_netlink_set_parse_endpoint(struct cv_netlink_set *set,
					 struct cv_endpoint *endpoint,
					 const struct nlattr *attr)
{
	if (!set->as_wireguard)
		return cv_netlink_parse_endpoint(endpoint, attr, set->extack);
	cv_endpoint_from_sockaddr(endpoint, nla_data(attr), nla_len(attr));
	return 0;
}

static int cv_netlink_set_check_peer(struct cv_netlink_set *set, struct nlattr **attrs)
{
	const struct nlattr *version = attrs[CVPEER_A_PROTOCOL_VERSION];
	const struct nlattr *flags = attrs[CVPEER_A_FLAGS];

	if (cv_netlink_set_u32(flags) & ~__CVPEER_F_ALL) {
		NL_SET_ERR_MSG_ATTR(set->extack, flags,
				    "unknown peer flag: only remove (1), replace-allowed-ips (2) and update-only (4) are supported");
		return -EOPNOTSUPP;
	}
	if (version && nla_get_u32(version) != 1) {
		NL_SET_ERR_MSG_ATTR(set->extack, version,
				    "unsupported protocol version: omit the attribute, or set it to 1");
		return -EPFNOSUPPORT;
	}
	return 0;
}

static int cv_netlink_set_parse_name(struct cv_netlink_set *set, struct cv_netlink_set_peer *peer,
				     const struct nlattr *name)
{
	if (!name)
		return 0;
	/* The policy sees to its length, and that it ends. */
	if (strlen(nla_data(name)) + 1 != nla_len(name)) {
		NL_SET_ERR_MSG_ATTR(set->extack, name,
				    "the name of a peer must have one zero byte, at its end");
		return -EINVAL;
	}
	if (!cv_name_is_valid(nla_data(name))) {
		NL_SET_ERR_MSG_ATTR(set->extack, name,
				    "the name of a peer must be UTF-8 without control characters");
		return -EINVAL;
	}
	peer->named = true;
	if (!*(const char *)nla_data(name))
		return 0;
	peer->name = kstrdup(nla_data(name), GFP_KERNEL_ACCOUNT);
	return peer->name ? 0 : -ENOMEM;
}

/* Where it may be, where it may be followed to, and when it is looked for. */
static int cv_netlink_set_parse_ways(struct cv_netlink_set *set, struct cv_netlink_set_peer *peer,
				     struct nlattr *const *attrs)
{
	const struct nlattr *silent = attrs[CVPEER_A_SILENT_S];

	static_assert(CV_SILENT_S_MAX == CV_TIMER_RULES_SILENT_MAX_S);
	static_assert(CV_WIRE_KEEPALIVE_S + CV_WIRE_RETRY_S == CV_SILENT_S_DEFAULT);
	peer->silent_s = -1;
	if (silent) {
		if (nla_get_u32(silent) > CV_SILENT_S_MAX) {
			NL_SET_ERR_MSG_ATTR(set->extack, silent,
					    "a peer is silent after 1 to 60 seconds without an answer, or 0 for 15");
			return -ERANGE;
		}
		peer->silent_s = nla_get_u32(silent);
	}
	peer->rekey = attrs[CVPEER_A_REKEY_NOW];
	if (peer->rekey && peer->flags & CVPEER_F_REMOVE_ME) {
		NL_SET_ERR_MSG_ATTR(set->extack, attrs[CVPEER_A_REKEY_NOW],
				    "rekey is for a peer that is there afterwards: this one is removed");
		return -EINVAL;
	}
	return cv_netlink_ways_parse(&peer->said, attrs, set->extack);
}

/* What peers have in our own family only. */
static int cv_netlink_set_parse_own(struct cv_netlink_set *set, struct cv_netlink_set_peer *peer,
				    struct nlattr **attrs)
{
	const struct nlattr *idle = attrs[CVPEER_A_IDLE_S];

	static_assert(CV_IDLE_S_MAX == CV_TIMER_RULES_IDLE_MAX_S);
	if (attrs[CVPEER_A_KNOCK_ID])
		/* None has 0: that is refused as any other that is not there. */
		peer->knock_id = nla_get_u64(attrs[CVPEER_A_KNOCK_ID]) ?: U64_MAX;
	peer->idle_s = -1;
	if (idle) {
		if (nla_get_u32(idle) > CV_IDLE_S_MAX) {
			NL_SET_ERR_MSG_ATTR(set->extack, idle,
					    "a peer may be idle for at most 1728000 seconds (20 days), or for ever: 0");
			return -ERANGE;
		}
		peer->idle_s = nla_get_u32(idle);
	}
	return cv_netlink_set_parse_ways(set, peer, attrs) ?:
	       cv_netlink_set_parse_name(set, peer, attrs[CVPEER_A_NAME]);
}

static noinline_for_stack int cv_netlink_set_parse_peer(struct cv_netlink_set *set,
							struct nlattr *nest)
{
	struct cv_netlink_set_peer *peer = &set->peers[set->peer_count];
	struct nlattr *attrs[CVPEER_A_OWN_MAX + 1];
	struct nlattr *ip;
	int rest;
	int err;

	err = cv_netlink_set_parse_nest(set, attrs, CVPEER_A_MAX, CVPEER_A_OWN_MAX, nest);
	if (err)
		return err;
	if (!attrs[CVPEER_A_PUBLIC_KEY]) {
		NL_SET_ERR_MSG_ATTR(set->extack, nest,
				    "each peer needs a public key");
		return -EINVAL;
	}
	err = cv_netlink_set_check_peer(set, attrs);
	if (err)
		return err;
	peer->nest = nest;
	peer->public_key = nla_data(attrs[CVPEER_A_PUBLIC_KEY]);
	if (attrs[CVPEER_A_PRESHARED_KEY])
		peer->preshared_key = nla_data(attrs[CVPEER_A_PRESHARED_KEY]);
	peer->flags = cv_netlink_set_u32(attrs[CVPEER_A_FLAGS]);
	peer->keepalive_s = -1;
	if (attrs[CVPEER_A_PERSISTENT_KEEPALIVE_INTERVAL])
		peer->keepalive_s =
			nla_get_u16(attrs[CVPEER_A_PERSISTENT_KEEPALIVE_INTERVAL]);
	if (attrs[CVPEER_A_ENDPOINT]) {
		err = cv_netlink_set_parse_endpoint(set, &peer->endpoint,
						    attrs[CVPEER_A_ENDPOINT]);
		if (err)
			return err;
	}
	err = cv_netlink_set_parse_own(set, peer, attrs);
	if (err)
		return err;
	peer->first_ip = set->ip_count;
	if (attrs[CVPEER_A_ALLOWEDIPS]) {
		nla_for_each_nested(ip, attrs[CVPEER_A_ALLOWEDIPS], rest) {
			err = cv_netlink_set_parse_ip(set, ip);
			if (err)
				return err;
		}
	}
	peer->ip_count = set->ip_count - peer->first_ip;
	set->peer_count++;
	return 0;
}

/* How many elements a nest has. */
static unsigned int cv_netlink_set_count(const struct nlattr *nest)
{
	const struct nlattr *element;
	unsigned int count = 0;
	int rest;

	nla_for_each_nested(element, nest, rest)
		count++;
	return count;
}

/*
 * How many allowed IPs a peer has. If it has them in several nests, the last one
 * counts when it is parsed; here they all do.
 */
static unsigned int cv_netlink_set_count_ips(const struct nlattr *peer)
{
	const struct nlattr *attr;
	unsigned int count = 0;
	int rest;

	nla_for_each_nested(attr, peer, rest)
		if (nla_type(attr) == CVPEER_A_ALLOWEDIPS)
			count += cv_netlink_set_count(attr);
	return count;
}

/* Room for all peers and allowed IPs of a request. */
static int cv_netlink_set_allocate(struct cv_netlink_set *set)
{
	const struct nlattr *peers = set->attrs[CVDEVICE_A_PEERS];
	unsigned int peer_count = cv_netlink_set_count(peers);
	unsigned int ip_count = 0;
	const struct nlattr *nest;
	int rest;

	nla_for_each_nested(nest, peers, rest)
		ip_count += cv_netlink_set_count_ips(nest);

	set->peers = kvcalloc(peer_count, sizeof(*set->peers), GFP_KERNEL);
	set->sorted = kvcalloc(peer_count, sizeof(*set->sorted), GFP_KERNEL);
	set->ips = kvcalloc(ip_count, sizeof(*set->ips), GFP_KERNEL);
	if (!set->peers || !set->sorted || !set->ips)
		return -ENOMEM;
	set->peer_room = peer_count;
	return cv_allowedips_prealloc(&set->spare, ip_count, GFP_KERNEL);
}

/* By public key; those with the same one by their place in the request. */
static int cv_netlink_set_compare(const void *a, const void *b)
{
	const struct cv_netlink_set_peer *const *one = a;
	const struct cv_netlink_set_peer *const *other = b;

	return memcmp((*one)->public_key, (*other)->public_key, CV_KEY_LEN) ?:
	       (*one < *other ? -1 : 1);
}

static int cv_netlink_set_parse_peers(struct cv_netlink_set *set)
{
	struct nlattr *nest;
	unsigned int i;
	int rest;
	int err;

	err = cv_netlink_set_allocate(set);
	if (err)
		return err;
	nla_for_each_nested(nest, set->attrs[CVDEVICE_A_PEERS], rest) {
		err = cv_netlink_set_parse_peer(set, nest);
		if (err)
			return err;
	}
	for (i = 0; i < set->peer_count; i++)
		set->sorted[i] = &set->peers[i];
	sort(set->sorted, set->peer_count, sizeof(*set->sorted), cv_netlink_set_compare, NULL);
	return 0;
}

/* Addresses that no socket can be bound to. */
static int cv_netlink_set_check_bind(struct cv_netlink_set *set)
{
	const struct nlattr *v4 = set->attrs[CVDEVICE_A_BIND_ADDRESS4];
	const struct nlattr *v6 = set->attrs[CVDEVICE_A_BIND_ADDRESS6];
	struct in6_addr addr6;
	__be32 addr4;

	if (v4) {
		addr4 = nla_get_in_addr(v4);
		if (ipv4_is_multicast(addr4) || ipv4_is_lbcast(addr4)) {
			NL_SET_ERR_MSG_ATTR(set->extack, v4,
					    "the bind address must be an address of this machine, or 0.0.0.0 for all");
			return -EINVAL;
		}
	}
	if (v6) {
		addr6 = nla_get_in6_addr(v6);
		if (ipv6_addr_is_multicast(&addr6) || ipv6_addr_v4mapped(&addr6)) {
			NL_SET_ERR_MSG_ATTR(set->extack, v6,
					    "the bind address must be an IPv6 address of this machine, or :: for all");
			return -EINVAL;
		}
	}
	return 0;
}

static int cv_netlink_set_check_dscp(struct cv_netlink_set *set)
{
	const struct nlattr *dscp = set->attrs[CVDEVICE_A_DSCP];

	static_assert(CV_DSCP_COPY == CV_DEVICE_DSCP_COPY);
	if (!dscp || nla_get_u8(dscp) <= CV_DSCP_COPY)
		return 0;
	NL_SET_ERR_MSG_ATTR(set->extack, dscp,
			    "the DSCP must be 0 to 63, or 64 for that of the inner packet");
	return -ERANGE;
}

/* The sender's descriptors: this is its context. */
static int cv_netlink_set_take_sockets(struct cv_netlink_set *set, const struct nlattr *attr)
{
	s32 fds[CV_ADOPT_SOCKETS_MAX];
	struct socket *sock;
	unsigned int i;
	int err;

	memcpy(fds, nla_data(attr), nla_len(attr));
	if (nla_len(attr) == sizeof(*fds) && fds[0] == -1) {
		set->own_sockets = true;
		return 0;
	}
	for (i = 0; i < nla_len(attr) / sizeof(*fds); i++) {
		sock = sockfd_lookup(fds[i], &err);
		if (!sock) {
			NL_SET_ERR_MSG_ATTR(set->extack, attr,
					    "there is no open socket with this descriptor in the program that has sent the request");
			return err;
		}
		set->sockets[set->socket_count++] = sock;
	}
	return 0;
}

static int cv_netlink_set_parse_sockets(struct cv_netlink_set *set)
{
	const struct nlattr *fds = set->attrs[CVDEVICE_A_SOCKET_FD];
	const struct nlattr *pass = set->attrs[CVDEVICE_A_SOCKET_PASS];

	if (pass && nla_get_u8(pass) > CVPASS_MAX) {
		NL_SET_ERR_MSG_ATTR(set->extack, pass,
				    "what is left to the program must be 0 (STUN) or 1 (everything)");
		return -ERANGE;
	}
	if (pass && !fds) {
		NL_SET_ERR_MSG_ATTR(set->extack, pass,
				    "what is left to the program is set together with its socket");
		return -EINVAL;
	}
	if (!fds)
		return 0;
	if (nla_len(fds) != sizeof(s32) && nla_len(fds) != CV_ADOPT_SOCKETS_MAX * sizeof(s32)) {
		NL_SET_ERR_MSG_ATTR(set->extack, fds,
				    "sockets are handed in as one or two descriptors of 4 bytes each");
		return -EINVAL;
	}
	if (set->attrs[CVDEVICE_A_LISTEN_PORT] || set->attrs[CVDEVICE_A_BIND_ADDRESS4] ||
	    set->attrs[CVDEVICE_A_BIND_ADDRESS6] || set->attrs[CVDEVICE_A_BIND_DEVICE]) {
		NL_SET_ERR_MSG_ATTR(set->extack, fds,
				    "a socket that is handed in is bound already: set listen port, bind address and bind device in another request");
		return -EINVAL;
	}
	return cv_netlink_set_take_sockets(set, fds);
}

static int cv_netlink_set_parse(struct cv_netlink_set *set)
{
	const struct nlattr *flags = set->attrs[CVDEVICE_A_FLAGS];
	const struct nlattr *key = set->attrs[CVDEVICE_A_PRIVATE_KEY];
	struct cv_identity *identity;
	int err;

	set->replace_peers = cv_netlink_set_u32(flags) & CVDEVICE_F_REPLACE_PEERS;
	if (cv_netlink_set_u32(flags) & ~__CVDEVICE_F_ALL) {
		NL_SET_ERR_MSG_ATTR(set->extack, flags,
				    "unknown device flag: only replace-peers (1) is supported");
		return -EOPNOTSUPP;
	}
	err = cv_netlink_set_check_bind(set) ?: cv_netlink_set_check_dscp(set) ?:
	      cv_netlink_set_parse_sockets(set);
	if (err)
		return err;
	set->new_identity = key;
	if (key && crypto_memneq(nla_data(key), cv_netlink_set_no_key, CV_KEY_LEN)) {
		identity = cv_device_make_identity(nla_data(key));
		if (IS_ERR(identity))
			return PTR_ERR(identity);
		set->identity = identity;
	}
	return set->attrs[CVDEVICE_A_PEERS] ? cv_netlink_set_parse_peers(set) : 0;
}

/*
 * Second step: what it comes to.
 */

/*
 * Generic netlink has seen to it that the sender may administer the namespace that the
 * link is in; the socket may be in another one.
 */
static int cv_netlink_set_allow(struct cv_netlink_set *set)
{
	const struct nlattr *attr = set->attrs[CVDEVICE_A_LISTEN_PORT] ?:
				    set->attrs[CVDEVICE_A_FWMARK] ?:
				    set->attrs[CVDEVICE_A_DSCP] ?:
				    set->attrs[CVDEVICE_A_BIND_ADDRESS4] ?:
				    set->attrs[CVDEVICE_A_BIND_ADDRESS6] ?:
				    set->attrs[CVDEVICE_A_BIND_DEVICE] ?:
				    (set->own_sockets ? set->attrs[CVDEVICE_A_SOCKET_FD] : NULL);
	const struct net *net = rtnl_dereference(set->dev->birth_net);

	if (!attr)
		return 0;
	if (!net) {
		NL_SET_ERR_MSG_ATTR(set->extack, attr,
				    "the network namespace in which the link was created, and its UDP socket, no longer exist");
		return set->as_wireguard ? -EPERM : -ENONET;
	}
	if (!netlink_ns_capable(set->skb, net->user_ns, CAP_NET_ADMIN)) {
		NL_SET_ERR_MSG_ATTR(set->extack, attr,
				    "listen port, fwmark, DSCP, bind address and bind device need CAP_NET_ADMIN in the network namespace in which the link was created");
		return -EPERM;
	}
	return 0;
}

/*
 * What a link with a program's sockets, or that is to have them, cannot have: the sockets have it,
 * as far as the program may set it where they are. What changes nothing is let pass, since
 * programs set all that a file may say.
 */
static int cv_netlink_set_check_adopted(struct cv_netlink_set *set)
{
	const struct nlattr *port = set->attrs[CVDEVICE_A_LISTEN_PORT];
	const struct nlattr *bind = set->attrs[CVDEVICE_A_BIND_ADDRESS4] ?:
				    set->attrs[CVDEVICE_A_BIND_ADDRESS6] ?:
				    set->attrs[CVDEVICE_A_BIND_DEVICE];
	const struct nlattr *fwmark = set->attrs[CVDEVICE_A_FWMARK];

	if (fwmark ? nla_get_u32(fwmark) : set->dev->fwmark) {
		NL_SET_ERR_MSG_ATTR(set->extack, fwmark ?: set->attrs[CVDEVICE_A_SOCKET_FD],
				    "with a socket that was handed in the fwmark must be 0: set SO_MARK on the socket");
		return -EBUSY;
	}
	if (bind || (port && nla_get_u16(port) && nla_get_u16(port) != set->dev->adopted_port)) {
		NL_SET_ERR_MSG_ATTR(set->extack, bind ?: port,
				    "the link has a socket that was handed in: hand in another, or -1 for sockets that the kernel opens");
		return -EBUSY;
	}
	set->moves = false;
	return 0;
}

/* Where the sockets are to be, what the request does not say being as it is. */
static int cv_netlink_set_plan_socket(struct cv_netlink_set *set)
{
	const struct nlattr *port = set->attrs[CVDEVICE_A_LISTEN_PORT];
	const struct nlattr *v4 = set->attrs[CVDEVICE_A_BIND_ADDRESS4];
	const struct nlattr *v6 = set->attrs[CVDEVICE_A_BIND_ADDRESS6];
	const struct nlattr *device = set->attrs[CVDEVICE_A_BIND_DEVICE];
	struct cv_socket_bind *bind = &set->bind;

	set->moves = port || v4 || v6 || device;
	set->port = port ? nla_get_u16(port) : set->dev->wanted_port;
	*bind = set->dev->bind;
	if (v4 || v6) {
		bind->v4_off = !v4;
		bind->v4.s_addr = v4 ? nla_get_in_addr(v4) : htonl(INADDR_ANY);
		bind->v6_off = !v6;
		bind->v6 = v6 ? nla_get_in6_addr(v6) : in6addr_any;
	}
	if (device)
		nla_strscpy(bind->device, device, sizeof(bind->device));
	if (set->socket_count || (set->dev->socket_state != CVSOCKET_OWN && !set->own_sockets))
		return cv_netlink_set_check_adopted(set);
	if (!(ipv6_addr_type(&bind->v6) & IPV6_ADDR_LINKLOCAL) || bind->device[0])
		return 0;
	NL_SET_ERR_MSG_ATTR(set->extack, v6 ?: device,
			    "a link-local bind address needs a bind device: set both in one request");
	return -EINVAL;
}

/* A key that is set again is no news: sessions live on. */
static void cv_netlink_set_plan_identity(struct cv_netlink_set *set)
{
	struct cv_identity old;

	if (!set->new_identity)
		return;
	if (cv_device_read_identity(set->dev, &old)) {
		set->new_identity = !set->identity ||
				    crypto_memneq(old.private_key, set->identity->private_key,
						  CV_KEY_LEN);
		memzero_explicit(&old, sizeof(old));
	} else {
		set->new_identity = set->identity;
	}
}

/* The device's own public key, as it will be; false if it will have none. */
static bool cv_netlink_set_own_key(const struct cv_netlink_set *set, u8 public_key[CV_KEY_LEN])
{
	struct cv_identity identity;

	if (set->new_identity) {
		if (set->identity)
			memcpy(public_key, set->identity->public_key, CV_KEY_LEN);
		return set->identity;
	}
	if (!cv_device_read_identity(set->dev, &identity))
		return false;
	memcpy(public_key, identity.public_key, CV_KEY_LEN);
	memzero_explicit(&identity, sizeof(identity));
	return true;
}

/**
 * cv_netlink_set_plan_peer() - what one element comes to
 * @set: the request
 * @element: the element
 * @peer: the peer with its key at this point of the request, or NULL
 *
 * Return: the peer with its key after it, NULL if there is none, or ERR_PTR().
 */
static struct cv_peer *cv_netlink_set_plan_peer(struct cv_netlink_set *set,
						struct cv_netlink_set_peer *element,
						struct cv_peer *peer)
{
	int err;

	if (peer) {
		element->peer = peer;
		if (!(element->flags & CVPEER_F_REMOVE_ME)) {
			element->action = CV_NETLINK_SET_CHANGE;
			return peer;
		}
		element->action = CV_NETLINK_SET_REMOVE;
		return NULL;
	}
	if (element->flags & (CVPEER_F_REMOVE_ME | CVPEER_F_UPDATE_ONLY))
		return NULL;

	peer = cv_peering_create(set->dev, element->public_key);
	if (!peer)
		return ERR_PTR(-ENOMEM);
	err = cv_peering_reserve(peer);
	if (err) {
		cv_peer_put(peer);
		return ERR_PTR(err);
	}
	element->peer = peer;
	element->action = CV_NETLINK_SET_CREATE;
	return peer;
}

/* A device has so many peers at most. */
static int cv_netlink_set_plan_count(struct cv_netlink_set *set)
{
	unsigned int count = set->replace_peers ? 0 : set->dev->peer_count;
	unsigned int removed = 0;
	unsigned int i;

	for (i = 0; i < set->peer_count; i++) {
		count += set->peers[i].action == CV_NETLINK_SET_CREATE;
		removed += set->peers[i].action == CV_NETLINK_SET_REMOVE;
	}
	if (count - removed <= CV_PEER_MAX)
		return 0;
	NL_SET_ERR_MSG_ATTR(set->extack, set->attrs[CVDEVICE_A_PEERS],
			    "a link has at most 1048576 peers: spread them over several links");
	return -ENOSPC;
}

/* The knocks that the request answers are taken out, so that they last till it is done. */
static int cv_netlink_set_claim(struct cv_netlink_set *set, struct cv_netlink_set_peer *element)
{
	const struct cv_listener_socket socket = {
		.net = set->net, .portid = set->asked.portid,
	};
	struct cv_knock_held *held;

	if (!element->knock_id)
		return 0;
	if (element->action == CV_NETLINK_SET_NOTHING ||
	    element->action == CV_NETLINK_SET_REMOVE) {
		NL_SET_ERR_MSG_ATTR(set->extack, set->attrs[CVDEVICE_A_PEERS],
				    "a knock is answered for a peer that is there afterwards: this one is not");
		return -EINVAL;
	}
	held = cv_knock_claim(set->dev, &socket, element->knock_id, element->public_key);
	if (IS_ERR(held))
		return cv_netlink_knock_explain(PTR_ERR(held), set->attrs[CVDEVICE_A_PEERS],
						set->extack);
	element->held = held;
	return 0;
}

/* What a peer will have, after some of its elements. */
struct cv_netlink_set_after {
	/* the peer; NULL: none yet */
	struct cv_peer *peer;
	/* it is removed */
	bool removed;
	/* it is to be sent an initiation */
	bool rekey;
	/* it is known where it is */
	bool has_endpoint;
	/* its last element, for errors */
	const struct nlattr *nest;
	/* where its candidates will be */
	const struct cv_ways *candidates;
	/* where it will be followed to */
	const struct cv_ways *follow;
};

/* One more element; for another peer what that has is read first. */
static void cv_netlink_set_after_one(struct cv_netlink_set_after *after,
				     const struct cv_netlink_set_peer *element)
{
	const struct cv_netlink_ways *said = &element->said;
	const struct cv_ways *ways;

	if (after->peer != element->peer) {
		memset(after, 0, sizeof(*after));
		after->peer = element->peer;
		after->has_endpoint = cv_path_family(&after->peer->path);
		ways = rcu_dereference_protected(after->peer->path.ways,
						 lockdep_is_held(&after->peer->dev->lock));
		after->candidates = ways;
		after->follow = ways;
	}
	after->nest = element->nest;
	after->removed = element->action == CV_NETLINK_SET_REMOVE;
	after->rekey |= element->rekey;
	after->has_endpoint |= element->endpoint.remote.any.sa_family;
	if (said->candidates)
		after->candidates = said->ways;
	if (said->follow)
		after->follow = said->ways;
}

/* An initiation that is asked for can be sent, as things will be then. */
static int cv_netlink_set_check_rekey(struct cv_netlink_set *set,
				      const struct cv_netlink_set_after *after, bool has_key)
{
	if (!netif_running(set->dev->netdev)) {
		NL_SET_ERR_MSG_ATTR(set->extack, after->nest,
				    "rekey: the link is down: set it up first");
		return -ENETDOWN;
	}
	if (!has_key) {
		NL_SET_ERR_MSG_ATTR(set->extack, after->nest,
				    "rekey: the link has no private key: set one first");
		return -ENOKEY;
	}
	if (after->has_endpoint || (after->candidates && after->candidates->candidate_count))
		return 0;
	NL_SET_ERR_MSG_ATTR(set->extack, after->nest,
			    "rekey: the peer has neither an endpoint nor candidates: set one of them");
	return -EDESTADDRREQ;
}

static int cv_netlink_set_check_after(struct cv_netlink_set *set,
				      const struct cv_netlink_set_after *after, bool has_key)
{
	int err;

	if (!after->peer || after->removed)
		return 0;
	err = cv_netlink_ways_check(after->candidates, after->follow, after->nest, set->extack);
	if (!err && after->rekey)
		err = cv_netlink_set_check_rekey(set, after, has_key);
	return err;
}

/* What each peer will have, after all of its elements, goes together. */
static int cv_netlink_set_plan_after(struct cv_netlink_set *set, bool has_key)
{
	struct cv_netlink_set_after after = {};
	const struct cv_netlink_set_peer *element;
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < set->peer_count; i++) {
		element = set->sorted[i];
		if (element->action == CV_NETLINK_SET_NOTHING)
			continue;
		if (after.peer != element->peer)
			err = cv_netlink_set_check_after(set, &after, has_key);
		cv_netlink_set_after_one(&after, element);
	}
	return err ?: cv_netlink_set_check_after(set, &after, has_key);
}

static int cv_netlink_set_plan(struct cv_netlink_set *set)
{
	struct cv_netlink_set_peer *element;
	const u8 *key_before = NULL;
	struct cv_peer *peer = NULL;
	u8 own_key[CV_KEY_LEN];
	unsigned int i;
	bool has_key;
	int err;

	err = cv_netlink_set_plan_socket(set);
	if (err)
		return err;
	cv_netlink_set_plan_identity(set);
	has_key = cv_netlink_set_own_key(set, own_key);

	for (i = 0; i < set->peer_count; i++) {
		element = set->sorted[i];
		if (has_key && !memcmp(element->public_key, own_key, CV_KEY_LEN))
			continue;
		if (!key_before || memcmp(element->public_key, key_before, CV_KEY_LEN)) {
			key_before = element->public_key;
			peer = set->replace_peers ? NULL :
			       cv_peers_find(&set->dev->peers, element->public_key);
		}
		peer = cv_netlink_set_plan_peer(set, element, peer);
		if (IS_ERR(peer))
			return PTR_ERR(peer);
	}
	err = cv_netlink_set_plan_count(set) ?: cv_netlink_set_plan_after(set, has_key);
	for (i = 0; !err && i < set->peer_count; i++)
		err = cv_netlink_set_claim(set, &set->peers[i]);
	return err;
}

/* The plan is given up. */
static void cv_netlink_set_cancel(struct cv_netlink_set *set)
{
	unsigned int i;

	for (i = 0; i < set->peer_count; i++) {
		if (set->peers[i].held)
			cv_knock_unclaim(set->dev, set->peers[i].held);
		set->peers[i].held = NULL;
		if (set->peers[i].action == CV_NETLINK_SET_CREATE)
			cv_peering_cancel(set->peers[i].peer);
	}
}

/* Why sockets cannot be opened, and which attribute is the reason. */
static int cv_netlink_set_explain_socket(struct cv_netlink_set *set, int err, u16 family)
{
	const struct nlattr *port = set->attrs[CVDEVICE_A_LISTEN_PORT] ?:
				    set->attrs[CVDEVICE_A_SOCKET_FD];
	const struct nlattr *address = set->attrs[family == AF_INET6 ? CVDEVICE_A_BIND_ADDRESS6 :
						  CVDEVICE_A_BIND_ADDRESS4] ?:
				       set->attrs[CVDEVICE_A_BIND_ADDRESS6];
	const struct nlattr *device = set->attrs[CVDEVICE_A_BIND_DEVICE];

	switch (err) {
	case -EADDRINUSE:
		NL_SET_ERR_MSG_ATTR(set->extack, port ?: address ?: device,
				    "the listen port is in use: choose another, or 0 to let the kernel choose");
		break;
	case -EADDRNOTAVAIL:
		NL_SET_ERR_MSG_ATTR(set->extack, address ?: device ?: port,
				    "the bind address is not one of the network namespace in which the link was created");
		break;
	case -ENODEV:
		NL_SET_ERR_MSG_ATTR(set->extack, device ?: address ?: port,
				    "there is no such bind device in the network namespace in which the link was created");
		break;
	case -EAFNOSUPPORT:
		NL_SET_ERR_MSG_ATTR(set->extack, address ?: port ?: device,
				    "this machine has IPv6 off: the bind address must be one of IPv4");
		break;
	case -ELOOP:
		NL_SET_ERR_MSG_ATTR(set->extack, device ?: address ?: port,
				    "a link cannot be bound to itself: the bind device must be another interface");
		break;
	default:
		NL_SET_ERR_MSG_ATTR(set->extack, port ?: address ?: device,
				    "cannot create the UDP sockets for the listen port");
	}
	return err;
}

/* Why sockets cannot be taken. */
static int cv_netlink_set_explain_adopt(struct cv_netlink_set *set, int err)
{
	const struct nlattr *fds = set->attrs[CVDEVICE_A_SOCKET_FD];

	switch (err) {
	case -EPROTOTYPE:
		NL_SET_ERR_MSG_ATTR(set->extack, fds,
				    "a socket that is handed in must be a UDP socket (AF_INET or AF_INET6)");
		break;
	case -EADDRNOTAVAIL:
		NL_SET_ERR_MSG_ATTR(set->extack, fds,
				    "a socket that is handed in must be bound to a port");
		break;
	case -EBUSY:
		NL_SET_ERR_MSG_ATTR(set->extack, fds,
				    "the socket is in use by another tunnel or a sock map: hand in one of its own");
		break;
	case -EADDRINUSE:
		NL_SET_ERR_MSG_ATTR(set->extack, fds,
				    "the socket shares its port with others (SO_REUSEPORT): hand in one that does not");
		break;
	case -EINVAL:
		NL_SET_ERR_MSG_ATTR(set->extack, fds,
				    "two sockets must be one for IPv4 and one for IPv6 alone (IPV6_V6ONLY), with the same port in the same network namespace");
		break;
	case -EPERM:
		NL_SET_ERR_MSG_ATTR(set->extack, fds,
				    "a BPF program on the socket's control group decides where it may send (cgroup/sendmsg4, cgroup/sendmsg6), and would not see what the link sends: open the socket in another group");
		break;
	case -EAGAIN:
		NL_SET_ERR_MSG_ATTR(set->extack, fds,
				    "another thread is just using the socket: try again");
		break;
	default:
		NL_SET_ERR_MSG_ATTR(set->extack, fds, "cannot use the socket");
	}
	return err;
}

/* From a program's sockets, in use or lost, back to those of the link's own. */
static int cv_netlink_set_own_sockets(struct cv_netlink_set *set)
{
	struct cv_device *dev = set->dev;
	u16 family;
	int err;

	if (dev->socket_state == CVSOCKET_OWN)
		return 0;
	if (netif_running(dev->netdev)) {
		err = cv_socket_open(dev, dev->wanted_port, &set->bind, &family);
		if (err)
			return cv_netlink_set_explain_socket(set, err, family);
	}
	cv_adopt_release(dev);
	netif_carrier_on(dev->netdev);
	return 0;
}

/* The last that may fail, and the only thing that a failure would show of. */
static int cv_netlink_set_open_socket(struct cv_netlink_set *set)
{
	struct cv_device *dev = set->dev;
	u16 family;
	int err;

	if (set->socket_count) {
		err = cv_adopt_sockets(dev, set->sockets, set->socket_count,
				       cv_netlink_set_u8(set->attrs[CVDEVICE_A_SOCKET_PASS]));
		return err ? cv_netlink_set_explain_adopt(set, err) : 0;
	}
	if (set->own_sockets)
		return cv_netlink_set_own_sockets(set);
	if (!set->moves)
		return 0;
	if (!netif_running(dev->netdev)) {
		dev->wanted_port = set->port;
		dev->bind = set->bind;
		return 0;
	}
	if (cv_socket_is_open(dev, set->port, &set->bind))
		return 0;
	err = cv_socket_open(dev, set->port, &set->bind, &family);
	return err ? cv_netlink_set_explain_socket(set, err, family) : 0;
}

/*
 * Third step: doing it.
 */

static void cv_netlink_set_fwmark(struct cv_device *dev, u32 fwmark)
{
	struct cv_peer *peer;

	if (dev->fwmark == fwmark)
		return;
	WRITE_ONCE(dev->fwmark, fwmark);
	/* Routes that were looked up with the old mark do not hold any more; none comes later. */
	synchronize_net();
	list_for_each_entry(peer, &dev->peer_list, link)
		cv_path_forget_source(&peer->path);
}

static void cv_netlink_set_identity(struct cv_netlink_set *set)
{
	const struct cv_notify_asked asked = {
		.reason = CVREASON_REPLACED, .portid = set->asked.portid,
	};
	struct cv_peer *self;

	if (!set->new_identity)
		return;
	if (set->identity) {
		self = cv_peers_find(&set->dev->peers, set->identity->public_key);
		if (self)
			cv_reaper_remove(self, &asked);
	}
	cv_device_set_identity(set->dev, set->identity);
	set->identity = NULL;
	cv_knock_forget(set->dev);
}

static void cv_netlink_set_allowedips(struct cv_netlink_set *set,
				      const struct cv_netlink_set_peer *element)
{
	struct cv_allowedips *table = &set->dev->allowed_ips;
	struct cv_peer *peer = element->peer;
	const struct cv_netlink_set_ip *ip;
	unsigned int i;

	if (element->flags & CVPEER_F_REPLACE_ALLOWEDIPS)
		cv_allowedips_remove_peer(table, &peer->allowed_ips);
	for (i = 0; i < element->ip_count; i++) {
		ip = &set->ips[element->first_ip + i];
		if (ip->remove)
			cv_allowedips_remove(table, &ip->prefix, peer);
		else
			cv_allowedips_insert(table, &set->spare, &ip->prefix, peer,
					     &peer->allowed_ips);
	}
}

static void cv_netlink_set_peer(struct cv_netlink_set *set, struct cv_netlink_set_peer *element)
{
	struct cv_peer *peer = element->peer;

	if (element->action == CV_NETLINK_SET_NOTHING)
		return;
	if (element->action == CV_NETLINK_SET_REMOVE) {
		cv_reaper_remove(peer, &set->asked);
		return;
	}
	if (element->preshared_key) {
		mutex_lock(&peer->exchange_lock);
		memcpy(peer->preshared_key, element->preshared_key, CV_KEY_LEN);
		mutex_unlock(&peer->exchange_lock);
	}
	cv_netlink_ways_apply(&element->said, peer);
	if (element->endpoint.remote.any.sa_family)
		cv_path_set_endpoint(&peer->path, &element->endpoint);
	if (element->action == CV_NETLINK_SET_CREATE)
		cv_peering_publish(peer);
	/* For cv_netlink_set_answer(), when the locks are released. */
	if (element->held)
		cv_peer_get(peer);
	cv_netlink_set_allowedips(set, element);
	if (element->named)
		swap(peer->name, element->name);
	if (element->keepalive_s >= 0)
		cv_timers_set_persistent(peer, element->keepalive_s);
	if (element->idle_s >= 0)
		cv_timers_set_idle(peer, element->idle_s);
	if (element->silent_s >= 0)
		cv_timers_set_silent(peer, element->silent_s);
	/* It may wait for an endpoint; or wait no more, since there is nothing to send it to. */
	if (!cv_path_is_known(&peer->path))
		cv_tx_drop_staged(peer, CV_DROP_TX_NO_ENDPOINT);
	else if (netif_running(set->dev->netdev) && !skb_queue_empty_lockless(&peer->staged))
		cv_tx_send_staged(peer);
}

/* The key has changed: what waited for one goes at once, and no peer waits for the old one. */
static void cv_netlink_set_renew_peers(struct cv_device *dev)
{
	bool sends = netif_running(dev->netdev) && rcu_access_pointer(dev->identity);
	struct cv_peer *peer;

	lockdep_assert_held(&dev->lock);
	list_for_each_entry(peer, &dev->peer_list, link) {
		cv_exchange_renew(peer);
		cv_timers_event(peer, CV_EVENT_KEY_CHANGED);
		if (cv_session_is_young(peer))
			cv_notify_raise(peer, CVEVENT_SESSION_OVER, CVREASON_KEY);
		if (sends)
			cv_work_send_waiting(peer);
	}
}

/* With the private key that there is now; not of what the request has removed after all. */
static void cv_netlink_set_rekey(struct cv_netlink_set *set)
{
	struct cv_peer *peer;
	unsigned int i;

	for (i = 0; i < set->peer_count; i++) {
		if (!set->peers[i].rekey)
			continue;
		peer = cv_peers_find(&set->dev->peers, set->peers[i].public_key);
		if (peer)
			cv_todo_request(peer, CV_TODO_REKEY);
	}
}

/*
 * Listeners are told of each peer once, however often the request mentions it; here it is sorted
 * by key.
 */
static void cv_netlink_set_tell(struct cv_netlink_set *set)
{
	enum cv_event_kind kind = CVEVENT_UNSPEC;
	const struct cv_netlink_set_peer *element;
	bool with_ips = false;
	unsigned int i;

	if (!cv_notify_is_config_heard(set->dev))
		return;
	for (i = 0; i < set->peer_count; i++) {
		element = set->sorted[i];
		if (element->action == CV_NETLINK_SET_CREATE)
			kind = CVEVENT_PEER_ADDED;
		else if (element->action == CV_NETLINK_SET_REMOVE)
			kind = CVEVENT_UNSPEC;
		else if (element->action == CV_NETLINK_SET_CHANGE && kind == CVEVENT_UNSPEC)
			kind = CVEVENT_PEER_CHANGED;
		with_ips |= element->ip_count || element->flags & CVPEER_F_REPLACE_ALLOWEDIPS;
		if (i + 1 < set->peer_count &&
		    !memcmp(element->public_key, set->sorted[i + 1]->public_key, CV_KEY_LEN))
			continue;
		if (kind != CVEVENT_UNSPEC)
			cv_notify_tell_peer(element->peer, kind, set->asked.portid,
					    with_ips || kind == CVEVENT_PEER_ADDED);
		kind = CVEVENT_UNSPEC;
		with_ips = false;
		cond_resched();
	}
}

static void cv_netlink_set_apply(struct cv_netlink_set *set)
{
	const struct nlattr *fwmark = set->attrs[CVDEVICE_A_FWMARK];
	const struct nlattr *dscp = set->attrs[CVDEVICE_A_DSCP];
	const struct cv_notify_asked replaced = {
		.reason = CVREASON_REPLACED, .portid = set->asked.portid,
	};
	unsigned int i;

	lockdep_assert_held(&set->dev->lock);
	if (set->replace_peers)
		cv_reaper_remove_all(set->dev, &replaced);
	if (fwmark)
		cv_netlink_set_fwmark(set->dev, nla_get_u32(fwmark));
	if (dscp)
		WRITE_ONCE(set->dev->dscp, nla_get_u8(dscp));
	cv_netlink_set_identity(set);
	if (fwmark || dscp || set->attrs[CVDEVICE_A_PRIVATE_KEY] || set->moves ||
	    set->attrs[CVDEVICE_A_SOCKET_FD])
		cv_notify_tell_device(set->dev, CVEVENT_DEVICE_CHANGED, set->asked.portid);
	for (i = 0; i < set->peer_count; i++)
		cv_netlink_set_peer(set, &set->peers[i]);
	if (set->new_identity)
		cv_netlink_set_renew_peers(set->dev);
	cv_netlink_set_rekey(set);
	cv_device_changed(set->dev);
	cv_want_check(set->dev);
	cv_netlink_set_tell(set);
}
