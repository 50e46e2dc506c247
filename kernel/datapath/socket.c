// SPDX-License-Identifier: GPL-2.0
/*
 * The UDP sockets of a device: how they are opened and closed, how a payload is
 * routed and sent, how datagrams come in. tx.c and exchange.c send by it; rx.c is
 * called from it.
 *
 * DOC: Routes
 * A link's sockets and the routes to its peers are in the namespace that the link was born
 * in. None of them holds a reference to that namespace: all must be gone when its pre_exit
 * (cv_link_net_pre_exit()) returns, whatever has become of link and peers by then. What
 * refers to a namespace, and until when:
 *
 * - &cv_device.birth_net, until pre_exit or ndo_uninit sets it to NULL, under RTNL. It
 *   never refers to another namespace than at first.
 * - &cv_device.socket and the receive hook, until ndo_stop, pre_exit or ndo_uninit closes
 *   the socket, under RTNL. Senders and receivers use it under RCU: after a grace period
 *   none of them uses it, and no route is looked up.
 * - A route in use by a sender: within the same RCU read section.
 * - A route in &cv_peer.dst_cache. A peer gets its cache with its first session, while
 *   @birth_net is set, and is in the list of that namespace until the cache is emptied:
 *   by cv_peer_free(), however long sessions, batches, the reaper or a grace period hold
 *   the peer, in whichever list it is or in none, or else by pre_exit. Only senders fill
 *   it, so that it stays empty once pre_exit has closed the sockets, waited for a grace
 *   period and emptied it. A peer whose first session comes after that gets no cache.
 * - A received datagram refers to no route, device or namespace, however long it waits to
 *   be opened: see cv_rx_receive(). An inner packet to be sent has lost its route in
 *   cv_tx_split(); its device is the link, which outlives all batches. An outer packet is
 *   the stack's as soon as it has a route.
 * - Handshake messages that wait hold addresses and interface indices only.
 */
#include <linux/error-injection.h>
#include <linux/inetdevice.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/udp.h>
#include <net/addrconf.h>
#include <net/dst_cache.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include <net/route.h>
#include <net/udp_tunnel.h>

#include "hook.h"
#include "rx.h"
#include "socket.h"
#include "../control/device.h"
#include "../control/peer.h"

/* How often a port is chosen anew because IPv6 has it taken. */
#define CV_SOCKET_PORT_TRIES 100

/**
 * struct cv_socket_net - the route caches that point into one namespace
 */
struct cv_socket_net {
	/** @peers: by &cv_peer.cached, under cv_socket_cache_lock */
	struct list_head peers;
};

static unsigned int cv_socket_net_id;

/* All lists of caches, and their emptying: a peer may be freed after its namespace. */
static DEFINE_SPINLOCK(cv_socket_cache_lock);

static int cv_socket_create(struct cv_socket *socket);
static void cv_socket_release(struct cv_socket *socket);
static int cv_socket_send4(struct cv_socket *socket, const struct cv_endpoint *endpoint,
			   struct cv_peer *peer, struct sk_buff *skb, u8 ds);
static int cv_socket_send6(struct cv_socket *socket, const struct cv_endpoint *endpoint,
			   struct cv_peer *peer, struct sk_buff *skb, u8 ds);

static int __net_init cv_socket_net_init(struct net *net)
{
	struct cv_socket_net *ours = net_generic(net, cv_socket_net_id);

	INIT_LIST_HEAD(&ours->peers);
	return 0;
}

static struct pernet_operations cv_socket_net_ops = {
	.init = cv_socket_net_init,
	.id = &cv_socket_net_id,
	.size = sizeof(struct cv_socket_net),
};

/**
 * cv_socket_init() - make room in every namespace
 *
 * Context: module load, before the links. Return: 0 or -ENOMEM.
 */
int cv_socket_init(void)
{
	return register_pernet_subsys(&cv_socket_net_ops);
}

/**
 * cv_socket_exit() - undo cv_socket_init()
 *
 * Context: module unload, no peer left.
 */
void cv_socket_exit(void)
{
	unregister_pernet_subsys(&cv_socket_net_ops);
}

/**
 * cv_socket_open() - open a device's sockets, or move them to another port
 * @dev: the device
 * @port: host order, 0: any free one
 *
 * The old sockets, if there are any, go on working until the new ones do, and stay
 * when these cannot be had.
 *
 * Context: RTNL, may sleep. Return: 0, -ENONET when the namespace that the link was
 * born in is gone, -EADDRINUSE, or what socket(2) and bind(2) say.
 */
int cv_socket_open(struct cv_device *dev, u16 port)
{
	struct net *net = rtnl_dereference(dev->birth_net);
	struct cv_socket *socket, *old;
	unsigned int tries = 0;
	int err;

	ASSERT_RTNL();
	if (!net)
		return -ENONET;
	socket = kzalloc(sizeof(*socket), GFP_KERNEL);
	if (!socket)
		return -ENOMEM;
	socket->dev = dev;
	socket->net = net;
	do {
		socket->port = port;
		err = cv_socket_create(socket);
	} while (err == -EADDRINUSE && !port && ++tries < CV_SOCKET_PORT_TRIES);
	if (!err)
		err = cv_hook_add(socket);
	if (err) {
		cv_socket_release(socket);
		return err;
	}
	/* A port once chosen is kept: the link comes up again where peers know it. */
	dev->wanted_port = socket->port;
	old = rcu_replace_pointer(dev->socket, socket, lockdep_rtnl_is_held());
	if (old) {
		cv_hook_remove(old);
		cv_socket_release(old);
	}
	return 0;
}

ALLOW_ERROR_INJECTION(cv_socket_open, ERRNO);

/**
 * cv_socket_close() - close a device's sockets
 * @dev: the device; may have none open
 *
 * Nothing is received once this returns and a grace period has passed.
 * Context: RTNL, may sleep.
 */
void cv_socket_close(struct cv_device *dev)
{
	struct cv_socket *old;

	old = rcu_replace_pointer(dev->socket, NULL, lockdep_rtnl_is_held());
	if (!old)
		return;
	cv_hook_remove(old);
	cv_socket_release(old);
}

/**
 * cv_socket_port() - the port that is open
 * @dev: the device
 *
 * Context: RTNL. Return: host order, 0 while the link is down.
 */
u16 cv_socket_port(const struct cv_device *dev)
{
	struct cv_socket *socket = rtnl_dereference(dev->socket);

	return socket ? socket->port : 0;
}

/* encap_rcv: called by the UDP stack under RCU. */
static int cv_socket_receive(struct sock *sk, struct sk_buff *skb)
{
	struct cv_socket *socket = rcu_dereference_sk_user_data(sk);

	if (unlikely(!socket)) {
		kfree_skb(skb);
		return 0;
	}
	return cv_rx_receive(socket, skb);
}

static struct sock *cv_socket_create_one(struct cv_socket *socket, struct udp_port_cfg *port)
{
	struct udp_tunnel_sock_cfg config = {
		.sk_user_data = socket,
		.encap_type = 1,
		.encap_rcv = cv_socket_receive,
	};
	struct socket *sock;
	struct sock *sk;
	int err;

	port->local_udp_port = htons(socket->port);
	port->use_udp_checksums = true;
	err = udp_sock_create(socket->net, port, &sock);
	if (err)
		return ERR_PTR(err);
	sk = sock->sk;
	sk->sk_allocation = GFP_ATOMIC;
	setup_udp_tunnel_sock(socket->net, sk, &config);
	/* Whole super-packets, see hook.c; and ciphertext is not worth summing. */
	udp_set_bit(GRO_ENABLED, sk);
	udp_set_bit(ACCEPT_L4, sk);
	inet_dec_convert_csum(sk);
	return sk;
}

/*
 * Both families on one port. On -EADDRINUSE nothing is left open, and the caller
 * may try again.
 */
static int cv_socket_create(struct cv_socket *socket)
{
	struct udp_port_cfg v4 = {
		.family = AF_INET,
		.local_ip.s_addr = htonl(INADDR_ANY),
	};
	struct udp_port_cfg v6 = {
		.family = AF_INET6,
		.local_ip6 = IN6ADDR_ANY_INIT,
		.use_udp6_tx_checksums = true,
		.use_udp6_rx_checksums = true,
		.ipv6_v6only = true,
	};
	struct sock *sk = cv_socket_create_one(socket, &v4);

	if (IS_ERR(sk))
		return PTR_ERR(sk);
	socket->v4 = sk;
	socket->port = ntohs(inet_sk(sk)->inet_sport);
	if (!ipv6_mod_enabled())
		return 0;
	sk = cv_socket_create_one(socket, &v6);
	if (IS_ERR(sk)) {
		udp_tunnel_sock_release(socket->v4);
		socket->v4 = NULL;
		return PTR_ERR(sk);
	}
	socket->v6 = sk;
	return 0;
}

static void cv_socket_release(struct cv_socket *socket)
{
	if (socket->v4)
		udp_tunnel_sock_release(socket->v4);
	if (socket->v6)
		udp_tunnel_sock_release(socket->v6);
	kfree_rcu(socket, rcu);
}

/**
 * cv_socket_read_endpoint() - a consistent copy of a peer's endpoint
 * @peer: the peer
 * @copy: filled in
 *
 * Context: any but hard interrupts.
 */
void cv_socket_read_endpoint(struct cv_peer *peer, struct cv_endpoint *copy)
{
	unsigned int sequence;

	do {
		sequence = read_seqbegin(&peer->endpoint_lock);
		*copy = peer->endpoint;
	} while (read_seqretry(&peer->endpoint_lock, sequence));
}

/**
 * cv_socket_set_endpoint() - a peer is somewhere: said, or learned from a packet
 * @peer: the peer
 * @endpoint: where
 *
 * Context: any but hard interrupts. Usually nothing has changed, and then nothing
 * is written.
 */
void cv_socket_set_endpoint(struct cv_peer *peer, const struct cv_endpoint *endpoint)
{
	struct cv_endpoint known;

	cv_socket_read_endpoint(peer, &known);
	if (likely(cv_endpoint_same(&known, endpoint)))
		return;
	write_seqlock_bh(&peer->endpoint_lock);
	peer->endpoint = *endpoint;
	dst_cache_reset(&peer->dst_cache);
	write_sequnlock_bh(&peer->endpoint_lock);
}

/**
 * cv_socket_forget_source() - let routing choose our side of a peer's path anew
 * @peer: the peer
 *
 * Context: any but hard interrupts.
 */
void cv_socket_forget_source(struct cv_peer *peer)
{
	write_seqlock_bh(&peer->endpoint_lock);
	memset(&peer->endpoint.local, 0, sizeof(peer->endpoint.local));
	peer->endpoint.ifindex = 0;
	dst_cache_reset(&peer->dst_cache);
	write_sequnlock_bh(&peer->endpoint_lock);
}

static u64 cv_socket_packets_sent(const struct cv_device *dev)
{
	return u64_stats_read(&this_cpu_ptr(dev->netdev->tstats)->tx_packets);
}

/*
 * The IP tunnel helpers count what is sent for skb->dev, as of other tunnels: all bytes after
 * the UDP header, but a super-packet as one; and what a filter or a queue below drops. That
 * is what links that count messages want; for others tx.c counts inner packets.
 */
static void cv_socket_prepare_count(const struct cv_device *dev, struct sk_buff *skb)
{
	skb->dev = NULL;
	if (dev->counts_messages) {
		skb->dev = dev->netdev;
		skb_reset_inner_network_header(skb);
	}
}

/* The other messages of a super-packet, unless it was dropped: then it is one, too. */
static void cv_socket_count_others(const struct cv_device *dev, unsigned int messages,
				   u64 packets_before)
{
	if (messages > 1 && cv_socket_packets_sent(dev) != packets_before)
		dev_sw_netstats_tx_add(dev->netdev, messages - 1, 0);
}

/**
 * cv_socket_send() - send one UDP payload, or a GSO super-packet of them
 * @dev: the device
 * @endpoint: from where to where
 * @peer: for its route cache and its byte counter, or NULL
 * @skb: the payload, with CV_SEAL_HEADROOM before it; consumed
 * @ds: DS field of the outer header
 *
 * Context: BH off. Return: 0, -ENETDOWN link down, -EDESTADDRREQ no endpoint,
 * -ELOOP the way leads through this link to the peer itself, -EMSGSIZE too long for UDP,
 * -EAFNOSUPPORT no IPv6 here, or why there is no route.
 */
int cv_socket_send(struct cv_device *dev, const struct cv_endpoint *endpoint,
		   struct cv_peer *peer, struct sk_buff *skb, u8 ds)
{
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
			packets_before = cv_socket_packets_sent(dev);
		cv_socket_prepare_count(dev, skb);
		skb->mark = READ_ONCE(dev->fwmark);
		skb->ignore_df = 1;
		if (endpoint->remote.any.sa_family == AF_INET)
			err = cv_socket_send4(socket, endpoint, peer, skb, ds);
		else if (endpoint->remote.any.sa_family == AF_INET6)
			err = cv_socket_send6(socket, endpoint, peer, skb, ds);
		else
			err = -EDESTADDRREQ;
	}
	rcu_read_unlock();
	if (unlikely(err)) {
		kfree_skb(skb);
		return err;
	}
	if (likely(peer))
		atomic64_add(bytes, &peer->tx_bytes);
	if (dev->counts_messages)
		cv_socket_count_others(dev, messages, packets_before);
	return 0;
}

/**
 * cv_socket_drop_reason() - what a failure of cv_socket_send() counts as
 * @err: the error
 *
 * Return: the reason.
 */
enum cv_drop cv_socket_drop_reason(int err)
{
	switch (err) {
	case -ELOOP:
		return CV_DROP_TX_LOOP;
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
 * cv_socket_send_message() - send a handshake message
 * @dev: the device
 * @endpoint: from where to where
 * @peer: whose counters and routes, or NULL
 * @message: copied
 * @bytes: its size
 * @ds: DS field of the outer header
 *
 * Context: any but hard interrupts. A failure is counted, unless it is that the link
 * is down.
 */
void cv_socket_send_message(struct cv_device *dev, const struct cv_endpoint *endpoint,
			    struct cv_peer *peer, const void *message, size_t bytes, u8 ds)
{
	const unsigned int headroom = LL_MAX_HEADER + sizeof(struct ipv6hdr) +
				      sizeof(struct udphdr);
	struct sk_buff *skb = alloc_skb(headroom + bytes, GFP_ATOMIC | __GFP_NOWARN);
	int err;

	if (unlikely(!skb)) {
		cv_drop_count(dev, CV_DROP_TX_NO_MEMORY);
		return;
	}
	skb_reserve(skb, headroom);
	skb_put_data(skb, message, bytes);
	local_bh_disable();
	err = cv_socket_send(dev, endpoint, peer, skb, ds);
	local_bh_enable();
	if (unlikely(err && err != -ENETDOWN))
		cv_drop_count(dev, cv_socket_drop_reason(err));
}

/**
 * cv_socket_create_cache() - give a peer its route cache, with its first session
 * @peer: without one so far
 * @gfp: how to allocate
 *
 * Without a namespace to find routes in, because it has ended, there is none.
 *
 * Context: may sleep if @gfp says so; holds &cv_peer.exchange_lock.
 * Return: 0 or -ENOMEM.
 */
int cv_socket_create_cache(struct cv_peer *peer, gfp_t gfp)
{
	struct cv_socket_net *ours;
	struct net *net;

	lockdep_assert_held(&peer->exchange_lock);
	if (dst_cache_init(&peer->dst_cache, gfp))
		return -ENOMEM;
	rcu_read_lock();
	net = rcu_dereference(peer->dev->birth_net);
	if (net) {
		/* Before the end of this read section pre_exit does not look at the list. */
		ours = net_generic(net, cv_socket_net_id);
		spin_lock_bh(&cv_socket_cache_lock);
		list_add_tail(&peer->cached, &ours->peers);
		spin_unlock_bh(&cv_socket_cache_lock);
		/* Pairs with the acquire in cv_socket_cache(). */
		smp_store_release(&peer->has_dst_cache, true);
	}
	rcu_read_unlock();
	if (!net)
		dst_cache_destroy(&peer->dst_cache);
	return 0;
}

/* Nothing fills the cache of a peer that is in no such list any more. */
static void cv_socket_empty_cache(struct cv_peer *peer)
{
	lockdep_assert_held(&cv_socket_cache_lock);
	list_del_init(&peer->cached);
	dst_cache_reset_now(&peer->dst_cache);
}

/**
 * cv_socket_destroy_cache() - undo cv_socket_create_cache()
 * @peer: about to be freed; may have no cache
 *
 * Context: any but hard interrupts; nothing else uses the peer.
 */
void cv_socket_destroy_cache(struct cv_peer *peer)
{
	if (!peer->has_dst_cache)
		return;
	/* Its namespace does not end between the one and the other. */
	spin_lock_bh(&cv_socket_cache_lock);
	cv_socket_empty_cache(peer);
	spin_unlock_bh(&cv_socket_cache_lock);
	dst_cache_destroy(&peer->dst_cache);
}

/**
 * cv_socket_has_caches() - whether there are peers with routes into a namespace
 * @net: the namespace
 *
 * Context: RTNL. Return: false if there are none and only links that have @net as
 * &cv_device.birth_net can make some: for others ndo_uninit has waited a grace period.
 */
bool cv_socket_has_caches(const struct net *net)
{
	const struct cv_socket_net *ours = net_generic(net, cv_socket_net_id);

	ASSERT_RTNL();
	return !list_empty_careful(&ours->peers);
}

/**
 * cv_socket_drop_caches() - drop all routes into a namespace that peers have cached
 * @net: about to end: since a grace period no link has a socket there, nor had one
 *
 * Takes a moment for each peer of these links that ever had a session.
 *
 * Context: may sleep.
 */
void cv_socket_drop_caches(struct net *net)
{
	struct cv_socket_net *ours = net_generic(net, cv_socket_net_id);
	struct cv_peer *peer;

	do {
		spin_lock_bh(&cv_socket_cache_lock);
		/* The lock holds the peer: it is not freed while it is in the list. */
		peer = list_first_entry_or_null(&ours->peers, struct cv_peer, cached);
		if (peer)
			cv_socket_empty_cache(peer);
		spin_unlock_bh(&cv_socket_cache_lock);
		cond_resched();
	} while (peer);
}

/* The peer's route cache, if there is one already: it is made with the first session. */
static struct dst_cache *cv_socket_cache(struct cv_peer *peer)
{
	/* Pairs with the release in cv_socket_create_cache(). */
	return peer && smp_load_acquire(&peer->has_dst_cache) ? &peer->dst_cache : NULL;
}

/*
 * A route has been cached for an endpoint that may have moved meanwhile: then the
 * reset that came with the move was too early for this entry, and comes again.
 */
static void cv_socket_cached(struct cv_peer *peer, const struct cv_endpoint *endpoint)
{
	struct cv_endpoint now;

	cv_socket_read_endpoint(peer, &now);
	if (unlikely(!cv_endpoint_same(&now, endpoint)))
		dst_cache_reset(&peer->dst_cache);
}

/*
 * The way to an endpoint may lead into the same link again, where another peer takes it
 * further. A peer that is its own next hop gets nothing; longer rings end in tx.c, by depth.
 * Looked at for cached routes too: allowed IPs may have changed since.
 */
static int cv_socket_check_loop(const struct cv_device *dev, const struct dst_entry *dst,
				const struct cv_peer *peer, u16 family, const void *addr)
{
	if (likely(dst->dev != dev->netdev))
		return 0;
	return peer && cv_allowedips_find(&dev->allowed_ips, family, addr) == peer ? -ELOOP : 0;
}

/*
 * The route to an IPv4 endpoint from the address that the peer's packets came to,
 * as long as that is ours and leads out where they came in.
 */
static struct rtable *cv_socket_sticky4(struct cv_socket *socket, struct flowi4 *flow,
					const struct cv_endpoint *endpoint)
{
	struct rtable *rt;

	if (!endpoint->local.v4.s_addr ||
	    !inet_confirm_addr(socket->net, NULL, 0, endpoint->local.v4.s_addr, RT_SCOPE_HOST))
		return NULL;
	flow->saddr = endpoint->local.v4.s_addr;
	rt = ip_route_output_flow(socket->net, flow, socket->v4);
	if (IS_ERR(rt))
		return NULL;
	if (endpoint->ifindex && rt->dst.dev->ifindex != endpoint->ifindex) {
		ip_rt_put(rt);
		return NULL;
	}
	return rt;
}

static struct rtable *cv_socket_route4(struct cv_socket *socket, struct flowi4 *flow,
				       const struct cv_endpoint *endpoint, struct cv_peer *peer)
{
	const struct flowi4 plain = *flow;
	struct rtable *rt = cv_socket_sticky4(socket, flow, endpoint);

	if (rt)
		return rt;
	*flow = plain;
	if (peer && endpoint->local.v4.s_addr)
		cv_socket_forget_source(peer);
	return ip_route_output_flow(socket->net, flow, socket->v4);
}

static int cv_socket_send4(struct cv_socket *socket, const struct cv_endpoint *endpoint,
			   struct cv_peer *peer, struct sk_buff *skb, u8 ds)
{
	struct dst_cache *cache = cv_socket_cache(peer);
	struct flowi4 flow = {
		.daddr = endpoint->remote.v4.sin_addr.s_addr,
		.fl4_dport = endpoint->remote.v4.sin_port,
		.fl4_sport = htons(socket->port),
		.flowi4_mark = skb->mark,
		.flowi4_proto = IPPROTO_UDP,
	};
	struct rtable *rt;
	int err;

	if (unlikely(skb->len > U16_MAX - sizeof(struct iphdr) - sizeof(struct udphdr)))
		return -EMSGSIZE;
	rt = cache ? dst_cache_get_ip4(cache, &flow.saddr) : NULL;
	if (!rt) {
		security_sk_classify_flow(socket->v4, flowi4_to_flowi_common(&flow));
		rt = cv_socket_route4(socket, &flow, endpoint, peer);
		if (IS_ERR(rt))
			return PTR_ERR(rt);
		if (cache) {
			dst_cache_set_ip4(cache, &rt->dst, flow.saddr);
			cv_socket_cached(peer, endpoint);
		}
	}
	err = cv_socket_check_loop(socket->dev, &rt->dst, peer, AF_INET, &flow.daddr);
	if (unlikely(err)) {
		ip_rt_put(rt);
		return err;
	}
	udp_tunnel_xmit_skb(rt, socket->v4, skb, flow.saddr, flow.daddr, ds,
			    ip4_dst_hoplimit(&rt->dst), 0, flow.fl4_sport, flow.fl4_dport,
			    false, false, 0);
	return 0;
}

static struct dst_entry *cv_socket_route6(struct cv_socket *socket, struct flowi6 *flow,
					  const struct cv_endpoint *endpoint,
					  struct cv_peer *peer)
{
	const struct flowi6 plain = *flow;
	struct dst_entry *dst;

	if (!ipv6_addr_any(&endpoint->local.v6)) {
		if (ipv6_chk_addr(socket->net, &endpoint->local.v6, NULL, 0)) {
			flow->saddr = endpoint->local.v6;
			dst = ip6_dst_lookup_flow(socket->net, socket->v6, flow, NULL);
			if (!IS_ERR(dst))
				return dst;
			*flow = plain;
		}
		if (peer)
			cv_socket_forget_source(peer);
	}
	return ip6_dst_lookup_flow(socket->net, socket->v6, flow, NULL);
}

static int cv_socket_send6(struct cv_socket *socket, const struct cv_endpoint *endpoint,
			   struct cv_peer *peer, struct sk_buff *skb, u8 ds)
{
	struct dst_cache *cache = cv_socket_cache(peer);
	struct flowi6 flow = {
		.daddr = endpoint->remote.v6.sin6_addr,
		.fl6_dport = endpoint->remote.v6.sin6_port,
		.fl6_sport = htons(socket->port),
		.flowi6_mark = skb->mark,
		.flowi6_oif = endpoint->remote.v6.sin6_scope_id,
		.flowi6_proto = IPPROTO_UDP,
	};
	struct dst_entry *dst;
	int err;

	if (unlikely(!socket->v6))
		return -EAFNOSUPPORT;
	if (unlikely(skb->len > U16_MAX - sizeof(struct udphdr)))
		return -EMSGSIZE;
	dst = cache ? dst_cache_get_ip6(cache, &flow.saddr) : NULL;
	if (!dst) {
		security_sk_classify_flow(socket->v6, flowi6_to_flowi_common(&flow));
		dst = cv_socket_route6(socket, &flow, endpoint, peer);
		if (IS_ERR(dst))
			return PTR_ERR(dst);
		if (cache) {
			dst_cache_set_ip6(cache, dst, &flow.saddr);
			cv_socket_cached(peer, endpoint);
		}
	}
	err = cv_socket_check_loop(socket->dev, dst, peer, AF_INET6, &flow.daddr);
	if (unlikely(err)) {
		dst_release(dst);
		return err;
	}
	udp_tunnel6_xmit_skb(dst, socket->v6, skb, skb->dev, &flow.saddr, &flow.daddr, ds,
			     ip6_dst_hoplimit(dst), 0, flow.fl6_sport, flow.fl6_dport,
			     false, 0);
	return 0;
}
