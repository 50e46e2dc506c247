// SPDX-License-Identifier: GPL-2.0
/*
 * Netlink attributes are checked against a policy as strictly as the kernel checks those
 * of a generic netlink family, and handed to the family's function.
 */
#include <net/genetlink.h>

#include <assert.h>
#include <string.h>

#define FAKE_FAMILIES 2
#define FAKE_FAMILY_ID 31

struct net fake_net;
bool fake_capable = true;

static const struct genl_family *fake_families[FAKE_FAMILIES];

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
	bool nest = policy->type == NLA_NESTED_ARRAY;

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
	case NLA_NUL_STRING:
		return fake_check_string(attr, policy, extack);
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
	struct genl_info info = { .nlhdr = &message.header, .extack = extack };
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
