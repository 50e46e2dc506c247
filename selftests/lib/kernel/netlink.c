// SPDX-License-Identifier: GPL-2.0
/*
 * Netlink attributes are checked against a policy as strictly as the kernel checks those
 * of a generic netlink family, and handed to the family's function.
 */
#include <net/genetlink.h>

#include <assert.h>
#include <string.h>

#include <linux/notifier.h>

#define FAKE_FAMILIES 2
#define FAKE_FAMILY_ID 31

struct net fake_net;
bool fake_capable = true;

u32 fake_portid;
unsigned long fake_genl_heard;
bool fake_genl_deaf;
int (*fake_genl_told)(int group, u8 cmd, const void *attrs, size_t bytes);

static const struct genl_family *fake_families[FAKE_FAMILIES];
static struct notifier_block *fake_netlink_notifier;

int genl_register_family(struct genl_family *family)
{
	unsigned int i;

	for (i = 0; i < FAKE_FAMILIES; i++) {
		if (fake_families[i])
			continue;
		family->id = FAKE_FAMILY_ID + i;
		fake_families[i] = family;
		return 0;
	}
	return -ENOMEM;
}

void genl_unregister_family(const struct genl_family *family)
{
	fake_families[family->id - FAKE_FAMILY_ID] = NULL;
}

static int fake_refuse(struct netlink_ext_ack *extack, const struct nlattr *attr, int err,
		       const char *text)
{
	NL_SET_ERR_MSG_ATTR(extack, attr, text);
	return err;
}

static int fake_check_string(const struct nlattr *attr, const struct nla_policy *policy,
			     struct netlink_ext_ack *extack)
{
	int bytes = nla_len(attr);

	if (!bytes || !memchr(nla_data(attr), 0, min(bytes, policy->len + 1)))
		return fake_refuse(extack, attr, -EINVAL, "the string does not end");
	return 0;
}

static int fake_check(const struct nlattr *first, int bytes, const struct nla_policy *policy,
		      unsigned int max, struct netlink_ext_ack *extack);

static int fake_check_array(const struct nlattr *attr, const struct nla_policy *policy,
			    struct netlink_ext_ack *extack)
{
	const struct nlattr *element;
	int rest;
	int err;

	if (nla_len(attr) && nla_len(attr) < NLA_HDRLEN)
		return fake_refuse(extack, attr, -ERANGE, "the array is too short");
	nla_for_each_nested(element, attr, rest) {
		if (!nla_len(element))
			continue;
		if (nla_len(element) < NLA_HDRLEN)
			return fake_refuse(extack, element, -ERANGE, "the element is too short");
		err = fake_check(nla_data(element), nla_len(element), policy->nested_policy,
				 policy->len, extack);
		if (err)
			return err;
	}
	return 0;
}

static int fake_check_attr(const struct nlattr *attr, const struct nla_policy *policy,
			   struct netlink_ext_ack *extack)
{
	static const u8 number_bytes[] = {
		[NLA_U8] = 1, [NLA_U16] = 2, [NLA_U32] = 4, [NLA_U64] = 8,
	};
	bool nested = attr->nla_type & NLA_F_NESTED;
	bool nest = policy->type == NLA_NESTED || policy->type == NLA_NESTED_ARRAY;

	if (policy->type == NLA_REJECT)
		return fake_refuse(extack, attr, -EINVAL, policy->reject_message);
	if (nested != nest)
		return fake_refuse(extack, attr, -EINVAL, "nested, or not nested, by its flag");
	switch (policy->type) {
	case NLA_UNSPEC:
		return fake_refuse(extack, attr, -EINVAL, "unknown attribute");
	case NLA_U8:
	case NLA_U16:
	case NLA_U32:
	case NLA_U64:
		if (nla_len(attr) != number_bytes[policy->type])
			return fake_refuse(extack, attr, -EINVAL, "a number of another size");
		if (policy->has_mask && nla_get_u32(attr) & ~policy->mask)
			return fake_refuse(extack, attr, -EINVAL, "reserved bits are set");
		break;
	case NLA_BINARY:
		if ((policy->is_exact && nla_len(attr) != policy->len) ||
		    (policy->is_min && nla_len(attr) < policy->len))
			return fake_refuse(extack, attr, -ERANGE, "a wrong length");
		break;
	case NLA_FLAG:
		if (nla_len(attr))
			return fake_refuse(extack, attr, -ERANGE, "a flag has a value");
		break;
	case NLA_NUL_STRING:
		return fake_check_string(attr, policy, extack);
	case NLA_NESTED:
		return fake_check(nla_data(attr), nla_len(attr), policy->nested_policy,
				  policy->len, extack);
	case NLA_NESTED_ARRAY:
		return fake_check_array(attr, policy, extack);
	}
	return policy->validate ? policy->validate(attr, extack) : 0;
}

static int fake_check(const struct nlattr *first, int bytes, const struct nla_policy *policy,
		      unsigned int max, struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	int rest;
	int err;

	nla_for_each_attr(attr, first, bytes, rest) {
		unsigned int type = nla_type(attr);

		if (!type || type > max)
			return fake_refuse(extack, attr, -EINVAL, "unknown attribute type");
		err = fake_check_attr(attr, &policy[type], extack);
		if (err)
			return err;
	}
	return rest > 0 ? fake_refuse(extack, NULL, -EINVAL, "bytes behind the attributes") : 0;
}

/* A nest whose policy has been applied; only the last attribute of a type counts. */
int nla_parse_nested_deprecated(struct nlattr **attrs, int max, const struct nlattr *nest,
				const struct nla_policy *policy,
				struct netlink_ext_ack *extack)
{
	struct nlattr *attr;
	int rest;

	assert(!policy);
	memset(attrs, 0, (max + 1) * sizeof(*attrs));
	nla_for_each_nested(attr, nest, rest)
		if (nla_type(attr) && nla_type(attr) <= max)
			attrs[nla_type(attr)] = attr;
	return 0;
}

int nla_parse_nested(struct nlattr **attrs, int max, const struct nlattr *nest,
		     const struct nla_policy *policy, struct netlink_ext_ack *extack)
{
	struct nlattr *attr;
	int rest;

	if (!(nest->nla_type & NLA_F_NESTED))
		return fake_refuse(extack, nest, -EINVAL, "a nest that is not marked so");
	nla_for_each_nested(attr, nest, rest)
		if (!nla_type(attr) || nla_type(attr) > max)
			return fake_refuse(extack, attr, -EINVAL, "unknown attribute type");
	if (rest > 0)
		return fake_refuse(extack, nest, -EINVAL, "bytes behind the attributes");
	return nla_parse_nested_deprecated(attrs, max, nest, policy, extack);
}

static const struct genl_ops *fake_op(const struct genl_family *family, u8 cmd)
{
	unsigned int i;

	for (i = 0; i < family->n_ops; i++)
		if (family->ops[i].cmd == cmd && family->ops[i].doit)
			return &family->ops[i];
	return NULL;
}

int fake_genl_request(int id, u8 cmd, const void *attrs, size_t bytes,
		      struct netlink_ext_ack *extack)
{
	struct fake_genl_message message = {
		.header.nlmsg_type = id, .attrs = attrs, .bytes = bytes,
	};
	struct genl_info info = {
		.snd_portid = fake_portid, .nlhdr = &message.header, .extack = extack,
	};
	const struct genl_family *family = fake_families[id - FAKE_FAMILY_ID];
	const struct genl_ops *op = family ? fake_op(family, cmd) : NULL;
	struct nlattr *table[128] = {};
	const struct nlattr *attr;
	int rest;
	int err;

	*extack = (struct netlink_ext_ack){};
	if (!op)
		return -EOPNOTSUPP;
	assert(op->maxattr < ARRAY_SIZE(table));
	err = fake_check(attrs, bytes, op->policy, op->maxattr, extack);
	if (err)
		return err;
	nla_for_each_attr(attr, attrs, (int)bytes, rest)
		table[nla_type(attr)] = (struct nlattr *)attr;
	info.attrs = table;
	return op->doit(NULL, &info);
}

/*
 * Messages that go out.
 */
#define FAKE_GENL_BYTES (NLMSG_HDRLEN + GENL_HDRLEN)

struct sk_buff *genlmsg_new(size_t bytes, gfp_t gfp)
{
	return netdev_alloc_skb(NULL, FAKE_GENL_BYTES + bytes);
}

void *genlmsg_put(struct sk_buff *skb, u32 portid, u32 sequence, const struct genl_family *family,
		  int flags, u8 cmd)
{
	struct nlmsghdr *header = skb_put(skb, FAKE_GENL_BYTES);
	struct genlmsghdr *inner = NLMSG_DATA(header);

	*header = (struct nlmsghdr){
		.nlmsg_type = family->id, .nlmsg_flags = flags, .nlmsg_seq = sequence,
		.nlmsg_pid = portid,
	};
	*inner = (struct genlmsghdr){ .cmd = cmd, .version = family->version };
	return inner + 1;
}

void *genlmsg_put_reply(struct sk_buff *skb, struct genl_info *info,
			const struct genl_family *family, int flags, u8 cmd)
{
	return genlmsg_put(skb, info->snd_portid, info->nlhdr->nlmsg_seq, family, flags, cmd);
}

void genlmsg_end(struct sk_buff *skb, void *header)
{
	nlmsg_end(skb, nlmsg_hdr(skb));
}

/* Whole attributes, of no more bytes than the message has. */
static void fake_check_attrs(const void *attrs, size_t bytes)
{
	const struct nlattr *attr;
	int rest;

	nla_for_each_attr(attr, attrs, (int)bytes, rest)
		if (attr->nla_type & NLA_F_NESTED)
			fake_check_attrs(nla_data(attr), nla_len(attr));
	assert(!rest);
}

static int fake_genl_send(struct sk_buff *skb, int group)
{
	const struct genlmsghdr *header = NLMSG_DATA(nlmsg_hdr(skb));
	size_t bytes = skb->len - FAKE_GENL_BYTES;
	int err = 0;

	assert(nlmsg_hdr(skb)->nlmsg_len == skb->len);
	fake_check_attrs(header + 1, bytes);
	if (fake_genl_told)
		err = fake_genl_told(group, header->cmd, header + 1, bytes);
	kfree_skb(skb);
	return err;
}

int genlmsg_multicast_netns(const struct genl_family *family, struct net *net,
			    struct sk_buff *skb, u32 portid, unsigned int group, gfp_t gfp)
{
	assert(group < family->n_mcgrps);
	/* All listeners are in the first namespace. */
	if (net != &fake_net || !genl_has_listeners(family, net, group) || fake_genl_deaf) {
		kfree_skb(skb);
		return fake_genl_deaf ? -ENOBUFS : -ESRCH;
	}
	fake_genl_send(skb, group);
	return 0;
}

int genlmsg_reply(struct sk_buff *skb, struct genl_info *info)
{
	return fake_genl_send(skb, -1);
}

/* On the whole machine, as the real one. */
bool genl_has_listeners(const struct genl_family *family, struct net *net, unsigned int group)
{
	return fake_genl_heard & 1UL << group;
}

int netlink_register_notifier(struct notifier_block *block)
{
	assert(!fake_netlink_notifier);
	fake_netlink_notifier = block;
	return 0;
}

int netlink_unregister_notifier(struct notifier_block *block)
{
	assert(fake_netlink_notifier == block);
	fake_netlink_notifier = NULL;
	return 0;
}

void fake_netlink_close(u32 portid)
{
	struct netlink_notify notify = {
		.net = &fake_net, .portid = portid, .protocol = NETLINK_GENERIC,
	};

	fake_netlink_notifier->notifier_call(fake_netlink_notifier, NETLINK_URELEASE, &notify);
}
