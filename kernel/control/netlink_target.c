// SPDX-License-Identifier: GPL-2.0
/*
 * Which link a request means.
 */
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/genetlink.h>
#include <uapi/linux/culvert.h>

#include "link.h"
#include "netlink_target.h"

/**
 * cv_netlink_target_find() - which link a request means
 * @net: the namespace that the request came from
 * @attrs: its attributes, by enum cv_device_attr
 * @as_wireguard: it came to the family "wireguard"
 * @extack: is told what is wrong
 *
 * Context: holds RTNL.
 * Return: the device, borrowed as long as RTNL is held; or ERR_PTR(): -EBADR for both
 * or neither of index and name, -ENODEV for no such link, -EOPNOTSUPP for a link of
 * another kind, which "culvert" is for the family "wireguard".
 */
struct cv_device *cv_netlink_target_find(struct net *net, struct nlattr **attrs,
					 bool as_wireguard, struct netlink_ext_ack *extack)
{
	const struct nlattr *ifindex = attrs[CVDEVICE_A_IFINDEX];
	const struct nlattr *ifname = attrs[CVDEVICE_A_IFNAME];
	const struct nlattr *given = ifindex ?: ifname;
	struct net_device *netdev;
	struct cv_device *dev;

	ASSERT_RTNL();
	if (!ifindex == !ifname) {
		NL_SET_ERR_MSG(extack, "exactly one of ifindex and ifname is required");
		return ERR_PTR(-EBADR);
	}
	netdev = ifindex ? __dev_get_by_index(net, nla_get_u32(ifindex)) :
			   __dev_get_by_name(net, nla_data(ifname));
	if (!netdev) {
		NL_SET_ERR_MSG_ATTR(extack, given, "no such link in this network namespace");
		return ERR_PTR(-ENODEV);
	}
	if (as_wireguard && !cv_link_is_wireguard(netdev)) {
		NL_SET_ERR_MSG_ATTR(extack, given, "this link is not of kind wireguard");
		return ERR_PTR(-EOPNOTSUPP);
	}
	dev = cv_link_device(netdev);
	if (!dev) {
		NL_SET_ERR_MSG_ATTR(extack, given, "this link is not of kind culvert");
		return ERR_PTR(-EOPNOTSUPP);
	}
	return dev;
}
