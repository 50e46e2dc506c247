/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What attributes at several places of a request hold: endpoints and prefixes.
 */
#ifndef CV_CONTROL_NETLINK_PARSE_H
#define CV_CONTROL_NETLINK_PARSE_H

struct cv_allowedips_prefix;
struct cv_endpoint;
struct netlink_ext_ack;
struct nlattr;

int cv_netlink_parse_endpoint(struct cv_endpoint *endpoint, const struct nlattr *attr,
			      struct netlink_ext_ack *extack);
int cv_netlink_parse_prefix(struct cv_allowedips_prefix *prefix, struct nlattr *const *attrs,
			    const struct nlattr *nest, struct netlink_ext_ack *extack);

#endif /* CV_CONTROL_NETLINK_PARSE_H */
