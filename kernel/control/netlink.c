// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family "culvert": what a request may hold, and which processes may send
 * it. What is done then is in netlink_get.c and netlink_set.c, which know nothing of the
 * family and its policies.
 */
#include <linux/if.h>
#include <net/genetlink.h>
#include <uapi/linux/culvert.h>

#include "netlink.h"
#include "netlink_get.h"
#include "netlink_knock.h"
#include "netlink_set.h"
#include "netlink_want.h"
#include "../datapath/adopt.h"
#include "../events/notify.h"

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

static const struct nla_policy cv_netlink_allowedip_policy[CVALLOWEDIP_A_OWN_MAX + 1] = {
	[CVALLOWEDIP_A_FAMILY] = { .type = NLA_U16 },
	[CVALLOWEDIP_A_IPADDR] = { .type = NLA_BINARY },
	[CVALLOWEDIP_A_CIDR_MASK] = { .type = NLA_U8 },
	[CVALLOWEDIP_A_FLAGS] = { .type = NLA_U32 },
};

static const struct nla_policy cv_netlink_candidate_policy[CVCANDIDATE_A_MAX + 1] = {
	[CVCANDIDATE_A_ENDPOINT] = { .type = NLA_BINARY },
	[CVCANDIDATE_A_PREFERENCE] = { .type = NLA_U8 },
	[CVCANDIDATE_A_IN_USE] = CV_NETLINK_DUMP_ONLY,
};

static const struct nla_policy cv_netlink_peer_policy[CVPEER_A_OWN_MAX + 1] = {
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
	[CVPEER_A_ENDPOINT_BEFORE] = CV_NETLINK_DUMP_ONLY,
	[CVPEER_A_SESSION_INITIATOR] = CV_NETLINK_DUMP_ONLY,
	[CVPEER_A_KNOCK_ID] = { .type = NLA_U64 },
	[CVPEER_A_NAME] = { .type = NLA_NUL_STRING, .len = CV_NAME_LEN_MAX },
	[CVPEER_A_IDLE_S] = { .type = NLA_U32 },
	[CVPEER_A_RX_PACKETS] = CV_NETLINK_DUMP_ONLY,
	[CVPEER_A_TX_PACKETS] = CV_NETLINK_DUMP_ONLY,
	[CVPEER_A_SESSION_AGE_S] = CV_NETLINK_DUMP_ONLY,
	[CVPEER_A_LAST_HEARD_TIME] = CV_NETLINK_DUMP_ONLY,
	[CVPEER_A_DROPS_SOURCE] = CV_NETLINK_DUMP_ONLY,
	[CVPEER_A_DROPS_REPLAY] = CV_NETLINK_DUMP_ONLY,
	[CVPEER_A_DROPS_EXPIRED] = CV_NETLINK_DUMP_ONLY,
	[CVPEER_A_DROPS_MEMORY] = CV_NETLINK_DUMP_ONLY,
	[CVPEER_A_CANDIDATES] = NLA_POLICY_NESTED_ARRAY(cv_netlink_candidate_policy),
	[CVPEER_A_FOLLOW] = { .type = NLA_U8 },
	[CVPEER_A_SOURCES] = NLA_POLICY_NESTED_ARRAY(cv_netlink_allowedip_policy),
	[CVPEER_A_SILENT_S] = { .type = NLA_U32 },
	[CVPEER_A_REKEY_NOW] = { .type = NLA_FLAG },
	[CVPEER_A_ENDPOINT_SINCE] = CV_NETLINK_DUMP_ONLY,
	[CVPEER_A_ENDPOINT_REASON] = CV_NETLINK_DUMP_ONLY,
};

static const struct nla_policy cv_netlink_set_policy[CVDEVICE_A_OWN_MAX + 1] = {
	[CVDEVICE_A_IFINDEX] = { .type = NLA_U32 },
	[CVDEVICE_A_IFNAME] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
	[CVDEVICE_A_PRIVATE_KEY] = NLA_POLICY_VALIDATE_FN(NLA_BINARY, cv_netlink_check_key),
	[CVDEVICE_A_PUBLIC_KEY] = CV_NETLINK_DUMP_ONLY,
	[CVDEVICE_A_FLAGS] = { .type = NLA_U32 },
	[CVDEVICE_A_LISTEN_PORT] = { .type = NLA_U16 },
	[CVDEVICE_A_FWMARK] = { .type = NLA_U32 },
	[CVDEVICE_A_PEERS] = NLA_POLICY_NESTED_ARRAY(cv_netlink_peer_policy),
	[CVDEVICE_A_EVENT] = CV_NETLINK_DUMP_ONLY,
	[CVDEVICE_A_EVENT_NUMBER] = CV_NETLINK_DUMP_ONLY,
	[CVDEVICE_A_EVENT_TIME] = CV_NETLINK_DUMP_ONLY,
	[CVDEVICE_A_EVENT_REASON] = CV_NETLINK_DUMP_ONLY,
	[CVDEVICE_A_EVENT_MERGED] = CV_NETLINK_DUMP_ONLY,
	[CVDEVICE_A_EVENT_PORTID] = CV_NETLINK_DUMP_ONLY,
	[CVDEVICE_A_KNOCK] = CV_NETLINK_DUMP_ONLY,
	[CVDEVICE_A_EVENT_SESSION_NUMBER] = CV_NETLINK_DUMP_ONLY,
	[CVDEVICE_A_EVENT_MORE] = CV_NETLINK_DUMP_ONLY,
	[CVDEVICE_A_WANT] = CV_NETLINK_DUMP_ONLY,
	[CVDEVICE_A_BIND_ADDRESS4] = NLA_POLICY_EXACT_LEN(sizeof(struct in_addr)),
	[CVDEVICE_A_BIND_ADDRESS6] = NLA_POLICY_EXACT_LEN(sizeof(struct in6_addr)),
	[CVDEVICE_A_BIND_DEVICE] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
	[CVDEVICE_A_DSCP] = { .type = NLA_U8 },
	[CVDEVICE_A_SOCKET_FD] = { .type = NLA_BINARY, .len = CV_ADOPT_SOCKETS_MAX * sizeof(s32) },
	[CVDEVICE_A_SOCKET_PASS] = { .type = NLA_U8 },
	[CVDEVICE_A_SOCKET_STATE] = CV_NETLINK_DUMP_ONLY,
};

static const struct nla_policy cv_netlink_knock_policy[CVKNOCK_A_MAX + 1] = {
	[CVKNOCK_A_ID] = { .type = NLA_U64 },
	[CVKNOCK_A_PUBLIC_KEY] = CV_NETLINK_DUMP_ONLY,
	[CVKNOCK_A_ENDPOINT] = CV_NETLINK_DUMP_ONLY,
	[CVKNOCK_A_TIME] = CV_NETLINK_DUMP_ONLY,
	[CVKNOCK_A_AGE_MS] = CV_NETLINK_DUMP_ONLY,
	[CVKNOCK_A_SECONDS] = { .type = NLA_U32 },
};

static const struct nla_policy cv_netlink_refuse_policy[CVDEVICE_A_KNOCK + 1] = {
	[CVDEVICE_A_IFINDEX] = { .type = NLA_U32 },
	[CVDEVICE_A_IFNAME] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
	[CVDEVICE_A_KNOCK] = NLA_POLICY_NESTED(cv_netlink_knock_policy),
};

static const struct nla_policy cv_netlink_get_policy[CVDEVICE_A_IFNAME + 1] = {
	[CVDEVICE_A_IFINDEX] = { .type = NLA_U32 },
	[CVDEVICE_A_IFNAME] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
};

static int cv_netlink_start(struct netlink_callback *cb)
{
	return cv_netlink_get_start(cb, false);
}

static int cv_netlink_do_set(struct sk_buff *skb, struct genl_info *info)
{
	return cv_netlink_set_device(skb, info, false);
}

static struct genl_family cv_netlink_family;

static int cv_netlink_do_knock_get(struct sk_buff *skb, struct genl_info *info)
{
	return cv_netlink_knock_get(info, &cv_netlink_family);
}

static int cv_netlink_do_want_get(struct sk_buff *skb, struct genl_info *info)
{
	return cv_netlink_want_get(info, &cv_netlink_family);
}

/* A request of the policy cv_netlink_RULES_policy, for which CAP_NET_ADMIN is needed. */
#define CV_NETLINK_DO(command, function, rules) {			\
	.cmd = (command),						\
	.doit = (function),						\
	.policy = cv_netlink_##rules##_policy,				\
	.maxattr = ARRAY_SIZE(cv_netlink_##rules##_policy) - 1,		\
	.flags = GENL_UNS_ADMIN_PERM,					\
}

static const struct genl_ops cv_netlink_ops[] = {
	{
		.cmd = CV_CMD_GET_DEVICE,
		.start = cv_netlink_start,
		.dumpit = cv_netlink_get_dump,
		.done = cv_netlink_get_done,
		.policy = cv_netlink_get_policy,
		.maxattr = ARRAY_SIZE(cv_netlink_get_policy) - 1,
		/* A dump tells the private key. */
		.flags = GENL_UNS_ADMIN_PERM,
	},
	CV_NETLINK_DO(CV_CMD_SET_DEVICE, cv_netlink_do_set, set),
	CV_NETLINK_DO(CV_CMD_KNOCK_LISTEN, cv_netlink_knock_listen, get),
	CV_NETLINK_DO(CV_CMD_KNOCK_GET, cv_netlink_do_knock_get, get),
	CV_NETLINK_DO(CV_CMD_KNOCK_REFUSE, cv_netlink_knock_refuse, refuse),
	CV_NETLINK_DO(CV_CMD_WANT_LISTEN, cv_netlink_want_listen, get),
	CV_NETLINK_DO(CV_CMD_WANT_GET, cv_netlink_do_want_get, get),
};

/* In the order of enum cv_notify_group. */
static const struct genl_multicast_group cv_netlink_groups[] = {
	{ .name = CV_MCGRP_CONFIG, .flags = GENL_MCAST_CAP_NET_ADMIN },
	{ .name = CV_MCGRP_SESSION, .flags = GENL_MCAST_CAP_NET_ADMIN },
	{ .name = CV_MCGRP_KNOCK, .flags = GENL_MCAST_CAP_NET_ADMIN },
	{ .name = CV_MCGRP_WANT, .flags = GENL_MCAST_CAP_NET_ADMIN },
};

static struct genl_family cv_netlink_family __ro_after_init = {
	.name = CV_GENL_NAME,
	.version = CV_GENL_VERSION,
	.module = THIS_MODULE,
	.netnsok = true,
	.ops = cv_netlink_ops,
	.n_ops = ARRAY_SIZE(cv_netlink_ops),
	.mcgrps = cv_netlink_groups,
	.n_mcgrps = ARRAY_SIZE(cv_netlink_groups),
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
	cv_notify_set_family(&cv_netlink_family);
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
