// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family "wireguard", for the programs that know no other: wg(8),
 * systemd-networkd, NetworkManager. main.c offers it when culvert takes the place of
 * wireguard.ko.
 */

/**
 * DOC: The manners of wireguard.ko
 *
 * What the family takes and tells is what linux/wireguard.h says, to the last number;
 * what is culvert's own, now and later, is for the family "culvert". It serves links of
 * kind "wireguard" only. It is as strict as the original of Linux 7.3 and no stricter: a
 * request may hold what is for dumps, and it is ignored; an endpoint that is no
 * address is passed over; a port of 0 is a port. Apart from that the two families have
 * the same handlers, and a request is done whole or not at all in both.
 */
#include <linux/if.h>
#include <linux/time_types.h>
#include <net/genetlink.h>
#include <uapi/linux/culvert.h>

#include "netlink_get.h"
#include "netlink_set.h"
#include "netlink_wireguard.h"

/* Name and version of the family, which programs look for. */
#define CV_NETLINK_WIREGUARD_NAME "wireguard"
#define CV_NETLINK_WIREGUARD_VERSION 1

static const struct nla_policy
cv_netlink_wireguard_allowedip_policy[CVALLOWEDIP_A_FLAGS + 1] = {
	[CVALLOWEDIP_A_FAMILY] = { .type = NLA_U16 },
	[CVALLOWEDIP_A_IPADDR] = NLA_POLICY_MIN_LEN(sizeof(struct in_addr)),
	[CVALLOWEDIP_A_CIDR_MASK] = { .type = NLA_U8 },
	[CVALLOWEDIP_A_FLAGS] = NLA_POLICY_MASK(NLA_U32, __CVALLOWEDIP_F_ALL),
};

static const struct nla_policy
cv_netlink_wireguard_peer_policy[CVPEER_A_PROTOCOL_VERSION + 1] = {
	[CVPEER_A_PUBLIC_KEY] = NLA_POLICY_EXACT_LEN(CV_KEY_LEN),
	[CVPEER_A_PRESHARED_KEY] = NLA_POLICY_EXACT_LEN(CV_KEY_LEN),
	[CVPEER_A_FLAGS] = NLA_POLICY_MASK(NLA_U32, __CVPEER_F_ALL),
	[CVPEER_A_ENDPOINT] = NLA_POLICY_MIN_LEN(sizeof(struct sockaddr)),
	[CVPEER_A_PERSISTENT_KEEPALIVE_INTERVAL] = { .type = NLA_U16 },
	[CVPEER_A_LAST_HANDSHAKE_TIME] =
		NLA_POLICY_EXACT_LEN(sizeof(struct __kernel_timespec)),
	[CVPEER_A_RX_BYTES] = { .type = NLA_U64 },
	[CVPEER_A_TX_BYTES] = { .type = NLA_U64 },
	[CVPEER_A_ALLOWEDIPS] = NLA_POLICY_NESTED_ARRAY(cv_netlink_wireguard_allowedip_policy),
	[CVPEER_A_PROTOCOL_VERSION] = { .type = NLA_U32 },
};

static const struct nla_policy cv_netlink_wireguard_set_policy[CVDEVICE_A_MAX + 1] = {
	[CVDEVICE_A_IFINDEX] = { .type = NLA_U32 },
	[CVDEVICE_A_IFNAME] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
	[CVDEVICE_A_PRIVATE_KEY] = NLA_POLICY_EXACT_LEN(CV_KEY_LEN),
	[CVDEVICE_A_PUBLIC_KEY] = NLA_POLICY_EXACT_LEN(CV_KEY_LEN),
	[CVDEVICE_A_FLAGS] = NLA_POLICY_MASK(NLA_U32, __CVDEVICE_F_ALL),
	[CVDEVICE_A_LISTEN_PORT] = { .type = NLA_U16 },
	[CVDEVICE_A_FWMARK] = { .type = NLA_U32 },
	[CVDEVICE_A_PEERS] = NLA_POLICY_NESTED_ARRAY(cv_netlink_wireguard_peer_policy),
};

static const struct nla_policy cv_netlink_wireguard_get_policy[CVDEVICE_A_IFNAME + 1] = {
	[CVDEVICE_A_IFINDEX] = { .type = NLA_U32 },
	[CVDEVICE_A_IFNAME] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
};

static int cv_netlink_wireguard_start(struct netlink_callback *cb)
{
	return cv_netlink_get_start(cb, true);
}

static int cv_netlink_wireguard_do_set(struct sk_buff *skb, struct genl_info *info)
{
	return cv_netlink_set_device(skb, info, true);
}

static const struct genl_ops cv_netlink_wireguard_ops[] = {
	{
		.cmd = CV_CMD_GET_DEVICE,
		.start = cv_netlink_wireguard_start,
		.dumpit = cv_netlink_get_dump,
		.done = cv_netlink_get_done,
		.policy = cv_netlink_wireguard_get_policy,
		.maxattr = ARRAY_SIZE(cv_netlink_wireguard_get_policy) - 1,
		.flags = GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd = CV_CMD_SET_DEVICE,
		.doit = cv_netlink_wireguard_do_set,
		.policy = cv_netlink_wireguard_set_policy,
		.maxattr = ARRAY_SIZE(cv_netlink_wireguard_set_policy) - 1,
		.flags = GENL_UNS_ADMIN_PERM,
	},
};

static struct genl_family cv_netlink_wireguard_family __ro_after_init = {
	.name = CV_NETLINK_WIREGUARD_NAME,
	.version = CV_NETLINK_WIREGUARD_VERSION,
	.module = THIS_MODULE,
	.netnsok = true,
	.ops = cv_netlink_wireguard_ops,
	.n_ops = ARRAY_SIZE(cv_netlink_wireguard_ops),
};

/**
 * cv_netlink_wireguard_init() - offer the family
 *
 * Context: process, at module load, after everything that a request needs.
 * Return: 0 or a negative errno: -EEXIST if another module has a family of that name.
 */
int cv_netlink_wireguard_init(void)
{
	return genl_register_family(&cv_netlink_wireguard_family);
}

/**
 * cv_netlink_wireguard_exit() - take the family away
 *
 * Context: process, at module unload, when there are no links any more.
 */
void cv_netlink_wireguard_exit(void)
{
	genl_unregister_family(&cv_netlink_wireguard_family);
}
