// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz target: what rtnetlink answers. The input is a kernel that answers tools/lib/route.c as
 * it likes; see netlink_answers.h.
 *
 * Input: what is asked (enum route_question), then answers by enum route_answer.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/fib_rules.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include "internal.h"
#include "netlink_answers.h"
#include "route.h"

/* The first byte of an input. */
enum route_question {
	ASK_LINKS,
	ASK_LINK_BY_NAME,
	ASK_LINK,
	ASK_ADDRESS,
	ASK_ROUTE4,
	ASK_ROUTE6,
	ASK_CHECK,
	ASK_NETNS,
	ASK_MARKED,
	QUESTIONS,
};

/* The first byte of an answer. */
enum route_answer {
	ANSWER_RAW,
	ANSWER_ERROR,
	ANSWER_DONE,
	ANSWER_NOOP,
	ANSWER_OVERRUN,
	ANSWER_LINK,
	ANSWER_ADDRESS,
	ANSWER_ROUTE,
	ANSWER_RULE,
	ANSWER_NETNS,
	ANSWERS,
};

/* Of the link that is asked about. */
#define IFINDEX 7

/* Index, then flags. */
static void route_fill_link(uint8_t *header)
{
	struct ifinfomsg *info = (struct ifinfomsg *)header;

	info->ifi_index = netlink_answers_u8();
	info->ifi_flags = netlink_answers_u8();
}

static void route_fill_address(uint8_t *header)
{
	((struct ifaddrmsg *)header)->ifa_index = netlink_answers_u8();
}

/* Family, length of the destination, table, type. */
static void route_fill_route(uint8_t *header)
{
	struct rtmsg *rtm = (struct rtmsg *)header;

	rtm->rtm_family = netlink_answers_u8();
	rtm->rtm_dst_len = netlink_answers_u8();
	rtm->rtm_table = netlink_answers_u8();
	rtm->rtm_type = netlink_answers_u8();
}

/* All of it. */
static void route_fill_rule(uint8_t *header)
{
	netlink_answers_bytes(header, sizeof(struct fib_rule_hdr));
}

static const struct netlink_answer route_answers[ANSWERS] = {
	[ANSWER_RAW] = NETLINK_ANSWER_RAW,
	[ANSWER_ERROR] = NETLINK_ANSWER_ERROR,
	[ANSWER_DONE] = NETLINK_ANSWER_DONE,
	[ANSWER_NOOP] = { .type = NLMSG_NOOP },
	[ANSWER_OVERRUN] = { .type = NLMSG_OVERRUN },
	[ANSWER_LINK] = NETLINK_ANSWER(RTM_NEWLINK, sizeof(struct ifinfomsg), route_fill_link),
	[ANSWER_ADDRESS] = NETLINK_ANSWER(RTM_NEWADDR, sizeof(struct ifaddrmsg),
					  route_fill_address),
	[ANSWER_ROUTE] = NETLINK_ANSWER(RTM_NEWROUTE, sizeof(struct rtmsg), route_fill_route),
	[ANSWER_RULE] = NETLINK_ANSWER(RTM_NEWRULE, sizeof(struct fib_rule_hdr),
				       route_fill_rule),
	[ANSWER_NETNS] = NETLINK_ANSWER(RTM_NEWNSID, sizeof(struct rtgenmsg), NULL),
};

/* Of each index but 0 there is a device. */
char *if_indextoname(unsigned int ifindex, char name[IF_NAMESIZE])
{
	if (!ifindex) {
		errno = ENXIO;
		return NULL;
	}
	snprintf(name, IF_NAMESIZE, "if%u", ifindex);
	return name;
}

static int route_ask_links(const char *name)
{
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, 0);
	struct cvl_route_links found = { 0 };
	struct cvl_channel *channel = calloc(1, sizeof(*channel));
	struct cvl_error err = { 0 };
	size_t i;
	int code;

	FUZZ_CHECK(channel, "out of memory");
	code = cvl_route_links(&found, name, socket, channel, &err);
	mnl_socket_close(socket);
	FUZZ_CHECK(!code || *err.text, "expected words with error %d", code);
	for (i = 0; i < found.count; i++) {
		size_t len = strnlen(found.links[i].name, sizeof(found.links[i].name));

		FUZZ_CHECK(len && len < sizeof(found.links[i].name),
			   "expected a name that ends, got %zu characters", len);
		FUZZ_CHECK(found.links[i].kind == CVL_KIND_CULVERT ||
			   found.links[i].kind == CVL_KIND_WIREGUARD,
			   "expected a kind of ours, got %d", (int)found.links[i].kind);
	}
	free(found.links);
	free(channel);
	return code;
}

static int route_ask_link(void)
{
	struct cvl_route_link link;

	return cvl_route_link(&link, IFINDEX);
}

static int route_ask_address(void)
{
	struct in_addr address;

	return cvl_route_address(&address, IFINDEX);
}

static int route_ask_route(sa_family_t family)
{
	union cvl_address to = { .any.sa_family = family };
	struct cvl_route route;
	int code = cvl_route_to(&route, &to, 1);
	sa_family_t source = route.source.any.sa_family;

	FUZZ_CHECK(!source || source == AF_INET || source == AF_INET6,
		   "expected a source of IPv4 or of IPv6, or none, got family %u", source);
	FUZZ_CHECK(code || (route.ifindex && *route.device),
		   "expected a device, got index %u, name '%s'", route.ifindex, route.device);
	return code;
}

static int route_ask_check(void)
{
	struct in_addr from = { htonl(0x0a000001) }, to = { htonl(0x0a000002) };

	return cvl_route_check(IFINDEX, &from, &to, 0);
}

static void route_take_marked(void *arg, uint32_t mark, const struct in_addr *to)
{
	(void)arg;
	(void)to;
	FUZZ_CHECK(mark, "expected a mark");
}

static int route_ask(enum route_question question)
{
	switch (question) {
	case ASK_LINKS:
		return route_ask_links(NULL);
	case ASK_LINK_BY_NAME:
		return route_ask_links("cv0");
	case ASK_LINK:
		return route_ask_link();
	case ASK_ADDRESS:
		return route_ask_address();
	case ASK_ROUTE4:
		return route_ask_route(AF_INET);
	case ASK_ROUTE6:
		return route_ask_route(AF_INET6);
	case ASK_CHECK:
		return route_ask_check();
	case ASK_NETNS:
		return cvl_route_netns_id(3) < 0 ? -1 : 0;
	case ASK_MARKED:
		return cvl_route_each_marked(IFINDEX, route_take_marked, NULL);
	default:
		return 0;
	}
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
	int code;

	netlink_answers_begin(route_answers, ANSWERS, data, size);
	code = route_ask(netlink_answers_u8() % QUESTIONS);
	FUZZ_CHECK(code <= 0, "expected 0 or a negative code, got %d", code);
	return 0;
}
