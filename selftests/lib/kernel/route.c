// SPDX-License-Identifier: GPL-2.0
/*
 * Routes: one, which leads everywhere, or none.
 */
#include <fake_kernel.h>

#include <linux/err.h>
#include <net/ip6_route.h>
#include <net/route.h>

bool fake_route_missing;

static struct rtable fake_route;
static struct dst_entry fake_route_error = { .error = -ENETUNREACH };

unsigned int fake_route_refs(void)
{
	return fake_route.dst.refs + fake_route_error.refs;
}

struct rtable *ip_route_output_key(struct net *net, struct flowi4 *flow)
{
	assert(fake_rcu_depth && net && flow->flowi4_oif);
	if (fake_route_missing)
		return ERR_PTR(-ENETUNREACH);
	fake_route.dst.refs++;
	return &fake_route;
}

struct dst_entry *ip6_route_output(struct net *net, const struct sock *sk, struct flowi6 *flow)
{
	struct dst_entry *dst = fake_route_missing ? &fake_route_error : &fake_route.dst;

	assert(fake_rcu_depth && net && flow->flowi6_oif);
	dst->refs++;
	return dst;
}
