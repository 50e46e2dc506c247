// SPDX-License-Identifier: GPL-2.0
/*
 * Questions to rtnetlink: which way a packet would go, whether one that comes in would
 * pass the kernel's reverse path filter, and where the sockets of a link are.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/fib_rules.h>
#include <linux/if_link.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <unistd.h>

#include "route.h"

/* Large enough for any message of a dump. */
#define ROUTE_BYTES 65536
#define ROUTE_REQUEST_BYTES 256

/* A rule or a route beyond these is not looked at. */
#define ROUTE_MAX_RULES 64

/* Stands for all of the Internet where a route has no destination. */
#define ROUTE_ANYWHERE 0x08080808U

/* Sends a request and hands every message of the answer to @take. */
static int route_ask(struct nlmsghdr *request, mnl_cb_t take, void *arg)
{
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	struct nlmsghdr answer[ROUTE_BYTES / sizeof(struct nlmsghdr)];
	int ret = socket ? MNL_CB_OK : MNL_CB_ERROR;

	request->nlmsg_seq = 1;
	if (socket && (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) ||
		       mnl_socket_sendto(socket, request, request->nlmsg_len) < 0))
		ret = MNL_CB_ERROR;
	while (ret > MNL_CB_STOP) {
		ssize_t bytes = mnl_socket_recvfrom(socket, answer, sizeof(answer));

		ret = bytes < 0 ? MNL_CB_ERROR :
		      mnl_cb_run(answer, (size_t)bytes, 1, mnl_socket_get_portid(socket), take,
				 arg);
	}
	ret = ret < 0 ? -errno : 0;
	if (socket)
		mnl_socket_close(socket);
	return ret;
}

static struct rtmsg *route_request(struct nlmsghdr *request, unsigned char family)
{
	struct rtmsg *rtm;

	mnl_nlmsg_put_header(request);
	request->nlmsg_type = RTM_GETROUTE;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	rtm = mnl_nlmsg_put_extra_header(request, sizeof(*rtm));
	rtm->rtm_family = family;
	return rtm;
}

static int route_take(const struct nlmsghdr *nlh, void *arg)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	struct cmd_route *route = arg;
	const struct nlattr *attr;

	if (nlh->nlmsg_type != RTM_NEWROUTE)
		return MNL_CB_OK;
	route->type = rtm->rtm_type;
	mnl_attr_for_each(attr, nlh, sizeof(*rtm)) {
		if (mnl_attr_get_type(attr) == RTA_OIF)
			route->ifindex = mnl_attr_get_u32(attr);
		if (mnl_attr_get_type(attr) != RTA_PREFSRC)
			continue;
		route->source.any.sa_family = rtm->rtm_family;
		if (rtm->rtm_family == AF_INET)
			memcpy(&route->source.v4.sin_addr, mnl_attr_get_payload(attr),
			       sizeof(struct in_addr));
		else
			memcpy(&route->source.v6.sin6_addr, mnl_attr_get_payload(attr),
			       sizeof(struct in6_addr));
	}
	return MNL_CB_OK;
}

/**
 * cmd_route_to() - the route of a packet that this machine sends
 * @route: filled in
 * @to: where to; its port does not matter
 * @mark: of the packet
 *
 * Return: 0 or a negative errno: there is no route.
 */
int cmd_route_to(struct cmd_route *route, const union cvl_address *to, uint32_t mark)
{
	struct nlmsghdr request[ROUTE_REQUEST_BYTES / sizeof(struct nlmsghdr)];
	bool ipv6 = to->any.sa_family == AF_INET6;
	struct rtmsg *rtm;
	int ret;

	memset(route, 0, sizeof(*route));
	rtm = route_request(request, (unsigned char)to->any.sa_family);
	rtm->rtm_dst_len = ipv6 ? 128 : 32;
	if (ipv6)
		mnl_attr_put(request, RTA_DST, sizeof(to->v6.sin6_addr), &to->v6.sin6_addr);
	else
		mnl_attr_put(request, RTA_DST, sizeof(to->v4.sin_addr), &to->v4.sin_addr);
	if (ipv6 && to->v6.sin6_scope_id)
		mnl_attr_put_u32(request, RTA_OIF, to->v6.sin6_scope_id);
	mnl_attr_put_u32(request, RTA_MARK, mark);
	ret = route_ask(request, route_take, route);
	if (!ret && !if_indextoname(route->ifindex, route->device))
		ret = -ENODEV;
	return ret;
}

/**
 * cmd_route_check() - whether the kernel takes a packet that comes in
 * @ifindex: where
 * @from: its source
 * @to: its destination, an address of this machine
 * @mark: that it has when it is routed
 *
 * The kernel itself answers, with its rules, tables, rp_filter and src_valid_mark.
 *
 * Return: 0, or a negative errno if it would be dropped.
 */
int cmd_route_check(unsigned int ifindex, const struct in_addr *from, const struct in_addr *to,
		    uint32_t mark)
{
	struct nlmsghdr request[ROUTE_REQUEST_BYTES / sizeof(struct nlmsghdr)];
	struct cmd_route route = { 0 };
	struct rtmsg *rtm = route_request(request, AF_INET);

	rtm->rtm_dst_len = 32;
	rtm->rtm_src_len = 32;
	mnl_attr_put(request, RTA_DST, sizeof(*to), to);
	mnl_attr_put(request, RTA_SRC, sizeof(*from), from);
	mnl_attr_put_u32(request, RTA_IIF, ifindex);
	mnl_attr_put_u32(request, RTA_MARK, mark);
	return route_ask(request, route_take, &route);
}

static int route_take_link(const struct nlmsghdr *nlh, void *arg)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(nlh);
	struct cmd_route_link *link = arg;
	const struct nlattr *attr;

	if (nlh->nlmsg_type != RTM_NEWLINK)
		return MNL_CB_OK;
	link->flags = info->ifi_flags;
	mnl_attr_for_each(attr, nlh, sizeof(*info)) {
		if (mnl_attr_get_type(attr) == IFLA_MTU)
			link->mtu = mnl_attr_get_u32(attr);
		else if (mnl_attr_get_type(attr) == IFLA_LINK_NETNSID)
			link->netns_id = (int)mnl_attr_get_u32(attr);
	}
	return MNL_CB_OK;
}

/**
 * cmd_route_link() - ask about a link
 * @link: filled in
 * @ifindex: of the link
 *
 * Return: 0 or a negative errno.
 */
int cmd_route_link(struct cmd_route_link *link, unsigned int ifindex)
{
	struct nlmsghdr request[ROUTE_REQUEST_BYTES / sizeof(struct nlmsghdr)];
	struct ifinfomsg *info;

	memset(link, 0, sizeof(*link));
	link->netns_id = -1;
	mnl_nlmsg_put_header(request);
	request->nlmsg_type = RTM_GETLINK;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	info = mnl_nlmsg_put_extra_header(request, sizeof(*info));
	info->ifi_index = (int)ifindex;
	return route_ask(request, route_take_link, link);
}

struct route_address {
	unsigned int ifindex;
	struct in_addr *address;
	bool is_found;
};

static int route_take_address(const struct nlmsghdr *nlh, void *arg)
{
	const struct ifaddrmsg *info = mnl_nlmsg_get_payload(nlh);
	struct route_address *wanted = arg;
	const struct nlattr *attr;

	if (nlh->nlmsg_type != RTM_NEWADDR || info->ifa_index != wanted->ifindex)
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, sizeof(*info)) {
		if (mnl_attr_get_type(attr) != IFA_LOCAL || wanted->is_found)
			continue;
		memcpy(wanted->address, mnl_attr_get_payload(attr), sizeof(*wanted->address));
		wanted->is_found = true;
	}
	return MNL_CB_OK;
}

/**
 * cmd_route_address() - an IPv4 address of a link
 * @address: set
 * @ifindex: of the link
 *
 * Return: 0 or a negative errno: it has none.
 */
int cmd_route_address(struct in_addr *address, unsigned int ifindex)
{
	struct nlmsghdr request[ROUTE_REQUEST_BYTES / sizeof(struct nlmsghdr)];
	struct route_address wanted = { .ifindex = ifindex, .address = address };
	struct ifaddrmsg *info;
	int ret;

	mnl_nlmsg_put_header(request);
	request->nlmsg_type = RTM_GETADDR;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	info = mnl_nlmsg_put_extra_header(request, sizeof(*info));
	info->ifa_family = AF_INET;
	ret = route_ask(request, route_take_address, &wanted);
	return ret ? ret : wanted.is_found ? 0 : -EADDRNOTAVAIL;
}

static int route_take_netns(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *attr;
	int *id = arg;

	mnl_attr_for_each(attr, nlh, sizeof(struct rtgenmsg)) {
		if (mnl_attr_get_type(attr) == NETNSA_NSID)
			*id = (int)mnl_attr_get_u32(attr);
	}
	return MNL_CB_OK;
}

/**
 * cmd_route_netns_id() - the number by which this namespace knows another
 * @fd: of the other one
 *
 * Return: the number, or a negative one if it has none here.
 */
int cmd_route_netns_id(int fd)
{
	struct nlmsghdr request[ROUTE_REQUEST_BYTES / sizeof(struct nlmsghdr)];
	struct rtgenmsg *gen;
	int id = -1;

	mnl_nlmsg_put_header(request);
	request->nlmsg_type = RTM_GETNSID;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	gen = mnl_nlmsg_put_extra_header(request, sizeof(*gen));
	gen->rtgen_family = AF_UNSPEC;
	mnl_attr_put_u32(request, NETNSA_FD, (uint32_t)fd);
	return route_ask(request, route_take_netns, &id) ? -1 : id;
}

/* Rules that choose a table by the mark and by nothing else, and routes of these tables. */
struct route_marked {
	unsigned int ifindex;
	cmd_route_marked_t take;
	void *arg;
	size_t count;
	struct {
		uint32_t mark;
		uint32_t table;
	} rules[ROUTE_MAX_RULES];
};

static int route_take_rule(const struct nlmsghdr *nlh, void *arg)
{
	const struct fib_rule_hdr *header = mnl_nlmsg_get_payload(nlh);
	struct route_marked *marked = arg;
	uint32_t table = header->table;
	const struct nlattr *attr;
	uint32_t mark = 0;

	if (nlh->nlmsg_type != RTM_NEWRULE || header->action != FR_ACT_TO_TBL ||
	    header->src_len || header->dst_len || header->tos ||
	    header->flags & FIB_RULE_INVERT || marked->count == ROUTE_MAX_RULES)
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, sizeof(*header)) {
		switch (mnl_attr_get_type(attr)) {
		case FRA_TABLE:
			table = mnl_attr_get_u32(attr);
			break;
		case FRA_FWMARK:
			mark = mnl_attr_get_u32(attr);
			break;
		case FRA_IIFNAME:
		case FRA_OIFNAME:
		case FRA_L3MDEV:
		case FRA_UID_RANGE:
		case FRA_IP_PROTO:
		case FRA_SPORT_RANGE:
		case FRA_DPORT_RANGE:
			return MNL_CB_OK;
		}
	}
	if (!mark)
		return MNL_CB_OK;
	marked->rules[marked->count].mark = mark;
	marked->rules[marked->count++].table = table;
	return MNL_CB_OK;
}

static int route_take_marked(const struct nlmsghdr *nlh, void *arg)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	struct in_addr to = { .s_addr = htonl(ROUTE_ANYWHERE) };
	const struct route_marked *marked = arg;
	uint32_t table = rtm->rtm_table;
	const struct nlattr *attr;
	unsigned int ifindex = 0;
	size_t i;

	if (nlh->nlmsg_type != RTM_NEWROUTE || rtm->rtm_type != RTN_UNICAST)
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, sizeof(*rtm)) {
		if (mnl_attr_get_type(attr) == RTA_TABLE)
			table = mnl_attr_get_u32(attr);
		else if (mnl_attr_get_type(attr) == RTA_OIF)
			ifindex = mnl_attr_get_u32(attr);
		else if (mnl_attr_get_type(attr) == RTA_DST && rtm->rtm_dst_len)
			memcpy(&to, mnl_attr_get_payload(attr), sizeof(to));
	}
	/* a host of the prefix, not the address of the prefix itself */
	if (rtm->rtm_dst_len && rtm->rtm_dst_len < 31)
		to.s_addr |= htonl(1);
	for (i = 0; ifindex == marked->ifindex && i < marked->count; i++) {
		if (marked->rules[i].table == table)
			marked->take(marked->arg, marked->rules[i].mark, &to);
	}
	return MNL_CB_OK;
}

static int route_dump(uint16_t type, mnl_cb_t take, void *arg)
{
	struct nlmsghdr request[ROUTE_REQUEST_BYTES / sizeof(struct nlmsghdr)];

	route_request(request, AF_INET);
	request->nlmsg_type = type;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	return route_ask(request, take, arg);
}

/**
 * cmd_route_each_marked() - what IPv4 packets reach through a link if they have a mark
 * @ifindex: of the link
 * @take: called for each mark and an address that it leads to
 * @arg: handed to @take
 *
 * Only rules that look at nothing but the mark count.
 *
 * Return: 0 or a negative errno.
 */
int cmd_route_each_marked(unsigned int ifindex, cmd_route_marked_t take, void *arg)
{
	struct route_marked marked = { .ifindex = ifindex, .take = take, .arg = arg };
	int ret = route_dump(RTM_GETRULE, route_take_rule, &marked);

	if (!ret && marked.count)
		ret = route_dump(RTM_GETROUTE, route_take_marked, &marked);
	return ret;
}
