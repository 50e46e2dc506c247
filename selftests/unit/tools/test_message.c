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
#include <linux/time_types.h>
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

static void add_ways(struct cvl_peer *peer, int number)
{
	int i;

	peer->has |= CVL_PEER_CANDIDATES | CVL_PEER_FOLLOW | CVL_PEER_SILENT;
	for (i = 0; i < number % (CVL_CANDIDATES_MAX + 1); i++) {
		struct cvl_candidate *candidate = cvl_candidate_add(peer, (uint8_t)(255 * (i & 1)));

		candidate->endpoint.v6.sin6_family = i & 2 ? AF_INET : AF_INET6;
		candidate->endpoint.v6.sin6_port = htons((uint16_t)(i + 1));
	}
	peer->silent_s = (uint32_t)(number % 61);
	peer->follow = (enum cvl_follow)(number % 3);
	for (i = 0; peer->follow == CVL_FOLLOW_WITHIN && i <= number % CVL_SOURCES_MAX; i++) {
		struct cvl_allowed_ip ip = { .family = i & 1 ? AF_INET : AF_INET6 };

		ip.prefix_bits = (uint8_t)(number % 33);
		cvl_source_append(peer, &ip);
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
		if (i & 64)
			add_ways(peer, i);
		add_ips(peer, i + 1 < peers ? i % 7 : ips);
	}
	return dev;
}

static bool same_ips(const struct cvl_allowed_ip *x, const struct cvl_allowed_ip *y)
{
	for (; x && y; x = x->next, y = y->next) {
		if (x->family != y->family || x->remove != y->remove ||
		    x->prefix_bits != y->prefix_bits ||
		    memcmp(&x->v6, &y->v6, x->family == AF_INET ? 4 : 16))
			return false;
	}
	return !x && !y;
}

static bool same_ways(const struct cvl_peer *a, const struct cvl_peer *b)
{
	const struct cvl_candidate *x = a->candidates;
	const struct cvl_candidate *y = b->candidates;

	for (; x && y; x = x->next, y = y->next) {
		if (x->preference != y->preference || x->in_use != y->in_use ||
		    memcmp(&x->endpoint, &y->endpoint, x->endpoint.any.sa_family == AF_INET ?
			   sizeof(x->endpoint.v4) : sizeof(x->endpoint.v6)))
			return false;
	}
	return !x && !y && a->follow == b->follow && a->silent_s == b->silent_s &&
	       same_ips(a->sources, b->sources);
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
		    !same_ways(x, y) || !same_ips(x->allowed_ips, y->allowed_ips))
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

	add_ways(dev->peers, CVL_CANDIDATES_MAX);
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

/* What is added to a peer of a dump. */
typedef void (*put_t)(struct nlmsghdr *nlh);

/* A dump with one peer; whether it is read, or refused with -EBADMSG and these words. */
static struct cvl_device *decode_peer(put_t put, const char *refusal, const char *name)
{
	struct nlmsghdr buffer[HEADERS(4096)] = { 0 };
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct cvl_device *dev = cvl_device_create();
	struct nlattr *peers, *peer;
	struct cvl_error err = { 0 };
	int ret;

	mnl_nlmsg_put_extra_header(nlh, sizeof(struct genlmsghdr));
	peers = mnl_attr_nest_start(nlh, CVDEVICE_A_PEERS);
	peer = mnl_attr_nest_start(nlh, 0);
	mnl_attr_put(nlh, CVPEER_A_PUBLIC_KEY, CV_KEY_LEN, "a key of thirty-two characters..");
	put(nlh);
	mnl_attr_nest_end(nlh, peer);
	mnl_attr_nest_end(nlh, peers);
	ret = cvl_decode_device(dev, nlh, &err);
	ktap_equal(ret, refusal ? -EBADMSG : 0, name);
	if (refusal)
		ktap_is(err.text, refusal, name);
	return dev;
}

static void put_candidates(struct nlmsghdr *nlh, unsigned int count)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	struct nlattr *nest = mnl_attr_nest_start(nlh, CVPEER_A_CANDIDATES);
	unsigned int i;

	for (i = 0; i < count; i++) {
		struct nlattr *item = mnl_attr_nest_start(nlh, 0);

		sin.sin_port = htons((uint16_t)(i + 1));
		mnl_attr_put(nlh, CVCANDIDATE_A_ENDPOINT, sizeof(sin), &sin);
		if (i == 2)
			mnl_attr_put(nlh, CVCANDIDATE_A_IN_USE, 0, "");
		mnl_attr_put(nlh, 99, 3, "new");
		if (i != 1)
			mnl_attr_put_u8(nlh, CVCANDIDATE_A_PREFERENCE, (uint8_t)(i / 2));
		mnl_attr_nest_end(nlh, item);
	}
	mnl_attr_nest_end(nlh, nest);
}

static void put_sources(struct nlmsghdr *nlh, unsigned int count, uint8_t bits)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, CVPEER_A_SOURCES);

	while (count--) {
		struct nlattr *item = mnl_attr_nest_start(nlh, 0);

		mnl_attr_put_u16(nlh, CVALLOWEDIP_A_FAMILY, AF_INET);
		mnl_attr_put_u32(nlh, CVALLOWEDIP_A_IPADDR, 0);
		mnl_attr_put_u8(nlh, CVALLOWEDIP_A_CIDR_MASK, bits);
		mnl_attr_nest_end(nlh, item);
	}
	mnl_attr_nest_end(nlh, nest);
}

static void put_good(struct nlmsghdr *nlh)
{
	const struct __kernel_timespec since = { .tv_sec = 1234567890123, .tv_nsec = 5 };

	put_candidates(nlh, CVL_CANDIDATES_MAX);
	mnl_attr_put_u8(nlh, CVPEER_A_FOLLOW, CVFOLLOW_WITHIN);
	put_sources(nlh, CVL_SOURCES_MAX, 32);
	mnl_attr_put_u32(nlh, CVPEER_A_SILENT_S, 60);
	mnl_attr_put(nlh, CVPEER_A_ENDPOINT_SINCE, sizeof(since), &since);
	mnl_attr_put_u8(nlh, CVPEER_A_ENDPOINT_REASON, CVENDPOINT_DATA);
}

static void put_twice(struct nlmsghdr *nlh)
{
	put_candidates(nlh, CVL_CANDIDATES_MAX);
	put_candidates(nlh, 1);
	mnl_attr_put_u8(nlh, CVPEER_A_ENDPOINT_REASON, CVENDPOINT_MAX + 1);
}

static void put_nine(struct nlmsghdr *nlh) { put_candidates(nlh, CVL_CANDIDATES_MAX + 1); }

static void put_nine_sources(struct nlmsghdr *nlh)
{
	mnl_attr_put_u8(nlh, CVPEER_A_FOLLOW, CVFOLLOW_WITHIN);
	put_sources(nlh, CVL_SOURCES_MAX + 1, 32);
}

static void put_long_source(struct nlmsghdr *nlh) { put_sources(nlh, 1, 33); }

static void put_within_nothing(struct nlmsghdr *nlh)
{
	mnl_attr_put_u8(nlh, CVPEER_A_FOLLOW, CVFOLLOW_WITHIN);
	put_sources(nlh, 0, 0);
}

static void put_follow_unknown(struct nlmsghdr *nlh)
{
	mnl_attr_put_u8(nlh, CVPEER_A_FOLLOW, CVFOLLOW_MAX + 1);
}

static void put_follow_long(struct nlmsghdr *nlh) { mnl_attr_put_u16(nlh, CVPEER_A_FOLLOW, 0); }

static void put_silent_long(struct nlmsghdr *nlh)
{
	mnl_attr_put_u32(nlh, CVPEER_A_SILENT_S, CV_SILENT_S_MAX + 1);
}

static void put_silent_short(struct nlmsghdr *nlh) { mnl_attr_put_u8(nlh, CVPEER_A_SILENT_S, 9); }

static void put_since_short(struct nlmsghdr *nlh)
{
	mnl_attr_put_u64(nlh, CVPEER_A_ENDPOINT_SINCE, 9);
}

static void put_reason_long(struct nlmsghdr *nlh)
{
	mnl_attr_put_u16(nlh, CVPEER_A_ENDPOINT_REASON, CVENDPOINT_SET);
}

/* A candidate with one attribute more, behind its endpoint. */
static void put_candidate(struct nlmsghdr *nlh, uint16_t type, size_t bytes)
{
	static const struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = 9 };
	struct nlattr *nest = mnl_attr_nest_start(nlh, CVPEER_A_CANDIDATES);
	struct nlattr *item = mnl_attr_nest_start(nlh, 0);

	mnl_attr_put(nlh, CVCANDIDATE_A_ENDPOINT, sizeof(sin), &sin);
	mnl_attr_put(nlh, type, bytes, "\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
	mnl_attr_nest_end(nlh, item);
	mnl_attr_nest_end(nlh, nest);
}

static void put_no_port(struct nlmsghdr *nlh) { put_candidate(nlh, CVCANDIDATE_A_ENDPOINT, 16); }
static void put_short(struct nlmsghdr *nlh) { put_candidate(nlh, CVCANDIDATE_A_ENDPOINT, 15); }
static void put_stub(struct nlmsghdr *nlh) { put_candidate(nlh, CVCANDIDATE_A_ENDPOINT, 1); }
static void put_class(struct nlmsghdr *nlh) { put_candidate(nlh, CVCANDIDATE_A_PREFERENCE, 2); }
static void put_use(struct nlmsghdr *nlh) { put_candidate(nlh, CVCANDIDATE_A_IN_USE, 1); }

static void put_nowhere(struct nlmsghdr *nlh)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, CVPEER_A_CANDIDATES);
	struct nlattr *item = mnl_attr_nest_start(nlh, 0);

	mnl_attr_put_u8(nlh, CVCANDIDATE_A_PREFERENCE, 1);
	mnl_attr_nest_end(nlh, item);
	mnl_attr_nest_end(nlh, nest);
}

static void test_ways(void)
{
	struct cvl_device *dev = decode_peer(put_good, NULL, "ways to a peer are read");
	const struct cvl_peer *peer = dev->peers;
	const struct cvl_candidate *candidate = peer->candidates;
	unsigned int ports = 0;

	ktap_equal(peer->has, CVL_PEER_CANDIDATES | CVL_PEER_FOLLOW | CVL_PEER_SILENT,
		   "ways to a peer: fields");
	ktap_ok(peer->endpoint_since_s == 1234567890123 &&
		peer->endpoint_reason == CVL_ENDPOINT_DATA, "ways to a peer: since when and why");
	ktap_ok(candidate->next->next->in_use && candidate->next->next->preference == 1 &&
		!candidate->in_use, "ways to a peer: the one in use, and its class");
	for (; candidate; candidate = candidate->next)
		ports = ports * 10 + ntohs(candidate->endpoint.v4.sin_port);
	ktap_equal(ports, 12345678, "ways to a peer: all eight candidates");
	ktap_ok(peer->follow == CVL_FOLLOW_WITHIN && peer->sources->prefix_bits == 32,
		"ways to a peer: where it is followed to");
	cvl_device_destroy(dev);
	dev = decode_peer(put_twice, NULL, "two lists of candidates are read");
	ktap_ok(dev->peers->candidates && !dev->peers->candidates->next,
		"of two lists of candidates the last counts");
	ktap_equal(dev->peers->endpoint_reason, CVL_ENDPOINT_UNTOLD,
		   "a reason of a newer kernel is left out");
	cvl_device_destroy(dev);
}

static void test_ways_malformed(void)
{
	static const struct {
		const char *name;
		put_t put;
		const char *refusal;
	} peers[] = {
		{ "nine candidates are refused", put_nine, "list of candidates" },
		{ "nine prefixes to follow to are refused", put_nine_sources, "list of prefixes" },
		{ "a prefix of 33 bits to follow to is refused", put_long_source, "prefix" },
		{ "follow within no prefix is refused", put_within_nothing, "list of prefixes" },
		{ "follow of a newer kernel is refused", put_follow_unknown, "peer" },
		{ "follow of two bytes is refused", put_follow_long, "peer" },
		{ "silent for 61 s is refused", put_silent_long, "peer" },
		{ "silent of one byte is refused", put_silent_short, "peer" },
		{ "a time of 8 bytes is refused", put_since_short, "peer" },
		{ "a reason of two bytes is refused", put_reason_long, "peer" },
		{ "a candidate without a port is refused", put_no_port, "candidate" },
		{ "a candidate of 15 bytes is refused", put_short, "candidate" },
		{ "a candidate of 1 byte is refused", put_stub, "candidate" },
		{ "a preference of two bytes is refused", put_class, "candidate" },
		{ "a flag with a value is refused", put_use, "candidate" },
		{ "a candidate without an endpoint is refused", put_nowhere, "candidate" },
	};
	size_t i;

	for (i = 0; i < sizeof(peers) / sizeof(*peers); i++) {
		char refusal[80];

		snprintf(refusal, sizeof(refusal), "the kernel sent a malformed %s",
			 peers[i].refusal);
		cvl_device_destroy(decode_peer(peers[i].put, refusal, peers[i].name));
	}
}

/* All that a peer can have, as long as it can be: it must fit in the shortest message. */
static void test_largest_peer(void)
{
	struct cvl_device *dev = make_device(1, 0);
	struct cvl_device *back = cvl_device_create();
	struct cvl_peer *peer = dev->peers;
	struct cvl_allowed_ip ip = { .family = AF_INET6, .prefix_bits = 128, .remove = true };
	struct flag_count count;
	int i;

	strcpy(dev->name, "fifteen-letters");
	peer->replace_allowed_ips = true;
	peer->has = CVL_PEER_PRESHARED_KEY | CVL_PEER_KEEPALIVE | CVL_PEER_ENDPOINT |
		    CVL_PEER_NAME | CVL_PEER_IDLE | CVL_PEER_CANDIDATES | CVL_PEER_FOLLOW |
		    CVL_PEER_SILENT;
	peer->rekey_now = true;
	peer->endpoint.v6.sin6_family = AF_INET6;
	memset(peer->name, 'x', sizeof(peer->name) - 1);
	for (i = 0; i < CVL_CANDIDATES_MAX; i++) {
		struct cvl_candidate *candidate = cvl_candidate_add(peer, 1);

		candidate->endpoint.v6.sin6_family = AF_INET6;
		candidate->endpoint.v6.sin6_port = 1;
	}
	peer->follow = CVL_FOLLOW_WITHIN;
	for (i = 0; i < CVL_SOURCES_MAX; i++)
		cvl_source_append(peer, &(struct cvl_allowed_ip){ .family = AF_INET6 });
	cvl_allowed_ip_append(peer, &ip);
	ktap_equal(round_trip(dev, back, CVL_MESSAGE_MIN_BYTES, &count), 2,
		   "the largest peer fits in a message");
	ktap_ok(same_device(dev, back), "the largest peer is the same after");
	cvl_device_destroy(dev);
	cvl_device_destroy(back);
}

/* An attribute of a peer, alone in a message; NULL if it is not there. */
static const struct nlattr *find_attr(const struct nlmsghdr *nlh, uint16_t type)
{
	const struct nlattr *attr, *peer, *field;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) != CVDEVICE_A_PEERS)
			continue;
		mnl_attr_for_each_nested(peer, attr) {
			mnl_attr_for_each_nested(field, peer) {
				if (mnl_attr_get_type(field) == type)
					return field;
			}
		}
	}
	return NULL;
}

static void test_ways_sent(void)
{
	struct nlmsghdr buffer[HEADERS(CVL_MESSAGE_MIN_BYTES)];
	struct cvl_device *dev = cvl_device_create();
	struct cvl_peer *peer = cvl_peer_append(dev);
	struct cvl_encoder encoder;

	peer->rekey_now = true;
	peer->update_only = true;
	cvl_encoder_begin(&encoder, dev, 77);
	cvl_encoder_next(&encoder, buffer, sizeof(buffer));
	ktap_ok(find_attr(buffer, CVPEER_A_REKEY_NOW) &&
		!mnl_attr_get_payload_len(find_attr(buffer, CVPEER_A_REKEY_NOW)),
		"rekey is sent as a flag");
	ktap_ok(mnl_attr_get_u32(find_attr(buffer, CVPEER_A_FLAGS)) == CVPEER_F_UPDATE_ONLY,
		"rekey is sent with update only");
	ktap_ok(!find_attr(buffer, CVPEER_A_CANDIDATES) && !find_attr(buffer, CVPEER_A_FOLLOW) &&
		!find_attr(buffer, CVPEER_A_SILENT_S), "what is not set is not sent");
	peer->rekey_now = false;
	peer->has = CVL_PEER_CANDIDATES | CVL_PEER_FOLLOW | CVL_PEER_SILENT;
	/* its name is not resolved */
	cvl_candidate_add(peer, 0);
	cvl_encoder_begin(&encoder, dev, 77);
	cvl_encoder_next(&encoder, buffer, sizeof(buffer));
	ktap_ok(find_attr(buffer, CVPEER_A_CANDIDATES) &&
		!mnl_attr_get_payload_len(find_attr(buffer, CVPEER_A_CANDIDATES)),
		"no candidates are sent as an empty list");
	ktap_ok(find_attr(buffer, CVPEER_A_FOLLOW) && !find_attr(buffer, CVPEER_A_SOURCES),
		"follow anywhere is sent without prefixes");
	ktap_ok(find_attr(buffer, CVPEER_A_SILENT_S) && !find_attr(buffer, CVPEER_A_REKEY_NOW),
		"silent 0 is sent, and rekey only if it is asked for");
	cvl_device_destroy(dev);
}

/* Kind wireguard has none of it: that is said before a socket is looked at. */
static void test_wireguard(void)
{
	static const struct {
		unsigned int has;
		const char *what;
	} settings[] = {
		{ CVL_PEER_NAME, "name of a peer" },
		{ CVL_PEER_IDLE, "idle time of a peer" },
		{ CVL_PEER_CANDIDATES, "candidates of a peer" },
		{ CVL_PEER_FOLLOW, "limit to where a peer is followed" },
		{ CVL_PEER_SILENT, "silent time of a peer" },
		{ 0, "rekey of a peer" },
	};
	const struct cvl_link link = { .kind = CVL_KIND_WIREGUARD, .name = "wg0" };
	size_t i;

	for (i = 0; i < sizeof(settings) / sizeof(*settings); i++) {
		struct cvl_device *dev = cvl_device_create();
		struct cvl_peer *peer;
		struct cvl_error err;
		char expected[160];

		cvl_peer_append(dev);
		peer = cvl_peer_append(dev);
		peer->has = settings[i].has;
		peer->rekey_now = !peer->has;
		snprintf(expected, sizeof(expected),
			 "wg0: links of kind wireguard have no %s; expected one of kind culvert",
			 settings[i].what);
		if (cvl_netlink_set(NULL, &link, dev, &err) == -EOPNOTSUPP)
			ktap_is(err.text, expected, "kind wireguard is refused what it has not");
		else
			ktap_ok(false, expected);
		cvl_device_destroy(dev);
	}
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

/* A refusal names the item of a list that it is about. */
static void test_place_of_ways(void)
{
	struct nlmsghdr buffer[HEADERS(4096)];
	struct cvl_device *dev = cvl_device_create();
	struct cvl_peer *peer = cvl_peer_append(dev);
	struct cvl_encoder encoder;
	struct cvl_error err;
	const struct cvl_resolve_options options = { .retries = 0 };
	const struct nlattr *attr;
	char text[160] = "";
	char key[CVL_KEY_TEXT_SIZE];
	char expected[160];

	cvl_word_candidates(peer, "192.0.2.1:1,[2001:db8::1]:51820@255", &err);
	cvl_word_follow(peer, "10.0.0.0/8,2001:db8::/32", &err);
	cvl_endpoints_resolve(dev, &options, &err);
	cvl_key_to_text(key, peer->public_key);
	cvl_encoder_begin(&encoder, dev, 77);
	cvl_encoder_next(&encoder, buffer, sizeof(buffer));
	attr = find_attr(buffer, CVPEER_A_CANDIDATES);
	cvl_decode_place(text, sizeof(text), buffer,
			 (uint32_t)((char *)attr + attr->nla_len - 4 - (char *)buffer));
	snprintf(expected, sizeof(expected), "peer %s, candidate [2001:db8::1]:51820@255", key);
	ktap_is(text, expected, "extack offset in a candidate: names peer and candidate");
	attr = find_attr(buffer, CVPEER_A_SOURCES);
	cvl_decode_place(text, sizeof(text), buffer,
			 (uint32_t)((char *)attr + attr->nla_len - 4 - (char *)buffer));
	snprintf(expected, sizeof(expected), "peer %s, follow 2001:db8::/32", key);
	ktap_is(text, expected, "extack offset in a prefix to follow to: names peer and prefix");
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
	test_round_trip(50, 300, CVL_MESSAGE_MIN_BYTES + 1, 10);
	test_round_trip(50, 300, 1501, 5);
	test_round_trip(130, 300, CVL_MESSAGE_MIN_BYTES, 10);
	test_largest_peer();
	test_update_only();
	test_ways();
	test_ways_malformed();
	test_ways_sent();
	test_wireguard();
	test_damaged();
	test_extack();
	test_place();
	test_place_of_ways();
	return ktap_finish();
}
