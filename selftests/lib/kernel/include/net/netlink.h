/* SPDX-License-Identifier: GPL-2.0 */
/* Attributes of netlink and their policies. */
#ifndef FAKE_NET_NETLINK_H
#define FAKE_NET_NETLINK_H

#include <linux/in6.h>
#include <linux/limits.h>
#include <linux/netlink.h>
#include <linux/skbuff.h>

/* Types of attributes in a policy. */
enum {
	NLA_UNSPEC,
	NLA_U8,
	NLA_U16,
	NLA_U32,
	NLA_U64,
	NLA_BINARY,
	NLA_NUL_STRING,
	NLA_FLAG,
	NLA_NESTED,
	NLA_NESTED_ARRAY,
	NLA_REJECT,
};

struct nla_policy {
	u8 type;
	/* of a number: has a mask */
	bool has_mask;
	/* a length in bytes must be that or more, or exactly that */
	bool is_min;
	bool is_exact;
	u16 len;
	union {
		const char *reject_message;
		const struct nla_policy *nested_policy;
		u32 mask;
	};
	int (*validate)(const struct nlattr *attr, struct netlink_ext_ack *extack);
};

#define NLA_POLICY_MIN_LEN(bytes) { .type = NLA_BINARY, .is_min = true, .len = (bytes) }
#define NLA_POLICY_EXACT_LEN(bytes) { .type = NLA_BINARY, .is_exact = true, .len = (bytes) }
#define NLA_POLICY_MASK(type_, mask_) { .type = (type_), .has_mask = true, .mask = (mask_) }
#define NLA_POLICY_NESTED_ARRAY(policy) \
	{ .type = NLA_NESTED_ARRAY, .len = ARRAY_SIZE(policy) - 1, .nested_policy = (policy) }
#define NLA_POLICY_NESTED(policy) \
	{ .type = NLA_NESTED, .len = ARRAY_SIZE(policy) - 1, .nested_policy = (policy) }
#define NLA_POLICY_VALIDATE_FN(type_, function) { .type = (type_), .validate = (function) }

static inline int nla_len(const struct nlattr *attr)
{
	return attr->nla_len - NLA_HDRLEN;
}

static inline int nla_type(const struct nlattr *attr)
{
	return attr->nla_type & NLA_TYPE_MASK;
}

static inline void *nla_data(const struct nlattr *attr)
{
	return (u8 *)attr + NLA_HDRLEN;
}

static inline bool nla_ok(const struct nlattr *attr, int rest)
{
	return rest >= (int)sizeof(*attr) && attr->nla_len >= sizeof(*attr) &&
	       attr->nla_len <= rest;
}

static inline struct nlattr *nla_next(const struct nlattr *attr, int *rest)
{
	*rest -= NLA_ALIGN(attr->nla_len);
	return (struct nlattr *)((u8 *)attr + NLA_ALIGN(attr->nla_len));
}

#define nla_for_each_attr(attr, first, bytes, rest)			\
	for ((attr) = (first), (rest) = (bytes); nla_ok(attr, rest);	\
	     (attr) = nla_next(attr, &(rest)))
#define nla_for_each_nested(attr, nest, rest) \
	nla_for_each_attr(attr, nla_data(nest), nla_len(nest), rest)

static inline u8 nla_get_u8(const struct nlattr *attr)
{
	return *(const u8 *)nla_data(attr);
}

static inline u16 nla_get_u16(const struct nlattr *attr)
{
	return *(const u16 *)nla_data(attr);
}

static inline u32 nla_get_u32(const struct nlattr *attr)
{
	return *(const u32 *)nla_data(attr);
}

static inline u64 nla_get_u64(const struct nlattr *attr)
{
	u64 number;

	memcpy(&number, nla_data(attr), sizeof(number));
	return number;
}

static inline bool nla_get_flag(const struct nlattr *attr)
{
	return attr;
}

static inline __be32 nla_get_in_addr(const struct nlattr *attr)
{
	return *(const __be32 *)nla_data(attr);
}

static inline struct in6_addr nla_get_in6_addr(const struct nlattr *attr)
{
	struct in6_addr addr;

	memcpy(&addr, nla_data(attr), sizeof(addr));
	return addr;
}

static inline void nla_strscpy(char *to, const struct nlattr *attr, size_t room)
{
	size_t bytes = strnlen(nla_data(attr), nla_len(attr));

	memset(to, 0, room);
	memcpy(to, nla_data(attr), bytes < room ? bytes : room - 1);
}

/*
 * Messages that are made: an skb with what fits into a real one.
 */
#define nlmsg_hdr(skb) ((struct nlmsghdr *)(skb)->data)
#define nlmsg_free(skb) kfree_skb(skb)
#define nla_total_size(bytes) NLA_ALIGN(NLA_HDRLEN + (bytes))

static inline void nlmsg_end(struct sk_buff *skb, struct nlmsghdr *header)
{
	header->nlmsg_len = skb->len;
}

static inline struct nlattr *nla_reserve(struct sk_buff *skb, int type, int bytes)
{
	struct nlattr *attr;

	if (skb_tailroom(skb) < nla_total_size(bytes))
		return NULL;
	attr = skb_put(skb, nla_total_size(bytes));
	memset(attr, 0, nla_total_size(bytes));
	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + bytes;
	return attr;
}

static inline int nla_put(struct sk_buff *skb, int type, int bytes, const void *data)
{
	struct nlattr *attr = nla_reserve(skb, type, bytes);

	if (!attr)
		return -EMSGSIZE;
	if (bytes)
		memcpy(nla_data(attr), data, bytes);
	return 0;
}

static inline int nla_put_u8(struct sk_buff *skb, int type, u8 number)
{
	return nla_put(skb, type, sizeof(number), &number);
}

static inline int nla_put_u16(struct sk_buff *skb, int type, u16 number)
{
	return nla_put(skb, type, sizeof(number), &number);
}

static inline int nla_put_u32(struct sk_buff *skb, int type, u32 number)
{
	return nla_put(skb, type, sizeof(number), &number);
}

static inline int nla_put_flag(struct sk_buff *skb, int type)
{
	return nla_put(skb, type, 0, NULL);
}

/* On x86 nothing is needed to fill up. */
static inline int nla_put_u64_64bit(struct sk_buff *skb, int type, u64 number, int fill)
{
	return nla_put(skb, type, sizeof(number), &number);
}

static inline int nla_put_string(struct sk_buff *skb, int type, const char *string)
{
	return nla_put(skb, type, strlen(string) + 1, string);
}

static inline int nla_put_in_addr(struct sk_buff *skb, int type, __be32 addr)
{
	return nla_put(skb, type, sizeof(addr), &addr);
}

static inline int nla_put_in6_addr(struct sk_buff *skb, int type, const struct in6_addr *addr)
{
	return nla_put(skb, type, sizeof(*addr), addr);
}

static inline struct nlattr *nla_nest_start(struct sk_buff *skb, int type)
{
	return nla_reserve(skb, NLA_F_NESTED | type, 0);
}

/* What does not fit into its length is what the real one wraps: it must not come to that. */
static inline void nla_nest_end(struct sk_buff *skb, struct nlattr *nest)
{
	size_t bytes = skb_tail_pointer(skb) - (u8 *)nest;

	assert(bytes <= U16_MAX);
	nest->nla_len = bytes;
}

static inline void nla_nest_cancel(struct sk_buff *skb, struct nlattr *nest)
{
	__skb_trim(skb, (u8 *)nest - skb->data);
}

int nla_parse_nested(struct nlattr **attrs, int max, const struct nlattr *nest,
		     const struct nla_policy *policy, struct netlink_ext_ack *extack);
int nla_parse_nested_deprecated(struct nlattr **attrs, int max, const struct nlattr *nest,
				const struct nla_policy *policy,
				struct netlink_ext_ack *extack);

#endif /* FAKE_NET_NETLINK_H */
