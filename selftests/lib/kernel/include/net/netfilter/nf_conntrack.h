/* SPDX-License-Identifier: GPL-2.0 */
/* Tracked connections, of which it is known whether their source is translated. */
#ifndef FAKE_NET_NETFILTER_NF_CONNTRACK_H
#define FAKE_NET_NETFILTER_NF_CONNTRACK_H

#include <linux/netfilter.h>
#include <linux/skbuff.h>

struct nf_conn {
	/* packets that have it */
	unsigned int users;
	bool translated;
	union nf_inet_addr source;
};

/* Of kernel/compat/include. */
static inline bool cv_compat_source_before_nat(const struct sk_buff *skb,
					       union nf_inet_addr *source)
{
	if (!skb->ct || !skb->ct->translated)
		return false;
	*source = skb->ct->source;
	return true;
}

#endif /* FAKE_NET_NETFILTER_NF_CONNTRACK_H */
