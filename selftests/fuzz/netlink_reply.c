// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz target: what the kernel answers. The input is a kernel that answers the whole of
 * libculvert (list, find, get, read, set) as it likes; see netlink_answers.h.
 *
 * Input: what is asked; then datagrams, each a byte by enum reply_type, the message's
 * flags, and what it holds: raw, or a header and attributes as in netlink_build.h.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/culvert.h>
#include <linux/genetlink.h>
#include <linux/rtnetlink.h>

#include "fuzz.h"
#include "internal.h"
#include "netlink_answers.h"

/* Kinds of datagrams: the first byte of each. */
enum reply_type {
	REPLY_RAW,
	REPLY_ERROR,
	REPLY_DONE,
	REPLY_NOOP,
	REPLY_OVERRUN,
	REPLY_LINK,
	REPLY_FAMILY,
	REPLY_DEVICE,
	REPLY_TYPES,
};

#define REPLY_FAMILY_ID 0x1f

static void reply_fill_link(uint8_t *header)
{
	((struct ifinfomsg *)header)->ifi_index = netlink_answers_u8();
}

static const struct netlink_answer reply_answers[REPLY_TYPES] = {
	[REPLY_RAW] = NETLINK_ANSWER_RAW,
	[REPLY_ERROR] = NETLINK_ANSWER_ERROR,
	[REPLY_DONE] = NETLINK_ANSWER_DONE,
	[REPLY_NOOP] = { .type = NLMSG_NOOP },
	[REPLY_OVERRUN] = { .type = NLMSG_OVERRUN },
	[REPLY_LINK] = NETLINK_ANSWER(RTM_NEWLINK, sizeof(struct ifinfomsg), reply_fill_link),
	[REPLY_FAMILY] = NETLINK_ANSWER(GENL_ID_CTRL, sizeof(struct genlmsghdr), NULL),
	[REPLY_DEVICE] = {
		.type = REPLY_FAMILY_ID,
		.header_bytes = sizeof(struct genlmsghdr),
		.own_first = CV_OWN_FIRST,
	},
};

/* A refusal says why, in one line, without what terminals obey. */
static void reply_check_error(int code, const struct cvl_error *err)
{
	const char *c;

	FUZZ_CHECK(code < 0, "expected a negative code, got %d", code);
	FUZZ_CHECK(*err->text, "expected words with error %d", code);
	for (c = err->text; *c; c++)
		FUZZ_CHECK((unsigned char)*c >= ' ' && *c != 0x7f,
			   "expected no control characters, got byte %u in: %s",
			   (unsigned char)*c, err->text);
}

/* What a hostile kernel sends without end is refused, and what is kept can be printed. */
static void reply_check_ways(const struct cvl_peer *peer)
{
	const struct cvl_candidate *candidate;
	const struct cvl_allowed_ip *ip;
	char text[CVL_CANDIDATE_TEXT_SIZE];
	unsigned int count = 0;

	for (candidate = peer->candidates; candidate; candidate = candidate->next, count++)
		cvl_candidate_to_text(text, candidate);
	FUZZ_CHECK(count <= CVL_CANDIDATES_MAX, "expected at most 8 candidates, got %u", count);
	for (ip = peer->sources, count = 0; ip; ip = ip->next)
		count++;
	FUZZ_CHECK(count <= CVL_SOURCES_MAX, "expected at most 8 prefixes, got %u", count);
	FUZZ_CHECK(peer->follow != CVL_FOLLOW_WITHIN || count, "expected prefixes to follow to");
	FUZZ_CHECK(peer->follow <= CVL_FOLLOW_WITHIN && peer->endpoint_reason <= CVL_ENDPOINT_DATA,
		   "expected values that have a word");
}

/* A device that came can be printed, and what was printed be read. */
static void reply_check_device(const struct cvl_device *dev)
{
	struct cvl_device *again = cvl_device_create();
	const struct cvl_peer *peer;
	struct cvl_error err;
	char *text = NULL;
	size_t bytes;
	FILE *file = open_memstream(&text, &bytes);

	for (peer = dev->peers; peer; peer = peer->next) {
		char endpoint[CVL_ENDPOINT_TEXT_SIZE];

		if (peer->has & CVL_PEER_ENDPOINT)
			cvl_endpoint_to_text(endpoint, &peer->endpoint);
		reply_check_ways(peer);
	}
	if (!cvl_config_print(file, dev)) {
		fclose(file);
		FUZZ_CHECK(!cvl_config_parse(again, "again", text, bytes, &err),
			   "expected to read what was printed, got: %s\n%s", err.text, text);
	} else {
		fclose(file);
	}
	free(text);
	cvl_device_destroy(again);
}

/* A change like the device that came, which the kernel may refuse. */
static void reply_set(struct cvl_netlink *nl, const struct cvl_link *link,
		      struct cvl_device *dev)
{
	struct cvl_error err = { 0 };
	int code = cvl_netlink_set(nl, link, dev, &err);

	if (code)
		reply_check_error(code, &err);
}

/* Peer after peer, begun again as long as the kernel says that it was of no use. */
static int reply_read(const struct cvl_link *link, struct cvl_error *err)
{
	struct cvl_reader *reader = cvl_reader_create(link, err);
	struct cvl_peer *peer;
	int ret;

	if (!reader)
		return err->code;
	do {
		while ((ret = cvl_reader_next(reader, &peer, err)) > 0) {
			FUZZ_CHECK(!peer->next, "expected one peer");
			reply_check_ways(peer);
		}
		FUZZ_CHECK(!peer, "expected no peer with %d", ret);
	} while (ret == -EINTR && !cvl_reader_restart(reader, err));
	cvl_reader_destroy(reader);
	return ret;
}

/**
 * LLVMFuzzerTestOneInput() - ask, and be answered by one input
 * @data: anything
 * @size: of it
 *
 * Return: 0. Aborts if a rule is broken.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cvl_link link = { .ifindex = 7, .name = "cv0" };
	struct cvl_link *links = NULL;
	struct cvl_device *dev = NULL;
	struct cvl_error err = { 0 };
	struct cvl_netlink *nl = cvl_netlink_create(&err);
	size_t link_count;
	uint8_t what;
	int code;

	FUZZ_CHECK(nl, "out of memory");
	netlink_answers_begin(reply_answers, REPLY_TYPES, data, size);
	what = netlink_answers_u8();
	link.kind = what & 1 ? CVL_KIND_WIREGUARD : CVL_KIND_CULVERT;
	if (what & 2) {
		code = cvl_netlink_list(nl, &links, &link_count, &err);
		FUZZ_CHECK(code || !link_count == !links, "expected links or no links");
	} else if (what & 4) {
		code = cvl_netlink_find(nl, &link, "cv0", &err);
	} else if (what & 8) {
		code = reply_read(&link, &err);
	} else {
		code = cvl_netlink_get(nl, &link, &dev, &err);
		FUZZ_CHECK(!code == !!dev, "expected a device or an error, got code %d", code);
	}
	if (code)
		reply_check_error(code, &err);
	if (dev) {
		reply_check_device(dev);
		reply_set(nl, &link, dev);
	}
	free(links);
	cvl_device_destroy(dev);
	cvl_netlink_destroy(nl);
	return 0;
}
