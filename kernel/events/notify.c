// SPDX-License-Identifier: GPL-2.0
/*
 * What listeners are told of a link: uapi/linux/culvert.h, DOC: Events. What a request changes is
 * told where it is done. What happens to a session is raised wherever it happens, in softirq too,
 * and told by a worker.
 */

/**
 * DOC: What a peer has to be told of
 *
 * A peer gets its struct cv_notify_box with the first event of its sessions that somebody
 * listens to. It has what waits to be told, and a work item that is due when the first of it may
 * be: an event that is the first of its kind for CV_NOTIFY_APART_MS at once, any other when that
 * time is over, and those that come meanwhile are merged into it. The same work sees the end of
 * the last session, which no timer tells.
 *
 * The box goes with its peer. The reaper closes it, after which no work is queued, and waits for
 * the work: so that needs no reference.
 */
#include <linux/ktime.h>
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>
#include <net/genetlink.h>

#include "netlink_put.h"
#include "notify.h"
#include "../core/device.h"
#include "../core/peer.h"
#include "../handshake/session.h"

/* Events of one kind and peer: at most one in so long. */
#define CV_NOTIFY_APART_MS 100

/* As many ticks from now a timer of the kernel's is not late. */
#define CV_NOTIFY_EXACT_JIFFIES 63

/* The kinds that a box may hold. */
#define CV_NOTIFY_FIRST CVEVENT_SESSION_MADE
#define CV_NOTIFY_KINDS (CVEVENT_PEER_BACK - CV_NOTIFY_FIRST + 1)

/* Multicast groups, by their place in cv_netlink_family. */
enum cv_notify_group {
	CV_NOTIFY_CONFIG,
	CV_NOTIFY_SESSION,
};

/**
 * struct cv_notify_waiting - the events of one kind that wait to be told as one
 */
struct cv_notify_waiting {
	/** @raised_ns: CLOCK_BOOTTIME of the last one, 0: none waits */
	u64 raised_ns;
	/** @told_ns: CLOCK_BOOTTIME when the kind was told last, 0: never */
	u64 told_ns;
	/** @time: CLOCK_REALTIME of the last one */
	struct timespec64 time;
	/** @reason: of the last one */
	enum cv_event_reason reason;
	/** @merged: how many others it stands for */
	u32 merged;
};

/**
 * struct cv_notify_box - what is to be told of one peer
 */
struct cv_notify_box {
	/** @peer: whose */
	struct cv_peer *peer;
	/** @work: tells what is due */
	struct delayed_work work;
	/** @lock: all below it; a leaf */
	spinlock_t lock;
	/** @closed: the peer is being torn down: @work is not queued any more */
	bool closed;
	/** @silent: CVEVENT_PEER_SILENT was raised, and nothing has come since */
	bool silent;
	/** @in_session: CVEVENT_SESSION_MADE was told, and CVEVENT_SESSION_OVER not yet */
	bool in_session;
	/** @end_reason: why the session that is told of ended, if not by its age */
	enum cv_event_reason end_reason;
	/** @due_ns: CLOCK_BOOTTIME that @work is queued for, U64_MAX: it is not */
	u64 due_ns;
	/** @before: where the peer was before the moves that wait */
	struct cv_endpoint before;
	/** @waiting: by kind from CV_NOTIFY_FIRST on */
	struct cv_notify_waiting waiting[CV_NOTIFY_KINDS];
};

/**
 * struct cv_notify_message - one event on its way
 */
struct cv_notify_message {
	/** @kind: what happened */
	enum cv_event_kind kind;
	/** @reason: why, CVREASON_UNSPEC: it has none */
	enum cv_event_reason reason;
	/** @merged: how many others it stands for */
	u32 merged;
	/** @portid: who asked for it, 0: nobody */
	u32 portid;
	/** @time: when, CLOCK_REALTIME */
	struct timespec64 time;
	/** @dev: the device */
	struct cv_device *dev;
	/** @peer: the peer it is about, NULL: the device */
	struct cv_peer *peer;
	/** @before: where the peer was, family 0: does not matter */
	struct cv_endpoint before;
	/** @next_ip: of its allowed IPs the first that is not told yet; NULL: the first */
	struct cv_allowedips_node *next_ip;
	/** @continued: an event of the same kind and peer has told some */
	bool continued;
};

static struct workqueue_struct *cv_notify_wq;
static const struct genl_family *cv_notify_family;

static void cv_notify_send(struct cv_notify_message *event);
static bool cv_notify_send_message(struct cv_notify_message *event, struct net *net);
static int cv_notify_put(struct sk_buff *skb, struct cv_notify_message *event);
static void cv_notify_work(struct work_struct *work);

/**
 * cv_notify_init() - make what all boxes share
 *
 * Context: module load.
 * Return: 0 or -ENOMEM.
 */
int cv_notify_init(void)
{
	cv_notify_wq = alloc_workqueue("culvert-notify", WQ_UNBOUND | WQ_FREEZABLE, 0);
	return cv_notify_wq ? 0 : -ENOMEM;
}

/**
 * cv_notify_exit() - undo cv_notify_init()
 *
 * Context: module unload, no peer left.
 */
void cv_notify_exit(void)
{
	destroy_workqueue(cv_notify_wq);
}

/**
 * cv_notify_set_family() - the family that has the groups is there
 * @family: "culvert"; groups in the order of enum cv_notify_group
 *
 * Context: module load, before there is a link.
 */
void cv_notify_set_family(const struct genl_family *family)
{
	cv_notify_family = family;
}

/**
 * cv_notify_init_device() - a new device, of which nothing was told
 * @dev: the device
 */
void cv_notify_init_device(struct cv_device *dev)
{
	mutex_init(&dev->events.lock);
	atomic_set(&dev->events.number, 0);
}

/**
 * cv_notify_last_number() - the number of the last event
 * @dev: the device
 *
 * Context: any.
 * Return: it, 0 if there was none.
 */
u32 cv_notify_last_number(const struct cv_device *dev)
{
	return atomic_read(&dev->events.number);
}

static bool cv_notify_is_heard(const struct cv_device *dev, enum cv_notify_group group)
{
	bool heard;

	rcu_read_lock();
	heard = genl_has_listeners(cv_notify_family, dev_net(dev->netdev), group);
	rcu_read_unlock();
	return heard;
}

/*
 * What is told at once.
 */

/**
 * cv_notify_tell_device() - something is to be told of a device
 * @dev: the device
 * @kind: CVEVENT_DEVICE_CHANGED or CVEVENT_SOCKET_LOST
 * @portid: who asked for it, 0: nobody
 *
 * Context: process, holds RTNL; and &cv_device.lock for CVEVENT_DEVICE_CHANGED.
 */
void cv_notify_tell_device(struct cv_device *dev, enum cv_event_kind kind, u32 portid)
{
	struct cv_notify_message event = { .kind = kind, .portid = portid, .dev = dev };

	ASSERT_RTNL();
	ktime_get_real_ts64(&event.time);
	cv_notify_send(&event);
}

/**
 * cv_notify_tell_peer() - something of the configuration of a peer has changed
 * @peer: whose; published, or just removed
 * @kind: CVEVENT_PEER_ADDED, CVEVENT_PEER_CHANGED or CVEVENT_PEER_REMOVED
 * @asked: who or what is behind it
 *
 * Context: process, holds &cv_device.lock.
 */
void cv_notify_tell_peer(struct cv_peer *peer, enum cv_event_kind kind,
			 const struct cv_notify_asked *asked)
{
	struct cv_notify_message event = {
		.kind = kind, .portid = asked->portid, .dev = peer->dev, .peer = peer,
	};

	lockdep_assert_held(&peer->dev->lock);
	if (kind == CVEVENT_PEER_REMOVED)
		event.reason = asked->reason;
	ktime_get_real_ts64(&event.time);
	cv_notify_send(&event);
}

/*
 * What is raised, and told by a worker.
 */

/* A peer's box, made if there is none; NULL if nobody listens or the peer is not live. */
static struct cv_notify_box *cv_notify_box_of(struct cv_peer *peer)
{
	struct cv_notify_box *box = NULL, *other;

	/* The end of its namespace waits for this after the peer has been removed. */
	rcu_read_lock();
	if (!cv_peer_is_live(peer) || !cv_notify_is_heard(peer->dev, CV_NOTIFY_SESSION))
		goto out;
	/* Pairs with the cmpxchg() below. */
	box = smp_load_acquire(&peer->events);
	if (box)
		goto out;
	box = kzalloc(sizeof(*box), GFP_ATOMIC | __GFP_NOWARN);
	if (!box) {
		atomic_inc(&peer->dev->events.number);
		goto out;
	}
	box->peer = peer;
	box->due_ns = U64_MAX;
	spin_lock_init(&box->lock);
	INIT_DELAYED_WORK(&box->work, cv_notify_work);
	other = cmpxchg(&peer->events, NULL, box);
	if (other) {
		kfree(box);
		box = other;
	}
out:
	rcu_read_unlock();
	return box;
}

/*
 * Have the work of a box done at a time, or before. A kernel timer is late by up to an eighth of
 * its time: a long wait is made in steps that are too short.
 */
static void cv_notify_queue(struct cv_notify_box *box, u64 due_ns)
{
	u64 now_ns = ktime_get_boottime_ns();
	unsigned long wait = 0;

	lockdep_assert_held(&box->lock);
	if (box->closed || due_ns >= box->due_ns)
		return;
	box->due_ns = due_ns;
	if (due_ns > now_ns)
		wait = nsecs_to_jiffies(due_ns - now_ns) + 1;
	if (wait > CV_NOTIFY_EXACT_JIFFIES)
		wait -= wait / 8;
	mod_delayed_work(cv_notify_wq, &box->work, wait);
}

/* When an event of a kind may be told: now, or so long after the last one. */
static u64 cv_notify_due_ns(const struct cv_notify_waiting *waiting)
{
	return waiting->told_ns ? waiting->told_ns + CV_NOTIFY_APART_MS * NSEC_PER_MSEC : 0;
}

static void cv_notify_note(struct cv_notify_box *box, enum cv_event_kind kind,
			   enum cv_event_reason reason)
{
	struct cv_notify_waiting *waiting = &box->waiting[kind - CV_NOTIFY_FIRST];

	lockdep_assert_held(&box->lock);
	waiting->merged += waiting->raised_ns != 0;
	waiting->raised_ns = ktime_get_boottime_ns();
	waiting->reason = reason;
	ktime_get_real_ts64(&waiting->time);
	cv_notify_queue(box, cv_notify_due_ns(waiting));
}

/**
 * cv_notify_raise() - something happened to a peer
 * @peer: borrowed or referenced
 * @kind: CVEVENT_SESSION_MADE, CVEVENT_KEYS_WIPED or CVEVENT_PEER_SILENT
 * @reason: why, CVREASON_UNSPEC: it needs none
 *
 * Context: any but hard interrupts.
 */
void cv_notify_raise(struct cv_peer *peer, enum cv_event_kind kind, enum cv_event_reason reason)
{
	struct cv_notify_box *box = cv_notify_box_of(peer);

	if (!box)
		return;
	spin_lock_bh(&box->lock);
	if (kind != CVEVENT_PEER_SILENT) {
		cv_notify_note(box, kind, reason);
	} else if (!box->silent) {
		WRITE_ONCE(box->silent, true);
		cv_notify_note(box, kind, reason);
	}
	spin_unlock_bh(&box->lock);
}

/**
 * cv_notify_raise_moved() - an authentic packet came from somewhere else
 * @peer: borrowed or referenced; its endpoint is where the packet came from
 * @before: where it was
 *
 * Context: any but hard interrupts.
 */
void cv_notify_raise_moved(struct cv_peer *peer, const struct cv_endpoint *before)
{
	struct cv_notify_box *box = cv_notify_box_of(peer);

	if (!box)
		return;
	spin_lock_bh(&box->lock);
	if (!box->waiting[CVEVENT_ENDPOINT_MOVED - CV_NOTIFY_FIRST].raised_ns)
		box->before = *before;
	cv_notify_note(box, CVEVENT_ENDPOINT_MOVED, CVREASON_UNSPEC);
	spin_unlock_bh(&box->lock);
}

/**
 * cv_notify_box_received() - see cv_notify_received()
 * @box: of the peer
 *
 * Context: any but hard interrupts; the peer borrowed or referenced.
 */
void cv_notify_box_received(struct cv_notify_box *box)
{
	if (likely(!READ_ONCE(box->silent)))
		return;
	spin_lock_bh(&box->lock);
	if (box->silent) {
		WRITE_ONCE(box->silent, false);
		cv_notify_note(box, CVEVENT_PEER_BACK, CVREASON_UNSPEC);
	}
	spin_unlock_bh(&box->lock);
}

/**
 * cv_notify_session_ended() - the sessions of a peer have ended, all of them
 * @peer: borrowed or referenced
 * @reason: why
 *
 * Context: any but hard interrupts.
 */
void cv_notify_session_ended(struct cv_peer *peer, enum cv_event_reason reason)
{
	/* Pairs with cv_notify_box_of(). */
	struct cv_notify_box *box = smp_load_acquire(&peer->events);

	if (!box)
		return;
	spin_lock_bh(&box->lock);
	box->end_reason = reason;
	cv_notify_queue(box, 0);
	spin_unlock_bh(&box->lock);
}

/**
 * cv_notify_close() - nothing more happens to a peer
 * @peer: removed
 *
 * The end of its session is told; what else waits is not, and that it was removed has been.
 *
 * Context: process, may sleep; waits for the work of the box.
 */
void cv_notify_close(struct cv_peer *peer)
{
	/* Pairs with cv_notify_box_of(). */
	struct cv_notify_box *box = smp_load_acquire(&peer->events);
	struct cv_notify_message event = {
		.kind = CVEVENT_SESSION_OVER, .reason = CVREASON_REMOVED,
		.dev = peer->dev, .peer = peer,
	};

	if (!box)
		return;
	spin_lock_bh(&box->lock);
	box->closed = true;
	spin_unlock_bh(&box->lock);
	cancel_delayed_work_sync(&box->work);
	if (!box->in_session)
		return;
	ktime_get_real_ts64(&event.time);
	cv_notify_send(&event);
}

/* CLOCK_BOOTTIME when the last session of a peer will be too old, 0: it has none. */
static u64 cv_notify_sessions_end_ns(struct cv_peer *peer)
{
	const struct cv_session *session;
	enum cv_peer_slot slot;
	u64 end_ns = 0;

	rcu_read_lock();
	for (slot = 0; slot < CV_SLOT_COUNT; slot++) {
		session = rcu_dereference(peer->sessions[slot]);
		if (session && cv_session_opens(session))
			end_ns = max_t(u64, end_ns, session->birth_ns +
				       CV_WIRE_REJECT_AFTER_S * NSEC_PER_SEC);
	}
	rcu_read_unlock();
	return end_ns;
}

/* Sees whether the session that was told of has ended, and when to look again. */
static void cv_notify_watch_session(struct cv_notify_box *box)
{
	u64 end_ns = cv_notify_sessions_end_ns(box->peer);

	spin_lock_bh(&box->lock);
	if (!box->in_session || end_ns) {
		box->end_reason = CVREASON_UNSPEC;
		if (box->in_session)
			cv_notify_queue(box, end_ns);
	} else {
		box->in_session = false;
		cv_notify_note(box, CVEVENT_SESSION_OVER, box->end_reason ?: CVREASON_TIME);
		box->end_reason = CVREASON_UNSPEC;
	}
	spin_unlock_bh(&box->lock);
}

/* Of what waits and is due, what was raised first; false if nothing is: then it is queued. */
static bool cv_notify_take(struct cv_notify_box *box, struct cv_notify_message *event)
{
	struct cv_notify_waiting *first = NULL, *waiting;
	u64 now_ns = ktime_get_boottime_ns();

	spin_lock_bh(&box->lock);
	for (waiting = box->waiting; waiting < box->waiting + CV_NOTIFY_KINDS; waiting++) {
		if (!waiting->raised_ns)
			continue;
		if (cv_notify_due_ns(waiting) > now_ns)
			cv_notify_queue(box, cv_notify_due_ns(waiting));
		else if (!first || waiting->raised_ns < first->raised_ns)
			first = waiting;
	}
	if (first) {
		event->kind = CV_NOTIFY_FIRST + (first - box->waiting);
		event->reason = first->reason;
		event->merged = first->merged;
		event->time = first->time;
		if (event->kind == CVEVENT_ENDPOINT_MOVED)
			event->before = box->before;
		if (event->kind == CVEVENT_SESSION_MADE)
			box->in_session = true;
		first->raised_ns = 0;
		first->merged = 0;
		first->told_ns = now_ns;
	}
	spin_unlock_bh(&box->lock);
	return first;
}

static void cv_notify_work(struct work_struct *work)
{
	struct cv_notify_box *box = container_of(to_delayed_work(work), struct cv_notify_box, work);
	bool more;

	spin_lock_bh(&box->lock);
	box->due_ns = U64_MAX;
	spin_unlock_bh(&box->lock);
	do {
		struct cv_notify_message event = { .dev = box->peer->dev, .peer = box->peer };

		more = cv_notify_take(box, &event);
		if (more)
			cv_notify_send(&event);
		else
			cv_notify_watch_session(box);
	} while (more);
}

/*
 * The message.
 */

static enum cv_notify_group cv_notify_group_of(enum cv_event_kind kind)
{
	return kind <= CVEVENT_PEER_REMOVED ? CV_NOTIFY_CONFIG : CV_NOTIFY_SESSION;
}

/* Tell an event, in as many messages as it takes, to those who listen. */
static void cv_notify_send(struct cv_notify_message *event)
{
	struct cv_device *dev = event->dev;
	struct net *net = NULL;

	/* Nobody listens in a namespace that is about to end. */
	rcu_read_lock();
	if (cv_notify_is_heard(dev, cv_notify_group_of(event->kind)))
		net = maybe_get_net(dev_net(dev->netdev));
	rcu_read_unlock();
	if (!net)
		return;
	mutex_lock(&dev->events.lock);
	while (cv_notify_send_message(event, net))
		event->continued = true;
	mutex_unlock(&dev->events.lock);
	put_net(net);
}

/* One message, with the next number, which is lost without memory; true if there is more. */
static bool cv_notify_send_message(struct cv_notify_message *event, struct net *net)
{
	u32 number = atomic_inc_return(&event->dev->events.number);
	const struct __kernel_timespec time = {
		.tv_sec = event->time.tv_sec, .tv_nsec = event->time.tv_nsec,
	};
	struct sk_buff *skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	void *header;
	int err;

	lockdep_assert_held(&event->dev->events.lock);
	if (!skb)
		return false;
	header = genlmsg_put(skb, 0, 0, cv_notify_family, 0, CV_CMD_EVENT);
	err = cv_netlink_put_name(skb, event->dev) ?:
	      nla_put_u16(skb, CVDEVICE_A_EVENT, event->kind) ?:
	      nla_put_u32(skb, CVDEVICE_A_EVENT_NUMBER, number) ?:
	      nla_put(skb, CVDEVICE_A_EVENT_TIME, sizeof(time), &time);
	if (!err && event->reason)
		err = nla_put_u16(skb, CVDEVICE_A_EVENT_REASON, event->reason);
	if (!err && event->merged)
		err = nla_put_u32(skb, CVDEVICE_A_EVENT_MERGED, event->merged);
	if (!err && event->portid)
		err = nla_put_u32(skb, CVDEVICE_A_EVENT_PORTID, event->portid);
	/* All this fits; of the rest only allowed IPs may not. */
	if (!err)
		err = cv_notify_put(skb, event);
	genlmsg_end(skb, header);
	genlmsg_multicast_netns(cv_notify_family, net, skb, 0, cv_notify_group_of(event->kind),
				GFP_KERNEL);
	return err;
}

/* Who has begun the session that was made last. */
static int cv_notify_put_initiator(struct sk_buff *skb, struct cv_peer *peer)
{
	const struct cv_session *session;
	int initiator = -1;

	rcu_read_lock();
	session = rcu_dereference(peer->sessions[CV_SLOT_CURRENT]);
	if (session)
		initiator = session->initiator;
	rcu_read_unlock();
	return initiator < 0 ? 0 : nla_put_u8(skb, CVPEER_A_SESSION_INITIATOR, initiator);
}

static int cv_notify_put_one_peer(struct sk_buff *skb, struct cv_notify_message *event)
{
	struct cv_peer *peer = event->peer;
	unsigned int count = 0;
	int err;

	err = nla_put(skb, CVPEER_A_PUBLIC_KEY, CV_KEY_LEN, peer->public_key);
	if (!err && !event->continued)
		err = cv_netlink_put_peer(skb, peer);
	if (err)
		return err;
	switch (event->kind) {
	case CVEVENT_PEER_ADDED:
	case CVEVENT_PEER_CHANGED:
		return cv_netlink_put_ips(skb, peer, &event->next_ip, &count);
	case CVEVENT_SESSION_MADE:
		return cv_notify_put_initiator(skb, peer);
	case CVEVENT_ENDPOINT_MOVED:
		return cv_netlink_put_endpoint(skb, CVPEER_A_ENDPOINT_BEFORE, &event->before);
	default:
		return 0;
	}
}

/* What the event is about: the device itself, or one peer. */
static int cv_notify_put(struct sk_buff *skb, struct cv_notify_message *event)
{
	struct nlattr *peers, *peer;
	int err;

	if (!event->peer)
		return event->kind == CVEVENT_DEVICE_CHANGED ?
		       cv_netlink_put_device(skb, event->dev) : 0;
	peers = nla_nest_start(skb, CVDEVICE_A_PEERS);
	peer = peers ? nla_nest_start(skb, 0) : NULL;
	if (!peer)
		return 0;
	err = cv_notify_put_one_peer(skb, event);
	nla_nest_end(skb, peer);
	nla_nest_end(skb, peers);
	return err;
}
