// SPDX-License-Identifier: GPL-2.0
/* What a tunnel's file wants of the machine: addresses, MTU, routes and rules. */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "common/proc.h"
#include "up/net.h"
#include "up/up.h"

/* What a packet gets in front of it: IPv6, UDP, and the header and tag of a data message. */
#define UP_PLAN_OVERHEAD 80

/* Where there is neither an endpoint nor a default route. */
#define UP_PLAN_MTU 1500

/* Less than this, and the link cannot have IPv6. */
#define UP_PLAN_MTU_IPV6 1280

/* With it, the reverse path filter looks at packets with their mark. */
static const char up_plan_sysctl[] = "net/ipv4/conf/all/src_valid_mark";

static int up_plan_no_memory(struct cvl_error *err)
{
	return cvl_error_set(err, -ENOMEM, "out of memory");
}

static int up_plan_compare(const void *a, const void *b)
{
	const struct cvl_allowed_ip *x = a, *y = b;

	/* the longest first, IPv4 before IPv6 */
	if (x->prefix_bits != y->prefix_bits)
		return x->prefix_bits > y->prefix_bits ? -1 : 1;
	if (x->family != y->family)
		return x->family == AF_INET ? -1 : 1;
	return memcmp(&x->v6, &y->v6, cvl_prefix_bytes(x));
}

/* All allowed IPs of families that there are, masked, the longest first. */
static int up_plan_prefixes(const struct up *up, struct up_prefixes *prefixes)
{
	const struct cvl_allowed_ip *ip;
	const struct cvl_peer *peer;

	for (peer = up->file.dev->peers; peer; peer = peer->next) {
		for (ip = peer->allowed_ips; ip; ip = ip->next) {
			struct cvl_allowed_ip masked = *ip;

			if (ip->remove || (up->no_ipv6 && ip->family == AF_INET6))
				continue;
			cvl_address_mask(&masked);
			if (up_prefixes_add(prefixes, &masked))
				return -ENOMEM;
		}
	}
	if (prefixes->count)
		qsort(prefixes->ips, prefixes->count, sizeof(*prefixes->ips), up_plan_compare);
	return 0;
}

/**
 * up_plan_mark() - choose the mark of the tunnel's own packets, if everything else goes into it
 * @up: its file gets the mark
 * @err: set on failure
 *
 * In another namespace than that of its sockets a tunnel needs neither mark nor rules.
 *
 * Return: 0 or a negative errno.
 */
int up_plan_mark(struct up *up, struct cvl_error *err)
{
	struct cvl_device *dev = up->file.dev;
	const struct cvl_allowed_ip *ip;
	const struct cvl_peer *peer;
	int ret = 0;

	for (peer = dev->peers; peer && up->file.table_how == UP_TABLE_AUTO && !up->netns;
	     peer = peer->next) {
		for (ip = peer->allowed_ips; ip; ip = ip->next) {
			if (!ip->prefix_bits && !ip->remove &&
			    !(up->no_ipv6 && ip->family == AF_INET6))
				up->has_default[ip->family == AF_INET6] = true;
		}
	}
	if (dev->fwmark || (!up->has_default[0] && !up->has_default[1])) {
		up->record.mark = 0;
		return 0;
	}
	if (!up->record.mark)
		ret = up_net_free_table(up->there, &up->record.mark);
	if (ret)
		return cvl_error_set(err, ret, "cannot find a routing table that is empty: %s",
				     strerror(-ret));
	dev->fwmark = up->record.mark;
	dev->has |= CVL_DEVICE_FWMARK;
	return 0;
}

static int up_plan_addresses(struct up *up)
{
	char text[CVL_ALLOWED_IP_TEXT_SIZE];
	int ret = 0;
	size_t i;

	for (i = 0; i < up->file.addresses.count && !ret; i++) {
		const struct cvl_allowed_ip *ip = &up->file.addresses.ips[i];

		if (up->no_ipv6 && ip->family == AF_INET6)
			continue;
		cvl_allowed_ip_to_text(text, ip);
		ret = up_things_add(&up->wanted, UP_ADDRESS, 0, text);
	}
	return ret;
}

static void up_plan_way(const struct up *up, const union cvl_address *to, uint32_t *least)
{
	uint32_t mtu;

	if (to->any.sa_family != AF_INET && to->any.sa_family != AF_INET6)
		return;
	mtu = up_net_way_mtu(up->here, to, up->file.dev->fwmark, up->netns ? "" : up->name);
	if (mtu && (!*least || mtu < *least))
		*least = mtu;
}

/* What goes through on the way to every peer. */
static uint32_t up_plan_find_mtu(const struct up *up)
{
	const struct cvl_candidate *candidate;
	const struct cvl_peer *peer;
	uint32_t mtu = 0;
	size_t i;

	for (peer = up->file.dev->peers; peer; peer = peer->next) {
		if (peer->has & CVL_PEER_ENDPOINT)
			up_plan_way(up, &peer->endpoint, &mtu);
		for (candidate = peer->candidates; candidate; candidate = candidate->next)
			up_plan_way(up, &candidate->endpoint, &mtu);
	}
	if (!mtu)
		mtu = up_net_default_mtu(up->here);
	if (!mtu)
		mtu = UP_PLAN_MTU;
	mtu = mtu > UP_PLAN_OVERHEAD + 576 ? mtu - UP_PLAN_OVERHEAD : 576;
	for (i = 0; i < up->file.addresses.count && !up->no_ipv6; i++) {
		if (up->file.addresses.ips[i].family == AF_INET6 && mtu < UP_PLAN_MTU_IPV6)
			mtu = UP_PLAN_MTU_IPV6;
	}
	return mtu;
}

static int up_plan_mtu(struct up *up, struct cvl_error *err)
{
	char text[16];
	size_t i;

	for (i = 0; i < up->file.addresses.count && up->file.mtu && !up->no_ipv6; i++) {
		if (up->file.addresses.ips[i].family == AF_INET6 &&
		    up->file.mtu < UP_PLAN_MTU_IPV6)
			return cvl_error_set(err, -EINVAL,
					     "MTU = %u: an IPv6 Address needs %d at least",
					     up->file.mtu, UP_PLAN_MTU_IPV6);
	}
	snprintf(text, sizeof(text), "%u", up->file.mtu ? up->file.mtu : up_plan_find_mtu(up));
	return up_things_add(&up->wanted, UP_MTU, 0, text) ? up_plan_no_memory(err) : 0;
}

/* Whether the kernel has made a route for an address that does for this prefix, too. */
static bool up_plan_is_connected(const struct up *up, const struct cvl_allowed_ip *prefix)
{
	size_t i;

	for (i = 0; i < up->file.addresses.count; i++) {
		const struct cvl_allowed_ip *ip = &up->file.addresses.ips[i];

		if ((ip->family == AF_INET6 || ip->prefix_bits < 32) &&
		    up_prefix_contains(ip, prefix))
			return true;
	}
	return false;
}

static int up_plan_route(struct up *up, const struct cvl_allowed_ip *prefix)
{
	char text[CVL_ALLOWED_IP_TEXT_SIZE + 16];
	uint32_t table = RT_TABLE_MAIN;

	if (up->file.table_how == UP_TABLE_NUMBER)
		table = up->file.table;
	else if (!prefix->prefix_bits && up->has_default[prefix->family == AF_INET6])
		table = up->file.dev->fwmark;
	else if (up_plan_is_connected(up, prefix))
		return 0;
	cvl_allowed_ip_to_text(text, prefix);
	sprintf(text + strlen(text), " %u", table);
	return up_things_add(&up->wanted, UP_ROUTE, 0, text);
}

static int up_plan_routes(struct up *up)
{
	struct up_prefixes prefixes = { 0 };
	int ret = 0;
	size_t i;

	if (up->file.table_how != UP_TABLE_OFF)
		ret = up_plan_prefixes(up, &prefixes);
	for (i = 0; i < prefixes.count && !ret; i++) {
		if (!i || up_plan_compare(&prefixes.ips[i], &prefixes.ips[i - 1]))
			ret = up_plan_route(up, &prefixes.ips[i]);
	}
	up_prefixes_clear(&prefixes);
	return ret;
}

/*
 * The main table is looked at first. The record has the priorities before there are the rules, for
 * an up that is killed.
 */
static int up_plan_rules(struct up *up)
{
	uint32_t priority;
	char text[32];
	int ret = 0;
	int family;

	for (family = 0; family < 2 && !ret; family++) {
		if (!up->has_default[family])
			continue;
		ret = up_net_free_priority(up->there, family ? AF_INET6 : AF_INET, &priority);
		snprintf(text, sizeof(text), "%d %u", family ? 6 : 4, up->file.dev->fwmark);
		if (!ret)
			ret = up_things_add(&up->wanted, UP_RULE, priority, text);
		/* with the mark, so that both get new priorities when that changes */
		snprintf(text, sizeof(text), "%d 0 %u", family ? 6 : 4, up->file.dev->fwmark);
		if (!ret)
			ret = up_things_add(&up->wanted, UP_RULE, priority - 1, text);
	}
	return ret;
}

/**
 * up_plan() - find out what is wanted
 * @up: endpoints are resolved, and the mark is chosen
 * @err: set on failure
 *
 * Return: 0 or a negative errno.
 */
int up_plan(struct up *up, struct cvl_error *err)
{
	int ret = up_plan_addresses(up);

	if (ret)
		return up_plan_no_memory(err);
	ret = up_plan_mtu(up, err);
	if (!ret)
		ret = up_dns_plan(up, err);
	if (!ret)
		ret = up_firewall_plan(up, err);
	if (ret)
		return ret;
	if (up->has_default[0])
		ret = up_things_add(&up->wanted, UP_SYSCTL,
				    cmd_proc_sysctl("%s", up_plan_sysctl) == 0, up_plan_sysctl);
	if (!ret)
		ret = up_plan_routes(up);
	if (ret)
		return up_plan_no_memory(err);
	ret = up_plan_rules(up);
	return ret ? cvl_error_set(err, ret, "%s: cannot find a priority for its rules: %s",
				   up->name, strerror(-ret)) : 0;
}
