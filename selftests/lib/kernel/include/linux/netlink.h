/* SPDX-License-Identifier: GPL-2.0 */
/* Messages of netlink, and what is said of one that is refused. */
#ifndef FAKE_LINUX_NETLINK_H
#define FAKE_LINUX_NETLINK_H

#include <linux/capability.h>
#include <linux/kernel.h>

#include_next <linux/netlink.h>

#include <fake_kernel.h>

struct netlink_callback;
struct sk_buff;

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
