// SPDX-License-Identifier: GPL-2.0
/*
 * What listeners are told of a link: uapi/linux/culvert.h, DOC: Events. What a request changes is
 * told where it is done. What happens to a session is raised wherever it happens, in softirq too,
 * and told by a worker.
 */

/**
 * DOC: What a peer has to be told of
 *
 * A peer gets its struct cv_notify_box with the first event of its sessions while there
 * are listeners. The box has a place for each struct cv_notify_waiting: an event that is the first
 * of its place for CV_NOTIFY_APART_MS is told at once, any other when that time is over, and those
 * that come meanwhile are merged into it. Events that undo each other share a place, so that the
 * one that is told last is how things are. The work of the box also sees when the session that
 * was told of has become too old, which no timer tells.
 *
 * The worker holds &cv_device.lock, so that nothing is told of a peer before the request that
 * adds it has been, nor after the one that removes it. Removal closes the box, or puts
 * cv_notify_closed in its place, for what has found the peer before. The reaper waits for the
 * work, which so needs no reference, and frees the box after a grace period.
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

/* Events of one place: at most one in so long. */
#define CV_NOTIFY_APART_MS 100

/* As many ticks from now a timer of the kernel's is not late. */
#define CV_NOTIFY_EXACT_JIFFIES 63

/* Boxes that are told of at once; the others of a device wait for its lock. */
#define CV_NOTIFY_WORKERS 16

/* Multicast groups, by their place in cv_netlink_family. */
enum cv_notify_group {
	CV_NOTIFY_CONFIG,
	CV_NOTIFY_SESSION,
	CV_NOTIFY_KNOCK,
	CV_NOTIFY_WANT,
};

/* Events that take each other's place. */
enum cv_notify_place {
	/* CVEVENT_SESSION_MADE and CVEVENT_SESSION_OVER */
	CV_NOTIFY_STATE,
	/* CVEVENT_KEYS_WIPED */
	CV_NOTIFY_WIPED,
	/* CVEVENT_ENDPOINT_MOVED */
	CV_NOTIFY_MOVED,
	/* CVEVENT_PEER_SILENT and CVEVENT_PEER_BACK */
	CV_NOTIFY_SILENCE,
	CV_NOTIFY_PLACES,
};

/**
 * struct cv_notify_waiting - the events of one place that wait to be told as one
 */
struct cv_notify_waiting {
	/** @kind: of the last one, CVEVENT_UNSPEC: none waits */
	enum cv_event_kind kind;
	/** @reason: of the last one */
	enum cv_event_reason reason;
	/** @merged: how many others it stands for */
	u32 merged;
	/** @raised_ns: CLOCK_BOOTTIME of the last one */
	u64 raised_ns;
	/** @told_ns: CLOCK_BOOTTIME when one was told last, 0: never */
	u64 told_ns;
};

/**
 * struct cv_notify_box - what is to be told of one peer
 */
struct cv_notify_box {
	/** @peer: its peer */
	struct cv_peer *peer;
	/** @work: tells what is due */
	struct delayed_work work;
	/** @lock: all below it; those of timers and workqueues are taken inside it */
	spinlock_t lock;
	/** @closed: the peer has been removed: nothing is raised any more */
	bool closed;
	/** @state: the last that was raised of CV_NOTIFY_STATE */
	enum cv_event_kind state;
	/** @end_ns: CLOCK_BOOTTIME when the last session will be too old, 0: not known */
	u64 end_ns;
	/** @due_ns: CLOCK_BOOTTIME that @work is queued for, U64_MAX: it is not */
	u64 due_ns;
	/** @before: where the peer was before the moves that wait */
	struct cv_endpoint before;
	/** @waiting: by place */
	struct cv_notify_waiting waiting[CV_NOTIFY_PLACES];
	/** @rcu: for freeing */
	struct rcu_head rcu;
};

/* The box of a removed peer that had none. */
static struct cv_notify_box cv_notify_closed = {
	.lock = __SPIN_LOCK_UNLOCKED(cv_notify_closed.lock),
	.closed = true,
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
	/** @portid: of the socket that asked for it, 0: none */
	u32 portid;
	/** @raised_ns: when, CLOCK_BOOTTIME */
	u64 raised_ns;
	/** @dev: the device */
	struct cv_device *dev;
	/** @peer: the peer it is about, NULL: the device */
	struct cv_peer *peer;
	/** @peers: the peers it is about, where that is a list; @peer is the next one to tell */
	struct list_head *peers;
	/** @before: where the peer was, family 0: does not matter */
	struct cv_endpoint before;
	/** @with_ips: its allowed IPs are told */
	bool with_ips;
	/** @next_ip: of these the first that is not told yet; NULL: the first */
	struct cv_allowedips_node *next_ip;
	/** @continued: a message has told some of them */
	bool continued;
};

static struct workqueue_struct *cv_notify_wq;
static const struct genl_family *cv_notify_family;

static bool cv_notify_send(struct cv_notify_message *event);
static int cv_notify_send_message(struct cv_notify_message *event, struct net *net);
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
	cv_notify_wq = alloc_workqueue("culvert-notify", WQ_UNBOUND | WQ_FREEZABLE,
				       CV_NOTIFY_WORKERS);
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
	dev->events.config_number = 0;
	atomic_set(&dev->events.session_number, 0);
	dev->events.boxes = false;
}

static bool cv_notify_is_heard(const struct cv_device *dev, enum cv_notify_group group)
{
	bool heard;

	/* Anywhere on the machine: the kernel knows no more without looking at all sockets. */
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
 * @portid: of the socket that asked for it, 0: none
 *
 * Context: process, holds RTNL; and &cv_device.lock for CVEVENT_DEVICE_CHANGED.
 */
void cv_notify_tell_device(struct cv_device *dev, enum cv_event_kind kind, u32 portid)
{
	struct cv_notify_message event = {
		.kind = kind, .portid = portid, .raised_ns = ktime_get_boottime_ns(), .dev = dev,
	};

	ASSERT_RTNL();
	cv_notify_send(&event);
}

/**
 * cv_notify_tell_peer() - a request has added a peer, or changed one
 * @peer: which; published
 * @kind: CVEVENT_PEER_ADDED or CVEVENT_PEER_CHANGED
 * @portid: of the socket that asked for it
 * @with_ips: its allowed IPs may have changed
 *
 * Context: process, holds &cv_device.lock.
 */
void cv_notify_tell_peer(struct cv_peer *peer, enum cv_event_kind kind, u32 portid, bool with_ips)
{
	struct cv_notify_message event = {
		.kind = kind, .portid = portid, .raised_ns = ktime_get_boottime_ns(),
		.dev = peer->dev, .peer = peer, .with_ips = with_ips,
	};

	lockdep_assert_held(&peer->dev->lock);
	cv_notify_send(&event);
}

/**
 * cv_notify_is_config_heard() - whether it is worth while to tell what a request changes
 * @dev: the device
 *
 * Context: any.
 * Return: false if there is no listener.
 */
bool cv_notify_is_config_heard(const struct cv_device *dev)
{
	return cv_notify_is_heard(dev, CV_NOTIFY_CONFIG);
}

/**
 * cv_notify_ring() - there is a knock or a want
 * @dev: where
 * @kind: CVEVENT_KNOCK or CVEVENT_WANT
 *
 * That is all there is to say: it is kept, if it is told or not.
 *
 * Context: process, may sleep.
 * Return: false if it has reached no listener.
 */
bool cv_notify_ring(struct cv_device *dev, enum cv_event_kind kind)
{
	struct cv_notify_message event = { .kind = kind, .dev = dev };

	return cv_notify_send(&event);
}

/*
 * What is raised, and told by a worker.
 */

/* A peer's box, made if there is none; NULL without listeners or memory. */
static struct cv_notify_box *cv_notify_box_of(struct cv_peer *peer)
{
	struct cv_notify_box *box, *other;

	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "a box is borrowed under RCU");
	/* Pairs with the cmpxchg() below. */
	box = smp_load_acquire(&peer->events);
	if (box)
		return box;
	if (!cv_peer_is_live(peer) || !cv_notify_is_heard(peer->dev, CV_NOTIFY_SESSION))
		return NULL;
	box = kzalloc(sizeof(*box), GFP_ATOMIC | __GFP_NOWARN);
	if (!box) {
		atomic_inc(&peer->dev->events.session_number);
		return NULL;
	}
	box->peer = peer;
	box->due_ns = U64_MAX;
	spin_lock_init(&box->lock);
	INIT_DELAYED_WORK(&box->work, cv_notify_work);
	WRITE_ONCE(peer->dev->events.boxes, true);
	/* Orders the line above before it: see cv_notify_all_removed(). */
	other = cmpxchg(&peer->events, NULL, box);
	if (!other)
		return box;
	kfree(box);
	return other;
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

/*
 * When what waits in a place may be told: now, or so long after the last one; and that keys are
 * wiped not before the end of the session.
 */
static u64 cv_notify_due_ns(const struct cv_notify_box *box,
			    const struct cv_notify_waiting *waiting)
{
	const struct cv_notify_waiting *state = &box->waiting[CV_NOTIFY_STATE];
	u64 due_ns = 0;

	if (waiting->told_ns)
		due_ns = waiting->told_ns + CV_NOTIFY_APART_MS * NSEC_PER_MSEC;
	if (waiting->kind == CVEVENT_KEYS_WIPED && state->kind == CVEVENT_SESSION_OVER)
		due_ns = max(due_ns, cv_notify_due_ns(box, state));
	return due_ns;
}

static enum cv_notify_place cv_notify_place_of(enum cv_event_kind kind)
{
	switch (kind) {
	case CVEVENT_KEYS_WIPED:
		return CV_NOTIFY_WIPED;
	case CVEVENT_ENDPOINT_MOVED:
		return CV_NOTIFY_MOVED;
	case CVEVENT_PEER_SILENT:
	case CVEVENT_PEER_BACK:
		return CV_NOTIFY_SILENCE;
	default:
		return CV_NOTIFY_STATE;
	}
}

static void cv_notify_note(struct cv_notify_box *box, enum cv_event_kind kind,
			   enum cv_event_reason reason)
{
	struct cv_notify_waiting *waiting = &box->waiting[cv_notify_place_of(kind)];

	lockdep_assert_held(&box->lock);
	if (box->closed)
		return;
	/* What is over is not over again. */
	if (kind == CVEVENT_SESSION_OVER && box->state == kind)
		return;
	if (cv_notify_place_of(kind) == CV_NOTIFY_STATE) {
		box->state = kind;
		box->end_ns = 0;
	}
	waiting->merged += waiting->kind != CVEVENT_UNSPEC;
	waiting->kind = kind;
	waiting->reason = reason;
	waiting->raised_ns = ktime_get_boottime_ns();
	cv_notify_queue(box, cv_notify_due_ns(box, waiting));
}

/**
 * cv_notify_raise() - something happened to a peer
 * @peer: borrowed or referenced
 * @kind: CVEVENT_SESSION_MADE or one of those after it that are about a peer, but for
 *	CVEVENT_ENDPOINT_MOVED
 * @reason: why, CVREASON_UNSPEC: it needs none
 *
 * Context: any but hard interrupts.
 */
void cv_notify_raise(struct cv_peer *peer, enum cv_event_kind kind, enum cv_event_reason reason)
{
	struct cv_notify_box *box;

	rcu_read_lock();
	box = cv_notify_box_of(peer);
	if (box) {
		spin_lock_bh(&box->lock);
		cv_notify_note(box, kind, reason);
		spin_unlock_bh(&box->lock);
	}
	rcu_read_unlock();
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
	struct cv_notify_box *box;

	rcu_read_lock();
	box = cv_notify_box_of(peer);
	if (box) {
		spin_lock_bh(&box->lock);
		if (!box->waiting[CV_NOTIFY_MOVED].kind && !box->closed)
			box->before = *before;
		cv_notify_note(box, CVEVENT_ENDPOINT_MOVED, CVREASON_UNSPEC);
		spin_unlock_bh(&box->lock);
	}
	rcu_read_unlock();
}

/**
 * cv_notify_silent() - a peer does not answer
 * @peer: borrowed or referenced
 *
 * Context: any but hard interrupts.
 */
void cv_notify_silent(struct cv_peer *peer)
{
	/* Two may both tell: then they are merged. */
	if (READ_ONCE(peer->silent))
		return;
	WRITE_ONCE(peer->silent, true);
	cv_notify_raise(peer, CVEVENT_PEER_SILENT, CVREASON_UNSPEC);
}

/**
 * cv_notify_back() - a peer that did not answer has sent something authentic
 * @peer: borrowed or referenced
 *
 * Context: any but hard interrupts.
 */
void cv_notify_back(struct cv_peer *peer)
{
	WRITE_ONCE(peer->silent, false);
	cv_notify_raise(peer, CVEVENT_PEER_BACK, CVREASON_UNSPEC);
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
				       (u64)CV_WIRE_REJECT_AFTER_S * NSEC_PER_SEC);
	}
	rcu_read_unlock();
	return end_ns;
}

/* Whether the session that was told of has become too old. Any other end is raised. */
static void cv_notify_watch_session(struct cv_notify_box *box)
{
	u64 end_ns;

	lockdep_assert_held(&box->lock);
	if (box->state != CVEVENT_SESSION_MADE)
		return;
	end_ns = cv_notify_sessions_end_ns(box->peer);
	if (end_ns) {
		box->end_ns = end_ns;
		cv_notify_queue(box, end_ns);
	} else if (box->end_ns && ktime_get_boottime_ns() >= box->end_ns) {
		cv_notify_note(box, CVEVENT_SESSION_OVER, CVREASON_TIME);
	}
}

/* Take what waits in a place. */
static void cv_notify_take(struct cv_notify_box *box, struct cv_notify_waiting *waiting,
			   struct cv_notify_message *event)
{
	lockdep_assert_held(&box->lock);
	event->dev = box->peer->dev;
	event->peer = box->peer;
	event->kind = waiting->kind;
	event->reason = waiting->reason;
	event->merged = waiting->merged;
	event->raised_ns = waiting->raised_ns;
	if (waiting->kind == CVEVENT_ENDPOINT_MOVED)
		event->before = box->before;
	waiting->kind = CVEVENT_UNSPEC;
	waiting->merged = 0;
	waiting->told_ns = ktime_get_boottime_ns();
}

/* Of what waits and is due, what was raised first; NULL if nothing is: the rest is queued. */
static struct cv_notify_waiting *cv_notify_first_due(struct cv_notify_box *box)
{
	struct cv_notify_waiting *first = NULL, *waiting;
	u64 now_ns = ktime_get_boottime_ns();

	lockdep_assert_held(&box->lock);
	for (waiting = box->waiting; waiting < box->waiting + CV_NOTIFY_PLACES; waiting++) {
		if (waiting->kind == CVEVENT_UNSPEC)
			continue;
		if (!box->closed && cv_notify_due_ns(box, waiting) > now_ns)
			cv_notify_queue(box, cv_notify_due_ns(box, waiting));
		else if (!first || waiting->raised_ns < first->raised_ns)
			first = waiting;
	}
	return first;
}

/* Tell what is due; of a box that is closed, all that waits. */
static void cv_notify_tell_due(struct cv_notify_box *box)
{
	struct cv_notify_waiting *first;

	do {
		struct cv_notify_message event = {};

		spin_lock_bh(&box->lock);
		cv_notify_watch_session(box);
		first = cv_notify_first_due(box);
		if (first)
			cv_notify_take(box, first, &event);
		spin_unlock_bh(&box->lock);
		if (first)
			cv_notify_send(&event);
	} while (first);
}

static void cv_notify_work(struct work_struct *work)
{
	struct cv_notify_box *box = container_of(to_delayed_work(work), struct cv_notify_box, work);
	struct cv_device *dev = box->peer->dev;
	bool heard = cv_notify_is_heard(dev, CV_NOTIFY_SESSION);

	mutex_lock(&dev->lock);
	spin_lock_bh(&box->lock);
	box->due_ns = U64_MAX;
	/* Without listeners there is nothing to watch. */
	if (!heard)
		box->state = CVEVENT_UNSPEC;
	spin_unlock_bh(&box->lock);
	cv_notify_tell_due(box);
	mutex_unlock(&dev->lock);
}

/*
 * Peers are removed.
 */

/*
 * No event of its sessions is told after this: what waits is told, and their end, if @tell.
 *
 * Return: false if it could not be told.
 */
static bool cv_notify_close(struct cv_peer *peer, bool had_session, bool tell)
{
	struct cv_notify_message event = {
		.kind = CVEVENT_SESSION_OVER, .reason = CVREASON_REMOVED,
		.dev = peer->dev, .peer = peer,
	};
	struct cv_notify_box *box;
	bool over = false;

	lockdep_assert_held(&peer->dev->lock);
	box = cmpxchg(&peer->events, NULL, &cv_notify_closed);
	if (box && box != &cv_notify_closed) {
		spin_lock_bh(&box->lock);
		box->closed = true;
		over = box->state == CVEVENT_SESSION_OVER;
		box->state = CVEVENT_UNSPEC;
		spin_unlock_bh(&box->lock);
		if (tell)
			cv_notify_tell_due(box);
	}
	if (!tell || !had_session || over)
		return true;
	event.raised_ns = ktime_get_boottime_ns();
	return cv_notify_send(&event);
}

/**
 * cv_notify_removed() - a peer has been removed
 * @peer: which
 * @asked: the cause
 * @had_session: it had one
 *
 * Context: process, holds &cv_device.lock.
 */
void cv_notify_removed(struct cv_peer *peer, const struct cv_notify_asked *asked, bool had_session)
{
	struct cv_notify_message event = {
		.kind = CVEVENT_PEER_REMOVED, .reason = asked->reason, .portid = asked->portid,
		.raised_ns = ktime_get_boottime_ns(), .dev = peer->dev, .peer = peer,
	};

	lockdep_assert_held(&peer->dev->lock);
	cv_notify_close(peer, had_session, true);
	cv_notify_send(&event);
}

/**
 * cv_notify_all_removed() - all peers of a device have been removed
 * @dev: the device
 * @peers: these, by &cv_peer.link, until this returns; they may still have sessions
 * @asked: the cause
 *
 * Takes no time where there is no listener nor ever was. When no listener has room left, the
 * rest is not told: the next number says so.
 *
 * Context: process, holds &cv_device.lock.
 */
void cv_notify_all_removed(struct cv_device *dev, struct list_head *peers,
			   const struct cv_notify_asked *asked)
{
	bool heard = cv_notify_is_heard(dev, CV_NOTIFY_SESSION), tell = heard;
	struct cv_notify_message event = {
		.kind = CVEVENT_PEER_REMOVED, .reason = asked->reason, .portid = asked->portid,
		.dev = dev, .peers = peers,
	};
	struct cv_peer *peer;

	lockdep_assert_held(&dev->lock);
	if (heard || READ_ONCE(dev->events.boxes)) {
		list_for_each_entry(peer, peers, link) {
			tell &= cv_notify_close(peer, cv_session_is_young(peer), tell);
			cond_resched();
		}
	}
	if (heard && !tell)
		atomic_inc(&dev->events.session_number);
	if (list_empty(peers) || !cv_notify_is_heard(dev, CV_NOTIFY_CONFIG))
		return;
	event.raised_ns = ktime_get_boottime_ns();
	event.peer = list_first_entry(peers, struct cv_peer, link);
	cv_notify_send(&event);
}

/**
 * cv_notify_end() - nothing is to be told of a peer any more
 * @peer: after cv_notify_removed() or cv_notify_all_removed()
 *
 * Waits until nothing is being told. What has found the box before may still lock it.
 *
 * Context: process, may sleep; holds no &cv_device.lock.
 */
void cv_notify_end(struct cv_peer *peer)
{
	struct cv_notify_box *box = xchg(&peer->events, &cv_notify_closed);

	if (!box || box == &cv_notify_closed)
		return;
	spin_lock_bh(&box->lock);
	box->closed = true;
	spin_unlock_bh(&box->lock);
	cancel_delayed_work_sync(&box->work);
	kfree_rcu(box, rcu);
}

/*
 * The message.
 */

static enum cv_notify_group cv_notify_group_of(enum cv_event_kind kind)
{
	if (kind == CVEVENT_KNOCK)
		return CV_NOTIFY_KNOCK;
	if (kind == CVEVENT_WANT)
		return CV_NOTIFY_WANT;
	return kind <= CVEVENT_PEER_REMOVED ? CV_NOTIFY_CONFIG : CV_NOTIFY_SESSION;
}

/*
 * Tell an event, in as many messages as it takes.
 *
 * Return: false if it reached no listener.
 */
static bool cv_notify_send(struct cv_notify_message *event)
{
	enum cv_notify_group group = cv_notify_group_of(event->kind);
	struct cv_device *dev = event->dev;
	struct net *net = NULL;
	bool ordered;
	int more;

	/* A namespace that is about to end has no listeners. */
	rcu_read_lock();
	if (cv_notify_is_heard(dev, group))
		net = maybe_get_net(dev_net(dev->netdev));
	rcu_read_unlock();
	if (!net)
		return false;
	/* A bell has no number to be in order with, and the handshakes of others wait for it. */
	ordered = group == CV_NOTIFY_CONFIG || group == CV_NOTIFY_SESSION;
	if (ordered)
		mutex_lock(&dev->events.lock);
	do {
		more = cv_notify_send_message(event, net);
		event->continued = true;
		cond_resched();
	} while (more > 0);
	if (ordered)
		mutex_unlock(&dev->events.lock);
	put_net(net);
	return !more;
}

/* The number of the next message of a group; a knock or want has none. */
static u32 cv_notify_next_number(struct cv_device *dev, enum cv_notify_group group)
{
	switch (group) {
	case CV_NOTIFY_CONFIG:
		lockdep_assert_held(&dev->events.lock);
		return ++dev->events.config_number;
	case CV_NOTIFY_SESSION:
		return atomic_inc_return(&dev->events.session_number);
	default:
		return 0;
	}
}

/* What any event has, which always fits. */
static int cv_notify_put_head(struct sk_buff *skb, const struct cv_notify_message *event,
			      u32 number)
{
	struct timespec64 now;
	struct __kernel_timespec time;
	int err;

	err = cv_netlink_put_name(skb, event->dev) ?:
	      nla_put_u16(skb, CVDEVICE_A_EVENT, event->kind);
	if (err || !number)
		return err;
	ktime_get_real_ts64(&now);
	now = timespec64_sub(now, ns_to_timespec64(ktime_get_boottime_ns() - event->raised_ns));
	time.tv_sec = now.tv_sec;
	time.tv_nsec = now.tv_nsec;
	err = nla_put_u32(skb, CVDEVICE_A_EVENT_NUMBER, number) ?:
	      nla_put(skb, CVDEVICE_A_EVENT_TIME, sizeof(time), &time);
	if (!err && event->reason)
		err = nla_put_u16(skb, CVDEVICE_A_EVENT_REASON, event->reason);
	if (!err && event->merged)
		err = nla_put_u32(skb, CVDEVICE_A_EVENT_MERGED, event->merged);
	if (!err && event->portid)
		err = nla_put_u32(skb, CVDEVICE_A_EVENT_PORTID, event->portid);
	return err;
}

/*
 * One message, with the next number, which is lost without memory.
 *
 * Return: positive if there is more to tell, negative if it reached no listener.
 */
static int cv_notify_send_message(struct cv_notify_message *event, struct net *net)
{
	enum cv_notify_group group = cv_notify_group_of(event->kind);
	u32 number = cv_notify_next_number(event->dev, group);
	struct sk_buff *skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	void *header;
	int more;
	int err;

	if (!skb)
		return -ENOMEM;
	header = genlmsg_put(skb, 0, 0, cv_notify_family, 0, CV_CMD_EVENT);
	err = cv_notify_put_head(skb, event, number);
	more = err ?: cv_notify_put(skb, event);
	/* The link may have been moved meanwhile: what is told belongs to where it is. */
	if (err || more < 0 || !net_eq(dev_net(event->dev->netdev), net)) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	err = genlmsg_multicast_netns(cv_notify_family, net, skb, 0, group, GFP_KERNEL);
	/* No listener, or none with room: what is not told then has a number. */
	if (err && more)
		cv_notify_next_number(event->dev, group);
	return err ?: more;
}

/* One peer, but for its allowed IPs; all of it or nothing. */
static int cv_notify_put_peer(struct sk_buff *skb, struct cv_notify_message *event)
{
	struct cv_peer *peer = event->peer;
	int err;

	err = nla_put(skb, CVPEER_A_PUBLIC_KEY, CV_KEY_LEN, peer->public_key);
	if (!err && !event->continued)
		err = cv_netlink_put_peer(skb, peer) ?: cv_netlink_put_own(skb, peer);
	if (!err && event->before.remote.any.sa_family)
		err = cv_netlink_put_endpoint(skb, CVPEER_A_ENDPOINT_BEFORE, &event->before);
	return err;
}

/* As many peers of a list as fit: positive if there are more, negative if not even one does. */
static int cv_notify_put_list(struct sk_buff *skb, struct cv_notify_message *event)
{
	unsigned int count = 0;
	struct nlattr *nest;

	event->continued = false;
	for (;; count++) {
		nest = nla_nest_start(skb, 0);
		if (!nest || cv_notify_put_peer(skb, event)) {
			if (nest)
				nla_nest_cancel(skb, nest);
			return count ? 1 : -EMSGSIZE;
		}
		nla_nest_end(skb, nest);
		if (list_is_last(&event->peer->link, event->peers))
			return 0;
		event->peer = list_next_entry(event->peer, link);
	}
}

/* One peer: positive if there are more allowed IPs, negative if it does not fit. */
static int cv_notify_put_single(struct sk_buff *skb, struct cv_notify_message *event)
{
	struct nlattr *nest = nla_nest_start(skb, 0);
	unsigned int count = 0;
	int more = 0;

	if (!nest || cv_notify_put_peer(skb, event))
		return -EMSGSIZE;
	if (event->with_ips && cv_netlink_put_ips(skb, event->peer, &event->next_ip, &count))
		more = count ? 1 : -EMSGSIZE;
	nla_nest_end(skb, nest);
	return more;
}

/* What the event is about: the device itself, or peers. */
static int cv_notify_put(struct sk_buff *skb, struct cv_notify_message *event)
{
	struct nlattr *peers, *flag = NULL;
	int more;

	if (!event->peer)
		return event->kind == CVEVENT_DEVICE_CHANGED ?
		       cv_netlink_put_device(skb, event->dev) ?:
		       cv_netlink_put_own_device(skb, event->dev) : 0;
	/* Before the rest: in a full message there is no room for it. */
	if (event->with_ips)
		flag = nla_reserve(skb, CVDEVICE_A_EVENT_MORE, sizeof(u8));
	peers = nla_nest_start(skb, CVDEVICE_A_PEERS);
	if (!peers || (event->with_ips && !flag))
		return -EMSGSIZE;
	more = event->peers ? cv_notify_put_list(skb, event) : cv_notify_put_single(skb, event);
	nla_nest_end(skb, peers);
	if (flag)
		*(u8 *)nla_data(flag) = more > 0;
	return more;
}
