// SPDX-License-Identifier: GPL-2.0
/*
 * The commands about knocks: uapi/linux/culvert.h, DOC: Knocks. Called by generic netlink through
 * netlink.c, which has checked the attributes.
 */
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/unaligned.h>
#include <net/genetlink.h>
#include <uapi/linux/culvert.h>

#include "netlink_knock.h"
#include "netlink_listener.h"
#include "netlink_target.h"
#include "../core/device.h"
#include "../events/netlink_put.h"
#include "../handshake/knock.h"

/* For how long a key may be refused: a year. */
#define CV_NETLINK_KNOCK_MAX_S (365 * 24 * 3600)

/**
 * cv_netlink_knock_explain() - say why knock.c has refused something
 * @err: its answer
 * @attr: that names the knock, or NULL
 * @extack: is told
 *
 * Return: @err.
 */
int cv_netlink_knock_explain(int err, const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	switch (err) {
	case -EBUSY:
		NL_SET_ERR_MSG(extack, "another program listens for knocks at this link");
		break;
	case -ENOTCONN:
		NL_SET_ERR_MSG(extack,
			       "this socket does not listen for knocks at this link: send KNOCK_LISTEN first");
		break;
	case -ESTALE:
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "there is no such knock of this key any more: one is kept for 5 s");
		break;
	}
	return err;
}

static int cv_netlink_knock_open(struct cv_device *dev, const struct cv_listener_socket *socket,
				 struct netlink_ext_ack *extack)
{
	return cv_netlink_knock_explain(cv_knock_listen(dev, socket), NULL, extack);
}

static int cv_netlink_knock_put(struct sk_buff *reply, const struct cv_device *dev,
				const struct cv_knock_told *told)
{
	/* TAI64N: seconds from 2^62 + 10 on, as 1970 was. The sender may write anything. */
	const u64 epoch_s = BIT_ULL(62) + 10;
	const u64 sent_s = max(get_unaligned_be64(told->stamp), epoch_s);
	const struct __kernel_timespec time = {
		.tv_sec = min_t(u64, sent_s - epoch_s, S64_MAX),
		.tv_nsec = min_t(u32, get_unaligned_be32(told->stamp + sizeof(u64)),
				 NSEC_PER_SEC - 1),
	};
	struct nlattr *nest;
	int err;

	err = cv_netlink_put_name(reply, dev);
	nest = nla_nest_start(reply, CVDEVICE_A_KNOCK);
	if (err || !nest)
		return -EMSGSIZE;
	err = nla_put_u64_64bit(reply, CVKNOCK_A_ID, told->id, CVKNOCK_A_PAD) ?:
	      nla_put(reply, CVKNOCK_A_PUBLIC_KEY, CV_KEY_LEN, told->public_key) ?:
	      cv_netlink_put_endpoint(reply, CVKNOCK_A_ENDPOINT, &told->from) ?:
	      nla_put(reply, CVKNOCK_A_TIME, sizeof(time), &time) ?:
	      nla_put_u32(reply, CVKNOCK_A_AGE_MS, told->age_ms);
	nla_nest_end(reply, nest);
	return err;
}

/* What cannot be sent does not get lost: it is found again. */
static int cv_netlink_knock_answer(struct cv_device *dev, const struct cv_listener_socket *socket,
				   struct genl_info *info, struct sk_buff *reply)
{
	struct cv_knock_told told;
	int err;

	err = cv_netlink_knock_explain(cv_knock_get(dev, socket, &told), NULL, info->extack);
	if (err)
		return cv_netlink_listener_reply(reply, info, err);
	err = cv_netlink_listener_reply(reply, info, cv_netlink_knock_put(reply, dev, &told));
	if (err)
		cv_knock_untell(dev, &told);
	return err;
}

static const struct cv_netlink_listener_ops cv_netlink_knock_ops = {
	.listen = cv_netlink_knock_open,
	.get = CV_CMD_KNOCK_GET,
	.answer = cv_netlink_knock_answer,
};

/**
 * cv_netlink_knock_listen() - CV_CMD_KNOCK_LISTEN
 * @skb: the request
 * @info: what generic netlink has found in it
 *
 * Context: process.
 * Return: 0 or a negative errno.
 */
int cv_netlink_knock_listen(struct sk_buff *skb, struct genl_info *info)
{
	return cv_netlink_listener_listen(info, &cv_netlink_knock_ops);
}

/**
 * cv_netlink_knock_get() - CV_CMD_KNOCK_GET
 * @info: what generic netlink has found in the request
 * @family: that it came to
 *
 * Context: process.
 * Return: 0 or a negative errno.
 */
int cv_netlink_knock_get(struct genl_info *info, const struct genl_family *family)
{
	return cv_netlink_listener_get(info, family, &cv_netlink_knock_ops);
}

/* Which knock is refused, and for how long. */
static int cv_netlink_knock_parse(struct genl_info *info, u64 *id, u32 *seconds)
{
	const struct nlattr *knock = info->attrs[CVDEVICE_A_KNOCK];
	struct nlattr *attrs[CVKNOCK_A_MAX + 1];
	int err;

	if (!knock) {
		NL_SET_ERR_MSG(info->extack, "which knock is refused? the attribute is missing");
		return -EINVAL;
	}
	err = nla_parse_nested_deprecated(attrs, CVKNOCK_A_MAX, knock, NULL, info->extack);
	if (err)
		return err;
	if (!attrs[CVKNOCK_A_ID]) {
		NL_SET_ERR_MSG_ATTR(info->extack, knock, "a knock that is refused needs its id");
		return -EINVAL;
	}
	*id = nla_get_u64(attrs[CVKNOCK_A_ID]);
	*seconds = attrs[CVKNOCK_A_SECONDS] ? nla_get_u32(attrs[CVKNOCK_A_SECONDS]) : 0;
	if (*seconds <= CV_NETLINK_KNOCK_MAX_S)
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack, attrs[CVKNOCK_A_SECONDS],
			    "a key can be refused for at most 31536000 s, a year");
	return -ERANGE;
}

/**
 * cv_netlink_knock_refuse() - CV_CMD_KNOCK_REFUSE
 * @skb: the request
 * @info: what generic netlink has found in it
 *
 * Context: process.
 * Return: 0 or a negative errno.
 */
int cv_netlink_knock_refuse(struct sk_buff *skb, struct genl_info *info)
{
	const struct cv_listener_socket socket = cv_netlink_listener_socket(info);
	struct cv_device *dev;
	u32 seconds;
	u64 id;
	int err;

	err = cv_netlink_knock_parse(info, &id, &seconds);
	if (err)
		return err;
	rtnl_lock();
	dev = cv_netlink_target_find(genl_info_net(info), info->attrs, false, info->extack);
	err = PTR_ERR_OR_ZERO(dev);
	if (!err)
		err = cv_netlink_knock_explain(cv_knock_refuse(dev, &socket, id, seconds),
					       info->attrs[CVDEVICE_A_KNOCK], info->extack);
	rtnl_unlock();
	return err;
}
