/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * rtnetlink: links, addresses, routes and rules of the network namespace that the calling
 * thread is in; internal to the library and the command.
 */
#ifndef LIBCULVERT_ROUTE_H
#define LIBCULVERT_ROUTE_H

#include "request.h"

/* Names of the kinds of links; the generic netlink families have the same. */
extern const char * const cvl_route_kinds[];

/**
 * struct cvl_route_links - links of the kinds in &enum cvl_kind
 * @links: array for free()
 * @count: how many there are
 * @size: how many there is room for
 */
struct cvl_route_links {
	struct cvl_link *links;
	size_t count;
	size_t size;
};

/**
 * struct cvl_route - the route that the kernel chooses
 * @type: RTN_*
 * @ifindex: of the device that packets leave by
 * @device: its name
 * @source: the address that packets get; the family is 0 if not told
 */
struct cvl_route {
	unsigned char type;
	unsigned int ifindex;
	char device[CVL_IFNAME_SIZE];
	union cvl_address source;
};

/**
 * struct cvl_route_link - what rtnetlink knows of a link
 * @flags: IFF_*
 * @mtu: in bytes
 * @netns_id: of the namespace that its sockets are in, or -1: this one
 */
struct cvl_route_link {
	unsigned int flags;
	unsigned int mtu;
	int netns_id;
};

int cvl_route_links(struct cvl_route_links *found, const char *name, struct mnl_socket *socket,
		    struct cvl_channel *channel, struct cvl_error *err);
int cvl_route_link(struct cvl_route_link *link, unsigned int ifindex);
int cvl_route_address(struct in_addr *address, unsigned int ifindex);
int cvl_route_to(struct cvl_route *route, const union cvl_address *to, uint32_t mark);
int cvl_route_check(unsigned int ifindex, const struct in_addr *from, const struct in_addr *to,
		    uint32_t mark);
int cvl_route_netns_id(int fd);

typedef void (*cvl_route_marked_t)(void *arg, uint32_t mark, const struct in_addr *to);

int cvl_route_each_marked(unsigned int ifindex, cvl_route_marked_t take, void *arg);

#endif /* LIBCULVERT_ROUTE_H */
