/* SPDX-License-Identifier: GPL-2.0 */
/* Messages of netlink, and what is said of one that is refused. */
#ifndef FAKE_LINUX_NETLINK_H
#define FAKE_LINUX_NETLINK_H

#include <linux/capability.h>
#include <linux/kernel.h>

#include_next <linux/netlink.h>

#include <fake_kernel.h>

struct net;
struct netlink_callback;
struct notifier_block;
struct sk_buff;

#define NETLINK_URELEASE 1

/* A socket is closed. */
struct netlink_notify {
	struct net *net;
	u32 portid;
	int protocol;
};

int netlink_register_notifier(struct notifier_block *block);
int netlink_unregister_notifier(struct notifier_block *block);

struct netlink_ext_ack {
	const char *text;
	const struct nlattr *attr;
};

#define NL_SET_ERR_MSG_ATTR(extack, attr_, text_) do {		\
	(extack)->text = (text_);				\
	(extack)->attr = (attr_);				\
} while (0)
#define NL_SET_ERR_MSG(extack, text_) NL_SET_ERR_MSG_ATTR(extack, NULL, text_)

#define netlink_ns_capable(skb, ns, capability) ((void)(skb), (void)(ns), fake_capable)

#endif /* FAKE_LINUX_NETLINK_H */
