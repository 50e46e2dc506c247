// SPDX-License-Identifier: GPL-2.0
/*
 * Unit test of tools/lib/encode.c and decode.c: what is written in any number
 * of messages is read again as it was; selftests/check-unit runs it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/culvert.h>
#include <linux/genetlink.h>
#include <stdlib.h>

#include "internal.h"
#include "ktap.h"

#define HEADERS(bytes) ((bytes) / sizeof(struct nlmsghdr))

static void add_ips(struct cvl_peer *peer, int count)
{
	int i;

	for (i = 0; i < count; i++) {
		struct cvl_allowed_ip ip = { .family = AF_INET };

		ip.prefix_bits = (uint8_t)(i % 33);
		ip.v4.s_addr = htonl((uint32_t)i * 2654435761U);
		if (i % 3 == 1) {
			ip.family = AF_INET6;
			memset(&ip.v6, i, sizeof(ip.v6));
			ip.prefix_bits = 128;
		}
		ip.remove = i % 5 == 4;
		cvl_allowed_ip_append(peer, &ip);
	}
}

/* A device with peers of all shapes; the last has many allowed IPs. */
static struct cvl_device *make_device(int peers, int ips)
{
	struct cvl_device *dev = cvl_device_create();
	int i;

	memcpy(dev->name, "cv0", 4);
	dev->has = CVL_DEVICE_PRIVATE_KEY | CVL_DEVICE_LISTEN_PORT |
		   CVL_DEVICE_FWMARK;
	dev->replace_peers = true;
	memset(dev->private_key, 7, sizeof(dev->private_key));
	dev->listen_port = 4711;
	dev->fwmark = 0xcafe;
	if (peers & 1) {
		dev->has |= CVL_DEVICE_BIND_ADDRESSES | CVL_DEVICE_BIND_DEVICE;
		dev->bind4_off = ips & 1;
		dev->bind6_off = !dev->bind4_off && ips & 2;
		memset(&dev->bind4, dev->bind4_off ? 0 : 9, sizeof(dev->bind4));
		memset(&dev->bind6, dev->bind6_off ? 0 : 8, sizeof(dev->bind6));
		strcpy(dev->bind_device, "fifteen-letters");
		dev->has |= CVL_DEVICE_DSCP;
		dev->dscp = CVL_DSCP_COPY;
	}
	for (i = 0; i < peers; i++) {
		struct cvl_peer *peer = cvl_peer_append(dev);

		snprintf((char *)peer->public_key, CVL_KEY_BYTES, "peer %d", i);
		peer->replace_allowed_ips = i & 1;
		peer->update_only = i & 2;
		if (i & 4) {
			peer->has |= CVL_PEER_PRESHARED_KEY | CVL_PEER_KEEPALIVE;
			memset(peer->preshared_key, i, CVL_KEY_BYTES);
			peer->keepalive_s = (uint16_t)i;
		}
		if (i & 8) {
			peer->has |= CVL_PEER_ENDPOINT;
			peer->endpoint.v6.sin6_family =
				i & 16 ? AF_INET6 : AF_INET;
			peer->endpoint.v6.sin6_port = htons(9);
		}
		if (i & 32) {
			peer->has |= CVL_PEER_NAME | CVL_PEER_IDLE;
			snprintf(peer->name, sizeof(peer->name), "%063d", i);
			peer->idle_s = (uint32_t)i;
		}
		add_ips(peer, i + 1 < peers ? i % 7 : ips);
	}
	return dev;
}

static bool same_ips(const struct cvl_peer *a, const struct cvl_peer *b)
{
	const struct cvl_allowed_ip *x = a->allowed_ips;
	const struct cvl_allowed_ip *y = b->allowed_ips;

	for (; x && y; x = x->next, y = y->next) {
		if (x->family != y->family || x->remove != y->remove ||
		    x->prefix_bits != y->prefix_bits ||
		    memcmp(&x->v6, &y->v6, x->family == AF_INET ? 4 : 16))
			return false;
	}
	return !x && !y;
}

static bool same_device(const struct cvl_device *a, const struct cvl_device *b)
{
	const struct cvl_peer *x = a->peers;
	const struct cvl_peer *y = b->peers;

	if (strcmp(a->name, b->name) || a->has != b->has ||
	    memcmp(a->private_key, b->private_key, CVL_KEY_BYTES) ||
	    a->listen_port != b->listen_port || a->fwmark != b->fwmark ||
	    a->bind4_off != b->bind4_off || a->bind6_off != b->bind6_off ||
	    memcmp(&a->bind4, &b->bind4, sizeof(a->bind4)) ||
	    memcmp(&a->bind6, &b->bind6, sizeof(a->bind6)) ||
	    a->dscp != b->dscp || strcmp(a->bind_device, b->bind_device))
		return false;
	for (; x && y; x = x->next, y = y->next) {
		if (memcmp(x->public_key, y->public_key, CVL_KEY_BYTES) ||
		    memcmp(x->preshared_key, y->preshared_key, CVL_KEY_BYTES) ||
		    memcmp(&x->endpoint, &y->endpoint, sizeof(x->endpoint)) ||
		    x->has != y->has || x->keepalive_s != y->keepalive_s ||
		    strcmp(x->name, y->name) || x->idle_s != y->idle_s ||
		    !same_ips(x, y))
			return false;
	}
	return !x && !y;
}

/* What the flags of all messages of a change are. */
struct flag_count {
	int device_flags;
	int peer_replace;
	int peer_update;
	int elements;
};

static void count_peer(struct flag_count *count, const struct nlattr *peer)
{
	const struct nlattr *attr;

	count->elements++;
	mnl_attr_for_each_nested(attr, peer) {
		uint32_t flags;

		if (mnl_attr_get_type(attr) != CVPEER_A_FLAGS)
			continue;
		flags = mnl_attr_get_u32(attr);
		count->peer_replace += !!(flags & CVPEER_F_REPLACE_ALLOWEDIPS);
		count->peer_update += !!(flags & CVPEER_F_UPDATE_ONLY);
	}
}

static void count_flags(struct flag_count *count, const struct nlmsghdr *nlh)
{
	const struct nlattr *attr;
	const struct nlattr *peer;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == CVDEVICE_A_FLAGS)
			count->device_flags++;
		if (mnl_attr_get_type(attr) != CVDEVICE_A_PEERS)
			continue;
		mnl_attr_for_each_nested(peer, attr)
			count_peer(count, peer);
	}
}

/* Encodes in messages of a size and decodes them; how many it took. */
static int round_trip(const struct cvl_device *dev, struct cvl_device *back,
		      size_t bytes, struct flag_count *count)
{
	struct nlmsghdr buffer[HEADERS(CVL_MESSAGE_BYTES)];
	struct cvl_encoder encoder;
	struct cvl_error err;
	int messages = 0;

	memset(count, 0, sizeof(*count));
	cvl_encoder_begin(&encoder, dev, 77);
	while (cvl_encoder_next(&encoder, buffer, bytes)) {
		if (buffer->nlmsg_len > bytes || buffer->nlmsg_type != 77 ||
		    buffer->nlmsg_flags != (NLM_F_REQUEST | NLM_F_ACK) ||
		    cvl_decode_device(back, buffer, &err))
			return -1;
		count_flags(count, buffer);
		messages++;
	}
	return messages;
}

static void test_round_trip(int peers, int ips, size_t bytes, int at_least)
{
	struct cvl_device *dev = make_device(peers, ips);
	struct cvl_device *back = cvl_device_create();
	const struct cvl_peer *peer;
	struct flag_count count;
	int messages = round_trip(dev, back, bytes, &count);
	int replace = 0;
	char name[128];

	snprintf(name, sizeof(name), "%d peers, %d allowed IPs, %zu bytes: ",
		 peers, ips, bytes);
	printf("# %s%d messages\n", name, messages);
	strcat(name, "is the same after");
	ktap_ok(messages >= at_least && same_device(dev, back), name);
	for (peer = dev->peers; peer; peer = peer->next)
		replace += peer->replace_allowed_ips;
	ktap_equal(count.device_flags, 1, "flags of the device: in one message");
	ktap_equal(count.peer_replace, replace,
		   "flag to replace a list: once for each peer");
	ktap_ok(count.elements >= peers, "each peer has an element");
	cvl_device_destroy(dev);
	cvl_device_destroy(back);
}

/* "Update only" must be with each part, or a later part makes the peer. */
static void test_update_only(void)
{
	struct cvl_device *dev = make_device(3, 200);
	struct cvl_device *back = cvl_device_create();
	struct flag_count count;
	int messages = round_trip(dev, back, 1024, &count);

	ktap_ok(dev->last_peer->update_only && messages > 5,
		"a peer that is only to be updated takes many messages");
	ktap_equal(count.peer_update, count.elements - 2,
		   "a peer that is only to be updated: the flag is in each part");
	cvl_device_destroy(dev);
	cvl_device_destroy(back);
}

static void test_empty(void)
{
	struct nlmsghdr buffer[HEADERS(CVL_MESSAGE_MIN_BYTES)];
	struct cvl_device *dev = cvl_device_create();
	struct cvl_encoder encoder;

	dev->ifindex = 5;
	cvl_encoder_begin(&encoder, dev, 77);
	ktap_ok(cvl_encoder_next(&encoder, buffer, sizeof(buffer)),
		"an empty change has a message");
	ktap_equal(buffer->nlmsg_len, NLMSG_HDRLEN + GENL_HDRLEN + 8,
		   "an empty change: only the index of the device");
	ktap_ok(!cvl_encoder_next(&encoder, buffer, sizeof(buffer)),
		"an empty change has one message");
	cvl_device_destroy(dev);
}

/* Any message cut off anywhere, or with any byte changed, does no harm. */
static void test_damaged(void)
{
	struct nlmsghdr buffer[HEADERS(8192)];
	struct nlmsghdr damaged[HEADERS(8192)];
	struct cvl_device *dev = make_device(20, 20);
	struct cvl_encoder encoder;
	struct cvl_error err;
	int refused = 0;
	uint32_t i;

	cvl_encoder_begin(&encoder, dev, 77);
	cvl_encoder_next(&encoder, buffer, sizeof(buffer));
	for (i = 0; i < 2 * buffer->nlmsg_len; i++) {
		struct cvl_device *back = cvl_device_create();

		memcpy(damaged, buffer, sizeof(buffer));
		if (i < buffer->nlmsg_len)
			damaged->nlmsg_len = i < 20 ? 20 : i;
		else if (i - buffer->nlmsg_len >= 20)
			((char *)damaged)[i - buffer->nlmsg_len] ^= 0x5a;
		refused += cvl_decode_device(back, damaged, &err) == -EBADMSG;
		cvl_device_destroy(back);
	}
	ktap_ok(refused > 0, "damaged messages are refused or harmless");
	cvl_device_destroy(dev);
}

static void test_extack(void)
{
	struct nlmsghdr buffer[HEADERS(4096)];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct nlmsgerr *error = mnl_nlmsg_put_extra_header(nlh, sizeof(*error));
	struct cvl_extack extack;
	uint32_t len;

	nlh->nlmsg_type = NLMSG_ERROR;
	nlh->nlmsg_flags = NLM_F_CAPPED | NLM_F_ACK_TLVS;
	error->msg.nlmsg_len = 1000;
	mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, "why");
	mnl_attr_put_u32(nlh, NLMSGERR_ATTR_OFFS, 44);
	mnl_attr_put_u32(nlh, NLMSGERR_ATTR_MISS_TYPE, 3);
	cvl_decode_extack(&extack, nlh);
	ktap_is(extack.text ? extack.text : "(none)", "why", "extack: sentence");
	ktap_ok(extack.has_offset && extack.offset == 44, "extack: offset");
	ktap_ok(extack.has_missing && extack.missing == 3, "extack: missing");
	nlh->nlmsg_flags = NLM_F_ACK_TLVS;
	cvl_decode_extack(&extack, nlh);
	ktap_ok(!extack.text, "extack: a request longer than the answer");
	error->msg.nlmsg_len = sizeof(error->msg);
	cvl_decode_extack(&extack, nlh);
	ktap_ok(extack.text, "extack: behind a whole request");
	nlh->nlmsg_flags = 0;
	cvl_decode_extack(&extack, nlh);
	ktap_ok(!extack.text && !extack.has_offset, "extack: none");
	nlh->nlmsg_flags = NLM_F_CAPPED | NLM_F_ACK_TLVS;
	for (len = nlh->nlmsg_len; len >= NLMSG_HDRLEN; len--) {
		nlh->nlmsg_len = len;
		cvl_decode_extack(&extack, nlh);
	}
	ktap_ok(!extack.text, "extack: cut off anywhere");
	nlh = mnl_nlmsg_put_header(buffer);
	nlh->nlmsg_type = NLMSG_DONE;
	nlh->nlmsg_flags = NLM_F_MULTI | NLM_F_ACK_TLVS;
	*(int *)mnl_nlmsg_put_extra_header(nlh, sizeof(int)) = -EPERM;
	mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, "at the end of a dump");
	cvl_decode_extack(&extack, nlh);
	ktap_is(extack.text ? extack.text : "(none)", "at the end of a dump",
		"extack: in NLMSG_DONE");
}

static void test_place(void)
{
	struct nlmsghdr buffer[HEADERS(8192)];
	struct cvl_device *dev = make_device(20, 20);
	char key[CVL_KEY_TEXT_SIZE];
	struct cvl_encoder encoder;
	char expected[160];
	char text[160] = "";
	uint32_t i;

	cvl_encoder_begin(&encoder, dev, 77);
	cvl_encoder_next(&encoder, buffer, sizeof(buffer));
	ktap_ok(!cvl_decode_place(text, sizeof(text), buffer, 24),
		"extack offset in the device's attributes: names no peer");
	cvl_decode_place(text, sizeof(text), buffer, buffer->nlmsg_len - 4);
	cvl_key_to_text(key, dev->last_peer->public_key);
	snprintf(expected, sizeof(expected), "peer %s, allowed IP %s", key,
		 "1313:1313:1313:1313:1313:1313:1313:1313/128");
	ktap_is(text, expected, "extack offset in the last allowed IP: names peer and allowed IP");
	for (i = 0; i < 10000; i++)
		cvl_decode_place(text, sizeof(text), buffer, i);
	ktap_ok(*text, "extack offsets anywhere are safe");
	cvl_device_destroy(dev);
}

int main(void)
{
	test_empty();
	test_round_trip(0, 0, CVL_MESSAGE_BYTES, 1);
	test_round_trip(1, 0, CVL_MESSAGE_BYTES, 1);
	test_round_trip(1, 1, CVL_MESSAGE_BYTES, 1);
	test_round_trip(1, 2, CVL_MESSAGE_BYTES, 1);
	test_round_trip(20, 20, CVL_MESSAGE_BYTES, 1);
	test_round_trip(600, 3, CVL_MESSAGE_BYTES, 2);
	test_round_trip(3, 5000, CVL_MESSAGE_BYTES, 3);
	test_round_trip(600, 5000, CVL_MESSAGE_MIN_BYTES, 100);
	test_round_trip(50, 300, 513, 20);
	test_round_trip(50, 300, 1023, 10);
	test_update_only();
	test_damaged();
	test_extack();
	test_place();
	return ktap_finish();
}
