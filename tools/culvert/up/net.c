// SPDX-License-Identifier: GPL-2.0
/*
 * rtnetlink for up and down: addresses, routes, rules and the MTU of the namespace that the handle
 * was made in.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>

#include "address.h"
#include "internal.h"
#include "netlink.h"
#include "up/net.h"

/* Enough for each request of this file. */
#define UP_NET_BYTES 512

/* The first table that is tried for routes of everything, as wg-quick(8) does. */
#define UP_NET_FIRST_TABLE 51820

/* The kernel's own rule for the main table: ours go before it. */
#define UP_NET_MAIN_PRIORITY 32766

/* Begins a request. Return: the header behind that of netlink, all zero. */
static void *up_net_begin(struct nlmsghdr *nlh, uint16_t type, uint16_t flags, size_t bytes)
{
	mnl_nlmsg_put_header(nlh);
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	return mnl_nlmsg_put_extra_header(nlh, bytes);
}

static int up_net_run(struct cvl_netlink *nl, struct nlmsghdr *nlh, struct cvl_error *err)
{
	struct cvl_request request = { .socket = nl->route, .nlh = nlh };

	return cvl_request_run(&request, &nl->channel, err);
}

static uint16_t up_net_flags(bool add)
{
	return add ? NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL : NLM_F_ACK;
}

/* Says what could not be done. */
static int up_net_fail(int ret, bool add, const char *what, struct cvl_error *err)
{
	if (ret)
		cvl_error_prefix(err, "cannot %s %s: ", add ? "add" : "remove", what);
	return ret;
}

/**
 * up_net_address() - add or remove an address of a link
 * @nl: handle
 * @link: of that namespace
 * @ip: address, with its prefix
 * @add: else it is removed
 * @err: set on failure
 *
 * Return: 0 or a negative errno: -EEXIST if it is there already.
 */
int up_net_address(struct cvl_netlink *nl, const struct cvl_link *link,
		   const struct cvl_allowed_ip *ip, bool add, struct cvl_error *err)
{
	struct nlmsghdr message[CVL_HEADERS(UP_NET_BYTES)];
	char text[CVL_ALLOWED_IP_TEXT_SIZE + 16];
	struct ifaddrmsg *info;

	info = up_net_begin(message, add ? RTM_NEWADDR : RTM_DELADDR, up_net_flags(add),
			    sizeof(*info));
	info->ifa_family = (unsigned char)ip->family;
	info->ifa_prefixlen = ip->prefix_bits;
	info->ifa_index = link->ifindex;
	mnl_attr_put(message, IFA_LOCAL, cvl_prefix_bytes(ip), &ip->v6);
	mnl_attr_put(message, IFA_ADDRESS, cvl_prefix_bytes(ip), &ip->v6);
	strcpy(text, "address ");
	cvl_allowed_ip_to_text(text + strlen(text), ip);
	return up_net_fail(up_net_run(nl, message, err), add, text, err);
}

/**
 * up_net_route() - add or remove a route into a link
 * @nl: handle
 * @link: of that namespace
 * @route: without bits behind its prefix
 * @add: else it is removed
 * @err: set on failure
 *
 * Return: 0 or a negative errno: -EEXIST if there is one of that prefix.
 */
int up_net_route(struct cvl_netlink *nl, const struct cvl_link *link,
		 const struct up_route *route, bool add, struct cvl_error *err)
{
	struct nlmsghdr message[CVL_HEADERS(UP_NET_BYTES)];
	char text[CVL_ALLOWED_IP_TEXT_SIZE + 16];
	struct rtmsg *info;

	info = up_net_begin(message, add ? RTM_NEWROUTE : RTM_DELROUTE, up_net_flags(add),
			    sizeof(*info));
	info->rtm_family = (unsigned char)route->to.family;
	info->rtm_dst_len = route->to.prefix_bits;
	info->rtm_protocol = RTPROT_BOOT;
	info->rtm_type = RTN_UNICAST;
	info->rtm_scope = route->to.family == AF_INET ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
	mnl_attr_put(message, RTA_DST, cvl_prefix_bytes(&route->to), &route->to.v6);
	mnl_attr_put_u32(message, RTA_OIF, link->ifindex);
	mnl_attr_put_u32(message, RTA_TABLE, route->table);
	strcpy(text, "route ");
	cvl_allowed_ip_to_text(text + strlen(text), &route->to);
	return up_net_fail(up_net_run(nl, message, err), add, text, err);
}

/**
 * up_net_rule() - add or remove a rule
 * @nl: handle
 * @rule: all of it counts
 * @add: else it is removed
 * @err: set on failure
 *
 * Return: 0 or a negative errno: -EEXIST if there is the same one.
 */
int up_net_rule(struct cvl_netlink *nl, const struct up_rule *rule, bool add,
		struct cvl_error *err)
{
	struct nlmsghdr message[CVL_HEADERS(UP_NET_BYTES)];
	struct fib_rule_hdr *info;
	char text[64];

	info = up_net_begin(message, add ? RTM_NEWRULE : RTM_DELRULE, up_net_flags(add),
			    sizeof(*info));
	info->family = (unsigned char)rule->family;
	info->action = FR_ACT_TO_TBL;
	mnl_attr_put_u32(message, FRA_PRIORITY, rule->priority);
	if (rule->mark) {
		info->flags = FIB_RULE_INVERT;
		mnl_attr_put_u32(message, FRA_FWMARK, rule->mark);
		mnl_attr_put_u32(message, FRA_TABLE, rule->table);
	} else {
		mnl_attr_put_u32(message, FRA_TABLE, RT_TABLE_MAIN);
		mnl_attr_put_u32(message, FRA_SUPPRESS_PREFIXLEN, 0);
	}
	snprintf(text, sizeof(text), "rule %u of IPv%d", rule->priority,
		 rule->family == AF_INET ? 4 : 6);
	return up_net_fail(up_net_run(nl, message, err), add, text, err);
}

/* What a dump is for. */
struct up_net_dump {
	uint32_t table;
	bool found;
	unsigned int ifindex;
	uint32_t lowest;
};

/* Asks for all routes or rules of a family; of one that the kernel does not have there are none. */
static int up_net_dump(struct cvl_netlink *nl, uint16_t type, int family,
		       int (*take)(const struct nlmsghdr *nlh, void *arg, struct cvl_error *err),
		       struct up_net_dump *dump)
{
	struct nlmsghdr message[CVL_HEADERS(UP_NET_BYTES)];
	struct cvl_request request = {
		.socket = nl->route, .nlh = message, .take = take, .arg = dump, .goes_on = true,
	};
	struct cvl_error err = { 0 };
	struct rtmsg *info = up_net_begin(message, type, NLM_F_DUMP, sizeof(*info));
	int ret;

	info->rtm_family = (unsigned char)family;
	ret = cvl_request_run(&request, &nl->channel, &err);
	return ret == -EOPNOTSUPP || ret == -EAFNOSUPPORT ? 0 : ret;
}

static void up_net_u32(uint32_t *value, const struct nlattr *attr)
{
	cvl_decode_bytes(value, attr, sizeof(*value));
}

/* Whether there is a route in a table; in the main one, only one for everything counts. */
static int up_net_take_table(const struct nlmsghdr *nlh, void *arg, struct cvl_error *err)
{
	const struct rtmsg *info = mnl_nlmsg_get_payload(nlh);
	struct up_net_dump *dump = arg;
	const struct nlattr *attr;
	uint32_t ifindex = 0;
	uint32_t table;

	(void)err;
	if (nlh->nlmsg_type != RTM_NEWROUTE || mnl_nlmsg_get_payload_len(nlh) < sizeof(*info))
		return 0;
	table = info->rtm_table;
	mnl_attr_for_each(attr, nlh, sizeof(*info)) {
		if (mnl_attr_get_type(attr) == RTA_TABLE)
			up_net_u32(&table, attr);
		else if (mnl_attr_get_type(attr) == RTA_OIF)
			up_net_u32(&ifindex, attr);
	}
	if (table != dump->table || (table == RT_TABLE_MAIN && info->rtm_dst_len) || dump->found)
		return 0;
	dump->found = true;
	dump->ifindex = ifindex;
	return 0;
}

/**
 * up_net_free_table() - find a table without routes
 * @nl: handle
 * @table: set
 *
 * Return: 0 or a negative errno.
 */
int up_net_free_table(struct cvl_netlink *nl, uint32_t *table)
{
	struct up_net_dump dump;
	int ret;

	*table = UP_NET_FIRST_TABLE;
	do {
		dump = (struct up_net_dump) { .table = *table };
		ret = up_net_dump(nl, RTM_GETROUTE, AF_INET, up_net_take_table, &dump);
		if (!ret)
			ret = up_net_dump(nl, RTM_GETROUTE, AF_INET6, up_net_take_table, &dump);
	} while (!ret && dump.found && ++*table);
	return ret;
}

static int up_net_take_rule(const struct nlmsghdr *nlh, void *arg, struct cvl_error *err)
{
	const struct fib_rule_hdr *info = mnl_nlmsg_get_payload(nlh);
	struct up_net_dump *dump = arg;
	const struct nlattr *attr;
	uint32_t priority = 0;

	(void)err;
	if (nlh->nlmsg_type != RTM_NEWRULE || mnl_nlmsg_get_payload_len(nlh) < sizeof(*info))
		return 0;
	mnl_attr_for_each(attr, nlh, sizeof(*info)) {
		if (mnl_attr_get_type(attr) == FRA_PRIORITY)
			up_net_u32(&priority, attr);
		else if (mnl_attr_get_type(attr) == FRA_FWMARK)
			dump->found = true;
	}
	if (priority && priority < dump->lowest)
		dump->lowest = priority;
	return 0;
}

/**
 * up_net_free_priority() - find the priority that goes before all rules but that of 0
 * @nl: handle
 * @family: AF_INET or AF_INET6
 * @priority: set, as the kernel does for a rule without one
 *
 * The one before that is free, too.
 *
 * Return: 0, -ENOSPC if there is none, or another negative errno.
 */
int up_net_free_priority(struct cvl_netlink *nl, int family, uint32_t *priority)
{
	struct up_net_dump dump = { .lowest = UP_NET_MAIN_PRIORITY };
	int ret = up_net_dump(nl, RTM_GETRULE, family, up_net_take_rule, &dump);

	*priority = dump.lowest - 1;
	return ret ? ret : *priority > 1 ? 0 : -ENOSPC;
}

/**
 * up_net_has_marked_rules() - whether any rule of IPv4 looks at the mark
 * @nl: handle
 *
 * Return: whether there is one, or that is not known.
 */
bool up_net_has_marked_rules(struct cvl_netlink *nl)
{
	struct up_net_dump dump = { .lowest = 0 };

	return up_net_dump(nl, RTM_GETRULE, AF_INET, up_net_take_rule, &dump) || dump.found;
}

/**
 * up_net_set_mtu() - set the MTU of a link
 * @nl: handle
 * @link: of that namespace
 * @mtu: in bytes
 * @err: set on failure
 *
 * Return: 0 or a negative errno.
 */
int up_net_set_mtu(struct cvl_netlink *nl, const struct cvl_link *link, uint32_t mtu,
		   struct cvl_error *err)
{
	struct nlmsghdr message[CVL_HEADERS(UP_NET_BYTES)];
	struct ifinfomsg *info = up_net_begin(message, RTM_NEWLINK, NLM_F_ACK, sizeof(*info));
	int ret;

	info->ifi_index = (int)link->ifindex;
	mnl_attr_put_u32(message, IFLA_MTU, mtu);
	ret = up_net_run(nl, message, err);
	if (ret)
		cvl_error_prefix(err, "%s: cannot set an MTU of %u bytes: ", link->name, mtu);
	return ret;
}

static int up_net_take_mtu(const struct nlmsghdr *nlh, void *arg, struct cvl_error *err)
{
	const struct nlattr *attr;

	(void)err;
	if (nlh->nlmsg_type != RTM_NEWLINK)
		return 0;
	mnl_attr_for_each(attr, nlh, sizeof(struct ifinfomsg)) {
		if (mnl_attr_get_type(attr) == IFLA_MTU)
			up_net_u32(arg, attr);
	}
	return 0;
}

/**
 * up_net_link_mtu() - the MTU of a link
 * @nl: handle
 * @ifindex: of the link
 *
 * Return: bytes, or 0 if there is no such link.
 */
uint32_t up_net_link_mtu(struct cvl_netlink *nl, unsigned int ifindex)
{
	struct nlmsghdr message[CVL_HEADERS(UP_NET_BYTES)];
	struct ifinfomsg *info = up_net_begin(message, RTM_GETLINK, NLM_F_ACK, sizeof(*info));
	struct cvl_error err = { 0 };
	uint32_t mtu = 0;
	struct cvl_request request = {
		.socket = nl->route, .nlh = message, .take = up_net_take_mtu, .arg = &mtu,
	};

	info->ifi_index = (int)ifindex;
	return cvl_request_run(&request, &nl->channel, &err) ? 0 : mtu;
}

/* The way of one packet. */
struct up_net_way {
	unsigned int ifindex;
	uint32_t mtu;
};

static int up_net_take_way(const struct nlmsghdr *nlh, void *arg, struct cvl_error *err)
{
	const struct nlattr *attr, *metric;
	struct up_net_way *way = arg;

	(void)err;
	if (nlh->nlmsg_type != RTM_NEWROUTE)
		return 0;
	mnl_attr_for_each(attr, nlh, sizeof(struct rtmsg)) {
		if (mnl_attr_get_type(attr) == RTA_OIF)
			up_net_u32(&way->ifindex, attr);
		if (mnl_attr_get_type(attr) != RTA_METRICS)
			continue;
		mnl_attr_for_each_nested(metric, attr) {
			if (mnl_attr_get_type(metric) == RTAX_MTU)
				up_net_u32(&way->mtu, metric);
		}
	}
	return 0;
}

/**
 * up_net_way_mtu() - how long a packet may be that this machine sends
 * @nl: handle
 * @to: where to
 * @mark: of the packet
 * @link: name of one that it does not go by: the tunnel itself, or its MTU would shrink each time
 *
 * Return: bytes, or 0 if there is no route.
 */
uint32_t up_net_way_mtu(struct cvl_netlink *nl, const union cvl_address *to, uint32_t mark,
			const char *link)
{
	struct nlmsghdr message[CVL_HEADERS(UP_NET_BYTES)];
	struct rtmsg *info = up_net_begin(message, RTM_GETROUTE, NLM_F_ACK, sizeof(*info));
	struct up_net_way way = { 0 };
	char name[IF_NAMESIZE];
	struct cvl_request request = {
		.socket = nl->route, .nlh = message, .take = up_net_take_way, .arg = &way,
	};
	struct cvl_error err = { 0 };

	info->rtm_family = (unsigned char)to->any.sa_family;
	info->rtm_dst_len = (unsigned char)(cvl_address_ip_bytes(to) * 8);
	mnl_attr_put(message, RTA_DST, cvl_address_ip_bytes(to), cvl_address_ip(to));
	if (cvl_address_is_ipv6(to) && to->v6.sin6_scope_id)
		mnl_attr_put_u32(message, RTA_OIF, to->v6.sin6_scope_id);
	mnl_attr_put_u32(message, RTA_MARK, mark);
	if (cvl_request_run(&request, &nl->channel, &err))
		return 0;
	if (if_indextoname(way.ifindex, name) && !strcmp(name, link))
		return 0;
	return way.mtu ? way.mtu : up_net_link_mtu(nl, way.ifindex);
}

/**
 * up_net_has_default() - whether the main table has a route for everything
 * @nl: handle
 * @family: AF_INET or AF_INET6
 *
 * Return: whether there is one.
 */
bool up_net_has_default(struct cvl_netlink *nl, int family)
{
	struct up_net_dump dump = { .table = RT_TABLE_MAIN };

	up_net_dump(nl, RTM_GETROUTE, family, up_net_take_table, &dump);
	return dump.found;
}

/**
 * up_net_default_mtu() - the MTU of the link that the default route goes by
 * @nl: handle
 *
 * Return: bytes, or 0 if there is none.
 */
uint32_t up_net_default_mtu(struct cvl_netlink *nl)
{
	struct up_net_dump dump = { .table = RT_TABLE_MAIN };

	up_net_dump(nl, RTM_GETROUTE, AF_INET, up_net_take_table, &dump);
	if (!dump.found)
		up_net_dump(nl, RTM_GETROUTE, AF_INET6, up_net_take_table, &dump);
	return dump.found && dump.ifindex ? up_net_link_mtu(nl, dump.ifindex) : 0;
}
