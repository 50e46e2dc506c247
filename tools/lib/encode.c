// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Requests: the model of a change to as many netlink messages as it takes.
 * netlink.c sends them one after the other.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/culvert.h>
#include <linux/genetlink.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "internal.h"
#include "request.h"

/* One message that is being written. */
struct cvl_encode_room {
	struct nlmsghdr *nlh;
	size_t bytes;
};

static void cvl_encode_header(void *buffer, uint16_t family_id, uint8_t command,
			      uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = family_id;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = command;
	genl->version = CV_GENL_VERSION;
}

/* The index does not change under a rename between two messages. */
static void cvl_encode_name(struct nlmsghdr *nlh, unsigned int ifindex,
			    const char *name)
{
	if (ifindex)
		mnl_attr_put_u32(nlh, CVDEVICE_A_IFINDEX, ifindex);
	else
		mnl_attr_put_strz(nlh, CVDEVICE_A_IFNAME, name);
}

static void cvl_encode_device(struct nlmsghdr *nlh,
			      const struct cvl_device *dev)
{
	if (dev->replace_peers)
		mnl_attr_put_u32(nlh, CVDEVICE_A_FLAGS,
				 CVDEVICE_F_REPLACE_PEERS);
	if (dev->has & CVL_DEVICE_PRIVATE_KEY)
		mnl_attr_put(nlh, CVDEVICE_A_PRIVATE_KEY, CV_KEY_LEN,
			     dev->private_key);
	if (dev->has & CVL_DEVICE_LISTEN_PORT)
		mnl_attr_put_u16(nlh, CVDEVICE_A_LISTEN_PORT, dev->listen_port);
	if (dev->has & CVL_DEVICE_FWMARK)
		mnl_attr_put_u32(nlh, CVDEVICE_A_FWMARK, dev->fwmark);
}

/* What kind wireguard does not have: see cvl_netlink_set(). */
static void cvl_encode_own_device(struct nlmsghdr *nlh,
				  const struct cvl_device *dev)
{
	if (dev->has & CVL_DEVICE_BIND_ADDRESSES && !dev->bind4_off)
		mnl_attr_put(nlh, CVDEVICE_A_BIND_ADDRESS4, sizeof(dev->bind4),
			     &dev->bind4);
	if (dev->has & CVL_DEVICE_BIND_ADDRESSES && !dev->bind6_off)
		mnl_attr_put(nlh, CVDEVICE_A_BIND_ADDRESS6, sizeof(dev->bind6),
			     &dev->bind6);
	if (dev->has & CVL_DEVICE_DSCP)
		mnl_attr_put_u8(nlh, CVDEVICE_A_DSCP, dev->dscp);
	if (dev->has & CVL_DEVICE_BIND_DEVICE)
		mnl_attr_put_strz(nlh, CVDEVICE_A_BIND_DEVICE,
				  dev->bind_device);
	if (dev->has & CVL_DEVICE_SOCKET_FDS)
		mnl_attr_put(nlh, CVDEVICE_A_SOCKET_FD,
			     dev->socket_fd_count * sizeof(*dev->socket_fds),
			     dev->socket_fds);
	if (dev->has & CVL_DEVICE_SOCKET_PASS)
		mnl_attr_put_u8(nlh, CVDEVICE_A_SOCKET_PASS,
				dev->socket_pass_all ? CVPASS_ALL : CVPASS_STUN);
}

/* As mnl_attr_put_check(), for very many attributes, most of a size that the compiler knows. */
static __always_inline bool cvl_encode_put(struct cvl_encode_room *room, uint16_t type,
					   size_t bytes, const void *value)
{
	size_t end = room->nlh->nlmsg_len + MNL_ATTR_HDRLEN + MNL_ALIGN(bytes);
	struct nlattr *attr = mnl_nlmsg_get_payload_tail(room->nlh);
	static const uint32_t padding;

	if (end > room->bytes)
		return false;
	attr->nla_type = type;
	attr->nla_len = (uint16_t)(MNL_ATTR_HDRLEN + bytes);
	if (bytes % MNL_ALIGNTO)
		memcpy((char *)room->nlh + end - sizeof(padding), &padding, sizeof(padding));
	memcpy(attr + 1, value, bytes);
	room->nlh->nlmsg_len = (uint32_t)end;
	return true;
}

static bool cvl_encode_endpoint(struct cvl_encode_room *room, uint16_t type,
				const union cvl_address *endpoint)
{
	return cvl_encode_put(room, type, cvl_address_size(endpoint), endpoint);
}

static bool cvl_encode_allowed_ip(struct cvl_encode_room *room,
				  const struct cvl_allowed_ip *ip)
{
	const uint32_t flags = CVALLOWEDIP_F_REMOVE_ME;
	struct nlattr *nest = mnl_nlmsg_get_payload_tail(room->nlh);
	uint32_t before = room->nlh->nlmsg_len;

	if (!cvl_encode_put(room, NLA_F_NESTED, 0, "") ||
	    !cvl_encode_put(room, CVALLOWEDIP_A_FAMILY, sizeof(ip->family), &ip->family) ||
	    !(ip->family == AF_INET6 ?
	      cvl_encode_put(room, CVALLOWEDIP_A_IPADDR, sizeof(ip->v6), &ip->v6) :
	      cvl_encode_put(room, CVALLOWEDIP_A_IPADDR, sizeof(ip->v4), &ip->v4)) ||
	    !cvl_encode_put(room, CVALLOWEDIP_A_CIDR_MASK, sizeof(ip->prefix_bits),
			    &ip->prefix_bits) ||
	    (ip->remove &&
	     !cvl_encode_put(room, CVALLOWEDIP_A_FLAGS, sizeof(flags), &flags))) {
		room->nlh->nlmsg_len = before;
		return false;
	}
	nest->nla_len = (uint16_t)(room->nlh->nlmsg_len - before);
	return true;
}

static bool cvl_encode_candidate(struct cvl_encode_room *room,
				 const struct cvl_candidate *candidate)
{
	struct nlattr *nest = mnl_attr_nest_start_check(room->nlh, room->bytes, 0);

	if (!nest ||
	    !cvl_encode_endpoint(room, CVCANDIDATE_A_ENDPOINT, &candidate->endpoint) ||
	    !mnl_attr_put_u8_check(room->nlh, room->bytes, CVCANDIDATE_A_PREFERENCE,
				   candidate->preference))
		return false;
	mnl_attr_nest_end(room->nlh, nest);
	return true;
}

/* None at all is a nest that is empty. */
static bool cvl_encode_candidates(struct cvl_encode_room *room,
				  const struct cvl_candidate *candidate)
{
	struct nlattr *nest = mnl_attr_nest_start_check(room->nlh, room->bytes,
							CVPEER_A_CANDIDATES);

	if (!nest)
		return false;
	for (; candidate; candidate = candidate->next) {
		if (candidate->endpoint.any.sa_family &&
		    !cvl_encode_candidate(room, candidate))
			return false;
	}
	mnl_attr_nest_end(room->nlh, nest);
	return true;
}

static const uint8_t cvl_encode_follow_values[] = {
	[CVL_FOLLOW_ANYWHERE] = CVFOLLOW_ANYWHERE,
	[CVL_FOLLOW_NEVER] = CVFOLLOW_NEVER,
	[CVL_FOLLOW_WITHIN] = CVFOLLOW_WITHIN,
};

static bool cvl_encode_follow(struct cvl_encode_room *room, const struct cvl_peer *peer)
{
	const struct cvl_allowed_ip *ip;
	struct nlattr *nest;

	if (!mnl_attr_put_u8_check(room->nlh, room->bytes, CVPEER_A_FOLLOW,
				   cvl_encode_follow_values[peer->follow]))
		return false;
	if (peer->follow != CVL_FOLLOW_WITHIN)
		return true;
	nest = mnl_attr_nest_start_check(room->nlh, room->bytes, CVPEER_A_SOURCES);
	if (!nest)
		return false;
	for (ip = peer->sources; ip; ip = ip->next) {
		if (!cvl_encode_allowed_ip(room, ip))
			return false;
	}
	mnl_attr_nest_end(room->nlh, nest);
	return true;
}

/* What kind wireguard does not have. */
static bool cvl_encode_own_peer(struct cvl_encode_room *room,
				const struct cvl_peer *peer)
{
	struct nlmsghdr *nlh = room->nlh;

	if (peer->has & CVL_PEER_NAME &&
	    !mnl_attr_put_strz_check(nlh, room->bytes, CVPEER_A_NAME,
				     peer->name))
		return false;
	if (peer->has & CVL_PEER_IDLE &&
	    !mnl_attr_put_u32_check(nlh, room->bytes, CVPEER_A_IDLE_S,
				    peer->idle_s))
		return false;
	if (peer->has & CVL_PEER_CANDIDATES &&
	    !cvl_encode_candidates(room, peer->candidates))
		return false;
	if (peer->has & CVL_PEER_FOLLOW && !cvl_encode_follow(room, peer))
		return false;
	if (peer->has & CVL_PEER_SILENT &&
	    !mnl_attr_put_u32_check(nlh, room->bytes, CVPEER_A_SILENT_S,
				    peer->silent_s))
		return false;
	return !peer->rekey_now ||
	       mnl_attr_put_check(nlh, room->bytes, CVPEER_A_REKEY_NOW, 0, "");
}

/*
 * All but the allowed IPs. Where a peer goes on in a later message, the flags
 * that act at once are not repeated; "update only" is, or else that message
 * would make the peer that the first one did not.
 */
static bool cvl_encode_peer_fields(struct cvl_encode_room *room,
				   const struct cvl_peer *peer, bool again)
{
	uint32_t flags = 0;

	if (!cvl_encode_put(room, CVPEER_A_PUBLIC_KEY, CV_KEY_LEN, peer->public_key))
		return false;
	if (peer->update_only)
		flags |= CVPEER_F_UPDATE_ONLY;
	if (peer->remove && !again)
		flags |= CVPEER_F_REMOVE_ME;
	if (peer->replace_allowed_ips && !again)
		flags |= CVPEER_F_REPLACE_ALLOWEDIPS;
	if (flags && !cvl_encode_put(room, CVPEER_A_FLAGS, sizeof(flags), &flags))
		return false;
	if (again)
		return true;
	if (peer->has & CVL_PEER_PRESHARED_KEY &&
	    !cvl_encode_put(room, CVPEER_A_PRESHARED_KEY, CV_KEY_LEN, peer->preshared_key))
		return false;
	if (peer->has & CVL_PEER_ENDPOINT && peer->endpoint.any.sa_family &&
	    !cvl_encode_endpoint(room, CVPEER_A_ENDPOINT, &peer->endpoint))
		return false;
	if (peer->has & CVL_PEER_KEEPALIVE &&
	    !cvl_encode_put(room, CVPEER_A_PERSISTENT_KEEPALIVE_INTERVAL,
			    sizeof(peer->keepalive_s), &peer->keepalive_s))
		return false;
	return cvl_encode_own_peer(room, peer);
}

/* As many allowed IPs of the peer as there is room for. */
static void cvl_encode_allowed_ips(struct cvl_encoder *e,
				   struct cvl_encode_room *room)
{
	const struct cvl_allowed_ip *first = e->ip;
	struct nlattr *nest;

	if (!e->ip)
		return;
	nest = mnl_attr_nest_start_check(room->nlh, room->bytes,
					 CVPEER_A_ALLOWEDIPS);
	if (!nest)
		return;
	while (e->ip && cvl_encode_allowed_ip(room, e->ip))
		e->ip = e->ip->next;
	if (e->ip == first)
		mnl_attr_nest_cancel(room->nlh, nest);
	else
		mnl_attr_nest_end(room->nlh, nest);
}

/* Writes the peer, or the next part of it; false if the message is full. */
static bool cvl_encode_peer(struct cvl_encoder *e, struct cvl_encode_room *room)
{
	struct nlattr *nest = mnl_attr_nest_start_check(room->nlh, room->bytes,
							0);

	if (!nest)
		return false;
	if (!cvl_encode_peer_fields(room, e->peer, e->peer_started)) {
		mnl_attr_nest_cancel(room->nlh, nest);
		return false;
	}
	if (!e->peer_started) {
		e->ip = e->peer->remove ? NULL : e->peer->allowed_ips;
		e->peer_started = true;
	}
	cvl_encode_allowed_ips(e, room);
	mnl_attr_nest_end(room->nlh, nest);
	if (e->ip)
		return false;
	e->peer = e->peer->next;
	e->peer_started = false;
	return true;
}

/**
 * cvl_encoder_begin() - get ready to encode a change
 * @encoder: set up
 * @dev: the change; must stay as it is until the last message is written
 * @family_id: of the generic netlink family
 */
void cvl_encoder_begin(struct cvl_encoder *encoder,
		       const struct cvl_device *dev, uint16_t family_id)
{
	memset(encoder, 0, sizeof(*encoder));
	encoder->dev = dev;
	encoder->family_id = family_id;
	encoder->peer = dev->peers;
}

/* All of the next message but its peers: the first says what there is to say of the device. */
static void cvl_encoder_head(struct cvl_encoder *encoder, void *buffer)
{
	cvl_encode_header(buffer, encoder->family_id, CV_CMD_SET_DEVICE,
			  NLM_F_ACK);
	cvl_encode_name(buffer, encoder->dev->ifindex, encoder->dev->name);
	if (!encoder->started) {
		cvl_encode_device(buffer, encoder->dev);
		cvl_encode_own_device(buffer, encoder->dev);
	}
	encoder->started = true;
}

/**
 * cvl_encoder_next() - write the next message
 * @encoder: moves on
 * @buffer: gets the message, without sequence number and port
 * @buffer_bytes: from CVL_MESSAGE_MIN_BYTES to 65535
 *
 * There is always a first message, even if the change is empty: sending it
 * tells whether the device is there.
 *
 * Return: false if there is none left and nothing was written.
 */
bool cvl_encoder_next(struct cvl_encoder *encoder, void *buffer,
		      size_t buffer_bytes)
{
	struct cvl_encode_room room = { buffer, buffer_bytes };
	struct nlattr *nest;

	if (encoder->started && !encoder->peer)
		return false;
	cvl_encoder_head(encoder, buffer);
	if (!encoder->peer)
		return true;
	nest = mnl_attr_nest_start(room.nlh, CVDEVICE_A_PEERS);
	while (encoder->peer && cvl_encode_peer(encoder, &room))
		;
	mnl_attr_nest_end(room.nlh, nest);
	return true;
}

/*
 * Where the peers of a packed message begin. What comes in front of them is not known until it is
 * sent, and takes less.
 */
#define CVL_PACK_HEAD_BYTES 512

struct cvl_pack_message {
	struct cvl_pack_message *next;
	/* that of the nest with the peers */
	size_t bytes;
	struct nlmsghdr buffer[CVL_HEADERS(CVL_MESSAGE_BYTES)];
};

/* A header right in front of the peers, for libmnl, which adds attributes to messages only. */
static struct nlmsghdr *cvl_pack_header(struct cvl_pack_message *message)
{
	return message->buffer + CVL_PACK_HEAD_BYTES / sizeof(struct nlmsghdr) - 1;
}

/**
 * cvl_pack_close() - nothing is added to the last message any more
 * @pack: what is added begins another one
 */
void cvl_pack_close(struct cvl_pack *pack)
{
	struct cvl_pack_message *message = pack->open;

	if (!message)
		return;
	mnl_attr_nest_end(cvl_pack_header(message), pack->nest);
	message->bytes = cvl_pack_header(message)->nlmsg_len - sizeof(struct nlmsghdr);
	pack->open = NULL;
}

static bool cvl_pack_begin(struct cvl_pack *pack)
{
	struct cvl_pack_message *message = malloc(sizeof(*message));

	if (!message)
		return false;
	message->next = NULL;
	mnl_nlmsg_put_header(cvl_pack_header(message));
	pack->nest = mnl_attr_nest_start(cvl_pack_header(message), CVDEVICE_A_PEERS);
	if (pack->last)
		pack->last->next = message;
	else
		pack->first = message;
	pack->last = message;
	pack->open = message;
	return true;
}

/**
 * cvl_pack_add() - encode one more peer, to be sent later
 * @pack: begins all zero; for cvl_pack_clear()
 * @peer: may go when this returns; it is not followed by another
 *
 * Return: 0 or -ENOMEM.
 */
int cvl_pack_add(struct cvl_pack *pack, const struct cvl_peer *peer)
{
	struct cvl_encoder encoder = { .peer = peer };
	bool done = false;

	while (!done) {
		struct cvl_encode_room room;

		if (!pack->open && !cvl_pack_begin(pack))
			return -ENOMEM;
		room.nlh = cvl_pack_header(pack->open);
		room.bytes = CVL_MESSAGE_BYTES - CVL_PACK_HEAD_BYTES;
		done = cvl_encode_peer(&encoder, &room);
		if (!done)
			cvl_pack_close(pack);
	}
	return 0;
}

/**
 * cvl_pack_message() - the first message of a pack, ready to be sent
 * @pack: nothing is added to that one any more
 * @encoder: of the change; says what comes in front of the peers
 *
 * Return: the message, which belongs to the pack, or NULL if there is none left.
 */
struct nlmsghdr *cvl_pack_message(struct cvl_pack *pack, struct cvl_encoder *encoder)
{
	struct nlmsghdr head[CVL_HEADERS(CVL_PACK_HEAD_BYTES)];
	struct cvl_pack_message *message = pack->first;
	struct nlmsghdr *nlh;

	if (!message)
		return NULL;
	cvl_encoder_head(encoder, head);
	nlh = (struct nlmsghdr *)((char *)message->buffer + CVL_PACK_HEAD_BYTES - head->nlmsg_len);
	memcpy(nlh, head, head->nlmsg_len);
	nlh->nlmsg_len += (uint32_t)message->bytes;
	explicit_bzero(head, sizeof(head));
	return nlh;
}

/**
 * cvl_pack_drop() - wipe and free the first message
 * @pack: has one
 */
void cvl_pack_drop(struct cvl_pack *pack)
{
	struct cvl_pack_message *message = pack->first;

	if (message == pack->open)
		pack->open = NULL;
	pack->first = message->next;
	if (!pack->first)
		pack->last = NULL;
	explicit_bzero(message, sizeof(*message));
	free(message);
}

/**
 * cvl_pack_clear() - wipe and free all messages
 * @pack: empty afterwards
 */
void cvl_pack_clear(struct cvl_pack *pack)
{
	while (pack->first)
		cvl_pack_drop(pack);
}

/**
 * cvl_encode_get() - write the request for a dump of one device
 * @buffer: gets the message, at most CVL_MESSAGE_MIN_BYTES
 * @family_id: of the generic netlink family
 * @link: the device
 */
void cvl_encode_get(void *buffer, uint16_t family_id,
		    const struct cvl_link *link)
{
	cvl_encode_header(buffer, family_id, CV_CMD_GET_DEVICE, NLM_F_DUMP);
	cvl_encode_name(buffer, link->ifindex, link->name);
}
