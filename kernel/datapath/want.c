// SPDX-License-Identifier: GPL-2.0
/*
 * Inner packets for which there is no peer, or that has no endpoint: they wait while a program is
 * asked for it. tx.c hands them over and gets them back, netlink_want.c tells the program.
 */

/**
 * DOC: A packet that waits
 *
 * It waits in the entry of its destination, for CV_WANT_WAIT_S at most. It leaves by the work item
 * of the device, in one way for all causes: the peer is there, its time is up, or the program has
 * gone. Then cv_want_ops.leave() looks for the peer and sends the packet, or refuses it, with ICMP
 * and without an error for the program that sent it, which has gone on. The only other way is
 * cv_want_forget(), when the link goes down.
 *
 * No wakeup is lost: what makes a peer ready calls cv_want_check() afterwards, and
 * cv_want_hold() looks for the peer again when it has the lock. One of the two comes second.
 *
 * What a packet refers to while it waits:
 *
 * - No socket. Packets to one destination that wait would use up the send buffer of a socket that
 *   sends to others too; and it holds its network namespace, which need not be that of the link.
 *   So the sender feels no back-pressure; the bounds below take its place. TCP sends its first
 *   segment again meanwhile, and that waits as well.
 * - No memory of a program (MSG_ZEROCOPY), which holds the socket as well.
 * - No route: that belongs to other devices, perhaps. The packet is routed anew when it leaves,
 *   which only ICMP and the MTU depend on.
 * - No tracked connection: a namespace waits for the end of all of these. Of one with source NAT
 *   the original source is remembered, for ICMP goes there.
 * - The link, without a reference: it is down before it goes, and down it has no packets.
 *
 * struct cv_want is made when a program listens for the first time, and stays until the device
 * is freed: so the work item needs no reference to it. Nothing is allocated for a packet.
 */
#include <linux/error-injection.h>
#include <linux/hashtable.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>
#include <linux/siphash.h>
#include <linux/sizes.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <net/dst_metadata.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/route.h>

#include "path.h"
#include "want.h"
#include "../core/device.h"
#include "../core/peer.h"
#include "../events/listener.h"
#include "../events/notify.h"

/* For how long a packet waits: TCP has sent its first segment three times by then. */
#define CV_WANT_WAIT_S 5
/* A destination is told of once in so long. */
#define CV_WANT_APART_S 1
/* Destinations of a device. */
#define CV_WANT_MAX 256
/* Packets that wait for one of these. */
#define CV_WANT_PACKETS 16
/*
 * Memory of all packets that wait at a device. A super-packet counts as one packet and has 64 KiB
 * or more: there is room for 16 of these to each of two or three destinations.
 */
#define CV_WANT_MAX_BYTES SZ_4M
/* Chains of the table; 2^n. */
#define CV_WANT_CHAIN_BITS 8
/* As many ticks from now a timer of the kernel's is not late. */
#define CV_WANT_EXACT_JIFFIES 63

/**
 * struct cv_want_cb - what a packet carries in its control block while it waits
 */
struct cv_want_cb {
	/** @since_ns: CLOCK_BOOTTIME when it came */
	u64 since_ns;
	/** @bytes: its memory, as it is counted */
	u32 bytes;
	/** @depth: how many tunnels it has been through */
	u8 depth;
	/** @routed: it came with a route; AF_PACKET and tc send without */
	bool routed;
	/** @translated: it had another source before NAT */
	bool translated;
	/** @source: that source */
	union nf_inet_addr source;
};

/**
 * struct cv_want_entry - a destination
 */
struct cv_want_entry {
	/** @link: in the list of entries in use, in the order they are told; or of those free */
	struct list_head link;
	/** @chain: in the table, by destination */
	struct hlist_node chain;
	/** @family: of @address */
	u16 family;
	/** @asked: CV_CMD_WANT_GET has told it, and it need not be told again */
	bool asked;
	/** @address: the destination; IPv4 has zeros behind it */
	union nf_inet_addr address;
	/** @told_ns: CLOCK_BOOTTIME when the program was told last, 0: never */
	u64 told_ns;
	/** @packets: that wait, the oldest first */
	struct sk_buff_head packets;
};

/**
 * struct cv_want - what is wanted of one device
 */
struct cv_want {
	/** @dev: the device */
	struct cv_device *dev;
	/** @ops: where packets leave */
	const struct cv_want_ops *ops;
	/** @lock: all below; those of timers, workqueues and conntrack are taken inside it */
	spinlock_t lock;
	/** @listener: the program that is asked */
	struct cv_listener listener;
	/** @rung: the program has been told that there is one, and has not taken the last yet */
	bool rung;
	/** @count: of @used */
	unsigned int count;
	/** @bytes: memory of the packets in @used; also read without the lock */
	unsigned int bytes;
	/** @used: struct cv_want_entry */
	struct list_head used;
	/** @unused: the others */
	struct list_head unused;
	/** @chains: those in @used, by the hash of their destination */
	DECLARE_HASHTABLE(chains, CV_WANT_CHAIN_BITS);
	/** @secret: of that hash */
	siphash_key_t secret;
	/** @leaving: packets of a program that has gone */
	struct sk_buff_head leaving;
	/** @work: tells the program, and lets packets leave */
	struct delayed_work work;
	/** @entries: all there are */
	struct cv_want_entry entries[CV_WANT_MAX];
};

static struct workqueue_struct *cv_want_wq;

static void cv_want_work(struct work_struct *work);
static void cv_want_hang_up(struct cv_listener *listener,
			    const struct cv_listener_socket *socket);

static struct cv_want_cb *cv_want_cb(struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct cv_want_cb) > sizeof(skb->cb));
	return (struct cv_want_cb *)skb->cb;
}

/**
 * cv_want_init() - make what all devices share
 *
 * Context: module load.
 * Return: 0 or -ENOMEM.
 */
int cv_want_init(void)
{
	cv_want_wq = alloc_workqueue("culvert-want", WQ_UNBOUND | WQ_FREEZABLE, 0);
	return cv_want_wq ? 0 : -ENOMEM;
}

/**
 * cv_want_exit() - undo cv_want_init()
 *
 * Context: module unload, no device left.
 */
void cv_want_exit(void)
{
	destroy_workqueue(cv_want_wq);
}

/*
 * Beginning and end.
 */

static struct cv_want *cv_want_of(const struct cv_device *dev)
{
	/* Pairs with cv_want_create(). */
	return smp_load_acquire(&dev->want);
}

static int cv_want_create(struct cv_device *dev, const struct cv_want_ops *ops)
{
	struct cv_want *want = kvzalloc(sizeof(*want), GFP_KERNEL_ACCOUNT);
	unsigned int i;

	if (!want)
		return -ENOMEM;
	want->dev = dev;
	want->ops = ops;
	spin_lock_init(&want->lock);
	INIT_LIST_HEAD(&want->used);
	INIT_LIST_HEAD(&want->unused);
	for (i = 0; i < CV_WANT_MAX; i++) {
		__skb_queue_head_init(&want->entries[i].packets);
		list_add_tail(&want->entries[i].link, &want->unused);
	}
	hash_init(want->chains);
	get_random_bytes(&want->secret, sizeof(want->secret));
	__skb_queue_head_init(&want->leaving);
	INIT_DELAYED_WORK(&want->work, cv_want_work);
	cv_listener_init(&want->listener, dev->netdev, cv_want_hang_up);
	/* Pairs with cv_want_of(): all of it is in place. */
	smp_store_release(&dev->want, want);
	return 0;
}

ALLOW_ERROR_INJECTION(cv_want_create, ERRNO);

/**
 * cv_want_destroy() - forget all about wants
 * @dev: the device, about to be freed; there may never have been a listener
 *
 * Context: may sleep.
 */
void cv_want_destroy(struct cv_device *dev)
{
	struct cv_want *want = dev->want;

	if (!want)
		return;
	cv_listener_exit(&want->listener);
	cv_want_forget(dev);
	dev->want = NULL;
	kvfree(want);
}

/* Have the work done now. */
static void cv_want_wake(struct cv_want *want)
{
	lockdep_assert_held(&want->lock);
	mod_delayed_work(cv_want_wq, &want->work, 0);
}

/**
 * cv_want_listen() - a program wants to be asked
 * @dev: the device
 * @socket: of the program
 * @ops: where packets leave; always the same
 *
 * Context: process, holds RTNL.
 * Return: 0, also if it did already; -EBUSY if another socket does; -ENOMEM.
 */
int cv_want_listen(struct cv_device *dev, const struct cv_listener_socket *socket,
		   const struct cv_want_ops *ops)
{
	struct cv_want *want;
	int err = 0;

	ASSERT_RTNL();
	if (!cv_want_of(dev))
		err = cv_want_create(dev, ops);
	if (err)
		return err;
	want = cv_want_of(dev);
	spin_lock_bh(&want->lock);
	err = cv_listener_open(&want->listener, socket);
	if (err > 0) {
		want->rung = false;
		err = 0;
	}
	spin_unlock_bh(&want->lock);
	return err;
}

/* The packets of an entry are the caller's. */
static void cv_want_empty(struct cv_want *want, struct cv_want_entry *entry,
			  struct sk_buff_head *packets)
{
	struct sk_buff *skb;

	lockdep_assert_held(&want->lock);
	while ((skb = __skb_dequeue(&entry->packets))) {
		WRITE_ONCE(want->bytes, want->bytes - cv_want_cb(skb)->bytes);
		__skb_queue_tail(packets, skb);
	}
}

/* An entry without packets is of no use any more. */
static void cv_want_drop(struct cv_want *want, struct cv_want_entry *entry)
{
	lockdep_assert_held(&want->lock);
	list_move_tail(&entry->link, &want->unused);
	hash_del(&entry->chain);
	want->count--;
}

/* No entry is left, and all packets are the caller's. */
static void cv_want_drop_all(struct cv_want *want, struct sk_buff_head *packets)
{
	struct cv_want_entry *entry, *next;

	lockdep_assert_held(&want->lock);
	list_for_each_entry_safe(entry, next, &want->used, link) {
		cv_want_empty(want, entry, packets);
		cv_want_drop(want, entry);
	}
}

/* A socket is closed: from here on all is as if it had never listened. */
static void cv_want_hang_up(struct cv_listener *listener,
			    const struct cv_listener_socket *socket)
{
	struct cv_want *want = container_of(listener, struct cv_want, listener);

	spin_lock_bh(&want->lock);
	if (cv_listener_has_socket(listener, socket)) {
		cv_listener_close(listener);
		cv_want_drop_all(want, &want->leaving);
		cv_want_wake(want);
	}
	spin_unlock_bh(&want->lock);
}

/**
 * cv_want_forget() - drop the packets that wait: the link goes down
 * @dev: the device; nothing is sent by it any more
 *
 * On return no packet that has waited is on its way out, either.
 *
 * Context: process, may sleep; holds no &cv_device.lock.
 */
void cv_want_forget(struct cv_device *dev)
{
	struct cv_want *want = cv_want_of(dev);
	struct sk_buff_head packets;

	if (!want)
		return;
	__skb_queue_head_init(&packets);
	spin_lock_bh(&want->lock);
	skb_queue_splice_init(&want->leaving, &packets);
	cv_want_drop_all(want, &packets);
	want->rung = false;
	spin_unlock_bh(&want->lock);
	/* In this order: what is queued again now finds nothing. */
	cancel_delayed_work_sync(&want->work);
	cv_drop_queue(dev, &packets, CV_DROP_TX_LINK_DOWN, skb_queue_len(&packets));
}

/*
 * A packet comes.
 */

/* Whether a packet is for several hosts: then it is not one peer that is wanted. */
static bool cv_want_is_for_many(const struct sk_buff *skb)
{
	if (skb->protocol != htons(ETH_P_IP))
		return ipv6_addr_is_multicast(&ipv6_hdr(skb)->daddr);
	return ipv4_is_multicast(ip_hdr(skb)->daddr) || ipv4_is_lbcast(ip_hdr(skb)->daddr) ||
	       (skb_valid_dst(skb) && skb_rtable(skb)->rt_flags & RTCF_BROADCAST);
}

static void cv_want_destination(const struct sk_buff *skb, u16 *family,
				union nf_inet_addr *address)
{
	memset(address, 0, sizeof(*address));
	if (skb->protocol == htons(ETH_P_IP)) {
		*family = AF_INET;
		address->ip = ip_hdr(skb)->daddr;
	} else {
		*family = AF_INET6;
		address->in6 = ipv6_hdr(skb)->daddr;
	}
}

static u32 cv_want_hash(const struct cv_want *want, const union nf_inet_addr *address)
{
	return (u32)siphash(address, sizeof(*address), &want->secret);
}

static struct cv_want_entry *cv_want_find(struct cv_want *want, u16 family,
					  const union nf_inet_addr *address)
{
	struct cv_want_entry *entry;

	lockdep_assert_held(&want->lock);
	hash_for_each_possible(want->chains, entry, chain, cv_want_hash(want, address))
		if (entry->family == family &&
		    !memcmp(&entry->address, address, sizeof(*address)))
			return entry;
	return NULL;
}

/* Who has the destination, borrowed under RCU, or NULL. */
static struct cv_peer *cv_want_peer(struct cv_want *want, const struct cv_want_entry *entry)
{
	return cv_allowedips_find(&want->dev->allowed_ips, entry->family, &entry->address);
}

static bool cv_want_is_ready(struct cv_want *want, const struct cv_want_entry *entry)
{
	struct cv_peer *peer;
	bool ready;

	rcu_read_lock();
	peer = cv_want_peer(want, entry);
	ready = peer && cv_path_is_known(&peer->path);
	rcu_read_unlock();
	return ready;
}

/* A packet lets go of everything that it must not hold while it waits. */
static void cv_want_strip(struct sk_buff *skb, u8 depth)
{
	struct cv_want_cb *cb = cv_want_cb(skb);

	cb->since_ns = ktime_get_boottime_ns();
	cb->bytes = skb->truesize;
	cb->depth = depth;
	cb->routed = skb_valid_dst(skb);
	cb->translated = cv_compat_source_before_nat(skb, &cb->source);
	nf_reset_ct(skb);
	skb_ext_reset(skb);
	skb_dst_drop(skb);
}

/* One that only stays so that its destination is not told too soon makes room for another. */
static void cv_want_drop_answered(struct cv_want *want)
{
	struct cv_want_entry *entry;

	lockdep_assert_held(&want->lock);
	list_for_each_entry(entry, &want->used, link) {
		if (skb_queue_empty(&entry->packets)) {
			cv_want_drop(want, entry);
			return;
		}
	}
}

/* A new entry, or NULL if there are too many. */
static struct cv_want_entry *cv_want_take(struct cv_want *want, u16 family,
					  const union nf_inet_addr *address)
{
	struct cv_want_entry *entry;

	lockdep_assert_held(&want->lock);
	if (list_empty(&want->unused))
		cv_want_drop_answered(want);
	entry = list_first_entry_or_null(&want->unused, struct cv_want_entry, link);
	if (!entry)
		return NULL;
	entry->family = family;
	entry->address = *address;
	entry->asked = true;
	entry->told_ns = 0;
	list_move_tail(&entry->link, &want->used);
	hash_add(want->chains, &entry->chain, cv_want_hash(want, address));
	want->count++;
	return entry;
}

/* Whether it is not too soon to tell of an entry again. */
static bool cv_want_may_tell(const struct cv_want_entry *entry, u64 now_ns)
{
	return !entry->told_ns || now_ns - entry->told_ns >= (u64)CV_WANT_APART_S * NSEC_PER_SEC;
}

/*
 * The packet waits in an entry. The program is told, again if it has been told for a second, or
 * when that is over if it has been told of packets that have left.
 */
static void cv_want_add(struct cv_want *want, struct cv_want_entry *entry, struct sk_buff *skb)
{
	bool may_tell = cv_want_may_tell(entry, cv_want_cb(skb)->since_ns);
	bool news = entry->asked && (may_tell || skb_queue_empty(&entry->packets));

	lockdep_assert_held(&want->lock);
	WRITE_ONCE(want->bytes, want->bytes + cv_want_cb(skb)->bytes);
	__skb_queue_tail(&entry->packets, skb);
	if (news) {
		entry->asked = false;
		list_move_tail(&entry->link, &want->used);
	}
	/* In any other case the work is queued, for the time of an older packet or of the entry. */
	if ((news && may_tell) || cv_want_is_ready(want, entry))
		cv_want_wake(want);
}

/**
 * cv_want_hold() - a packet that would be refused may wait
 * @dev: its device, with &cv_device.want
 * @skb: the packet, its header is linear; taken, unless false is returned
 * @depth: how many tunnels it has been through
 *
 * When one more packet waits for a destination than may, the oldest goes, without ICMP: it has been
 * lost, as in the queue of a neighbour that does not answer; its destination is no less reachable.
 *
 * Context: BH off.
 * Return: false if no program listens, or there is no room: the packet is refused.
 */
bool cv_want_hold(struct cv_device *dev, struct sk_buff *skb, u8 depth)
{
	struct cv_want *want = cv_want_of(dev);
	struct cv_want_entry *entry = NULL;
	union nf_inet_addr address;
	struct sk_buff *oldest = NULL;
	u16 family;

	if (!cv_listener_is_heard(&want->listener) || cv_want_is_for_many(skb) ||
	    READ_ONCE(want->bytes) + skb->truesize > CV_WANT_MAX_BYTES ||
	    skb_orphan_frags_rx(skb, GFP_ATOMIC | __GFP_NOWARN))
		return false;
	skb_orphan(skb);
	cv_want_destination(skb, &family, &address);
	spin_lock_bh(&want->lock);
	/*
	 * A packet socket that bypasses the queueing discipline may have seen the link up, and
	 * come after cv_want_forget().
	 */
	if (netif_running(dev->netdev) && cv_listener_is_heard(&want->listener) &&
	    want->bytes + skb->truesize <= CV_WANT_MAX_BYTES)
		entry = cv_want_find(want, family, &address) ?:
			cv_want_take(want, family, &address);
	if (entry && skb_queue_len(&entry->packets) == CV_WANT_PACKETS) {
		oldest = __skb_dequeue(&entry->packets);
		WRITE_ONCE(want->bytes, want->bytes - cv_want_cb(oldest)->bytes);
	}
	if (entry) {
		cv_want_strip(skb, depth);
		cv_want_add(want, entry, skb);
	}
	spin_unlock_bh(&want->lock);
	if (oldest)
		cv_drop_skb(dev, oldest, CV_DROP_TX_WANT_FULL, 1);
	return entry;
}

/**
 * cv_want_check() - some peer has got an allowed IP or its first endpoint
 * @dev: the device
 *
 * Context: any but hard interrupts.
 */
void cv_want_check(struct cv_device *dev)
{
	struct cv_want *want = cv_want_of(dev);

	if (likely(!want))
		return;
	spin_lock_bh(&want->lock);
	if (want->count)
		cv_want_wake(want);
	spin_unlock_bh(&want->lock);
}

/*
 * A packet leaves.
 */

/*
 * In place of the route that it came with; a route by this link is found as long as the link has
 * addresses of the family. Without one there is no ICMP, and the MTU is that of the link. ICMP to
 * another host has the source address that it would have to this one: see
 * icmp_errors_use_inbound_ifaddr in Documentation/networking/ip-sysctl.rst.
 */
static void cv_want_route(struct net_device *netdev, struct sk_buff *skb)
{
	struct net *net;

	rcu_read_lock();
	net = dev_net(netdev);
	if (skb->protocol == htons(ETH_P_IP)) {
		struct flowi4 flow = {
			.flowi4_oif = netdev->ifindex,
			.flowi4_mark = skb->mark,
			.flowi4_flags = FLOWI_FLAG_ANYSRC,
			.daddr = ip_hdr(skb)->daddr,
			.saddr = ip_hdr(skb)->saddr,
		};
		struct rtable *route = ip_route_output_key(net, &flow);

		if (!IS_ERR(route))
			skb_dst_set(skb, &route->dst);
	} else if (ipv6_mod_enabled()) {
		struct flowi6 flow = {
			.flowi6_oif = netdev->ifindex,
			.flowi6_mark = skb->mark,
			.daddr = ipv6_hdr(skb)->daddr,
			.saddr = ipv6_hdr(skb)->saddr,
			.flowlabel = ip6_flowinfo(ipv6_hdr(skb)),
		};
		struct dst_entry *route = ip6_route_output(net, NULL, &flow);

		if (route->error)
			dst_release(route);
		else
			skb_dst_set(skb, route);
	}
	rcu_read_unlock();
}

/**
 * cv_want_show_source() - give a packet the source back that it had before NAT, for ICMP
 * @skb: has waited; about to be refused
 *
 * Context: any.
 */
void cv_want_show_source(struct sk_buff *skb)
{
	const struct cv_want_cb cb = *cv_want_cb(skb);
	bool v4 = skb->protocol == htons(ETH_P_IP);
	unsigned int bytes = v4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);

	if (!cb.translated || skb_ensure_writable(skb, skb_network_offset(skb) + bytes))
		return;
	if (v4)
		ip_hdr(skb)->saddr = cb.source.ip;
	else
		ipv6_hdr(skb)->saddr = cb.source.in6;
}

static void cv_want_leave(struct cv_want *want, struct sk_buff_head *packets)
{
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(packets))) {
		/* cv_want_forget() waits, and peers are about to be stopped. */
		if (!netif_running(want->dev->netdev)) {
			cv_drop_skb(want->dev, skb, CV_DROP_TX_LINK_DOWN, 1);
			continue;
		}
		local_bh_disable();
		/* Without a route there is no ICMP, now as when it came. */
		if (cv_want_cb(skb)->routed)
			cv_want_route(want->dev->netdev, skb);
		want->ops->leave(want->dev, skb, cv_want_cb(skb)->depth);
		local_bh_enable();
		cond_resched();
	}
}

/* Of an entry: what is to leave. Returns when there will be more to do, 0: it has been dropped. */
static u64 cv_want_visit(struct cv_want *want, struct cv_want_entry *entry, u64 now_ns,
			 struct sk_buff_head *packets)
{
	u64 due_ns = U64_MAX;
	struct sk_buff *skb;

	lockdep_assert_held(&want->lock);
	if (cv_want_is_ready(want, entry))
		cv_want_empty(want, entry, packets);
	while ((skb = skb_peek(&entry->packets))) {
		due_ns = cv_want_cb(skb)->since_ns + (u64)CV_WANT_WAIT_S * NSEC_PER_SEC;
		if (due_ns > now_ns)
			break;
		__skb_unlink(skb, &entry->packets);
		WRITE_ONCE(want->bytes, want->bytes - cv_want_cb(skb)->bytes);
		__skb_queue_tail(packets, skb);
	}
	/* Without packets it stays for a while, so that the next one is not told too soon. */
	if ((!skb || !entry->asked) && !cv_want_may_tell(entry, now_ns)) {
		u64 told_again_ns = entry->told_ns + (u64)CV_WANT_APART_S * NSEC_PER_SEC;

		return skb ? min(due_ns, told_again_ns) : told_again_ns;
	}
	if (skb)
		return due_ns;
	cv_want_drop(want, entry);
	return 0;
}

/* A kernel timer is late by up to an eighth of its time: a long wait is made in steps. */
static unsigned long cv_want_jiffies(u64 wait_ns)
{
	unsigned long wait = nsecs_to_jiffies(wait_ns) + 1;

	return wait > CV_WANT_EXACT_JIFFIES ? wait - wait / 8 : wait;
}

/* All entries: what is to leave. Returns whether the program is to be told. */
static bool cv_want_visit_all(struct cv_want *want, struct sk_buff_head *packets)
{
	u64 now_ns = ktime_get_boottime_ns(), next_ns = U64_MAX, due_ns;
	struct cv_want_entry *entry, *next;
	bool ring = false;

	lockdep_assert_held(&want->lock);
	list_for_each_entry_safe(entry, next, &want->used, link) {
		due_ns = cv_want_visit(want, entry, now_ns, packets);
		if (!due_ns)
			continue;
		next_ns = min(next_ns, due_ns);
		ring |= !entry->asked && !skb_queue_empty(&entry->packets) &&
			cv_want_may_tell(entry, now_ns);
	}
	/* If it has been woken meanwhile, it is queued already, for now. */
	if (want->count)
		queue_delayed_work(cv_want_wq, &want->work, cv_want_jiffies(next_ns - now_ns));
	/* Once until the program has found that there is none. */
	ring &= !want->rung;
	want->rung |= ring;
	return ring;
}

static void cv_want_work(struct work_struct *work)
{
	struct cv_want *want = container_of(to_delayed_work(work), struct cv_want, work);
	struct sk_buff_head packets;
	bool ring;

	__skb_queue_head_init(&packets);
	spin_lock_bh(&want->lock);
	skb_queue_splice_init(&want->leaving, &packets);
	ring = cv_want_visit_all(want, &packets);
	spin_unlock_bh(&want->lock);
	if (ring && !cv_notify_ring(want->dev, CVEVENT_WANT)) {
		/* The next one is told. */
		spin_lock_bh(&want->lock);
		want->rung = false;
		spin_unlock_bh(&want->lock);
	}
	cv_want_leave(want, &packets);
}

/*
 * What the program does.
 */

/* Tell one, unless there is nothing to tell. */
static bool cv_want_tell(struct cv_want *want, struct cv_want_entry *entry,
			 struct cv_want_told *told)
{
	struct sk_buff *skb = skb_peek(&entry->packets);
	u64 now_ns = ktime_get_boottime_ns();
	struct cv_peer *peer;

	lockdep_assert_held(&want->lock);
	if (entry->asked || !skb || !cv_want_may_tell(entry, now_ns) ||
	    cv_want_is_ready(want, entry))
		return false;
	memset(told, 0, sizeof(*told));
	told->family = entry->family;
	memcpy(&told->address, &entry->address, sizeof(told->address));
	told->age_ms = div_u64(now_ns - cv_want_cb(skb)->since_ns, NSEC_PER_MSEC);
	told->packets = skb_queue_len(&entry->packets);
	rcu_read_lock();
	peer = cv_want_peer(want, entry);
	told->has_key = peer;
	if (peer)
		memcpy(told->public_key, peer->public_key, CV_WIRE_KEY_BYTES);
	rcu_read_unlock();
	entry->asked = true;
	entry->told_ns = now_ns;
	return true;
}

/**
 * cv_want_get() - the oldest destination that the program has not been told of
 * @dev: the device
 * @socket: of the program
 * @told: filled in
 *
 * Context: process.
 * Return: 0, -EAGAIN if there is none, -ENOTCONN if this socket does not listen.
 */
int cv_want_get(struct cv_device *dev, const struct cv_listener_socket *socket,
		struct cv_want_told *told)
{
	struct cv_want *want = cv_want_of(dev);
	struct cv_want_entry *entry;
	int err = -EAGAIN;

	if (!want)
		return -ENOTCONN;
	spin_lock_bh(&want->lock);
	if (!cv_listener_is_heard(&want->listener) ||
	    !cv_listener_has_socket(&want->listener, socket)) {
		spin_unlock_bh(&want->lock);
		return -ENOTCONN;
	}
	list_for_each_entry(entry, &want->used, link) {
		if (cv_want_tell(want, entry, told)) {
			err = 0;
			break;
		}
	}
	if (err)
		want->rung = false;
	spin_unlock_bh(&want->lock);
	return err;
}

/**
 * cv_want_untell() - undo cv_want_get(): the program could not be told
 * @dev: the device
 * @told: what it would have been
 *
 * Context: process.
 */
void cv_want_untell(struct cv_device *dev, const struct cv_want_told *told)
{
	struct cv_want *want = cv_want_of(dev);
	union nf_inet_addr address = {};
	struct cv_want_entry *entry;

	memcpy(&address, &told->address, sizeof(told->address));
	spin_lock_bh(&want->lock);
	entry = cv_want_find(want, told->family, &address);
	if (entry) {
		entry->asked = false;
		entry->told_ns = 0;
	}
	spin_unlock_bh(&want->lock);
}
