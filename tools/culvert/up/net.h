/* SPDX-License-Identifier: GPL-2.0 */
/* Addresses, routes, rules and the MTU by rtnetlink, for up and down. */
#ifndef CULVERT_UP_NET_H
#define CULVERT_UP_NET_H

#include "up/words.h"

/**
 * struct up_rule - a rule of policy routing
 * @family: AF_INET or AF_INET6
 * @priority: the lower, the sooner it is looked at
 * @mark: packets without it go to @table; or 0: all go to the main table, but for its default route
 * @table: for that
 */
struct up_rule {
	int family;
	uint32_t priority;
	uint32_t mark;
	uint32_t table;
};

/**
 * struct up_route - a route into a link
 * @to: what is reached
 * @table: that it is in
 */
struct up_route {
	struct cvl_allowed_ip to;
	uint32_t table;
};

int up_net_address(struct cvl_netlink *nl, const struct cvl_link *link,
		   const struct cvl_allowed_ip *ip, bool add, struct cvl_error *err);
int up_net_route(struct cvl_netlink *nl, const struct cvl_link *link,
		 const struct up_route *route, bool add, struct cvl_error *err);
int up_net_rule(struct cvl_netlink *nl, const struct up_rule *rule, bool add,
		struct cvl_error *err);
int up_net_free_priority(struct cvl_netlink *nl, int family, uint32_t *priority);
int up_net_free_table(struct cvl_netlink *nl, uint32_t *table);
bool up_net_has_marked_rules(struct cvl_netlink *nl);
int up_net_set_mtu(struct cvl_netlink *nl, const struct cvl_link *link, uint32_t mtu,
		   struct cvl_error *err);
uint32_t up_net_link_mtu(struct cvl_netlink *nl, unsigned int ifindex);
uint32_t up_net_way_mtu(struct cvl_netlink *nl, const union cvl_address *to, uint32_t mark,
			const char *link);
bool up_net_has_default(struct cvl_netlink *nl, int family);
uint32_t up_net_default_mtu(struct cvl_netlink *nl);

#endif /* CULVERT_UP_NET_H */
