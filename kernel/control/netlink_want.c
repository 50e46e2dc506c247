// SPDX-License-Identifier: GPL-2.0
/*
 * The commands about wants: uapi/linux/culvert.h, DOC: Wants. Called by generic netlink through
 * netlink.c, which has checked the attributes.
 */
#include <linux/netdevice.h>
#include <net/genetlink.h>
#include <uapi/linux/culvert.h>

#include "netlink_listener.h"
#include "netlink_want.h"
#include "../core/device.h"
#include "../datapath/tx.h"
#include "../datapath/want.h"
#include "../events/netlink_put.h"

/* Say why want.c has refused something; returns its answer. */
static int cv_netlink_want_explain(int err, struct netlink_ext_ack *extack)
{
	switch (err) {
	case -EBUSY:
		NL_SET_ERR_MSG(extack, "another program listens for wants at this link");
		break;
	case -ENOTCONN:
		NL_SET_ERR_MSG(extack,
			       "this socket does not listen for wants at this link: send WANT_LISTEN first");
		break;
	}
	return err;
}

static int cv_netlink_want_open(struct cv_device *dev, const struct cv_listener_socket *socket,
				struct netlink_ext_ack *extack)
{
	return cv_netlink_want_explain(cv_want_listen(dev, socket, &cv_tx_want_ops), extack);
}

static int cv_netlink_want_put(struct sk_buff *reply, const struct cv_device *dev,
			       const struct cv_want_told *told)
{
	unsigned int bytes = told->family == AF_INET ? sizeof(told->address.v4) :
						       sizeof(told->address.v6);
	struct nlattr *nest;
	int err;

	err = cv_netlink_put_name(reply, dev);
	nest = nla_nest_start(reply, CVDEVICE_A_WANT);
	if (err || !nest)
		return -EMSGSIZE;
	err = nla_put(reply, CVWANT_A_DESTINATION, bytes, &told->address);
	if (!err && told->has_key)
		err = nla_put(reply, CVWANT_A_PUBLIC_KEY, CV_KEY_LEN, told->public_key);
	if (!err)
		err = nla_put_u32(reply, CVWANT_A_AGE_MS, told->age_ms) ?:
		      nla_put_u32(reply, CVWANT_A_PACKETS, told->packets);
	nla_nest_end(reply, nest);
	return err;
}

/* What cannot be sent does not get lost: it is found again. */
static int cv_netlink_want_answer(struct cv_device *dev, const struct cv_listener_socket *socket,
				  struct genl_info *info, struct sk_buff *reply)
{
	struct cv_want_told told;
	int err;

	err = cv_netlink_want_explain(cv_want_get(dev, socket, &told), info->extack);
	if (err)
		return cv_netlink_listener_reply(reply, info, err);
	err = cv_netlink_listener_reply(reply, info, cv_netlink_want_put(reply, dev, &told));
	if (err)
		cv_want_untell(dev, &told);
	return err;
}

static const struct cv_netlink_listener_ops cv_netlink_want_ops = {
	.listen = cv_netlink_want_open,
	.get = CV_CMD_WANT_GET,
	.answer = cv_netlink_want_answer,
};

/**
 * cv_netlink_want_listen() - CV_CMD_WANT_LISTEN
 * @skb: the request
 * @info: what generic netlink has found in it
 *
 * Context: process.
 * Return: 0 or a negative errno.
 */
int cv_netlink_want_listen(struct sk_buff *skb, struct genl_info *info)
{
	return cv_netlink_listener_listen(info, &cv_netlink_want_ops);
}

/**
 * cv_netlink_want_get() - CV_CMD_WANT_GET
 * @info: what generic netlink has found in the request
 * @family: that it came to
 *
 * Context: process.
 * Return: 0 or a negative errno.
 */
int cv_netlink_want_get(struct genl_info *info, const struct genl_family *family)
{
	return cv_netlink_listener_get(info, family, &cv_netlink_want_ops);
}
