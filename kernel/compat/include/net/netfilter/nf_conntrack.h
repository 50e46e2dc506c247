/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A kernel that was configured without connection tracking cannot compile the header of it.
 */
#ifndef CV_COMPAT_NET_NETFILTER_NF_CONNTRACK_H
#define CV_COMPAT_NET_NETFILTER_NF_CONNTRACK_H

#include <linux/netfilter.h>
#include <linux/skbuff.h>

#if IS_ENABLED(CONFIG_NF_CONNTRACK)
#include_next <net/netfilter/nf_conntrack.h>
#endif

/**
 * cv_compat_source_before_nat() - the source of a packet before it was translated
 * @skb: an IP packet
 * @source: set to it
 *
 * Return: false if it has not been.
 */
static inline bool cv_compat_source_before_nat(const struct sk_buff *skb,
					       union nf_inet_addr *source)
{
#if IS_ENABLED(CONFIG_NF_CONNTRACK)
	enum ip_conntrack_info info;
	const struct nf_conn *ct = nf_ct_get(skb, &info);

	/* Either end may have been translated, and the packet may be an answer. */
	if (!ct || !(READ_ONCE(ct->status) & IPS_NAT_MASK))
		return false;
	*source = ct->tuplehash[CTINFO2DIR(info)].tuple.src.u3;
	return true;
#else
	return false;
#endif
}

/**
 * cv_compat_is_unconfirmed() - whether connection tracking has yet to confirm a packet's flow
 * @skb: an IP packet
 *
 * Return: true if so, which it does in the last hook.
 */
static inline bool cv_compat_is_unconfirmed(const struct sk_buff *skb)
{
#if IS_ENABLED(CONFIG_NF_CONNTRACK)
	enum ip_conntrack_info info;
	const struct nf_conn *ct = nf_ct_get(skb, &info);

	return ct && !nf_ct_is_confirmed(ct);
#else
	return false;
#endif
}

#endif /* CV_COMPAT_NET_NETFILTER_NF_CONNTRACK_H */
