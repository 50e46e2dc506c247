// SPDX-License-Identifier: GPL-2.0
/*
 * A program's own UDP socket as that of a link: how it is taken and given back, which datagrams
 * are the link's and which the program's, and what follows when the program closes it.
 * netlink_set.c and link.c call it; the UDP stack calls cv_adopt_receive() and cv_adopt_closed(),
 * xmit.c calls cv_adopt_prepare() by &cv_socket.prepare.
 */

/**
 * DOC: Adopted sockets
 *
 * The program keeps the file, the link has a reference to the struct sock alone. When the last
 * descriptor is closed the port is free at once, as of any socket, and the link has none: it
 * neither keeps the file open nor opens a socket of its own instead, which might be in another
 * namespace or on an interface that the program meant to avoid.
 *
 * The struct sock holds its namespace, and so does the link through it. The namespace may hold
 * the link in turn, which is a ring that only the loss of the socket opens: whatever the program
 * does, it must be noticed. encap_destroy tells of the closing, but the program can take that
 * away by setting UDP_ENCAP. So each packet that is sent finds out, and cv_adopt_look() does
 * every %CV_ADOPT_LOOK_S seconds.
 *
 * &cv_adopted.look is pending or running from the adoption on, and is what frees the object:
 * cv_adopt_let_go() sees to it that nothing else queues it any more, sets &cv_adopted.dev to NULL
 * and queues it for the last time.
 *
 * Options that the program sets later are seen by the next packet: the routes that were cached
 * before are not used any more (&cv_socket.home is NULL) until cv_adopt_look() has reset them.
 *
 * The program may be hostile, and what it owns is locked for as long as it likes: under RTNL
 * nothing waits for lock_sock(). It may bind others to the same port, and make another tunnel of
 * the socket between any two of our steps; so no packet is prepared in one step for the other. And
 * its packets are those of its user and its control group: whatever filters these filters ours.
 *
 * All cached routes into the socket's namespace are of paths in &cv_adopted.home, which is
 * emptied after a grace period without senders and before the struct sock is released, be the
 * peers in use, removed or waiting for their reaper. So the namespace, which cannot end as long
 * as the struct sock is there, has no route cached by then: see path.c, DOC: Routes.
 */
#include <linux/bpf-cgroup.h>
#include <linux/net.h>
#include <linux/rtnetlink.h>
#include <linux/security.h>
#include <linux/slab.h>
#include <linux/udp.h>
#include <linux/unaligned.h>
#include <linux/wait_bit.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/sock_reuseport.h>
#include <net/udp.h>
#include <net/udp_tunnel.h>
#include <net/xfrm.h>
#include <uapi/linux/culvert.h>

#include "adopt.h"
#include "hook.h"
#include "path.h"
#include "rx.h"
#include "socket.h"
#include "../core/device.h"
#include "../core/peer.h"
#include "../events/notify.h"
#include "../wire.h"

/* After so long at most a closed socket is missed that the program had set UDP_ENCAP on. */
#define CV_ADOPT_LOOK_S 5

/* When to try again to give back what the program is just using. */
#define CV_ADOPT_RETRY (HZ / 50)

/*
 * Routes are looked up anew so often at most when the program sets options, since all wait for
 * RTNL meanwhile; until then they are not cached.
 */
#define CV_ADOPT_REFRESH (HZ / 10)

/* How often a socket is tried that the program is just using, 0.1 ms apart. */
#define CV_ADOPT_TRIES 10

/* Of a STUN message; see cv_adopt_is_stun(). */
#define CV_ADOPT_STUN_HEADER_BYTES 20

/**
 * struct cv_adopted_sock - one of the sockets, and what of it routes depend on
 */
struct cv_adopted_sock {
	/** @sk: referenced */
	struct sock *sk;
	/** @ifindex: that it was bound to when it was last looked at; written under RTNL */
	int ifindex;
	/** @mark: that its packets had then; written under RTNL */
	u32 mark;
	/** @is_back: it is the program's alone again; cv_adopt_look()'s */
	bool is_back;
};

/**
 * struct cv_adopted - a program's sockets in the place of a device's own
 */
struct cv_adopted {
	/** @set: as the rest of the datapath sees them */
	struct cv_socket set;
	/** @home: of the routes that were found with them */
	struct cv_path_home home;
	/** @dev: that they are of, NULL when it has let them go; under RTNL */
	struct cv_device *dev;
	/** @socks: one or two */
	struct cv_adopted_sock socks[CV_ADOPT_SOCKETS_MAX];
	/** @count: how many */
	unsigned int count;
	/** @pass: enum cv_socket_pass, what is left to the program; written under RTNL */
	u8 pass;
	/** @dirty: the sockets are not as @socks says any more: @look is queued for it */
	bool dirty;
	/** @look: cv_adopt_look() */
	struct delayed_work look;
};

static struct workqueue_struct *cv_adopt_wq;
/* Objects that @look has still to free. */
static atomic_t cv_adopt_count = ATOMIC_INIT(0);

static int cv_adopt_attach_all(struct cv_adopted *adopted, struct socket *const *sockets,
			       unsigned int count);
static void cv_adopt_change_over(struct cv_device *dev, struct cv_adopted *adopted);
static void cv_adopt_let_go(struct cv_adopted *adopted);
static void cv_adopt_look(struct work_struct *work);
static int cv_adopt_prepare(struct cv_socket *socket, struct sock *sk, struct sk_buff *skb);
static void cv_adopt_receive_super(struct cv_socket *socket, struct sk_buff *skb, bool is_ipv6);
static bool cv_adopt_is_lost(const struct cv_adopted *adopted);
static int cv_adopt_receive(struct sock *sk, struct sk_buff *skb);
static void cv_adopt_closed(struct sock *sk);

/**
 * cv_adopt_init() - make what all adopted sockets share
 *
 * Context: module load.
 * Return: 0 or -ENOMEM.
 */
int cv_adopt_init(void)
{
	cv_adopt_wq = alloc_workqueue("culvert-adopt", WQ_UNBOUND, 0);
	return cv_adopt_wq ? 0 : -ENOMEM;
}

/**
 * cv_adopt_exit() - undo cv_adopt_init()
 *
 * Context: module unload, no link left; waits until the last socket has been given back.
 */
void cv_adopt_exit(void)
{
	wait_var_event(&cv_adopt_count, !atomic_read(&cv_adopt_count));
	destroy_workqueue(cv_adopt_wq);
}

/* Whether a program hands in the very sockets that the link has. */
static bool cv_adopt_is_same(const struct cv_adopted *adopted, struct socket *const *sockets,
			     unsigned int count)
{
	unsigned int i;

	if (!adopted || adopted->count != count)
		return false;
	for (i = 0; i < count; i++)
		if (adopted->socks[i].sk != sockets[i]->sk)
			return false;
	return true;
}

/**
 * cv_adopt_sockets() - a program's sockets become those of a device
 * @dev: the device; the sockets that it had are closed, or given back
 * @sockets: their files are held by the caller
 * @count: how many: 1, or one of each family
 * @pass: enum cv_socket_pass
 *
 * If they are the device's already, only @pass is set.
 *
 * Context: RTNL, &cv_device.lock; may sleep.
 * Return: 0, or nothing has changed: -EPROTOTYPE one is not UDP, -EADDRNOTAVAIL one is not bound
 * to a port, -EBUSY one is another tunnel's, -EADDRINUSE one shares its port by SO_REUSEPORT,
 * -EINVAL they are not one of each family at the same port and namespace, -EPERM a program of
 * one's control group decides where it sends, -EAGAIN the program is just using one, -ENOMEM.
 */
int cv_adopt_sockets(struct cv_device *dev, struct socket *const *sockets, unsigned int count,
		     u8 pass)
{
	struct cv_adopted *adopted;
	int err;

	ASSERT_RTNL();
	lockdep_assert_held(&dev->lock);
	if (cv_adopt_is_same(dev->adopted, sockets, count)) {
		if (cv_adopt_is_lost(dev->adopted))
			return -EBUSY;
		WRITE_ONCE(dev->adopted->pass, pass);
		dev->adopted_pass = pass;
		return 0;
	}
	adopted = kzalloc(sizeof(*adopted), GFP_KERNEL_ACCOUNT);
	if (!adopted)
		return -ENOMEM;
	adopted->set.dev = dev;
	adopted->set.home = &adopted->home;
	adopted->set.prepare = cv_adopt_prepare;
	adopted->set.receive = cv_adopt_receive_super;
	adopted->dev = dev;
	adopted->pass = pass;
	INIT_LIST_HEAD(&adopted->home.paths);
	INIT_DELAYED_WORK(&adopted->look, cv_adopt_look);
	atomic_inc(&cv_adopt_count);
	err = cv_adopt_attach_all(adopted, sockets, count);
	if (err) {
		cv_adopt_let_go(adopted);
		return err;
	}
	queue_delayed_work(cv_adopt_wq, &adopted->look, CV_ADOPT_LOOK_S * HZ);
	cv_adopt_change_over(dev, adopted);
	return 0;
}

/* No sender uses the device's sockets of until now any more. */
static void cv_adopt_change_over(struct cv_device *dev, struct cv_adopted *adopted)
{
	struct cv_adopted *old = dev->adopted;
	struct cv_socket *own = old ? NULL : rtnl_dereference(dev->socket);
	struct cv_peer *peer;

	dev->adopted = adopted;
	dev->adopted_port = adopted->set.port;
	dev->adopted_pass = adopted->pass;
	dev->socket_state = CVSOCKET_HANDED_IN;
	if (netif_running(dev->netdev))
		rcu_assign_pointer(dev->socket, &adopted->set);
	synchronize_net();
	if (old) {
		cv_path_rehome(&old->home, &adopted->home);
		cv_adopt_let_go(old);
	}
	list_for_each_entry(peer, &dev->peer_list, link) {
		cv_path_move_routes(&peer->path, &adopted->home);
		cond_resched();
	}
	if (own)
		cv_socket_dispose(own);
	netif_carrier_on(dev->netdev);
}

/**
 * cv_adopt_open() - a link comes up that has, or had, a program's sockets
 * @dev: its device
 *
 * Context: RTNL.
 */
void cv_adopt_open(struct cv_device *dev)
{
	ASSERT_RTNL();
	if (dev->adopted)
		rcu_assign_pointer(dev->socket, &dev->adopted->set);
}

/**
 * cv_adopt_release() - give a program's sockets back
 * @dev: the device; may have none of that kind
 *
 * The device has none afterwards, unless those of its own have been opened already.
 *
 * Context: RTNL; may sleep.
 */
void cv_adopt_release(struct cv_device *dev)
{
	struct cv_adopted *adopted = dev->adopted;

	ASSERT_RTNL();
	dev->socket_state = CVSOCKET_OWN;
	if (!adopted)
		return;
	dev->adopted = NULL;
	if (rtnl_dereference(dev->socket) == &adopted->set)
		RCU_INIT_POINTER(dev->socket, NULL);
	synchronize_net();
	cv_path_rehome(&adopted->home, cv_path_home(rtnl_dereference(dev->birth_net)));
	cv_adopt_let_go(adopted);
}

/* The program has closed it, or has made something else of it. */
static void cv_adopt_lose(struct cv_device *dev)
{
	cv_adopt_release(dev);
	dev->socket_state = CVSOCKET_LOST;
	netif_carrier_off(dev->netdev);
	cv_notify_tell_device(dev, CVEVENT_SOCKET_LOST, 0);
}

/*
 * What a link has let go cv_adopt_look() gives back and frees, when the program does not hold it
 * locked; that may be running already, and wait for RTNL.
 */
static void cv_adopt_let_go(struct cv_adopted *adopted)
{
	struct cv_adopted_sock *sock;

	ASSERT_RTNL();
	if (adopted->set.hooked)
		cv_hook_remove(&adopted->set);
	for (sock = adopted->socks; sock < adopted->socks + adopted->count; sock++) {
		write_lock_bh(&sock->sk->sk_callback_lock);
		rcu_assign_sk_user_data(sock->sk, NULL);
		write_unlock_bh(&sock->sk->sk_callback_lock);
	}
	/* Callers that have found it by the struct sock until now may queue @look. */
	synchronize_net();
	adopted->dev = NULL;
	mod_delayed_work(cv_adopt_wq, &adopted->look, 0);
}

/*
 * Taking sockets.
 */

/* Others get, or have got, some of what comes to its port. */
static bool cv_adopt_is_shared(const struct sock *sk)
{
	const struct sock_reuseport *group;
	bool shared;

	rcu_read_lock();
	group = rcu_dereference(sk->sk_reuseport_cb);
	shared = group && (group->num_socks > 1 || rcu_access_pointer(group->prog));
	rcu_read_unlock();
	return shared;
}

static bool cv_adopt_is_udp(const struct sock *sk)
{
	return (sk->sk_family == AF_INET || sk->sk_family == AF_INET6) &&
	       sk->sk_type == SOCK_DGRAM && sk->sk_protocol == IPPROTO_UDP;
}

/* Programs of its control group that would have a say in each sendmsg(2). */
static bool cv_adopt_is_steered(struct sock *sk)
{
	return cv_compat_cgroup_has(sk, CGROUP_UDP4_SENDMSG) ||
	       cv_compat_cgroup_has(sk, CGROUP_UDP6_SENDMSG);
}

static int cv_adopt_check(struct sock *sk)
{
	if (!inet_sk(sk)->inet_num)
		return -EADDRNOTAVAIL;
	/* With our own it is just being given back: cv_adopt_claim() looks whether it is free. */
	if (READ_ONCE(udp_sk(sk)->encap_type) &&
	    READ_ONCE(udp_sk(sk)->encap_rcv) != cv_adopt_receive)
		return -EBUSY;
	if (cv_adopt_is_steered(sk))
		return -EPERM;
	return cv_adopt_is_shared(sk) ? -EADDRINUSE : 0;
}

/* What a socket is for: a family that the other one, if there is one, is not for. */
static int cv_adopt_place(struct cv_socket *set, struct sock *sk)
{
	bool mapped = sk->sk_family == AF_INET6 && ipv6_addr_v4mapped(&sk->sk_v6_rcv_saddr);
	bool for4 = sk->sk_family == AF_INET || mapped ||
		    (!ipv6_only_sock(sk) && ipv6_addr_any(&sk->sk_v6_rcv_saddr));
	bool for6 = sk->sk_family == AF_INET6 && !mapped;

	if ((for4 && set->v4) || (for6 && set->v6) ||
	    (set->net && (!net_eq(set->net, sock_net(sk)) || set->port != inet_sk(sk)->inet_num)))
		return -EINVAL;
	set->net = sock_net(sk);
	set->port = inet_sk(sk)->inet_num;
	if (for4) {
		set->v4 = sk;
		set->v4_address = inet_sk(sk)->inet_rcv_saddr;
	}
	if (for6) {
		set->v6 = sk;
		set->v6_address = sk->sk_v6_rcv_saddr;
	}
	return 0;
}

static int cv_adopt_claim(struct cv_adopted *adopted, struct sock *sk)
{
	int err = 0;

	/* Against sock maps and other tunnels, which want it as well. */
	write_lock(&sk->sk_callback_lock);
	if (sk->sk_user_data)
		err = -EBUSY;
	else
		rcu_assign_sk_user_data(sk, &adopted->set);
	write_unlock(&sk->sk_callback_lock);
	return err;
}

static int cv_adopt_attach_locked(struct cv_adopted *adopted, struct sock *sk)
{
	struct cv_adopted_sock *sock = &adopted->socks[adopted->count];
	int err;

	if (sock_owned_by_user(sk))
		return -EAGAIN;
	err = cv_adopt_check(sk) ?: cv_adopt_claim(adopted, sk);
	if (err)
		return err;
	sock_hold(sk);
	sock->sk = sk;
	sock->ifindex = READ_ONCE(sk->sk_bound_dev_if);
	sock->mark = READ_ONCE(sk->sk_mark);
	adopted->count++;
	WRITE_ONCE(udp_sk(sk)->encap_destroy, cv_adopt_closed);
	WRITE_ONCE(udp_sk(sk)->encap_rcv, cv_adopt_receive);
	WRITE_ONCE(udp_sk(sk)->encap_type, 1);
	/* Super-packets, for cv_hook_take(). */
	udp_set_bit(GRO_ENABLED, sk);
	return cv_adopt_place(&adopted->set, sk);
}

/* Not by lock_sock(): a program may hold that for as long as it likes, and all wait for RTNL. */
static int cv_adopt_attach(struct cv_adopted *adopted, struct sock *sk)
{
	unsigned int tries;
	int err;

	if (!cv_adopt_is_udp(sk))
		return -EPROTOTYPE;
	udp_tunnel_encap_enable(sk);
	for (tries = 0; tries < CV_ADOPT_TRIES; tries++) {
		local_bh_disable();
		bh_lock_sock(sk);
		err = cv_adopt_attach_locked(adopted, sk);
		bh_unlock_sock(sk);
		local_bh_enable();
		if (err != -EAGAIN)
			break;
		usleep_range(100, 200);
	}
	return err;
}

static int cv_adopt_attach_all(struct cv_adopted *adopted, struct socket *const *sockets,
			       unsigned int count)
{
	unsigned int i;
	int err;

	for (i = 0; i < count; i++) {
		err = cv_adopt_attach(adopted, sockets[i]->sk);
		if (err)
			return err;
	}
	err = cv_hook_add(&adopted->set);
	adopted->set.hooked = !err;
	return err;
}

/*
 * Coming in.
 */

/* By its first four bytes alone: what else it may look like depends on what peers choose. */
static bool cv_adopt_is_ours(const struct sk_buff *skb)
{
	u8 buffer[sizeof(__le32)];
	const u8 *type;

	type = skb_header_pointer(skb, sizeof(struct udphdr), sizeof(buffer), buffer);
	return type && cv_wire_is_type(get_unaligned_le32(type));
}

/*
 * RFC 8489, section 5: two bits of zero, and a length that is a multiple of four and right. The
 * cookie of newer versions is not asked for.
 */
static bool cv_adopt_is_stun(const struct sk_buff *skb)
{
	unsigned int bytes = skb->len - sizeof(struct udphdr);
	u8 buffer[sizeof(__be32)];
	const u8 *header;

	if (bytes < CV_ADOPT_STUN_HEADER_BYTES)
		return false;
	header = skb_header_pointer(skb, sizeof(struct udphdr), sizeof(buffer), buffer);
	return header && !(header[0] & 0xc0) && !(bytes % 4) &&
	       get_unaligned_be16(header + 2) == bytes - CV_ADOPT_STUN_HEADER_BYTES;
}

/* Takes what is the link's, under RCU, past what may refuse it to the program. */
static void cv_adopt_take(struct cv_socket *set, struct sock *sk, struct sk_buff *skb)
{
	struct cv_device *dev = set->dev;

	/* What the program's control group may not receive its link may not either. */
	if (unlikely(BPF_CGROUP_RUN_PROG_INET_INGRESS(sk, skb) || security_sock_rcv_skb(sk, skb)))
		cv_drop_skb(dev, skb, CV_DROP_RX_FILTER, 1);
	/* The link is down, or has other sockets by now. */
	else if (unlikely(rcu_access_pointer(dev->socket) != set))
		cv_drop_skb(dev, skb, CV_DROP_RX_LINK_DOWN, 1);
	else
		cv_rx_receive(set, skb);
}

/*
 * encap_rcv, under RCU. What is not the link's goes on to the program's receive queue, past its
 * filters and within its buffer.
 */
static int cv_adopt_receive(struct sock *sk, struct sk_buff *skb)
{
	struct cv_socket *set = rcu_dereference_sk_user_data(sk);

	if (unlikely(!set))
		return 1;
	if (likely(cv_adopt_is_ours(skb))) {
		cv_adopt_take(set, sk, skb);
		return 0;
	}
	if (READ_ONCE(container_of(set, struct cv_adopted, set)->pass) == CVPASS_ALL ||
	    cv_adopt_is_stun(skb))
		return 1;
	cv_drop_skb(set->dev, skb, CV_DROP_RX_TYPE, 1);
	return 0;
}

/* &cv_socket.receive: hook.c has taken it from in front of the UDP stack. */
static void cv_adopt_receive_super(struct cv_socket *set, struct sk_buff *skb, bool is_ipv6)
{
	struct sock *sk = is_ipv6 ? set->v6 : set->v4;

	if (unlikely(!(is_ipv6 ? xfrm6_policy_check(sk, XFRM_POLICY_IN, skb) :
				 xfrm4_policy_check(sk, XFRM_POLICY_IN, skb)))) {
		cv_drop_skb(set->dev, skb, CV_DROP_RX_FILTER, 1);
		return;
	}
	/* As the UDP stack does: it may have been found by its connection already. */
	skb_orphan(skb);
	nf_reset_ct(skb);
	cv_adopt_take(set, sk, skb);
}

/*
 * Going out.
 */

static bool cv_adopt_is_there(const struct cv_adopted *adopted, struct sock *sk)
{
	return READ_ONCE(inet_sk(sk)->inet_num) == adopted->set.port &&
	       !sock_flag(sk, SOCK_DEAD) && !cv_adopt_is_steered(sk);
}

/* Firewalls, control groups and security modules look at the owner of a packet. */
static bool cv_adopt_own(struct sk_buff *skb, struct sock *sk)
{
	if (!skb->destructor)
		return skb_set_owner_sk_safe(skb, sk);
	/* That of seal.c, which puts the reference. */
	if (!refcount_inc_not_zero(&sk->sk_refcnt))
		return false;
	skb->sk = sk;
	return true;
}

/* &cv_socket.prepare: a packet has the mark that the socket has now, and is its owner's. */
static int cv_adopt_prepare(struct cv_socket *socket, struct sock *sk, struct sk_buff *skb)
{
	struct cv_adopted *adopted = container_of(socket, struct cv_adopted, set);
	const struct cv_adopted_sock *sock = &adopted->socks[sk != adopted->socks[0].sk];
	bool is_there = cv_adopt_is_there(adopted, sk) && cv_adopt_own(skb, sk);

	skb->mark = READ_ONCE(sk->sk_mark);
	if (likely(is_there && skb->mark == READ_ONCE(sock->mark) &&
		   READ_ONCE(sk->sk_bound_dev_if) == READ_ONCE(sock->ifindex)))
		return 0;
	/* In this order: cv_adopt_refresh() looks at @dirty after it has set @home. */
	if (!xchg(&adopted->dirty, true))
		mod_delayed_work(cv_adopt_wq, &adopted->look, is_there ? CV_ADOPT_REFRESH : 0);
	WRITE_ONCE(socket->home, NULL);
	return is_there ? 0 : -ENETDOWN;
}

/*
 * Looking after it.
 */

/* encap_destroy: the last descriptor has been closed. */
static void cv_adopt_closed(struct sock *sk)
{
	struct cv_socket *set;

	rcu_read_lock();
	set = rcu_dereference_sk_user_data(sk);
	if (set)
		mod_delayed_work(cv_adopt_wq, &container_of(set, struct cv_adopted, set)->look, 0);
	rcu_read_unlock();
}

static bool cv_adopt_is_lost(const struct cv_adopted *adopted)
{
	struct sock *sk;
	unsigned int i;

	for (i = 0; i < adopted->count; i++) {
		sk = adopted->socks[i].sk;
		if (!cv_adopt_is_there(adopted, sk) ||
		    READ_ONCE(udp_sk(sk)->encap_rcv) != cv_adopt_receive ||
		    !READ_ONCE(udp_sk(sk)->encap_type))
			return true;
	}
	return false;
}

static bool cv_adopt_has_changed(const struct cv_adopted *adopted)
{
	const struct cv_adopted_sock *sock;

	/* The latter alone if the refresh has seen what cv_adopt_prepare() has, not its mark. */
	if (READ_ONCE(adopted->dirty) || !READ_ONCE(adopted->set.home))
		return true;
	for (sock = adopted->socks; sock < adopted->socks + adopted->count; sock++)
		if (sock->mark != READ_ONCE(sock->sk->sk_mark) ||
		    sock->ifindex != READ_ONCE(sock->sk->sk_bound_dev_if))
			return true;
	return false;
}

/* The program has set SO_MARK or SO_BINDTODEVICE: routes are looked up anew. */
static void cv_adopt_refresh(struct cv_adopted *adopted, struct cv_device *dev)
{
	struct cv_adopted_sock *sock;
	struct cv_peer *peer;

	WRITE_ONCE(adopted->set.home, NULL);
	/* Before they are read: cv_adopt_prepare() sets it after it has seen them. */
	smp_store_mb(adopted->dirty, false);
	for (sock = adopted->socks; sock < adopted->socks + adopted->count; sock++) {
		WRITE_ONCE(sock->mark, READ_ONCE(sock->sk->sk_mark));
		WRITE_ONCE(sock->ifindex, READ_ONCE(sock->sk->sk_bound_dev_if));
	}
	/* No route that was looked up with the former ones is cached after this. */
	synchronize_net();
	mutex_lock(&dev->lock);
	list_for_each_entry(peer, &dev->peer_list, link) {
		cv_path_forget_routes(&peer->path);
		cond_resched();
	}
	mutex_unlock(&dev->lock);
	/* Before it is looked at: cv_adopt_prepare() sets @home after @dirty. */
	smp_store_mb(adopted->set.home, &adopted->home);
	/* Changed again meanwhile: @look has been queued for that. */
	if (READ_ONCE(adopted->dirty))
		WRITE_ONCE(adopted->set.home, NULL);
}

/* Gives a socket back, unless it is another link's already; or else the program is using it. */
static bool cv_adopt_give_back(struct cv_adopted_sock *sock)
{
	struct sock *sk = sock->sk;

	local_bh_disable();
	bh_lock_sock(sk);
	sock->is_back = !sock_owned_by_user(sk);
	if (sock->is_back && !rcu_access_pointer(__sk_user_data(sk))) {
		/* What the program has put there since is its own. */
		if (READ_ONCE(udp_sk(sk)->encap_rcv) == cv_adopt_receive) {
			WRITE_ONCE(udp_sk(sk)->encap_type, 0);
			WRITE_ONCE(udp_sk(sk)->encap_rcv, NULL);
		}
		WRITE_ONCE(udp_sk(sk)->encap_destroy, NULL);
		/* UDP_GRO sets both, and we only the one. */
		udp_assign_bit(GRO_ENABLED, sk, udp_test_bit(ACCEPT_L4, sk));
	}
	bh_unlock_sock(sk);
	local_bh_enable();
	return sock->is_back;
}

/*
 * Whether the program is just closing a socket: until inet_release() is past cv_adopt_closed(),
 * that must not be unloaded.
 */
static bool cv_adopt_is_closing(const struct sock *sk)
{
	return sock_flag(sk, SOCK_DEAD) && READ_ONCE(sk->sk_socket);
}

/* Gives all back that a link has let go; false if it has to be tried again. */
static bool cv_adopt_give_back_all(struct cv_adopted *adopted)
{
	struct cv_adopted_sock *sock;

	for (sock = adopted->socks; sock < adopted->socks + adopted->count; sock++)
		if (!(sock->is_back || cv_adopt_give_back(sock)) || cv_adopt_is_closing(sock->sk))
			return false;
	/* Receivers may still be in our encap_rcv. */
	synchronize_net();
	return true;
}

/* What has been let go: nothing else refers to it. */
static void cv_adopt_free(struct cv_adopted *adopted)
{
	unsigned int i;

	for (i = 0; i < adopted->count; i++)
		sock_put(adopted->socks[i].sk);
	/* A receiver may have found it by the struct sock just before it was let go. */
	kfree_rcu(adopted, set.rcu);
	if (atomic_dec_and_test(&cv_adopt_count))
		wake_up_var(&cv_adopt_count);
}

static void cv_adopt_look(struct work_struct *work)
{
	struct cv_adopted *adopted = container_of(to_delayed_work(work), struct cv_adopted, look);
	unsigned long delay = CV_ADOPT_LOOK_S * HZ;
	struct cv_device *dev;

	rtnl_lock();
	dev = adopted->dev;
	if (dev && cv_adopt_is_lost(adopted)) {
		cv_adopt_lose(dev);
		dev = NULL;
	} else if (dev && cv_adopt_has_changed(adopted)) {
		cv_adopt_refresh(adopted, dev);
	}
	rtnl_unlock();
	if (!dev) {
		/* Queued once more while it was waiting for RTNL: this is the last time. */
		cancel_delayed_work(&adopted->look);
		if (cv_adopt_give_back_all(adopted)) {
			cv_adopt_free(adopted);
			return;
		}
		delay = CV_ADOPT_RETRY;
	}
	queue_delayed_work(cv_adopt_wq, &adopted->look, delay);
}
