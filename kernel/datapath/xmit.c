// SPDX-License-Identifier: GPL-2.0
/*
 * Outer packets are routed and sent: what tx.c has had sealed, and the messages of
 * exchange.c. The device's socket (socket.c) says from which port and namespace, the peer's
 * path (path.c) which route is cached.
 */
#include <linux/inetdevice.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_sched.h>
#include <linux/udp.h>
#include <net/addrconf.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>
#include <net/route.h>
#include <net/udp_tunnel.h>

#include "path.h"
#include "socket.h"
#include "xmit.h"
#include "../core/device.h"
#include "../core/peer.h"

static int cv_xmit_send4(struct cv_socket *socket, const struct cv_xmit *xmit,
			 struct sk_buff *skb);
static int cv_xmit_send6(struct cv_socket *socket, const struct cv_xmit *xmit,
			 struct sk_buff *skb);

static u64 cv_xmit_packets_sent(const struct cv_device *dev)
{
	return u64_stats_read(&this_cpu_ptr(dev->netdev->tstats)->tx_packets);
}

/*
 * The IP tunnel helpers count what is sent for skb->dev, as of other tunnels: all bytes after
 * the UDP header, but a super-packet as one; and what a filter or a queue below drops. That
 * is what links that count messages want; for others tx.c counts inner packets.
 */
static void cv_xmit_prepare_count(const struct cv_device *dev, struct sk_buff *skb)
{
	skb->dev = NULL;
	if (dev->counts_messages) {
		skb->dev = dev->netdev;
		skb_reset_inner_network_header(skb);
	}
}

/*
 * For the peer, and the other messages of a super-packet for the link; unless it was dropped,
 * which is one for the link, too.
 */
static void cv_xmit_count_messages(const struct cv_xmit *xmit, unsigned int messages,
				   u64 packets_before)
{
	if (cv_xmit_packets_sent(xmit->dev) == packets_before)
		return;
	if (messages > 1)
		dev_sw_netstats_tx_add(xmit->dev->netdev, messages - 1, 0);
	if (xmit->peer)
		atomic64_add(messages, &xmit->peer->tx_packets);
}

/*
 * Greater priorities name classes of a queueing discipline. The privilege to set them in the link's
 * namespace does not hold in another; a veth between namespaces clears all of them.
 */
static void cv_xmit_limit_priority(const struct cv_socket *socket, struct sk_buff *skb)
{
	if (!net_eq(dev_net(socket->dev->netdev), socket->net))
		skb->priority = 0;
}

/**
 * cv_xmit_payload() - send one UDP payload, or a GSO super-packet of them
 * @xmit: from where to where, and for whom
 * @skb: the payload, with CV_XMIT_HEADROOM_BYTES before it; consumed
 *
 * Context: BH off.
 * Return: 0, -ENETDOWN link down, -EDESTADDRREQ no endpoint,
 * -ELOOP the way leads through this link to the peer itself, -EMSGSIZE too long for UDP,
 * -EAFNOSUPPORT no socket of that family, or why there is no route.
 */
int cv_xmit_payload(const struct cv_xmit *xmit, struct sk_buff *skb)
{
	const struct cv_endpoint *endpoint = xmit->endpoint;
	struct cv_device *dev = xmit->dev;
	unsigned int messages = skb_is_gso(skb) ? skb_shinfo(skb)->gso_segs : 1;
	unsigned int bytes = skb->len;
	struct cv_socket *socket;
	u64 packets_before = 0;
	int err = -ENETDOWN;

	lockdep_assert_in_softirq();
	rcu_read_lock();
	socket = rcu_dereference(dev->socket);
	if (likely(socket)) {
		if (dev->counts_messages)
			packets_before = cv_xmit_packets_sent(dev);
		cv_xmit_prepare_count(dev, skb);
		skb->mark = READ_ONCE(dev->fwmark);
		skb->ignore_df = 1;
		if (unlikely(skb->priority > TC_PRIO_INTERACTIVE))
			cv_xmit_limit_priority(socket, skb);
		if (endpoint->remote.any.sa_family == AF_INET)
			err = cv_xmit_send4(socket, xmit, skb);
		else if (endpoint->remote.any.sa_family == AF_INET6)
			err = cv_xmit_send6(socket, xmit, skb);
		else
			err = -EDESTADDRREQ;
	}
	rcu_read_unlock();
	if (unlikely(err)) {
		kfree_skb(skb);
		return err;
	}
	if (likely(xmit->peer))
		atomic64_add(bytes, &xmit->peer->tx_bytes);
	if (dev->counts_messages)
		cv_xmit_count_messages(xmit, messages, packets_before);
	return 0;
}

/**
 * cv_xmit_drop_reason() - what a failure of cv_xmit_payload() counts as
 * @err: the error
 *
 * Return: the reason.
 */
enum cv_drop cv_xmit_drop_reason(int err)
{
	switch (err) {
	case -ELOOP:
		return CV_DROP_TX_LOOP;
	case -EDESTADDRREQ:
		return CV_DROP_TX_NO_ENDPOINT;
	case -ENETDOWN:
		return CV_DROP_TX_LINK_DOWN;
	case -EMSGSIZE:
		return CV_DROP_TX_TOO_LONG;
	case -ENETUNREACH:
	case -EHOSTUNREACH:
		return CV_DROP_TX_NO_ROUTE;
	default:
		return CV_DROP_TX_SEND;
	}
}

/**
 * cv_xmit_message() - send a handshake message
 * @xmit: from where to where, and for whom
 * @message: copied
 * @bytes: its size
 *
 * Context: any but hard interrupts.
 * Return: 0, -ENOMEM, or the error of cv_xmit_payload(); it is counted, unless it is that the
 * link is down.
 */
int cv_xmit_message(const struct cv_xmit *xmit, const void *message, size_t bytes)
{
	struct sk_buff *skb = alloc_skb(CV_XMIT_HEADROOM_BYTES + bytes, GFP_ATOMIC | __GFP_NOWARN);
	int err;

	if (unlikely(!skb)) {
		cv_drop_count(xmit->dev, CV_DROP_TX_NO_MEMORY);
		if (xmit->peer)
			cv_drop_charge(xmit->peer, CV_DROP_TX_NO_MEMORY, 1);
		return -ENOMEM;
	}
	skb_reserve(skb, CV_XMIT_HEADROOM_BYTES);
	skb_put_data(skb, message, bytes);
	local_bh_disable();
	err = cv_xmit_payload(xmit, skb);
	local_bh_enable();
	if (unlikely(err && err != -ENETDOWN))
		cv_drop_count(xmit->dev, cv_xmit_drop_reason(err));
	return err;
}

/*
 * The way to an endpoint may lead into the same link again, where another peer takes it
 * further. A peer that is its own next hop gets nothing; longer rings end in tx.c, by depth.
 * Looked at for cached routes too: allowed IPs may have changed since.
 */
static int cv_xmit_check_loop(const struct cv_device *dev, const struct dst_entry *dst,
			      const struct cv_peer *peer, u16 family, const void *addr)
{
	if (likely(dst->dev != dev->netdev))
		return 0;
	return peer && cv_allowedips_find(&dev->allowed_ips, family, addr) == peer ? -ELOOP : 0;
}

/* The path that keeps routes to where something is sent, or NULL. */
static struct cv_path *cv_xmit_path(const struct cv_xmit *xmit)
{
	return likely(xmit->peer && !xmit->off_path) ? &xmit->peer->path : NULL;
}

/* Packets that came in by an interface of a VRF are said to have come in by the VRF. */
static bool cv_xmit_leads_out_by(const struct rtable *rt, int ifindex)
{
	return rt->dst.dev->ifindex == ifindex || l3mdev_master_ifindex_rcu(rt->dst.dev) == ifindex;
}

/*
 * The route to an IPv4 endpoint from the address that the peer's packets came to,
 * as long as that is ours and leads out where they came in. A socket that is bound to an
 * address sends from no other, which packets may have come to before it was.
 */
static struct rtable *cv_xmit_sticky4(struct cv_socket *socket, struct flowi4 *flow,
				      const struct cv_endpoint *endpoint)
{
	struct rtable *rt;

	if (!endpoint->local.v4.s_addr ||
	    (flow->saddr && flow->saddr != endpoint->local.v4.s_addr) ||
	    !inet_confirm_addr(socket->net, NULL, 0, endpoint->local.v4.s_addr, RT_SCOPE_HOST))
		return NULL;
	flow->saddr = endpoint->local.v4.s_addr;
	rt = ip_route_output_flow(socket->net, flow, socket->v4);
	if (IS_ERR(rt))
		return NULL;
	if (endpoint->ifindex && !cv_xmit_leads_out_by(rt, endpoint->ifindex)) {
		ip_rt_put(rt);
		return NULL;
	}
	return rt;
}

static struct rtable *cv_xmit_route4(struct cv_socket *socket, struct flowi4 *flow,
				     const struct cv_endpoint *endpoint, struct cv_path *path)
{
	const struct flowi4 plain = *flow;
	struct rtable *rt = cv_xmit_sticky4(socket, flow, endpoint);

	if (rt)
		return rt;
	*flow = plain;
	if (path && endpoint->local.v4.s_addr)
		cv_path_forget_source(path);
	return ip_route_output_flow(socket->net, flow, socket->v4);
}

/* A program's socket has a mark and a control group of its own, and may just have been closed. */
static int cv_xmit_prepare(struct cv_socket *socket, struct sock *sk, struct sk_buff *skb)
{
	return likely(!socket->prepare) ? 0 : socket->prepare(socket, sk, skb);
}

/* By the rules for the user that it is of, and from an address that is not ours if it may. */
static void cv_xmit_flow_as_program4(const struct cv_socket *socket, struct flowi4 *flow)
{
	if (likely(!socket->prepare))
		return;
	flow->flowi4_uid = sock_net_uid(socket->net, socket->v4);
	flow->flowi4_flags = inet_sk_flowi_flags(socket->v4);
}

static int cv_xmit_send4(struct cv_socket *socket, const struct cv_xmit *xmit,
			 struct sk_buff *skb)
{
	const struct cv_endpoint *endpoint = xmit->endpoint;
	struct cv_peer *peer = xmit->peer;
	struct cv_path *path = cv_xmit_path(xmit);
	struct flowi4 flow = {
		.daddr = endpoint->remote.v4.sin_addr.s_addr,
		.fl4_dport = endpoint->remote.v4.sin_port,
		.fl4_sport = htons(socket->port),
		.flowi4_proto = IPPROTO_UDP,
	};
	struct rtable *rt;
	int err;

	if (unlikely(!socket->v4))
		return -EAFNOSUPPORT;
	err = cv_xmit_prepare(socket, socket->v4, skb);
	if (unlikely(err))
		return err;
	if (unlikely(skb->len > U16_MAX - sizeof(struct iphdr) - sizeof(struct udphdr)))
		return -EMSGSIZE;
	rt = cv_path_get_route4(path, socket, &flow.saddr);
	if (!rt) {
		flow.saddr = socket->v4_address;
		flow.flowi4_oif = cv_socket_ifindex(socket, socket->v4);
		flow.flowi4_mark = skb->mark;
		cv_xmit_flow_as_program4(socket, &flow);
		security_sk_classify_flow(socket->v4, flowi4_to_flowi_common(&flow));
		rt = cv_xmit_route4(socket, &flow, endpoint, path);
		if (IS_ERR(rt))
			return PTR_ERR(rt);
		cv_path_keep_route4(path, socket, endpoint, rt, flow.saddr);
	}
	err = unlikely(xmit->to_host && rt->rt_type != RTN_UNICAST && rt->rt_type != RTN_LOCAL) ?
	      -EHOSTUNREACH : cv_xmit_check_loop(socket->dev, &rt->dst, peer, AF_INET, &flow.daddr);
	if (unlikely(err)) {
		ip_rt_put(rt);
		return err;
	}
	udp_tunnel_xmit_skb(rt, socket->v4, skb, flow.saddr, flow.daddr, xmit->ds,
			    ip4_dst_hoplimit(&rt->dst), 0, flow.fl4_sport, flow.fl4_dport,
			    false, false, 0);
	return 0;
}

static struct dst_entry *cv_xmit_route6(struct cv_socket *socket, struct flowi6 *flow,
					const struct cv_endpoint *endpoint,
					struct cv_path *path)
{
	int ifindex = cv_socket_ifindex(socket, socket->v6);
	const struct flowi6 plain = *flow;
	struct dst_entry *dst;
	struct net_device *netdev;

	if (!ipv6_addr_any(&endpoint->local.v6)) {
		/* An address of an interface in a VRF is found by the VRF only. */
		netdev = ifindex ? dev_get_by_index_rcu(socket->net, ifindex) : NULL;
		if ((ipv6_addr_any(&flow->saddr) ||
		     ipv6_addr_equal(&flow->saddr, &endpoint->local.v6)) &&
		    ipv6_chk_addr(socket->net, &endpoint->local.v6, netdev, 0)) {
			flow->saddr = endpoint->local.v6;
			dst = ip6_dst_lookup_flow(socket->net, socket->v6, flow, NULL);
			if (!IS_ERR(dst))
				return dst;
			*flow = plain;
		}
		if (path)
			cv_path_forget_source(path);
	}
	return ip6_dst_lookup_flow(socket->net, socket->v6, flow, NULL);
}

/*
 * From where the socket is bound. A link-local endpoint may be on another interface, or on one of
 * the VRF that the socket is bound to; or known by the VRF of that interface.
 */
static int cv_xmit_bind6(const struct cv_socket *socket, struct flowi6 *flow)
{
	int ifindex = cv_socket_ifindex(socket, socket->v6);
	int scope = flow->flowi6_oif;

	flow->saddr = socket->v6_address;
	if (!ifindex)
		return 0;
	if (!scope || scope == ifindex ||
	    scope == l3mdev_master_upper_ifindex_by_index_rcu(socket->net, ifindex))
		flow->flowi6_oif = ifindex;
	else if (ifindex != l3mdev_master_upper_ifindex_by_index_rcu(socket->net, scope))
		return -ENETUNREACH;
	return 0;
}

static int cv_xmit_send6(struct cv_socket *socket, const struct cv_xmit *xmit,
			 struct sk_buff *skb)
{
	const struct cv_endpoint *endpoint = xmit->endpoint;
	struct cv_peer *peer = xmit->peer;
	struct cv_path *path = cv_xmit_path(xmit);
	struct flowi6 flow = {
		.daddr = endpoint->remote.v6.sin6_addr,
		.fl6_dport = endpoint->remote.v6.sin6_port,
		.fl6_sport = htons(socket->port),
		.flowi6_oif = endpoint->remote.v6.sin6_scope_id,
		.flowi6_proto = IPPROTO_UDP,
	};
	struct dst_entry *dst;
	int err;

	if (unlikely(!socket->v6))
		return -EAFNOSUPPORT;
	err = cv_xmit_prepare(socket, socket->v6, skb);
	if (unlikely(err))
		return err;
	if (unlikely(skb->len > U16_MAX - sizeof(struct udphdr)))
		return -EMSGSIZE;
	dst = cv_path_get_route6(path, socket, &flow.saddr);
	if (!dst) {
		flow.flowi6_mark = skb->mark;
		if (unlikely(socket->prepare))
			flow.flowi6_uid = sock_net_uid(socket->net, socket->v6);
		err = cv_xmit_bind6(socket, &flow);
		if (unlikely(err))
			return err;
		security_sk_classify_flow(socket->v6, flowi6_to_flowi_common(&flow));
		dst = cv_xmit_route6(socket, &flow, endpoint, path);
		if (IS_ERR(dst))
			return PTR_ERR(dst);
		cv_path_keep_route6(path, socket, endpoint, dst, &flow.saddr);
	}
	err = cv_xmit_check_loop(socket->dev, dst, peer, AF_INET6, &flow.daddr);
	if (unlikely(err)) {
		dst_release(dst);
		return err;
	}
	udp_tunnel6_xmit_skb(dst, socket->v6, skb, skb->dev, &flow.saddr, &flow.daddr, xmit->ds,
			     ip6_dst_hoplimit(dst), 0, flow.fl6_sport, flow.fl6_dport,
			     false, 0);
	return 0;
}
