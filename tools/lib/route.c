// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * rtnetlink: which links there are, which way a packet would go, whether one that comes in
 * would pass the kernel's reverse path filter, and where the sockets of a link are. Nothing
 * is changed.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/culvert.h>
#include <linux/fib_rules.h>
#include <linux/if_link.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "internal.h"
#include "route.h"

/* Enough for each request of this file. */
#define CVL_ROUTE_REQUEST_BYTES 256

/* A rule or a route beyond these is not looked at. */
#define CVL_ROUTE_MAX_RULES 64

/* Stands for all of the Internet where a route has no destination. */
#define CVL_ROUTE_ANYWHERE 0x08080808U

const char * const cvl_route_kinds[] = {
	[CVL_KIND_CULVERT] = CV_LINK_KIND,
	[CVL_KIND_WIREGUARD] = "wireguard",
};

/* Begins a request. Return: the header behind that of netlink, all zero. */
static void *cvl_route_begin(struct nlmsghdr *nlh, uint16_t type, uint16_t flags,
			     size_t header_bytes)
{
	mnl_nlmsg_put_header(nlh);
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	return mnl_nlmsg_put_extra_header(nlh, header_bytes);
}

/* Return: whether it is one of our kinds. */
static bool cvl_route_link_kind(const struct nlattr *info,
				enum cvl_kind *kind)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, info) {
		if (mnl_attr_get_type(attr) != IFLA_INFO_KIND ||
		    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) < 0)
			continue;
		for (*kind = CVL_KIND_CULVERT; *kind <= CVL_KIND_WIREGUARD;
		     ++*kind) {
			if (!strcmp(mnl_attr_get_str(attr),
				    cvl_route_kinds[*kind]))
				return true;
		}
	}
	return false;
}

static struct cvl_link *cvl_route_links_grow(struct cvl_route_links *found)
{
	if (found->count == found->size) {
		size_t size = found->size ? found->size * 2 : 16;
		struct cvl_link *links = reallocarray(found->links, size,
						      sizeof(*links));

		if (!links)
			return NULL;
		found->links = links;
		found->size = size;
	}
	return &found->links[found->count];
}

static int cvl_route_take_links(const struct nlmsghdr *nlh, void *arg,
				struct cvl_error *err)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(nlh);
	struct cvl_route_links *found = arg;
	struct cvl_link *link;
	const struct nlattr *attr;
	bool ours = false;

	if (nlh->nlmsg_type != RTM_NEWLINK ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(*info))
		return 0;
	link = cvl_route_links_grow(found);
	if (!link)
		return cvl_error_set(err, -ENOMEM, "out of memory");
	memset(link, 0, sizeof(*link));
	link->ifindex = (unsigned int)info->ifi_index;
	mnl_attr_for_each(attr, nlh, sizeof(*info)) {
		if (mnl_attr_get_type(attr) == IFLA_LINKINFO)
			ours = cvl_route_link_kind(attr, &link->kind);
		else if (mnl_attr_get_type(attr) == IFLA_IFNAME &&
			 mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) == 0)
			snprintf(link->name, sizeof(link->name), "%s",
				 mnl_attr_get_str(attr));
	}
	if (ours && *link->name)
		found->count++;
	return 0;
}

/**
 * cvl_route_links() - find the links that can be talked to
 * @found: starts empty; its array is for free(), on failure too
 * @name: of the one that is looked for, or NULL for all
 * @socket: of NETLINK_ROUTE
 * @channel: used
 * @err: set on failure
 *
 * Return: 0, -ENODEV if there is no link of that name, or another negative errno.
 */
int cvl_route_links(struct cvl_route_links *found, const char *name, struct mnl_socket *socket,
		    struct cvl_channel *channel, struct cvl_error *err)
{
	struct nlmsghdr message[CVL_HEADERS(CVL_ROUTE_REQUEST_BYTES)];
	struct cvl_request request = {
		.socket = socket,
		.nlh = message,
		.take = cvl_route_take_links,
		.arg = found,
	};
	int tries;
	int ret;

	cvl_route_begin(message, RTM_GETLINK, name ? NLM_F_ACK : NLM_F_DUMP,
			sizeof(struct ifinfomsg));
	if (name)
		mnl_attr_put_strz(message, IFLA_IFNAME, name);
	mnl_attr_put_u32(message, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	for (tries = 0; tries < CVL_DUMP_TRIES; tries++) {
		found->count = 0;
		ret = cvl_request_run(&request, channel, err);
		if (ret || !request.interrupted)
			return ret;
	}
	return cvl_error_set(err, -EBUSY,
			     "the links keep changing while they are listed");
}

typedef void (*cvl_route_take_t)(const struct nlmsghdr *nlh, void *arg);

/* Takes the answers of a type, where that cannot fail; others, and short ones, are passed over. */
struct cvl_route_taker {
	uint16_t type;
	size_t header_bytes;
	cvl_route_take_t take;
	void *arg;
};

static int cvl_route_take(const struct nlmsghdr *nlh, void *arg, struct cvl_error *err)
{
	const struct cvl_route_taker *taker = arg;

	(void)err;
	if (nlh->nlmsg_type == taker->type &&
	    mnl_nlmsg_get_payload_len(nlh) >= taker->header_bytes)
		taker->take(nlh, taker->arg);
	return 0;
}

/* Opens a socket each time: the thread may be in another namespace than the last time. */
static int cvl_route_ask(struct nlmsghdr *nlh, uint16_t type, size_t header_bytes,
			 cvl_route_take_t take, void *arg)
{
	struct cvl_route_taker taker = {
		.type = type,
		.header_bytes = header_bytes,
		.take = take,
		.arg = arg,
	};
	struct cvl_error err = { 0 };
	struct cvl_request request = {
		.socket = cvl_request_open(NETLINK_ROUTE, &err),
		.nlh = nlh,
		.take = cvl_route_take,
		.arg = &taker,
	};
	struct cvl_channel channel;
	int ret;

	if (!request.socket)
		return err.code;
	channel.sequence = 0;
	ret = cvl_request_run(&request, &channel, &err);
	mnl_socket_close(request.socket);
	return !ret && request.interrupted ? -EINTR : ret;
}

static void cvl_route_take_route(const struct nlmsghdr *nlh, void *arg)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	struct cvl_route *route = arg;
	const struct nlattr *attr;

	route->type = rtm->rtm_type;
	mnl_attr_for_each(attr, nlh, sizeof(*rtm)) {
		bool taken = false;

		if (mnl_attr_get_type(attr) == RTA_OIF)
			cvl_decode_bytes(&route->ifindex, attr, sizeof(route->ifindex));
		if (mnl_attr_get_type(attr) != RTA_PREFSRC)
			continue;
		if (rtm->rtm_family == AF_INET)
			taken = cvl_decode_bytes(&route->source.v4.sin_addr, attr,
						 sizeof(struct in_addr));
		else if (rtm->rtm_family == AF_INET6)
			taken = cvl_decode_bytes(&route->source.v6.sin6_addr, attr,
						 sizeof(struct in6_addr));
		if (taken)
			route->source.any.sa_family = rtm->rtm_family;
	}
}

/**
 * cvl_route_to() - the route of a packet that this machine sends
 * @route: filled in
 * @to: where to; its port does not matter
 * @mark: of the packet
 *
 * Return: 0 or a negative errno: there is no route.
 */
int cvl_route_to(struct cvl_route *route, const union cvl_address *to, uint32_t mark)
{
	struct nlmsghdr request[CVL_HEADERS(CVL_ROUTE_REQUEST_BYTES)];
	struct rtmsg *rtm = cvl_route_begin(request, RTM_GETROUTE, NLM_F_ACK, sizeof(*rtm));
	int ret;

	memset(route, 0, sizeof(*route));
	rtm->rtm_family = (unsigned char)to->any.sa_family;
	rtm->rtm_dst_len = (unsigned char)(cvl_address_ip_bytes(to) * 8);
	mnl_attr_put(request, RTA_DST, cvl_address_ip_bytes(to), cvl_address_ip(to));
	if (cvl_address_is_ipv6(to) && to->v6.sin6_scope_id)
		mnl_attr_put_u32(request, RTA_OIF, to->v6.sin6_scope_id);
	mnl_attr_put_u32(request, RTA_MARK, mark);
	ret = cvl_route_ask(request, RTM_NEWROUTE, sizeof(struct rtmsg),
			    cvl_route_take_route, route);
	if (!ret && !if_indextoname(route->ifindex, route->device))
		ret = -ENODEV;
	return ret;
}

/**
 * cvl_route_check() - whether the kernel takes a packet that comes in
 * @ifindex: where
 * @from: its source
 * @to: its destination, an address of this machine
 * @mark: that it has when it is routed
 *
 * The kernel itself answers, with its rules, tables, rp_filter and src_valid_mark.
 *
 * Return: 0, or a negative errno if it would be dropped.
 */
int cvl_route_check(unsigned int ifindex, const struct in_addr *from, const struct in_addr *to,
		    uint32_t mark)
{
	struct nlmsghdr request[CVL_HEADERS(CVL_ROUTE_REQUEST_BYTES)];
	struct rtmsg *rtm = cvl_route_begin(request, RTM_GETROUTE, NLM_F_ACK, sizeof(*rtm));
	struct cvl_route route = { 0 };

	rtm->rtm_family = AF_INET;
	rtm->rtm_dst_len = 32;
	rtm->rtm_src_len = 32;
	mnl_attr_put(request, RTA_DST, sizeof(*to), to);
	mnl_attr_put(request, RTA_SRC, sizeof(*from), from);
	mnl_attr_put_u32(request, RTA_IIF, ifindex);
	mnl_attr_put_u32(request, RTA_MARK, mark);
	return cvl_route_ask(request, RTM_NEWROUTE, sizeof(*rtm), cvl_route_take_route, &route);
}

static void cvl_route_take_link(const struct nlmsghdr *nlh, void *arg)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(nlh);
	struct cvl_route_link *link = arg;
	const struct nlattr *attr;

	link->flags = info->ifi_flags;
	mnl_attr_for_each(attr, nlh, sizeof(*info)) {
		if (mnl_attr_get_type(attr) == IFLA_MTU)
			cvl_decode_bytes(&link->mtu, attr, sizeof(link->mtu));
		else if (mnl_attr_get_type(attr) == IFLA_LINK_NETNSID)
			cvl_decode_bytes(&link->netns_id, attr, sizeof(link->netns_id));
	}
}

/**
 * cvl_route_link() - ask about a link
 * @link: filled in
 * @ifindex: of the link
 *
 * Return: 0 or a negative errno.
 */
int cvl_route_link(struct cvl_route_link *link, unsigned int ifindex)
{
	struct nlmsghdr request[CVL_HEADERS(CVL_ROUTE_REQUEST_BYTES)];
	struct ifinfomsg *info = cvl_route_begin(request, RTM_GETLINK, NLM_F_ACK, sizeof(*info));

	memset(link, 0, sizeof(*link));
	link->netns_id = -1;
	info->ifi_index = (int)ifindex;
	return cvl_route_ask(request, RTM_NEWLINK, sizeof(*info), cvl_route_take_link, link);
}

struct cvl_route_address {
	unsigned int ifindex;
	struct in_addr *address;
	bool is_found;
};

static void cvl_route_take_address(const struct nlmsghdr *nlh, void *arg)
{
	const struct ifaddrmsg *info = mnl_nlmsg_get_payload(nlh);
	struct cvl_route_address *wanted = arg;
	const struct nlattr *attr;

	if (info->ifa_index != wanted->ifindex)
		return;
	mnl_attr_for_each(attr, nlh, sizeof(*info)) {
		if (mnl_attr_get_type(attr) == IFA_LOCAL && !wanted->is_found)
			wanted->is_found = cvl_decode_bytes(wanted->address, attr,
							    sizeof(*wanted->address));
	}
}

/**
 * cvl_route_address() - an IPv4 address of a link
 * @address: set
 * @ifindex: of the link
 *
 * Return: 0 or a negative errno: it has none.
 */
int cvl_route_address(struct in_addr *address, unsigned int ifindex)
{
	struct nlmsghdr request[CVL_HEADERS(CVL_ROUTE_REQUEST_BYTES)];
	struct cvl_route_address wanted = { .ifindex = ifindex, .address = address };
	struct ifaddrmsg *info = cvl_route_begin(request, RTM_GETADDR, NLM_F_DUMP, sizeof(*info));
	int ret;

	info->ifa_family = AF_INET;
	ret = cvl_route_ask(request, RTM_NEWADDR, sizeof(*info), cvl_route_take_address, &wanted);
	return ret ? ret : wanted.is_found ? 0 : -EADDRNOTAVAIL;
}

static void cvl_route_take_netns(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *attr;
	int *id = arg;

	mnl_attr_for_each(attr, nlh, sizeof(struct rtgenmsg)) {
		if (mnl_attr_get_type(attr) == NETNSA_NSID)
			cvl_decode_bytes(id, attr, sizeof(*id));
	}
}

/**
 * cvl_route_netns_id() - the number by which this namespace knows another
 * @fd: of the other one
 *
 * Return: the number, or a negative one if it has none here.
 */
int cvl_route_netns_id(int fd)
{
	struct nlmsghdr request[CVL_HEADERS(CVL_ROUTE_REQUEST_BYTES)];
	int id = -1;

	cvl_route_begin(request, RTM_GETNSID, NLM_F_ACK, sizeof(struct rtgenmsg));
	mnl_attr_put_u32(request, NETNSA_FD, (uint32_t)fd);
	return cvl_route_ask(request, RTM_NEWNSID, sizeof(struct rtgenmsg),
			     cvl_route_take_netns, &id) ? -1 : id;
}

/* Rules that choose a table by the mark and by nothing else, and routes of these tables. */
struct cvl_route_marked {
	unsigned int ifindex;
	cvl_route_marked_t take;
	void *arg;
	size_t count;
	struct {
		uint32_t mark;
		uint32_t table;
	} rules[CVL_ROUTE_MAX_RULES];
};

static void cvl_route_take_rule(const struct nlmsghdr *nlh, void *arg)
{
	const struct fib_rule_hdr *header = mnl_nlmsg_get_payload(nlh);
	struct cvl_route_marked *marked = arg;
	uint32_t table = header->table;
	const struct nlattr *attr;
	uint32_t mark = 0;

	if (header->action != FR_ACT_TO_TBL ||
	    header->src_len || header->dst_len || header->tos ||
	    header->flags & FIB_RULE_INVERT || marked->count == CVL_ROUTE_MAX_RULES)
		return;
	mnl_attr_for_each(attr, nlh, sizeof(*header)) {
		switch (mnl_attr_get_type(attr)) {
		case FRA_TABLE:
			cvl_decode_bytes(&table, attr, sizeof(table));
			break;
		case FRA_FWMARK:
			cvl_decode_bytes(&mark, attr, sizeof(mark));
			break;
		case FRA_IIFNAME:
		case FRA_OIFNAME:
		case FRA_L3MDEV:
		case FRA_UID_RANGE:
		case FRA_IP_PROTO:
		case FRA_SPORT_RANGE:
		case FRA_DPORT_RANGE:
			return;
		}
	}
	if (!mark)
		return;
	marked->rules[marked->count].mark = mark;
	marked->rules[marked->count++].table = table;
}

static void cvl_route_take_marked(const struct nlmsghdr *nlh, void *arg)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	struct in_addr to = { .s_addr = htonl(CVL_ROUTE_ANYWHERE) };
	const struct cvl_route_marked *marked = arg;
	uint32_t table = rtm->rtm_table;
	const struct nlattr *attr;
	unsigned int ifindex = 0;
	size_t i;

	if (rtm->rtm_type != RTN_UNICAST)
		return;
	mnl_attr_for_each(attr, nlh, sizeof(*rtm)) {
		if (mnl_attr_get_type(attr) == RTA_TABLE)
			cvl_decode_bytes(&table, attr, sizeof(table));
		else if (mnl_attr_get_type(attr) == RTA_OIF)
			cvl_decode_bytes(&ifindex, attr, sizeof(ifindex));
		else if (mnl_attr_get_type(attr) == RTA_DST && rtm->rtm_dst_len)
			cvl_decode_bytes(&to, attr, sizeof(to));
	}
	/* a host of the prefix, not the address of the prefix itself */
	if (rtm->rtm_dst_len && rtm->rtm_dst_len < 31)
		to.s_addr |= htonl(1);
	for (i = 0; ifindex == marked->ifindex && i < marked->count; i++) {
		if (marked->rules[i].table == table)
			marked->take(marked->arg, marked->rules[i].mark, &to);
	}
}

static int cvl_route_dump(uint16_t type, uint16_t answer_type, size_t header_bytes,
			  cvl_route_take_t take, void *arg)
{
	struct nlmsghdr request[CVL_HEADERS(CVL_ROUTE_REQUEST_BYTES)];
	struct rtmsg *rtm = cvl_route_begin(request, type, NLM_F_DUMP, sizeof(*rtm));

	rtm->rtm_family = AF_INET;
	return cvl_route_ask(request, answer_type, header_bytes, take, arg);
}

/**
 * cvl_route_each_marked() - what IPv4 packets reach through a link if they have a mark
 * @ifindex: of the link
 * @take: called for each mark and an address that it leads to
 * @arg: handed to @take
 *
 * Only rules that look at nothing but the mark count.
 *
 * Return: 0 or a negative errno.
 */
int cvl_route_each_marked(unsigned int ifindex, cvl_route_marked_t take, void *arg)
{
	struct cvl_route_marked marked = { .ifindex = ifindex, .take = take, .arg = arg };
	int ret = cvl_route_dump(RTM_GETRULE, RTM_NEWRULE, sizeof(struct fib_rule_hdr),
				 cvl_route_take_rule, &marked);

	if (!ret && marked.count)
		ret = cvl_route_dump(RTM_GETROUTE, RTM_NEWROUTE, sizeof(struct rtmsg),
				     cvl_route_take_marked, &marked);
	return ret;
}
