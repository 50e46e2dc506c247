/* SPDX-License-Identifier: GPL-2.0 */
/* Questions to the kernel's routing tables and about links; doctor asks them. */
#ifndef CULVERT_ROUTE_H
#define CULVERT_ROUTE_H

#include <stdbool.h>
#include <stdint.h>

#include "libculvert.h"

/**
 * struct cmd_route - the route that the kernel chooses
 * @type: RTN_*
 * @ifindex: of the device that packets leave by
 * @device: its name
 * @source: the address that packets get; the family is 0 if not told
 */
struct cmd_route {
	unsigned char type;
	unsigned int ifindex;
	char device[CVL_IFNAME_SIZE];
	union cvl_address source;
};

/**
 * struct cmd_route_link - what routing knows of a link
 * @flags: IFF_*
 * @mtu: in bytes
 * @netns_id: of the namespace that its sockets are in, or -1: this one
 */
struct cmd_route_link {
	unsigned int flags;
	unsigned int mtu;
	int netns_id;
};

int cmd_route_to(struct cmd_route *route, const union cvl_address *to, uint32_t mark);
int cmd_route_check(unsigned int ifindex, const struct in_addr *from, const struct in_addr *to,
		    uint32_t mark);
int cmd_route_link(struct cmd_route_link *link, unsigned int ifindex);
int cmd_route_address(struct in_addr *address, unsigned int ifindex);
int cmd_route_netns_id(int fd);

typedef void (*cmd_route_marked_t)(void *arg, uint32_t mark, const struct in_addr *to);

int cmd_route_each_marked(unsigned int ifindex, cmd_route_marked_t take, void *arg);

#endif /* CULVERT_ROUTE_H */
