// SPDX-License-Identifier: GPL-2.0
/*
 * Takes the name "wireguard", as wireguard.ko would: that of the link kind or that of the
 * generic netlink family, so that each is seen to keep culvert from taking its place.
 * Loaded by selftests/net/interop/dropin-module.sh.
 */
#include <linux/module.h>
#include <net/genetlink.h>
#include <net/rtnetlink.h>

static bool taken_family;
module_param_named(family, taken_family, bool, 0444);
MODULE_PARM_DESC(family, "take the netlink family and not the link kind");

static int taken_nothing(struct sk_buff *skb, struct genl_info *info)
{
	return 0;
}

static const struct genl_ops taken_ops[] = {
	{ .cmd = 0, .doit = taken_nothing },
};

static struct genl_family taken_genl_family = {
	.name = "wireguard",
	.version = 1,
	.module = THIS_MODULE,
	.ops = taken_ops,
	.n_ops = ARRAY_SIZE(taken_ops),
	.resv_start_op = 1,
};

static void taken_setup(struct net_device *netdev)
{
}

static struct rtnl_link_ops taken_link_ops = {
	.kind = "wireguard",
	.setup = taken_setup,
};

static int __init taken_init(void)
{
	return taken_family ? genl_register_family(&taken_genl_family) :
			      rtnl_link_register(&taken_link_ops);
}

static void __exit taken_exit(void)
{
	if (taken_family)
		genl_unregister_family(&taken_genl_family);
	else
		rtnl_link_unregister(&taken_link_ops);
}

module_init(taken_init);
module_exit(taken_exit);
MODULE_DESCRIPTION("Takes a name of wireguard.ko");
MODULE_LICENSE("GPL");
