// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz target: what an administrator asks by netlink. Requests of both families go to the
 * module's own code, and what they come to is compared with a model that does the same
 * in the plainest way there is. Meanwhile strangers knock, packets want a peer, and programs
 * listen to events.
 *
 * The rules: a refused request changes nothing, and says why; one that is granted changes
 * what it says, of all peers, keys, endpoints and allowed IPs, in the order it says;
 * whenever memory runs out, either of the two. A peer is moved by packets only as far as it is
 * followed, and what is to send an initiation can. Those of fuzz_knock.c, fuzz_want.c,
 * fuzz_ways.c and fuzz_events.c. Nothing is left.
 *
 * Input: for each step a byte, of which the upper four bits say what happens (enum request_step).
 * Of a request: bit 0: family wireguard; bit 1: raw attributes; bit 2: from another socket, without
 * the right to touch the link's socket; bit 3: memory runs out after as many allocations as the
 * next byte says; then the attributes as in netlink_build.h, or their number divided by four and
 * the bytes. Of the first four, bit 7: what waits is done afterwards. Keys of strangers: see
 * fuzz_knock_fill(). Of other steps the next byte says more.
 */
#include <net/genetlink.h>

#include <uapi/linux/culvert.h>

#include <fake_kernel.h>
#include <handshake/exchange.h>

#include "fuzz.h"
#include "fuzz_events.h"
#include "fuzz_knock.h"
#include "fuzz_link.h"
#include "fuzz_want.h"
#include "fuzz_ways.h"
#include "netlink_build.h"

enum request_step {
	STEP_SET,
	STEP_LISTEN,
	STEP_GET,
	STEP_REFUSE,
	/* how: as fuzz_knock_stranger() says */
	STEP_STRANGER,
	/* how many tenths of a second; after the most, and after TENTHS_NONE, peers expire */
	STEP_WAIT,
	/* which port id */
	STEP_CLOSE,
	/* how: as fuzz_events_listen() says */
	STEP_EVENTS,
	/* 8 to 11: the first four, see above */
	STEP_WANT_LISTEN = 12,
	STEP_WANT_GET,
	/* which: as fuzz_want_packets() says */
	STEP_PACKETS,
	/* enum link_step, in the lower two bits */
	STEP_LINK,
};

enum link_step {
	LINK_TOGGLE,
	/* to another namespace, or back */
	LINK_MOVE,
	/* there is no route by the link any more, or there is again */
	LINK_ROUTE,
	/* it goes down while packets leave it */
	LINK_DOWN_MEANWHILE,
};

/* No time at all. */
#define TENTHS_NONE 0xfe
#define STEPS_MAX 32
#define REQUESTS_MAX 8
#define REQUEST_BYTES 2048
/* More than so many requests can hold. */
#define MODEL_PEERS 512
#define MODEL_IPS 1024

struct model_peer {
	u8 public_key[CV_KEY_LEN];
	u8 preshared_key[CV_KEY_LEN];
	struct fuzz_place place;
	u16 keepalive_s;
	u32 idle_s;
	char name[CV_NAME_LEN_MAX + 1];
	struct fuzz_ways ways;
};

/* Who owns a prefix; of one peer in the order they were given to it. */
struct model_ip {
	u8 owner[CV_KEY_LEN];
	u8 addr[16];
	u16 family;
	u8 cidr;
};

struct model {
	bool has_key;
	u8 private_key[CV_KEY_LEN];
	u8 public_key[CV_KEY_LEN];
	u32 fwmark;
	u16 port;
	struct cv_socket_bind bind;
	u8 dscp;
	u8 socket_state;
	u8 socket_pass;
	u16 socket_port;
	unsigned int peer_count;
	unsigned int ip_count;
	/* from here on as many as there are: the rest is neither cleared nor copied */
	struct model_peer peers[MODEL_PEERS];
	struct model_ip ips[MODEL_IPS];
};

static struct cv_device *device;

static void model_copy(struct model *to, const struct model *from)
{
	memcpy(to, from, offsetof(struct model, peers));
	memcpy(to->peers, from->peers, from->peer_count * sizeof(*from->peers));
	memcpy(to->ips, from->ips, from->ip_count * sizeof(*from->ips));
}

static void model_add_ip(struct model *model, const struct model_ip *ip)
{
	FUZZ_CHECK(model->ip_count < MODEL_IPS, "the model has no room for more allowed IPs");
	model->ips[model->ip_count++] = *ip;
}

static void read_ips(struct model *model, const struct cv_peer *peer)
{
	const struct cv_allowedips_node *node;

	cv_allowedips_for_each(node, &peer->allowed_ips) {
		struct model_ip ip = {};

		ip.family = cv_allowedips_read(node, ip.addr, &ip.cidr);
		memcpy(ip.owner, peer->public_key, CV_KEY_LEN);
		model_add_ip(model, &ip);
	}
}

static void read_peer(struct model_peer *into, struct cv_peer *peer)
{
	FUZZ_CHECK(!peer->dead && cv_peers_find(&device->peers, peer->public_key) == peer,
		   "expected each peer to be found by its key");
	memset(into, 0, sizeof(*into));
	memcpy(into->public_key, peer->public_key, CV_KEY_LEN);
	memcpy(into->preshared_key, peer->preshared_key, CV_KEY_LEN);
	fuzz_ways_read_place(&into->place, &peer->path.endpoint.remote,
			     cv_endpoint_sockaddr_bytes(&peer->path.endpoint));
	into->keepalive_s = peer->timers.persistent_s;
	into->idle_s = peer->timers.idle_s;
	if (peer->name)
		snprintf(into->name, sizeof(into->name), "%s", peer->name);
	fuzz_ways_read(&into->ways, peer);
}

/* The device as it is. */
static void read_device(struct model *model)
{
	const struct cv_identity *identity = device->identity;
	struct cv_peer *peer;

	memset(model, 0, offsetof(struct model, peers));
	model->fwmark = device->fwmark;
	model->port = device->wanted_port;
	model->bind = device->bind;
	model->dscp = device->dscp;
	model->socket_state = device->socket_state;
	if (model->socket_state != CVSOCKET_OWN) {
		model->socket_pass = device->adopted_pass;
		model->socket_port = device->adopted_port;
	}
	if (identity) {
		model->has_key = true;
		memcpy(model->private_key, identity->private_key, CV_KEY_LEN);
		memcpy(model->public_key, identity->public_key, CV_KEY_LEN);
	}
	list_for_each_entry(peer, &device->peer_list, link) {
		read_peer(&model->peers[model->peer_count++], peer);
		FUZZ_CHECK(model->peer_count < MODEL_PEERS, "the model has no room for more peers");
		read_ips(model, peer);
	}
	FUZZ_CHECK(device->peer_count == model->peer_count, "expected %u peers counted, got %u",
		   model->peer_count, device->peer_count);
}

/*
 * The model: the same, in the order of the request and without a plan.
 */
static struct model_peer *model_find(struct model *model, const u8 *public_key)
{
	unsigned int i;

	for (i = 0; i < model->peer_count; i++)
		if (!memcmp(model->peers[i].public_key, public_key, CV_KEY_LEN))
			return &model->peers[i];
	return NULL;
}

static void model_remove_ips(struct model *model, const u8 *owner)
{
	unsigned int i, kept = 0;

	for (i = 0; i < model->ip_count; i++)
		if (memcmp(model->ips[i].owner, owner, CV_KEY_LEN))
			model->ips[kept++] = model->ips[i];
	model->ip_count = kept;
}

static void model_remove(struct model *model, struct model_peer *peer)
{
	model_remove_ips(model, peer->public_key);
	memmove(peer, peer + 1,
		(u8 *)&model->peers[model->peer_count] - (u8 *)(peer + 1));
	model->peer_count--;
}

/* The last attribute of a type, or NULL. */
static const struct nlattr *model_attr(const void *first, int bytes, int type)
{
	const struct nlattr *attr, *found = NULL;
	int rest;

	nla_for_each_attr(attr, first, bytes, rest)
		if (nla_type(attr) == type)
			found = attr;
	return found;
}

/* Of a request that was granted, keys have the right size. */
static const u8 *model_key(const struct nlattr *attr)
{
	FUZZ_CHECK(nla_len(attr) == CV_KEY_LEN, "expected a key of %d bytes to be refused",
		   nla_len(attr));
	return nla_data(attr);
}

static const struct nlattr *model_inner(const struct nlattr *nest, int type)
{
	return model_attr(nla_data(nest), nla_len(nest), type);
}

static void model_mask(struct model_ip *ip)
{
	unsigned int bit;

	for (bit = ip->cidr; bit < 128; bit++)
		ip->addr[bit / 8] &= ~(0x80 >> bit % 8);
}

static void model_set_ip(struct model *model, const u8 *owner, const struct nlattr *nest)
{
	const struct nlattr *flags = model_inner(nest, CVALLOWEDIP_A_FLAGS);
	const struct nlattr *addr = model_inner(nest, CVALLOWEDIP_A_IPADDR);
	bool remove = flags && nla_get_u32(flags) & CVALLOWEDIP_F_REMOVE_ME;
	struct model_ip ip = {};
	unsigned int i;
	int bytes;

	ip.family = nla_get_u16(model_inner(nest, CVALLOWEDIP_A_FAMILY));
	ip.cidr = nla_get_u8(model_inner(nest, CVALLOWEDIP_A_CIDR_MASK));
	bytes = ip.family == AF_INET ? 4 : 16;
	FUZZ_CHECK((ip.family == AF_INET || ip.family == AF_INET6) && nla_len(addr) == bytes &&
		   ip.cidr <= 8 * bytes, "expected what is no prefix to be refused");
	memcpy(ip.addr, nla_data(addr), bytes);
	memcpy(ip.owner, owner, CV_KEY_LEN);
	model_mask(&ip);
	for (i = 0; i < model->ip_count; i++) {
		struct model_ip *there = &model->ips[i];

		if (there->family != ip.family || there->cidr != ip.cidr ||
		    memcmp(there->addr, ip.addr, sizeof(ip.addr)))
			continue;
		if (remove && memcmp(there->owner, owner, CV_KEY_LEN))
			return;
		memmove(there, there + 1, (u8 *)&model->ips[model->ip_count] - (u8 *)(there + 1));
		model->ip_count--;
		break;
	}
	if (!remove)
		model_add_ip(model, &ip);
}

/* Family wireguard passes over what is no endpoint; the other one has refused it. */
static void model_set_endpoint(struct model_peer *peer, const struct nlattr *attr)
{
	struct fuzz_place place;

	if (fuzz_ways_read_place(&place, nla_data(attr), nla_len(attr)))
		fuzz_ways_move(&peer->ways, &peer->place, &place, CVENDPOINT_SET);
}

/* What family wireguard does not know. */
static void model_change_own(struct model_peer *peer, const struct nlattr *nest)
{
	const struct nlattr *idle = model_inner(nest, CVPEER_A_IDLE_S);
	const struct nlattr *name = model_inner(nest, CVPEER_A_NAME);

	if (idle)
		peer->idle_s = nla_get_u32(idle);
	if (name) {
		memset(peer->name, 0, sizeof(peer->name));
		memcpy(peer->name, nla_data(name), nla_len(name));
	}
	fuzz_ways_set(&peer->ways, nest);
}

static void model_change(struct model *model, struct model_peer *peer, const struct nlattr *nest,
			 u32 flags)
{
	const struct nlattr *psk = model_inner(nest, CVPEER_A_PRESHARED_KEY);
	const struct nlattr *endpoint = model_inner(nest, CVPEER_A_ENDPOINT);
	const struct nlattr *keepalive =
		model_inner(nest, CVPEER_A_PERSISTENT_KEEPALIVE_INTERVAL);
	const struct nlattr *ips = model_inner(nest, CVPEER_A_ALLOWEDIPS);
	const struct nlattr *ip;
	int rest;

	if (psk)
		memcpy(peer->preshared_key, model_key(psk), CV_KEY_LEN);
	if (endpoint)
		model_set_endpoint(peer, endpoint);
	if (keepalive)
		peer->keepalive_s = nla_get_u16(keepalive);
	if (flags & CVPEER_F_REPLACE_ALLOWEDIPS)
		model_remove_ips(model, peer->public_key);
	if (!ips)
		return;
	nla_for_each_nested(ip, ips, rest)
		model_set_ip(model, peer->public_key, ip);
}

static void model_set_peer(struct model *model, const struct nlattr *nest, bool as_wireguard)
{
	const u8 *public_key = model_key(model_inner(nest, CVPEER_A_PUBLIC_KEY));
	const struct nlattr *attr = model_inner(nest, CVPEER_A_FLAGS);
	const struct nlattr *knock = as_wireguard ? NULL : model_inner(nest, CVPEER_A_KNOCK_ID);
	u32 flags = attr ? nla_get_u32(attr) : 0;
	struct model_peer *peer;

	/* Nobody is his own peer. */
	if (model->has_key && !memcmp(public_key, model->public_key, CV_KEY_LEN))
		return;
	peer = model_find(model, public_key);
	if (flags & CVPEER_F_REMOVE_ME) {
		if (peer)
			model_remove(model, peer);
		return;
	}
	if (!peer) {
		if (flags & CVPEER_F_UPDATE_ONLY)
			return;
		peer = &model->peers[model->peer_count++];
		memset(peer, 0, sizeof(*peer));
		memcpy(peer->public_key, public_key, CV_KEY_LEN);
	}
	if (knock)
		fuzz_knock_set(public_key, knock);
	if (!as_wireguard)
		model_change_own(peer, nest);
	model_change(model, peer, nest, flags);
}

static void model_set_key(struct model *model, const u8 *private_key)
{
	static const u8 none[CV_KEY_LEN];
	struct cv_identity *identity;
	struct model_peer *self;

	model->has_key = memcmp(private_key, none, CV_KEY_LEN);
	if (!model->has_key) {
		memset(model->private_key, 0, CV_KEY_LEN);
		memset(model->public_key, 0, CV_KEY_LEN);
		return;
	}
	identity = cv_device_make_identity(private_key);
	FUZZ_CHECK(!IS_ERR(identity), "expected a key that was taken to have a public key");
	memcpy(model->private_key, identity->private_key, CV_KEY_LEN);
	memcpy(model->public_key, identity->public_key, CV_KEY_LEN);
	kfree(identity);
	self = model_find(model, model->public_key);
	if (self)
		model_remove(model, self);
}

static void model_bind(struct model *model, const void *attrs, int bytes)
{
	const struct nlattr *v4 = model_attr(attrs, bytes, CVDEVICE_A_BIND_ADDRESS4);
	const struct nlattr *v6 = model_attr(attrs, bytes, CVDEVICE_A_BIND_ADDRESS6);
	const struct nlattr *interface = model_attr(attrs, bytes, CVDEVICE_A_BIND_DEVICE);
	const u8 *address;

	if (v4 || v6) {
		memset(&model->bind.v4, 0, sizeof(model->bind.v4));
		memset(&model->bind.v6, 0, sizeof(model->bind.v6));
		model->bind.v4_off = !v4;
		model->bind.v6_off = !v6;
	}
	if (v4) {
		FUZZ_CHECK(nla_len(v4) == 4, "expected an IPv4 bind address of 4 bytes");
		address = nla_data(v4);
		FUZZ_CHECK(address[0] < 224 || address[0] > 239,
			   "expected a multicast address to be refused");
		memcpy(&model->bind.v4, address, 4);
	}
	if (v6) {
		FUZZ_CHECK(nla_len(v6) == 16, "expected an IPv6 bind address of 16 bytes");
		address = nla_data(v6);
		FUZZ_CHECK(address[0] != 0xff, "expected a multicast address to be refused");
		memcpy(&model->bind.v6, address, 16);
	}
	if (!interface)
		return;
	FUZZ_CHECK(strnlen(nla_data(interface), nla_len(interface)) < IFNAMSIZ,
		   "expected the name of an interface to have 15 characters at most");
	snprintf(model->bind.device, IFNAMSIZ, "%.*s", nla_len(interface),
		 (const char *)nla_data(interface));
}

/* Returns whether the sockets are a program's now: then port and place stay as they are. */
static bool model_adopt(struct model *model, const void *attrs, int bytes)
{
	const struct nlattr *fds = model_attr(attrs, bytes, CVDEVICE_A_SOCKET_FD);
	const struct nlattr *pass = model_attr(attrs, bytes, CVDEVICE_A_SOCKET_PASS);
	s32 fd;

	FUZZ_CHECK(!pass || fds, "expected a set of what is left to a program to have its socket");
	if (fds) {
		FUZZ_CHECK(nla_len(fds) == 4 || nla_len(fds) == 8,
			   "expected descriptors of 4 or 8 bytes, got %u", nla_len(fds));
		memcpy(&fd, nla_data(fds), sizeof(fd));
		model->socket_state = fd == -1 ? CVSOCKET_OWN : CVSOCKET_HANDED_IN;
		model->socket_pass = fd != -1 && pass ? nla_get_u8(pass) : CVPASS_STUN;
		model->socket_port = fd == -1 ? 0 : FUZZ_LINK_FD_PORT + fd;
	}
	return model->socket_state != CVSOCKET_OWN;
}

/* Whether a request removes a peer, which it may add again. */
static bool is_removed(const struct nlattr *peers, const u8 *public_key)
{
	const struct nlattr *nest, *flags;
	int rest;

	nla_for_each_nested(nest, peers, rest) {
		flags = model_inner(nest, CVPEER_A_FLAGS);
		if (flags && nla_get_u32(flags) & CVPEER_F_REMOVE_ME &&
		    !memcmp(model_key(model_inner(nest, CVPEER_A_PUBLIC_KEY)), public_key,
			    CV_KEY_LEN))
			return true;
	}
	return false;
}

/* An initiation that was asked for can be sent, as things are afterwards. */
static void check_rekey(struct model *model, const struct nlattr *peers)
{
	const struct nlattr *nest, *flags;
	struct model_peer *peer;
	const u8 *public_key;
	int rest;

	nla_for_each_nested(nest, peers, rest) {
		if (!model_inner(nest, CVPEER_A_REKEY_NOW))
			continue;
		flags = model_inner(nest, CVPEER_A_FLAGS);
		FUZZ_CHECK(!flags || !(nla_get_u32(flags) & CVPEER_F_REMOVE_ME),
			   "expected no initiation to a peer that is removed");
		public_key = model_key(model_inner(nest, CVPEER_A_PUBLIC_KEY));
		peer = model_find(model, public_key);
		if (!peer || is_removed(peers, public_key))
			continue;
		FUZZ_CHECK(device->netdev->running,
			   "expected no initiation while the link is down");
		FUZZ_CHECK(model->has_key, "expected no initiation without a private key");
		FUZZ_CHECK(peer->place.size || peer->ways.candidate_count,
			   "expected no initiation to nowhere, of peer %02x", public_key[0]);
	}
}

static void model_set(struct model *model, const void *attrs, int bytes, bool as_wireguard)
{
	const struct nlattr *flags = model_attr(attrs, bytes, CVDEVICE_A_FLAGS);
	const struct nlattr *port = model_attr(attrs, bytes, CVDEVICE_A_LISTEN_PORT);
	const struct nlattr *fwmark = model_attr(attrs, bytes, CVDEVICE_A_FWMARK);
	const struct nlattr *key = model_attr(attrs, bytes, CVDEVICE_A_PRIVATE_KEY);
	const struct nlattr *dscp = model_attr(attrs, bytes, CVDEVICE_A_DSCP);
	const struct nlattr *peers = model_attr(attrs, bytes, CVDEVICE_A_PEERS);
	const struct nlattr *peer;
	u8 key_before[CV_KEY_LEN];
	bool is_adopted;
	int rest;

	memcpy(key_before, model->private_key, CV_KEY_LEN);
	if (flags && nla_get_u32(flags) & CVDEVICE_F_REPLACE_PEERS) {
		model->peer_count = 0;
		model->ip_count = 0;
	}
	if (as_wireguard)
		is_adopted = model->socket_state != CVSOCKET_OWN;
	else
		is_adopted = model_adopt(model, attrs, bytes);
	if (port && !is_adopted)
		model->port = nla_get_u16(port);
	if (fwmark)
		model->fwmark = nla_get_u32(fwmark);
	FUZZ_CHECK(!is_adopted || !model->fwmark,
		   "expected a mark to be refused for a program's sockets");
	if (!as_wireguard)
		model_bind(model, attrs, bytes);
	if (dscp && !as_wireguard)
		model->dscp = nla_get_u8(dscp);
	if (key)
		model_set_key(model, model_key(key));
	if (peers)
		nla_for_each_nested(peer, peers, rest)
			model_set_peer(model, peer, as_wireguard);
	if (peers && !as_wireguard)
		check_rekey(model, peers);
	/* What is kept is for another key, but for what the request has answered. */
	if (memcmp(key_before, model->private_key, CV_KEY_LEN))
		fuzz_knock_forget();
}

/* After the answer to a knock the peer is where that came from, if it is followed there. */
static void model_answered(struct model *model)
{
	struct cv_endpoint from;
	struct model_peer *peer;
	struct fuzz_place place;

	for (peer = model->peers; peer < model->peers + model->peer_count; peer++) {
		if (!fuzz_knock_answered_at(peer->public_key, &from))
			continue;
		fuzz_ways_read_place(&place, &from.remote, cv_endpoint_sockaddr_bytes(&from));
		fuzz_ways_learn(&peer->ways, &peer->place, &place);
	}
}

/*
 * Comparing.
 */
static void check_ips(const struct model *expected, const struct model *got, const u8 *owner)
{
	unsigned int i = 0, j = 0;

	for (;;) {
		while (i < expected->ip_count &&
		       memcmp(expected->ips[i].owner, owner, CV_KEY_LEN))
			i++;
		while (j < got->ip_count && memcmp(got->ips[j].owner, owner, CV_KEY_LEN))
			j++;
		if (i == expected->ip_count || j == got->ip_count)
			break;
		FUZZ_CHECK(!memcmp(&expected->ips[i++], &got->ips[j++], sizeof(struct model_ip)),
			   "expected other allowed IPs of peer %02x, or in another order",
			   owner[0]);
	}
	FUZZ_CHECK(i == expected->ip_count && j == got->ip_count,
		   "expected %s allowed IPs of peer %02x",
		   i == expected->ip_count ? "fewer" : "more", owner[0]);
}

static void check_same(const struct model *expected, const struct model *got)
{
	unsigned int i;

	FUZZ_CHECK(expected->has_key == got->has_key &&
		   !memcmp(expected->private_key, got->private_key, CV_KEY_LEN) &&
		   !memcmp(expected->public_key, got->public_key, CV_KEY_LEN),
		   "expected another private key");
	FUZZ_CHECK(expected->fwmark == got->fwmark, "expected fwmark %u, got %u",
		   expected->fwmark, got->fwmark);
	FUZZ_CHECK(expected->port == got->port, "expected port %u, got %u", expected->port,
		   got->port);
	FUZZ_CHECK(expected->dscp == got->dscp && got->dscp <= CV_DSCP_COPY,
		   "expected DSCP %u, got %u", expected->dscp, got->dscp);
	FUZZ_CHECK(expected->socket_state == got->socket_state &&
		   expected->socket_pass == got->socket_pass &&
		   expected->socket_port == got->socket_port,
		   "expected sockets of state %u, passing %u, port %u; got %u, %u, %u",
		   expected->socket_state, expected->socket_pass, expected->socket_port,
		   got->socket_state, got->socket_pass, got->socket_port);
	FUZZ_CHECK(!fuzz_link_held_files(), "expected no descriptor to be held, got %u",
		   fuzz_link_held_files());
	FUZZ_CHECK(expected->bind.v4_off == got->bind.v4_off &&
		   expected->bind.v6_off == got->bind.v6_off &&
		   expected->bind.v4.s_addr == got->bind.v4.s_addr &&
		   !memcmp(&expected->bind.v6, &got->bind.v6, sizeof(got->bind.v6)) &&
		   !strcmp(expected->bind.device, got->bind.device),
		   "expected the sockets to be bound elsewhere than to \"%s\"", got->bind.device);
	FUZZ_CHECK(expected->peer_count == got->peer_count, "expected %u peers, got %u",
		   expected->peer_count, got->peer_count);
	FUZZ_CHECK(expected->ip_count == got->ip_count, "expected %u allowed IPs, got %u",
		   expected->ip_count, got->ip_count);
	for (i = 0; i < got->peer_count; i++) {
		const struct model_peer *one = &expected->peers[i], *other = &got->peers[i];

		FUZZ_CHECK(!memcmp(one->public_key, other->public_key, CV_KEY_LEN),
			   "expected peer %u to be %02x, got %02x", i, one->public_key[0],
			   other->public_key[0]);
		FUZZ_CHECK(!memcmp(one, other, sizeof(*one)),
			   "expected another psk, endpoint, keepalive, idle time, name or ways of peer %02x",
			   one->public_key[0]);
		check_ips(expected, got, one->public_key);
	}
}

/* What a refusal says is about something in the request. */
static void check_refusal(int err, const struct netlink_ext_ack *extack, const void *attrs,
			  size_t bytes, bool family_wireguard)
{
	const u8 *place = (const u8 *)extack->attr;

	FUZZ_CHECK(err < 0 && err > -4096, "expected a negative errno, got %d", err);
	FUZZ_CHECK(!place || (place >= (const u8 *)attrs &&
			      place + sizeof(struct nlattr) <= (const u8 *)attrs + bytes),
		   "expected the attribute at fault to be in the request");
	/* The original is silent, and programs may have come to rely on the numbers only. */
	FUZZ_CHECK(extack->text || err == -ENOMEM || err == -EAGAIN || err == -ENOBUFS ||
		   family_wireguard,
		   "expected error %d to be explained", err);
	FUZZ_CHECK(err != -ENETDOWN || !device->netdev->running,
		   "expected the link to be down when a request says so");
}

/* How a request begins, and what came of it. */
struct request {
	u8 how;
	u8 cmd;
	/* as it came: its keys are wiped */
	u8 attrs[REQUEST_BYTES] __aligned(4);
	size_t bytes;
	struct netlink_ext_ack extack;
	int err;
};

static const u8 request_cmds[] = {
	[STEP_SET] = CV_CMD_SET_DEVICE,
	[STEP_LISTEN] = CV_CMD_KNOCK_LISTEN,
	[STEP_GET] = CV_CMD_KNOCK_GET,
	[STEP_REFUSE] = CV_CMD_KNOCK_REFUSE,
	[STEP_WANT_LISTEN] = CV_CMD_WANT_LISTEN,
	[STEP_WANT_GET] = CV_CMD_WANT_GET,
};

static void send_request(struct request *request, struct fuzz_input *in)
{
	u8 how = request->how;
	u8 allocations = how & 8 ? fuzz_u8(in) : 0;
	void *attrs;

	if (how & 2) {
		request->bytes = fuzz_u8(in) * 4;
		fuzz_bytes(in, request->attrs, request->bytes);
	} else {
		request->bytes = netlink_build(request->attrs, sizeof(request->attrs), in,
					       CV_OWN_FIRST);
	}
	fuzz_knock_fill(request->attrs, request->bytes);
	/* In memory of the very size, so that a byte read too many is noticed. */
	attrs = malloc(request->bytes);
	if (request->bytes)
		memcpy(attrs, request->attrs, request->bytes);
	fake_capable = !(how & 4);
	fake_portid = how & 4 ? 2 : 1;
	if (how & 8)
		fuzz_events_no_memory(allocations);
	request->err = fake_genl_request(FAMILY_CULVERT + (how & 1), request->cmd, attrs,
					 request->bytes, &request->extack);
	if (how & 8)
		fuzz_events_no_memory(-1);
	FUZZ_CHECK(!fake_rtnl_held && !device->lock.held, "expected no lock to be held");
	if (request->err)
		check_refusal(request->err, &request->extack, attrs, request->bytes, how & 1);
	free(attrs);
}

static void step_set(struct request *request, struct fuzz_input *in)
{
	static struct model before, after, expected;

	read_device(&before);
	/* What was answered before is known. */
	model_copy(&expected, &before);
	model_answered(&expected);
	send_request(request, in);
	read_device(&after);
	if (request->err) {
		check_same(&before, &after);
		return;
	}
	model_copy(&expected, &before);
	model_set(&expected, request->attrs, (int)request->bytes, request->how & 1);
	model_answered(&expected);
	check_same(&expected, &after);
	fuzz_events_forget();
}

static void step_request(enum request_step step, u8 how, struct fuzz_input *in)
{
	static struct request request;

	request.how = how;
	request.cmd = request_cmds[step];
	if (step == STEP_SET)
		step_set(&request, in);
	else
		send_request(&request, in);
	if (step == STEP_LISTEN)
		fuzz_knock_listened(request.err, how & 8);
	else if (step == STEP_GET)
		fuzz_knock_got(request.err, how & 8);
	else if (step == STEP_REFUSE)
		fuzz_knock_refused(request.err, request.attrs, request.bytes);
	else if (step == STEP_WANT_LISTEN)
		fuzz_want_listened(request.err, how & 8);
	else if (step == STEP_WANT_GET)
		fuzz_want_got(request.err, how & 8);
	if (step <= STEP_REFUSE && how & 0x80) {
		fake_deferred_run_all();
		rcu_barrier();
	}
}

/* All peers that may expire do, and no others. */
static void step_expire(void)
{
	static struct model after, expected;
	struct cv_peer *peer;
	unsigned int i;

	read_device(&expected);
	list_for_each_entry(peer, &device->peer_list, link)
		if (peer->timers.idle_s)
			fuzz_link_expire(peer);
	fake_deferred_run_all();
	for (i = expected.peer_count; i--;)
		if (expected.peers[i].idle_s)
			model_remove(&expected, &expected.peers[i]);
	read_device(&after);
	check_same(&expected, &after);
}

static void step_link(enum link_step what)
{
	switch (what) {
	case LINK_TOGGLE:
	case LINK_DOWN_MEANWHILE:
		if (!device->netdev->running) {
			fuzz_link_up(device);
			break;
		}
		fuzz_want_down(what == LINK_DOWN_MEANWHILE);
		fuzz_knock_forget();
		break;
	case LINK_MOVE:
		fuzz_knock_move(device);
		break;
	case LINK_ROUTE:
		fake_route_missing = !fake_route_missing;
		break;
	}
}

/* Whether it was a request to change something. */
static bool step(struct fuzz_input *in)
{
	u8 how = fuzz_u8(in);
	enum request_step step = how >> 4 & (how & 0x40 ? 15 : 3);
	u32 portid;
	u8 tenths;

	switch (step) {
	case STEP_STRANGER:
		fuzz_knock_stranger(device, fuzz_u8(in));
		break;
	case STEP_WAIT:
		tenths = fuzz_u8(in);
		if (tenths != TENTHS_NONE)
			fake_boottime_ns += tenths * 100 * NSEC_PER_MSEC;
		fake_deferred_run_all();
		if (tenths >= TENTHS_NONE)
			step_expire();
		break;
	case STEP_CLOSE:
		portid = fuzz_u8(in);
		fuzz_knock_close(portid);
		fuzz_want_closed(portid);
		break;
	case STEP_PACKETS:
		fuzz_want_packets(in);
		break;
	case STEP_LINK:
		step_link(fuzz_u8(in) & 3);
		break;
	case STEP_EVENTS:
		fuzz_events_listen(fuzz_u8(in));
		break;
	default:
		step_request(step, how, in);
	}
	if (!fake_deferred_count())
		fuzz_want_settle();
	return step == STEP_SET;
}

static void on_sent(struct cv_device *dev, struct cv_peer *peer, const void *message, size_t bytes)
{
	fuzz_knock_sent(dev, peer, message, bytes);
}

/**
 * LLVMFuzzerTestOneInput() - send the requests of one input
 * @data: anything
 * @size: of it
 *
 * Return: 0. Aborts if a rule is broken.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, size };
	unsigned int requests = 0, steps;

	fuzz_link_init();
	fake_random_seed(0);
	fake_boottime_ns = 1000 * NSEC_PER_SEC;
	fake_realtime = (struct timespec64){ .tv_sec = 1700000000 };
	fuzz_events_begin();
	fuzz_knock_begin(0);
	fuzz_link_sent = on_sent;
	device = fuzz_link_create(0);
	fuzz_want_begin(device);
	for (steps = 0; steps < STEPS_MAX && requests < REQUESTS_MAX && in.size; steps++)
		requests += step(&in);
	fuzz_events_refuse_answer = false;
	fuzz_knock_drain(device->netdev->ifindex);
	fuzz_want_drain();
	if (device->netdev->running)
		fuzz_want_down(false);
	fake_capable = true;
	fuzz_link_destroy();
	return 0;
}
