/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/* The handle of netlink.c, for the files that ask the kernel by it; internal to the library. */
#ifndef LIBCULVERT_NETLINK_H
#define LIBCULVERT_NETLINK_H

#include "request.h"

/**
 * struct cvl_netlink - what it takes to talk to the kernel
 * @generic: socket for generic netlink
 * @route: socket for rtnetlink
 * @family_id: generic netlink family by kind of link, 0 if it is not resolved yet
 * @channel: for the requests of both
 */
struct cvl_netlink {
	struct mnl_socket *generic;
	struct mnl_socket *route;
	uint16_t family_id[2];
	struct cvl_channel channel;
};

int cvl_netlink_family(struct cvl_netlink *nl, const struct cvl_link *link, uint16_t *family_id,
		       struct cvl_error *err);
void cvl_netlink_explain(const struct cvl_link *link, struct cvl_error *err);

#endif /* LIBCULVERT_NETLINK_H */
