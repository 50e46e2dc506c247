/* SPDX-License-Identifier: GPL-2.0 */
/* newlink got its arguments one by one before they were put in a struct. */
#ifndef CV_COMPAT_NET_RTNETLINK_H
#define CV_COMPAT_NET_RTNETLINK_H

#include_next <net/rtnetlink.h>

/*
 * CV_COMPAT_NEWLINK_DEFINE(f) goes after the definition of f(), which has today's
 * arguments; CV_COMPAT_NEWLINK(f) is what &rtnl_link_ops.newlink is set to.
 */
#if HAVE_RTNL_NEWLINK_PARAMS

#define CV_COMPAT_NEWLINK_DEFINE(newlink) struct rtnl_newlink_params
#define CV_COMPAT_NEWLINK(newlink) newlink

#else

struct rtnl_newlink_params {
	struct net *src_net;
	struct nlattr **tb;
	struct nlattr **data;
};

/* The namespace that the caller chose for what lies below the link, or its own. */
static inline struct net *rtnl_newlink_link_net(struct rtnl_newlink_params *params)
{
	return params->src_net;
}

#define CV_COMPAT_NEWLINK_DEFINE(newlink)					\
	static int newlink##_compat(struct net *net, struct net_device *netdev,	\
				    struct nlattr **tb, struct nlattr **data,	\
				    struct netlink_ext_ack *extack)		\
	{									\
		struct rtnl_newlink_params params = {				\
			.src_net = net,						\
			.tb = tb,						\
			.data = data,						\
		};								\
										\
		return newlink(netdev, &params, extack);			\
	}									\
	struct rtnl_newlink_params
#define CV_COMPAT_NEWLINK(newlink) newlink##_compat

#endif

#endif /* CV_COMPAT_NET_RTNETLINK_H */
