// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Answers: netlink messages to the model of a device, and what the kernel says
 * about a refusal to text. netlink.c and request.c call these.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/culvert.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/time_types.h>
#include <stddef.h>
#include <string.h>

#include "address.h"
#include "internal.h"

static int cvl_decode_malformed(struct cvl_error *err, const char *what)
{
	return cvl_error_set(err, -EBADMSG, "the kernel sent a malformed %s",
			     what);
}

/**
 * cvl_decode_bytes() - copy out the value of an attribute
 * @out: where to
 * @attr: the attribute
 * @bytes: size of @out
 *
 * Return: whether the value has that size; else @out stays as it is.
 */
bool cvl_decode_bytes(void *out, const struct nlattr *attr, size_t bytes)
{
	if (mnl_attr_get_payload_len(attr) != bytes)
		return false;
	memcpy(out, mnl_attr_get_payload(attr), bytes);
	return true;
}

/**
 * cvl_decode_address() - copy out an address
 * @out: where to
 * @attr: the attribute
 *
 * Return: whether it is a whole one of a known family; else @out stays as it is.
 */
bool cvl_decode_address(union cvl_address *out, const struct nlattr *attr)
{
	const struct sockaddr *address = mnl_attr_get_payload(attr);
	size_t bytes = mnl_attr_get_payload_len(attr);
	sa_family_t family;

	if (bytes < offsetof(struct sockaddr, sa_data))
		return false;
	memcpy(&family, &address->sa_family, sizeof(family));
	if (!(family == AF_INET && bytes == sizeof(out->v4)) &&
	    !(family == AF_INET6 && bytes == sizeof(out->v6)))
		return false;
	memcpy(out, address, bytes);
	return true;
}

/**
 * cvl_decode_time() - copy out a time
 * @s: set to its seconds
 * @ns: set to the nanoseconds of that second
 * @attr: the attribute
 *
 * Return: whether it is one; else both stay as they are.
 */
bool cvl_decode_time(int64_t *s, int64_t *ns, const struct nlattr *attr)
{
	struct __kernel_timespec time;

	if (!cvl_decode_bytes(&time, attr, sizeof(time)))
		return false;
	*s = time.tv_sec;
	*ns = time.tv_nsec;
	return true;
}

static bool cvl_decode_allowed_ip_attr(struct cvl_allowed_ip *ip,
				       const struct nlattr *attr,
				       size_t *address_bytes)
{
	uint32_t flags = 0;
	bool ok = true;

	switch (mnl_attr_get_type(attr)) {
	case CVALLOWEDIP_A_FAMILY:
		return cvl_decode_bytes(&ip->family, attr, sizeof(ip->family));
	case CVALLOWEDIP_A_IPADDR:
		*address_bytes = mnl_attr_get_payload_len(attr);
		if (*address_bytes > sizeof(ip->v6))
			return false;
		return cvl_decode_bytes(&ip->v6, attr, *address_bytes);
	case CVALLOWEDIP_A_CIDR_MASK:
		return cvl_decode_bytes(&ip->prefix_bits, attr,
					sizeof(ip->prefix_bits));
	case CVALLOWEDIP_A_FLAGS:
		ok = cvl_decode_bytes(&flags, attr, sizeof(flags));
		ip->remove = flags & CVALLOWEDIP_F_REMOVE_ME;
		return ok;
	default:
		return true;
	}
}

static bool cvl_decode_allowed_ip(struct cvl_allowed_ip *ip,
				  const struct nlattr *nest)
{
	const struct nlattr *attr;
	size_t address_bytes = 0;

	memset(ip, 0, sizeof(*ip));
	mnl_attr_for_each_nested(attr, nest) {
		if (!cvl_decode_allowed_ip_attr(ip, attr, &address_bytes))
			return false;
	}
	return (ip->family == AF_INET && address_bytes == sizeof(ip->v4) &&
		ip->prefix_bits <= 32) ||
	       (ip->family == AF_INET6 && address_bytes == sizeof(ip->v6) &&
		ip->prefix_bits <= 128);
}

static int cvl_decode_allowed_ips(struct cvl_peer *peer,
				  const struct nlattr *nest,
				  struct cvl_error *err)
{
	const struct nlattr *item;

	mnl_attr_for_each_nested(item, nest) {
		struct cvl_allowed_ip ip;

		if (!cvl_decode_allowed_ip(&ip, item))
			return cvl_decode_malformed(err, "allowed IP");
		if (!cvl_allowed_ip_append(peer, &ip))
			return cvl_error_set(err, -ENOMEM, "out of memory");
	}
	return 0;
}

/* One with a port of 0 cannot be read again once it is printed. */
static bool cvl_decode_candidate(struct cvl_candidate *candidate, const struct nlattr *nest)
{
	const struct nlattr *attr;
	bool ok = true;

	memset(candidate, 0, sizeof(*candidate));
	mnl_attr_for_each_nested(attr, nest) {
		switch (mnl_attr_get_type(attr)) {
		case CVCANDIDATE_A_ENDPOINT:
			ok = cvl_decode_address(&candidate->endpoint, attr);
			break;
		case CVCANDIDATE_A_PREFERENCE:
			ok = cvl_decode_bytes(&candidate->preference, attr,
					      sizeof(candidate->preference));
			break;
		case CVCANDIDATE_A_IN_USE:
			ok = !mnl_attr_get_payload_len(attr);
			candidate->in_use = true;
			break;
		default:
			break;
		}
		if (!ok)
			return false;
	}
	return candidate->endpoint.any.sa_family && cvl_address_port(&candidate->endpoint);
}

static int cvl_decode_candidates(struct cvl_peer *peer, const struct nlattr *nest,
				 struct cvl_error *err)
{
	const struct nlattr *item;
	unsigned int count = 0;

	cvl_candidates_clear(peer);
	peer->has |= CVL_PEER_CANDIDATES;
	mnl_attr_for_each_nested(item, nest) {
		struct cvl_candidate read;
		struct cvl_candidate *candidate;

		if (count++ == CVL_CANDIDATES_MAX)
			return cvl_decode_malformed(err, "list of candidates");
		if (!cvl_decode_candidate(&read, item))
			return cvl_decode_malformed(err, "candidate");
		candidate = cvl_candidate_add(peer, read.preference);
		if (!candidate)
			return cvl_error_set(err, -ENOMEM, "out of memory");
		candidate->endpoint = read.endpoint;
		candidate->in_use = read.in_use;
	}
	return 0;
}

static int cvl_decode_sources(struct cvl_peer *peer, const struct nlattr *nest,
			      struct cvl_error *err)
{
	const struct nlattr *item;
	unsigned int count = 0;

	cvl_sources_clear(peer);
	mnl_attr_for_each_nested(item, nest) {
		struct cvl_allowed_ip ip;

		if (count++ == CVL_SOURCES_MAX)
			return cvl_decode_malformed(err, "list of prefixes");
		if (!cvl_decode_allowed_ip(&ip, item))
			return cvl_decode_malformed(err, "prefix");
		if (!cvl_source_append(peer, &ip))
			return cvl_error_set(err, -ENOMEM, "out of memory");
	}
	return 0;
}

/*
 * Refuse values of a newer kernel: taken for one of these three, showconf would print a setting
 * that the peer does not have.
 */
static bool cvl_decode_follow(struct cvl_peer *peer, const struct nlattr *attr)
{
	uint8_t value;

	if (!cvl_decode_bytes(&value, attr, sizeof(value)) || value > CVFOLLOW_MAX)
		return false;
	peer->has |= CVL_PEER_FOLLOW;
	if (value == CVFOLLOW_WITHIN)
		peer->follow = CVL_FOLLOW_WITHIN;
	else
		peer->follow = value == CVFOLLOW_NEVER ? CVL_FOLLOW_NEVER : CVL_FOLLOW_ANYWHERE;
	return true;
}

/* Reasons that a newer kernel may have are none of ours. */
static bool cvl_decode_endpoint_reason(struct cvl_peer *peer, const struct nlattr *attr)
{
	static const enum cvl_endpoint_reason reasons[] = {
		[CVENDPOINT_SET] = CVL_ENDPOINT_SET,
		[CVENDPOINT_HANDSHAKE] = CVL_ENDPOINT_HANDSHAKE,
		[CVENDPOINT_DATA] = CVL_ENDPOINT_DATA,
	};
	uint8_t value;

	if (!cvl_decode_bytes(&value, attr, sizeof(value)))
		return false;
	peer->endpoint_reason = value <= CVENDPOINT_MAX ? reasons[value] : CVL_ENDPOINT_UNTOLD;
	return true;
}

static bool cvl_decode_peer_name(struct cvl_peer *peer,
				 const struct nlattr *attr)
{
	if (mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) < 0 ||
	    mnl_attr_get_payload_len(attr) > sizeof(peer->name))
		return false;
	strcpy(peer->name, mnl_attr_get_str(attr));
	peer->has |= CVL_PEER_NAME;
	return true;
}

static bool cvl_decode_session(struct cvl_peer *peer, const struct nlattr *attr)
{
	uint8_t ours;

	if (!cvl_decode_bytes(&ours, attr, sizeof(ours)))
		return false;
	peer->session = ours ? CVL_SESSION_OURS : CVL_SESSION_THEIRS;
	return true;
}

/* What a peer is up to; nothing of it is set. */
static bool cvl_decode_peer_state(struct cvl_peer *peer, const struct nlattr *attr)
{
	switch (mnl_attr_get_type(attr)) {
	case CVPEER_A_SESSION_INITIATOR:
		return cvl_decode_session(peer, attr);
	case CVPEER_A_SESSION_AGE_S:
		return cvl_decode_bytes(&peer->session_age_s, attr,
					sizeof(peer->session_age_s));
	case CVPEER_A_LAST_HEARD_TIME:
		return cvl_decode_time(&peer->heard_s, &peer->heard_ns, attr);
	case CVPEER_A_RX_PACKETS:
		return cvl_decode_bytes(&peer->rx_packets, attr, sizeof(peer->rx_packets));
	case CVPEER_A_TX_PACKETS:
		return cvl_decode_bytes(&peer->tx_packets, attr, sizeof(peer->tx_packets));
	case CVPEER_A_DROPS_SOURCE:
		return cvl_decode_bytes(&peer->drops_source, attr, sizeof(peer->drops_source));
	case CVPEER_A_DROPS_REPLAY:
		return cvl_decode_bytes(&peer->drops_replay, attr, sizeof(peer->drops_replay));
	case CVPEER_A_DROPS_EXPIRED:
		return cvl_decode_bytes(&peer->drops_expired, attr, sizeof(peer->drops_expired));
	case CVPEER_A_DROPS_MEMORY:
		return cvl_decode_bytes(&peer->drops_memory, attr, sizeof(peer->drops_memory));
	case CVPEER_A_ENDPOINT_BEFORE:
		return cvl_decode_address(&peer->endpoint_before, attr);
	default:
		return true;
	}
}

/* What kind wireguard does not have. */
static bool cvl_decode_own_peer_attr(struct cvl_peer *peer,
				     const struct nlattr *attr)
{
	int64_t ns;

	switch (mnl_attr_get_type(attr)) {
	case CVPEER_A_NAME:
		return cvl_decode_peer_name(peer, attr);
	case CVPEER_A_IDLE_S:
		peer->has |= CVL_PEER_IDLE;
		return cvl_decode_bytes(&peer->idle_s, attr,
					sizeof(peer->idle_s));
	case CVPEER_A_FOLLOW:
		return cvl_decode_follow(peer, attr);
	case CVPEER_A_SILENT_S:
		peer->has |= CVL_PEER_SILENT;
		return cvl_decode_bytes(&peer->silent_s, attr,
					sizeof(peer->silent_s)) &&
		       peer->silent_s <= CV_SILENT_S_MAX;
	case CVPEER_A_ENDPOINT_SINCE:
		return cvl_decode_time(&peer->endpoint_since_s, &ns, attr);
	case CVPEER_A_ENDPOINT_REASON:
		return cvl_decode_endpoint_reason(peer, attr);
	default:
		return cvl_decode_peer_state(peer, attr);
	}
}

static bool cvl_decode_peer_attr(struct cvl_peer *peer,
				 const struct nlattr *attr)
{
	switch (mnl_attr_get_type(attr)) {
	case CVPEER_A_PRESHARED_KEY:
		peer->has |= CVL_PEER_PRESHARED_KEY;
		return cvl_decode_bytes(peer->preshared_key, attr,
					sizeof(peer->preshared_key));
	case CVPEER_A_ENDPOINT:
		peer->has |= CVL_PEER_ENDPOINT;
		return cvl_decode_address(&peer->endpoint, attr);
	case CVPEER_A_PERSISTENT_KEEPALIVE_INTERVAL:
		peer->has |= CVL_PEER_KEEPALIVE;
		return cvl_decode_bytes(&peer->keepalive_s, attr,
					sizeof(peer->keepalive_s));
	case CVPEER_A_LAST_HANDSHAKE_TIME:
		return cvl_decode_time(&peer->handshake_s, &peer->handshake_ns, attr);
	case CVPEER_A_RX_BYTES:
		return cvl_decode_bytes(&peer->rx_bytes, attr,
					sizeof(peer->rx_bytes));
	case CVPEER_A_TX_BYTES:
		return cvl_decode_bytes(&peer->tx_bytes, attr,
					sizeof(peer->tx_bytes));
	case CVPEER_A_PROTOCOL_VERSION:
		return cvl_decode_bytes(&peer->protocol_version, attr,
					sizeof(peer->protocol_version));
	default:
		return cvl_decode_own_peer_attr(peer, attr);
	}
}

static int cvl_decode_peer(struct cvl_peer *peer, const struct nlattr *nest,
			   struct cvl_error *err)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest) {
		int ret = 0;

		switch (mnl_attr_get_type(attr)) {
		case CVPEER_A_ALLOWEDIPS:
			ret = cvl_decode_allowed_ips(peer, attr, err);
			break;
		case CVPEER_A_CANDIDATES:
			ret = cvl_decode_candidates(peer, attr, err);
			break;
		case CVPEER_A_SOURCES:
			ret = cvl_decode_sources(peer, attr, err);
			break;
		default:
			if (!cvl_decode_peer_attr(peer, attr))
				ret = cvl_decode_malformed(err, "peer");
			break;
		}
		if (ret)
			return ret;
	}
	if (peer->follow == CVL_FOLLOW_WITHIN && !peer->sources)
		return cvl_decode_malformed(err, "list of prefixes");
	return 0;
}

/* The peer an element is about: a new one, or the one that goes on here. */
static struct cvl_peer *cvl_decode_peer_find(struct cvl_device *dev,
					     const struct nlattr *nest,
					     bool first, struct cvl_error *err)
{
	const uint8_t *key = NULL;
	const struct nlattr *attr;
	struct cvl_peer *peer;

	mnl_attr_for_each_nested(attr, nest) {
		if (mnl_attr_get_type(attr) == CVPEER_A_PUBLIC_KEY &&
		    mnl_attr_get_payload_len(attr) == CV_KEY_LEN)
			key = mnl_attr_get_payload(attr);
	}
	if (!key) {
		cvl_decode_malformed(err, "peer");
		return NULL;
	}
	peer = dev->last_peer;
	if (first && peer && !memcmp(peer->public_key, key, CV_KEY_LEN))
		return peer;
	peer = cvl_peer_append(dev);
	if (!peer) {
		cvl_error_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	memcpy(peer->public_key, key, CV_KEY_LEN);
	return peer;
}

static int cvl_decode_peers(struct cvl_device *dev, const struct nlattr *nest,
			    struct cvl_error *err)
{
	const struct nlattr *item;
	bool first = true;

	mnl_attr_for_each_nested(item, nest) {
		struct cvl_peer *peer = cvl_decode_peer_find(dev, item, first,
							     err);
		int ret;

		if (!peer)
			return err->code;
		first = false;
		ret = cvl_decode_peer(peer, item, err);
		if (ret)
			return ret;
	}
	return 0;
}

/* Of a link. */
static bool cvl_decode_name(char name[CVL_IFNAME_SIZE],
			    const struct nlattr *attr)
{
	if (mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) < 0 ||
	    mnl_attr_get_payload_len(attr) > CVL_IFNAME_SIZE)
		return false;
	strcpy(name, mnl_attr_get_str(attr));
	return true;
}

/* A family without an address has no socket, if the other one has an address. */
static bool cvl_decode_bind(struct cvl_device *dev, const struct nlattr *attr)
{
	bool first = !(dev->has & CVL_DEVICE_BIND_ADDRESSES);

	dev->has |= CVL_DEVICE_BIND_ADDRESSES;
	if (mnl_attr_get_type(attr) == CVDEVICE_A_BIND_ADDRESS4) {
		dev->bind4_off = false;
		dev->bind6_off |= first;
		return cvl_decode_bytes(&dev->bind4, attr, sizeof(dev->bind4));
	}
	dev->bind6_off = false;
	dev->bind4_off |= first;
	return cvl_decode_bytes(&dev->bind6, attr, sizeof(dev->bind6));
}

/* States and words that a newer kernel may have are none of ours. */
static bool cvl_decode_socket(struct cvl_device *dev, const struct nlattr *attr)
{
	uint8_t value;

	if (!cvl_decode_bytes(&value, attr, sizeof(value)))
		return false;
	if (mnl_attr_get_type(attr) == CVDEVICE_A_SOCKET_STATE) {
		dev->socket_state = value == CVSOCKET_LOST ? CVL_SOCKET_LOST :
							     CVL_SOCKET_HANDED_IN;
		return true;
	}
	dev->has |= CVL_DEVICE_SOCKET_PASS;
	dev->socket_pass_all = value == CVPASS_ALL;
	return true;
}

static bool cvl_decode_device_attr(struct cvl_device *dev,
				   const struct nlattr *attr)
{
	switch (mnl_attr_get_type(attr)) {
	case CVDEVICE_A_IFINDEX:
		return cvl_decode_bytes(&dev->ifindex, attr,
					sizeof(dev->ifindex));
	case CVDEVICE_A_IFNAME:
		return cvl_decode_name(dev->name, attr);
	case CVDEVICE_A_PRIVATE_KEY:
		dev->has |= CVL_DEVICE_PRIVATE_KEY;
		return cvl_decode_bytes(dev->private_key, attr,
					sizeof(dev->private_key));
	case CVDEVICE_A_PUBLIC_KEY:
		dev->has |= CVL_DEVICE_PUBLIC_KEY;
		return cvl_decode_bytes(dev->public_key, attr,
					sizeof(dev->public_key));
	case CVDEVICE_A_LISTEN_PORT:
		dev->has |= CVL_DEVICE_LISTEN_PORT;
		return cvl_decode_bytes(&dev->listen_port, attr,
					sizeof(dev->listen_port));
	case CVDEVICE_A_FWMARK:
		dev->has |= CVL_DEVICE_FWMARK;
		return cvl_decode_bytes(&dev->fwmark, attr,
					sizeof(dev->fwmark));
	case CVDEVICE_A_DSCP:
		dev->has |= CVL_DEVICE_DSCP;
		return cvl_decode_bytes(&dev->dscp, attr, sizeof(dev->dscp));
	case CVDEVICE_A_BIND_ADDRESS4:
	case CVDEVICE_A_BIND_ADDRESS6:
		return cvl_decode_bind(dev, attr);
	case CVDEVICE_A_BIND_DEVICE:
		dev->has |= CVL_DEVICE_BIND_DEVICE;
		return cvl_decode_name(dev->bind_device, attr);
	case CVDEVICE_A_SOCKET_STATE:
	case CVDEVICE_A_SOCKET_PASS:
		return cvl_decode_socket(dev, attr);
	default:
		return true;
	}
}

/**
 * cvl_decode_device() - add what one message of a dump says
 * @dev: grows; a peer that began in the message before is continued
 * @nlh: the message, with its generic header. Attributes of unknown type are
 *	left out: a newer kernel may have more
 * @err: set on failure
 *
 * Return: 0, -EBADMSG or -ENOMEM.
 */
int cvl_decode_device(struct cvl_device *dev, const struct nlmsghdr *nlh,
		      struct cvl_error *err)
{
	const struct nlattr *attr;
	int ret = 0;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(struct genlmsghdr))
		return cvl_decode_malformed(err, "answer");
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == CVDEVICE_A_PEERS)
			ret = cvl_decode_peers(dev, attr, err);
		else if (!cvl_decode_device_attr(dev, attr))
			ret = cvl_decode_malformed(err, "device");
		if (ret)
			return ret;
	}
	return 0;
}

/* What an event has besides the device. Kinds and reasons of a newer kernel are none of ours. */
static bool cvl_decode_event_attr(struct cvl_event *event, const struct nlattr *attr)
{
	uint16_t word = 0;
	uint8_t more = 0;
	bool ok = true;

	switch (mnl_attr_get_type(attr)) {
	case CVDEVICE_A_EVENT:
		ok = cvl_decode_bytes(&word, attr, sizeof(word));
		cvl_event_set_kind(event, word);
		return ok;
	case CVDEVICE_A_EVENT_REASON:
		ok = cvl_decode_bytes(&word, attr, sizeof(word));
		cvl_event_set_reason(event, word);
		return ok;
	case CVDEVICE_A_EVENT_NUMBER:
		return cvl_decode_bytes(&event->number, attr, sizeof(event->number));
	case CVDEVICE_A_EVENT_TIME:
		return cvl_decode_time(&event->time_s, &event->time_ns, attr);
	case CVDEVICE_A_EVENT_MERGED:
		return cvl_decode_bytes(&event->merged, attr, sizeof(event->merged));
	case CVDEVICE_A_EVENT_PORTID:
		return cvl_decode_bytes(&event->portid, attr, sizeof(event->portid));
	case CVDEVICE_A_EVENT_MORE:
		event->has_prefixes = true;
		ok = cvl_decode_bytes(&more, attr, sizeof(more));
		event->prefixes_go_on = more;
		return ok;
	default:
		return true;
	}
}

/**
 * cvl_decode_event() - take what an event says
 * @event: filled in; has an empty device
 * @nlh: the message, with its generic header
 * @err: set on failure
 *
 * Return: 0, -EBADMSG or -ENOMEM.
 */
int cvl_decode_event(struct cvl_event *event, const struct nlmsghdr *nlh,
		     struct cvl_error *err)
{
	const struct nlattr *attr;
	int ret;

	ret = cvl_decode_device(event->dev, nlh, err);
	if (ret)
		return ret;
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (!cvl_decode_event_attr(event, attr))
			return cvl_decode_malformed(err, "event");
	}
	return 0;
}

/* Where in a NLMSG_ERROR or NLMSG_DONE the attributes begin, or 0. */
static size_t cvl_decode_extack_offset(const struct nlmsghdr *nlh)
{
	size_t bytes = mnl_nlmsg_get_payload_len(nlh);
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(nlh);
	size_t offset = sizeof(int);

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return 0;
	if (nlh->nlmsg_type == NLMSG_ERROR) {
		offset = sizeof(*error);
		if (bytes < offset)
			return 0;
		if (!(nlh->nlmsg_flags & NLM_F_CAPPED)) {
			if (error->msg.nlmsg_len < sizeof(error->msg) ||
			    error->msg.nlmsg_len > bytes)
				return 0;
			offset += error->msg.nlmsg_len - sizeof(error->msg);
		}
	}
	offset = MNL_ALIGN(offset);
	return offset <= bytes ? offset : 0;
}

/**
 * cvl_decode_extack() - find what the kernel added to an errno
 * @extack: set; empty if there is none
 * @nlh: an NLMSG_ERROR or NLMSG_DONE, which must outlive @extack
 */
void cvl_decode_extack(struct cvl_extack *extack, const struct nlmsghdr *nlh)
{
	size_t offset = cvl_decode_extack_offset(nlh);
	const struct nlattr *attr;

	memset(extack, 0, sizeof(*extack));
	if (!offset)
		return;
	mnl_attr_for_each(attr, nlh, offset) {
		switch (mnl_attr_get_type(attr)) {
		case NLMSGERR_ATTR_MSG:
			if (mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) == 0)
				extack->text = mnl_attr_get_str(attr);
			break;
		case NLMSGERR_ATTR_OFFS:
			extack->has_offset =
				cvl_decode_bytes(&extack->offset, attr,
						 sizeof(extack->offset));
			break;
		case NLMSGERR_ATTR_MISS_TYPE:
			extack->has_missing =
				cvl_decode_bytes(&extack->missing, attr,
						 sizeof(extack->missing));
			break;
		default:
			break;
		}
	}
}

/* Whether the attribute covers the offset, counted from the message's start. */
static bool cvl_decode_covers(const struct nlattr *attr,
			      const struct nlmsghdr *request, uint32_t offset)
{
	size_t start = (size_t)((const char *)attr - (const char *)request);

	return offset >= start && offset < start + attr->nla_len;
}

/* The element of a nest of nests that covers the offset, or NULL. */
static const struct nlattr *cvl_decode_covering(const struct nlattr *nest,
						const struct nlmsghdr *request,
						uint32_t offset)
{
	const struct nlattr *item;

	mnl_attr_for_each_nested(item, nest) {
		if (cvl_decode_covers(item, request, offset))
			return item;
	}
	return NULL;
}

/* Where something stands in a request. */
struct cvl_decode_position {
	const struct nlmsghdr *request;
	uint32_t offset;
};

/* An item of a list that covers the position, or "": its kind and the item itself. */
static void cvl_decode_place_in_list(char *text, size_t text_size,
				     const struct nlattr *list,
				     const struct cvl_decode_position *at)
{
	const struct nlattr *item = cvl_decode_covering(list, at->request, at->offset);
	char ip_text[CVL_ALLOWED_IP_TEXT_SIZE];
	char candidate_text[CVL_CANDIDATE_TEXT_SIZE];
	struct cvl_candidate candidate;
	struct cvl_allowed_ip ip;

	if (!item)
		return;
	if (mnl_attr_get_type(list) == CVPEER_A_CANDIDATES) {
		if (cvl_decode_candidate(&candidate, item) &&
		    !cvl_candidate_to_text(candidate_text, &candidate))
			snprintf(text, text_size, ", candidate %s", candidate_text);
	} else if (cvl_decode_allowed_ip(&ip, item)) {
		cvl_allowed_ip_to_text(ip_text, &ip);
		snprintf(text, text_size, ", %s %s",
			 mnl_attr_get_type(list) == CVPEER_A_SOURCES ? "follow" : "allowed IP",
			 ip_text);
	}
}

static void cvl_decode_place_in_peer(char *text, size_t text_size,
				     const struct nlattr *peer,
				     const struct cvl_decode_position *at)
{
	char item[CVL_CANDIDATE_TEXT_SIZE + 16] = "";
	char key[CVL_KEY_TEXT_SIZE] = "";
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, peer) {
		switch (mnl_attr_get_type(attr)) {
		case CVPEER_A_PUBLIC_KEY:
			if (mnl_attr_get_payload_len(attr) == CV_KEY_LEN)
				cvl_key_to_text(key, mnl_attr_get_payload(attr));
			break;
		case CVPEER_A_ALLOWEDIPS:
		case CVPEER_A_CANDIDATES:
		case CVPEER_A_SOURCES:
			cvl_decode_place_in_list(item, sizeof(item), attr, at);
			break;
		default:
			break;
		}
	}
	snprintf(text, text_size, "peer %s%s", key, item);
}

/**
 * cvl_decode_place() - say which peer a refusal is about
 * @text: set to something like "peer KEY, allowed IP 10.0.0.0/8"
 * @text_size: of @text
 * @request: the message that was refused
 * @offset: what the kernel told of it
 *
 * Return: whether it is about a peer at all.
 */
bool cvl_decode_place(char *text, size_t text_size,
		      const struct nlmsghdr *request, uint32_t offset)
{
	const struct cvl_decode_position at = { request, offset };
	const struct nlattr *attr;
	const struct nlattr *peer;

	mnl_attr_for_each(attr, request, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) != CVDEVICE_A_PEERS)
			continue;
		peer = cvl_decode_covering(attr, request, offset);
		if (!peer)
			continue;
		cvl_decode_place_in_peer(text, text_size, peer, &at);
		return true;
	}
	return false;
}
