// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family "culvert": what a request may hold, which processes may send it, and
 * which link it means. What is done then is in netlink_get.c and netlink_set.c, which
 * know nothing of the family and its policies.
 */
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/genetlink.h>
#include <uapi/linux/culvert.h>

#include "link.h"
#include "netlink.h"
#include "netlink_wireguard.h"
#include "../core/device.h"

/* The kernel's own check would do, but for what it says. */
static int cv_netlink_check_key(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	if (nla_len(attr) == CV_KEY_LEN)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr, "a key must have 32 bytes");
	return -EINVAL;
}

/*
 * What a request may hold. The values of numbers are looked at by netlink_set.c: a
 * policy that has them checked by a function cannot be shown by CTRL_CMD_GETPOLICY.
 */

/* Dump-only: rejected in requests. */
#define CV_NETLINK_DUMP_ONLY {					\
	.type = NLA_REJECT,						\
	.reject_message = "this attribute is read-only: a request cannot set it",	\
}

static const struct nla_policy cv_netlink_allowedip_policy[CVALLOWEDIP_A_MAX + 1] = {
	[CVALLOWEDIP_A_FAMILY] = { .type = NLA_U16 },
	[CVALLOWEDIP_A_IPADDR] = { .type = NLA_BINARY },
	[CVALLOWEDIP_A_CIDR_MASK] = { .type = NLA_U8 },
	[CVALLOWEDIP_A_FLAGS] = { .type = NLA_U32 },
};

static const struct nla_policy cv_netlink_peer_policy[CVPEER_A_MAX + 1] = {
	[CVPEER_A_PUBLIC_KEY] = NLA_POLICY_VALIDATE_FN(NLA_BINARY, cv_netlink_check_key),
	[CVPEER_A_PRESHARED_KEY] = NLA_POLICY_VALIDATE_FN(NLA_BINARY, cv_netlink_check_key),
	[CVPEER_A_FLAGS] = { .type = NLA_U32 },
	[CVPEER_A_ENDPOINT] = { .type = NLA_BINARY },
	[CVPEER_A_PERSISTENT_KEEPALIVE_INTERVAL] = { .type = NLA_U16 },
	[CVPEER_A_LAST_HANDSHAKE_TIME] = CV_NETLINK_DUMP_ONLY,
	[CVPEER_A_RX_BYTES] = CV_NETLINK_DUMP_ONLY,
	[CVPEER_A_TX_BYTES] = CV_NETLINK_DUMP_ONLY,
	[CVPEER_A_ALLOWEDIPS] = NLA_POLICY_NESTED_ARRAY(cv_netlink_allowedip_policy),
	[CVPEER_A_PROTOCOL_VERSION] = { .type = NLA_U32 },
};

static const struct nla_policy cv_netlink_set_policy[CVDEVICE_A_MAX + 1] = {
	[CVDEVICE_A_IFINDEX] = { .type = NLA_U32 },
	[CVDEVICE_A_IFNAME] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
	[CVDEVICE_A_PRIVATE_KEY] = NLA_POLICY_VALIDATE_FN(NLA_BINARY, cv_netlink_check_key),
	[CVDEVICE_A_PUBLIC_KEY] = CV_NETLINK_DUMP_ONLY,
	[CVDEVICE_A_FLAGS] = { .type = NLA_U32 },
	[CVDEVICE_A_LISTEN_PORT] = { .type = NLA_U16 },
	[CVDEVICE_A_FWMARK] = { .type = NLA_U32 },
	[CVDEVICE_A_PEERS] = NLA_POLICY_NESTED_ARRAY(cv_netlink_peer_policy),
};

static const struct nla_policy cv_netlink_get_policy[CVDEVICE_A_IFNAME + 1] = {
	[CVDEVICE_A_IFINDEX] = { .type = NLA_U32 },
	[CVDEVICE_A_IFNAME] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
};

static const struct genl_ops cv_netlink_ops[] = {
	{
		.cmd = CV_CMD_GET_DEVICE,
		.start = cv_netlink_get_start,
		.dumpit = cv_netlink_get_dump,
		.done = cv_netlink_get_done,
		.policy = cv_netlink_get_policy,
		.maxattr = ARRAY_SIZE(cv_netlink_get_policy) - 1,
		/* A dump tells the private key. */
		.flags = GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd = CV_CMD_SET_DEVICE,
		.doit = cv_netlink_set_device,
		.policy = cv_netlink_set_policy,
		.maxattr = ARRAY_SIZE(cv_netlink_set_policy) - 1,
		.flags = GENL_UNS_ADMIN_PERM,
	},
};

static struct genl_family cv_netlink_family __ro_after_init = {
	.name = CV_GENL_NAME,
	.version = CV_GENL_VERSION,
	.module = THIS_MODULE,
	.netnsok = true,
	.ops = cv_netlink_ops,
	.n_ops = ARRAY_SIZE(cv_netlink_ops),
	.resv_start_op = CV_CMD_MAX + 1,
};

/**
 * cv_netlink_init() - offer the family
 *
 * Context: process, at module load, after everything that a request needs.
 * Return: 0 or a negative errno.
 */
int cv_netlink_init(void)
{
	return genl_register_family(&cv_netlink_family);
}

/**
 * cv_netlink_exit() - take the family away
 *
 * Context: process, at module unload, when there are no links any more.
 */
void cv_netlink_exit(void)
{
	genl_unregister_family(&cv_netlink_family);
}

/**
 * cv_netlink_find_device() - which link a request means
 * @net: the namespace that the request came from
 * @request: it
 * @attrs: its attributes, by enum cv_device_attr
 * @extack: is told what is wrong
 *
 * Context: holds RTNL.
 * Return: the device, borrowed as long as RTNL is held; or ERR_PTR(): -EBADR for both
 * or neither of index and name, -ENODEV for no such link, -EOPNOTSUPP for a link of
 * another kind, which "culvert" is for the family "wireguard".
 */
struct cv_device *cv_netlink_find_device(struct net *net, const struct nlmsghdr *request,
					 struct nlattr **attrs,
					 struct netlink_ext_ack *extack)
{
	const struct nlattr *ifindex = attrs[CVDEVICE_A_IFINDEX];
	const struct nlattr *ifname = attrs[CVDEVICE_A_IFNAME];
	const struct nlattr *given = ifindex ?: ifname;
	struct net_device *netdev;
	struct cv_device *dev;

	ASSERT_RTNL();
	if (!ifindex == !ifname) {
		NL_SET_ERR_MSG(extack,
			       "exactly one of ifindex and ifname is required");
		return ERR_PTR(-EBADR);
	}
	netdev = ifindex ? __dev_get_by_index(net, nla_get_u32(ifindex)) :
			   __dev_get_by_name(net, nla_data(ifname));
	if (!netdev) {
		NL_SET_ERR_MSG_ATTR(extack, given, "no such link in this network namespace");
		return ERR_PTR(-ENODEV);
	}
	if (cv_netlink_wireguard_is(request) && !cv_link_is_wireguard(netdev)) {
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
