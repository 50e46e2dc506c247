/* SPDX-License-Identifier: GPL-2.0 */
/* Families of generic netlink; a request comes by fake_genl_request(). */
#ifndef FAKE_NET_GENETLINK_H
#define FAKE_NET_GENETLINK_H

#include <linux/genetlink.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/netlink.h>

struct genl_info {
	u32 snd_portid;
	const struct nlmsghdr *nlhdr;
	struct nlattr **attrs;
	struct netlink_ext_ack *extack;
};

/* A request, whose attributes are elsewhere: in memory of the very size. */
struct fake_genl_message {
	struct nlmsghdr header;
	const void *attrs;
	size_t bytes;
};

static inline const struct fake_genl_message *fake_genl_message(const struct nlmsghdr *header)
{
	return container_of(header, const struct fake_genl_message, header);
}

#define nlmsg_for_each_attr(attr, header, header_bytes, rest)			\
	nla_for_each_attr(attr, fake_genl_message(header)->attrs,		\
			  (int)fake_genl_message(header)->bytes, rest)

struct genl_ops {
	u8 cmd;
	u8 flags;
	const struct nla_policy *policy;
	unsigned int maxattr;
	int (*doit)(struct sk_buff *skb, struct genl_info *info);
	int (*start)(struct netlink_callback *cb);
	int (*dumpit)(struct sk_buff *skb, struct netlink_callback *cb);
	int (*done)(struct netlink_callback *cb);
};

#define GENL_MCAST_CAP_NET_ADMIN 1

struct genl_multicast_group {
	char name[16];
	u8 flags;
};

struct genl_family {
	int id;
	const char *name;
	unsigned int version;
	void *module;
	bool netnsok;
	const struct genl_ops *ops;
	unsigned int n_ops;
	unsigned int resv_start_op;
	const struct genl_multicast_group *mcgrps;
	unsigned int n_mcgrps;
};

/* Of a page, less what the kernel puts behind it. */
#define GENLMSG_DEFAULT_SIZE 3756

struct sk_buff *genlmsg_new(size_t bytes, gfp_t gfp);
void *genlmsg_put(struct sk_buff *skb, u32 portid, u32 sequence, const struct genl_family *family,
		  int flags, u8 cmd);
void *genlmsg_put_reply(struct sk_buff *skb, struct genl_info *info,
			const struct genl_family *family, int flags, u8 cmd);
void genlmsg_end(struct sk_buff *skb, void *header);
int genlmsg_multicast_netns(const struct genl_family *family, struct net *net,
			    struct sk_buff *skb, u32 portid, unsigned int group, gfp_t gfp);
int genlmsg_reply(struct sk_buff *skb, struct genl_info *info);
bool genl_has_listeners(const struct genl_family *family, struct net *net, unsigned int group);

#define THIS_MODULE NULL
#define genl_info_net(info) ((void)(info), &fake_net)

int genl_register_family(struct genl_family *family);
void genl_unregister_family(const struct genl_family *family);

#endif /* FAKE_NET_GENETLINK_H */
