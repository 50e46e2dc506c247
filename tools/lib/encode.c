// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Requests: the model of a change to as many netlink messages as it takes.
 * netlink.c sends them one after the other.
 */
#include <libmnl/libmnl.h>
#include <linux/culvert.h>
#include <linux/genetlink.h>
#include <string.h>

#include "address.h"
#include "internal.h"

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

static bool cvl_encode_endpoint(struct cvl_encode_room *room, uint16_t type,
				const union cvl_address *endpoint)
{
	return mnl_attr_put_check(room->nlh, room->bytes, type,
				  cvl_address_size(endpoint), endpoint);
}

static bool cvl_encode_allowed_ip(struct cvl_encode_room *room,
				  const struct cvl_allowed_ip *ip)
{
	struct nlmsghdr *nlh = room->nlh;
	struct nlattr *nest = mnl_attr_nest_start_check(nlh, room->bytes, 0);

	if (!nest)
		return false;
	if (!mnl_attr_put_u16_check(nlh, room->bytes, CVALLOWEDIP_A_FAMILY,
				    ip->family) ||
	    !mnl_attr_put_check(nlh, room->bytes, CVALLOWEDIP_A_IPADDR,
				cvl_prefix_bytes(ip), &ip->v6) ||
	    !mnl_attr_put_u8_check(nlh, room->bytes, CVALLOWEDIP_A_CIDR_MASK,
				   ip->prefix_bits) ||
	    (ip->remove &&
	     !mnl_attr_put_u32_check(nlh, room->bytes, CVALLOWEDIP_A_FLAGS,
				     CVALLOWEDIP_F_REMOVE_ME))) {
		mnl_attr_nest_cancel(nlh, nest);
		return false;
	}
	mnl_attr_nest_end(nlh, nest);
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
	struct nlmsghdr *nlh = room->nlh;
	uint32_t flags = 0;

	if (!mnl_attr_put_check(nlh, room->bytes, CVPEER_A_PUBLIC_KEY,
				CV_KEY_LEN, peer->public_key))
		return false;
	if (peer->update_only)
		flags |= CVPEER_F_UPDATE_ONLY;
	if (peer->remove && !again)
		flags |= CVPEER_F_REMOVE_ME;
	if (peer->replace_allowed_ips && !again)
		flags |= CVPEER_F_REPLACE_ALLOWEDIPS;
	if (flags && !mnl_attr_put_u32_check(nlh, room->bytes, CVPEER_A_FLAGS,
					     flags))
		return false;
	if (again)
		return true;
	if (peer->has & CVL_PEER_PRESHARED_KEY &&
	    !mnl_attr_put_check(nlh, room->bytes, CVPEER_A_PRESHARED_KEY,
				CV_KEY_LEN, peer->preshared_key))
		return false;
	if (peer->has & CVL_PEER_ENDPOINT && peer->endpoint.any.sa_family &&
	    !cvl_encode_endpoint(room, CVPEER_A_ENDPOINT, &peer->endpoint))
		return false;
	if (peer->has & CVL_PEER_KEEPALIVE &&
	    !mnl_attr_put_u16_check(nlh, room->bytes,
				    CVPEER_A_PERSISTENT_KEEPALIVE_INTERVAL,
				    peer->keepalive_s))
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
	cvl_encode_header(buffer, encoder->family_id, CV_CMD_SET_DEVICE,
			  NLM_F_ACK);
	cvl_encode_name(room.nlh, encoder->dev->ifindex, encoder->dev->name);
	if (!encoder->started) {
		cvl_encode_device(room.nlh, encoder->dev);
		cvl_encode_own_device(room.nlh, encoder->dev);
	}
	encoder->started = true;
	if (!encoder->peer)
		return true;
	nest = mnl_attr_nest_start(room.nlh, CVDEVICE_A_PEERS);
	while (encoder->peer && cvl_encode_peer(encoder, &room))
		;
	mnl_attr_nest_end(room.nlh, nest);
	return true;
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
