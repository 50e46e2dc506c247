// SPDX-License-Identifier: GPL-2.0
/*
 * Peers are removed: taken out of the tables at once by netlink_set.c or link.c, or here when
 * they have been idle for long enough, and taken apart by a worker of their device, however
 * many there are.
 */
#include <linux/bitops.h>
#include <linux/error-injection.h>
#include <linux/llist.h>
#include <linux/sched.h>
#include <linux/workqueue.h>

#include "peering.h"
#include "reaper.h"
#include "../core/device.h"
#include "../core/peer.h"
#include "../datapath/want.h"
#include "../events/notify.h"
#include "../handshake/exchange.h"
#include "../handshake/knock.h"
#include "../handshake/session.h"
#include "../handshake/timers.h"
#include "../handshake/todo.h"
#include "../handshake/work.h"
#include "../tables/stamps.h"

/**
 * DOC: The end of a peer
 *
 * Removal is bounded in time, because it only unpublishes: the peer leaves the tables,
 * so that nothing finds it, and is marked dead, so that code that has found it begins
 * nothing new. The reaper of its device then stops its timers, drops its sessions, its
 * exchange and what is staged, and gives back the reference of the list. Sessions,
 * batches and queued work hold references of their own, which drain. The last one frees
 * the peer after a grace period, since readers may borrow it under RCU. All that may last
 * longer than the namespace the link was born in: see path.c, DOC: Routes.
 *
 * When all peers of a device are removed, its allowed IPs are set aside as they are, and the peers
 * stay in the table of peers, where they are found dead, until the reaper has come to them. While
 * there are any such, the next ones are taken out of the tables at once: there is one place for
 * what is set aside.
 *
 * A peer that has been idle for as long as it may be is put into a list by its timer. The reaper
 * removes it if that still holds, as a request would.
 */

/* Peers that the reaper tears down before others may use its worker. */
#define CV_REAPER_RUN_BUDGET 256

static struct workqueue_struct *cv_reaper_wq;

/* More nodes of allowed IPs than so many are freed as a whole: see struct cv_reaper_ips. */
#define CV_REAPER_MANY_IPS 4096

/* Idle peers that are removed before others may have the lock of their device. */
#define CV_REAPER_EXPIRE_BUDGET 64

/*
 * Very many allowed IPs that were set aside, once their peers have no lists of them any more. Then
 * neither the peers nor the link are kept until the last of them has been freed.
 */
struct cv_reaper_ips {
	/* they; under @lock */
	struct cv_allowedips table;
	/* inside &cv_reaper.lock */
	struct mutex lock;
	/* frees all this when no reader is left in @table */
	struct rcu_work work;
};

static void cv_reaper_expire(struct cv_peer *peer);
static void cv_reaper_run(struct work_struct *work);

/**
 * cv_reaper_init_wq() - make what all reapers share
 *
 * Context: module load.
 * Return: 0 or -ENOMEM.
 */
int cv_reaper_init_wq(void)
{
	cv_work_set_expire(cv_reaper_expire);
	cv_reaper_wq = alloc_workqueue("culvert_reaper", WQ_UNBOUND, 0);
	return cv_reaper_wq ? 0 : -ENOMEM;
}

/**
 * cv_reaper_exit_wq() - undo cv_reaper_init_wq()
 *
 * Context: module unload, no device left; waits until what was set aside has been freed.
 */
void cv_reaper_exit_wq(void)
{
	/* Till then a struct cv_reaper_ips may still have to be queued. */
	rcu_barrier();
	destroy_workqueue(cv_reaper_wq);
}

/**
 * cv_reaper_init() - a device's reaper, with nothing to do
 * @reaper: of a new device
 */
void cv_reaper_init(struct cv_reaper *reaper)
{
	INIT_LIST_HEAD(&reaper->waiting);
	INIT_LIST_HEAD(&reaper->working);
	INIT_WORK(&reaper->work, cv_reaper_run);
	init_llist_head(&reaper->expired);
	mutex_init(&reaper->lock);
	cv_allowedips_init(&reaper->ips, &reaper->lock);
}

/* The rest of a removal is the reaper's. @dev is held by the caller, or by a peer that is. */
static void cv_reaper_wake(struct cv_device *dev)
{
	cv_device_get(dev);
	if (!queue_work(cv_reaper_wq, &dev->reaper.work))
		cv_device_put(dev);
}

/* What it has sent last is not taken for a knock, nor for its own if it is added again. */
static void cv_reaper_note_stamp(struct cv_peer *peer)
{
	if (!READ_ONCE(peer->dev->knock))
		return;
	mutex_lock(&peer->exchange_lock);
	cv_knock_note(peer->dev, peer->public_key, peer->seen_stamp);
	mutex_unlock(&peer->exchange_lock);
}

/* Of all peers: of as many as are remembered. */
static void cv_reaper_note_stamps(struct cv_device *dev)
{
	unsigned int count = 0;
	struct cv_peer *peer;

	lockdep_assert_held(&dev->lock);
	if (!READ_ONCE(dev->knock))
		return;
	list_for_each_entry_reverse(peer, &dev->peer_list, link) {
		if (count++ == CV_STAMPS_MAX)
			break;
		cv_reaper_note_stamp(peer);
		cond_resched();
	}
}

/**
 * cv_reaper_remove() - a peer is no longer one of its device
 * @peer: published; the reference of the list is given back in a while
 * @asked: the cause, for events
 *
 * Context: process, holds &cv_device.lock; cannot fail.
 */
void cv_reaper_remove(struct cv_peer *peer, const struct cv_notify_asked *asked)
{
	struct cv_device *dev = peer->dev;
	bool had_session;

	lockdep_assert_held(&dev->lock);
	WRITE_ONCE(peer->dead, true);
	/* Before its key is unknown. */
	cv_reaper_note_stamp(peer);
	cv_peers_remove(&dev->peers, peer);
	cv_allowedips_remove_peer(&dev->allowed_ips, &peer->allowed_ips);
	list_move_tail(&peer->link, &dev->reaper.waiting);
	dev->reaper.count++;
	dev->peer_count--;
	cv_device_changed(dev);
	/* Cheap for one peer, and so nothing more comes in by it from here on. */
	had_session = cv_session_is_young(peer);
	cv_session_drop_all(peer);
	cv_notify_removed(peer, asked, had_session);
	cv_reaper_wake(dev);
}

/*
 * The timer of a peer says that it may be idle, in softirq: removal may sleep, and takes the lock
 * of the device.
 */
static void cv_reaper_expire(struct cv_peer *peer)
{
	struct cv_device *dev = peer->dev;

	if (!cv_peer_is_live(peer) || test_and_set_bit(CV_TODO_EXPIRE, &peer->todo))
		return;
	/* Its timer is shut down before the reference of the list goes. */
	cv_peer_get(peer);
	if (llist_add(&peer->expired, &dev->reaper.expired))
		cv_reaper_wake(dev);
}

/* Remove those that are still idle, in the order of their timers. */
static void cv_reaper_remove_expired(struct cv_device *dev)
{
	const struct cv_notify_asked asked = { .reason = CVREASON_EXPIRED };
	struct llist_node *list = llist_reverse_order(llist_del_all(&dev->reaper.expired));
	struct cv_peer *peer;
	unsigned int count;

	while (list) {
		mutex_lock(&dev->lock);
		for (count = 0; list && count < CV_REAPER_EXPIRE_BUDGET; count++) {
			peer = llist_entry(list, struct cv_peer, expired);
			list = list->next;
			/* From here on its timer may add it again. */
			clear_bit_unlock(CV_TODO_EXPIRE, &peer->todo);
			if (cv_peer_is_live(peer) && cv_timers_is_idle(peer))
				cv_reaper_remove(peer, &asked);
			cv_peer_put(peer);
		}
		mutex_unlock(&dev->lock);
		/* What it had may be another's now. */
		cv_want_check(dev);
		cond_resched();
	}
}

/* Set all allowed IPs aside. */
static void cv_reaper_set_ips_aside(struct cv_device *dev)
{
	mutex_lock(&dev->reaper.lock);
	cv_allowedips_move(&dev->reaper.ips, &dev->allowed_ips);
	mutex_unlock(&dev->reaper.lock);
}

/*
 * The reaper still has what was set aside the last time: these are taken out of the tables here
 * and now.
 */
static void cv_reaper_unpublish_all(struct cv_device *dev)
{
	struct cv_peer *peer;

	cv_allowedips_free(&dev->allowed_ips);
	list_for_each_entry(peer, &dev->peer_list, link)
		cv_peers_remove(&dev->peers, peer);
}

/**
 * cv_reaper_remove_all() - remove all peers of a device
 * @dev: the device
 * @asked: the cause, for events
 *
 * Does as little for each peer as can be done: being dead it is found no more. The
 * reaper does the rest.
 *
 * Context: process, holds &cv_device.lock; cannot fail.
 */
void cv_reaper_remove_all(struct cv_device *dev, const struct cv_notify_asked *asked)
{
	struct cv_peer *peer;

	lockdep_assert_held(&dev->lock);
	if (list_empty(&dev->peer_list))
		return;
	list_for_each_entry(peer, &dev->peer_list, link) {
		WRITE_ONCE(peer->dead, true);
		peer->aside = !dev->reaper.aside;
	}
	if (asked->reason != CVREASON_LINK_GONE)
		cv_reaper_note_stamps(dev);
	if (dev->reaper.aside) {
		cv_reaper_unpublish_all(dev);
	} else {
		cv_reaper_set_ips_aside(dev);
		dev->reaper.aside = dev->peer_count;
	}
	cv_notify_all_removed(dev, &dev->peer_list, asked);
	list_splice_tail_init(&dev->peer_list, &dev->reaper.waiting);
	dev->reaper.count += dev->peer_count;
	dev->peer_count = 0;
	cv_device_changed(dev);
	cv_reaper_wake(dev);
}

static void cv_reaper_wipe(struct cv_peer *peer)
{
	cv_exchange_clear(peer);
	if (cv_session_is_young(peer))
		cv_notify_raise(peer, CVEVENT_SESSION_OVER, CVREASON_SLEEP);
	if (cv_session_drop_all(peer))
		cv_notify_raise(peer, CVEVENT_KEYS_WIPED, CVREASON_SLEEP);
	cond_resched();
}

/**
 * cv_reaper_wipe_all() - forget all keys that were agreed on with the peers of a device
 * @dev: the device; its link may have been deleted
 *
 * Those of removed peers, too; a peer that is in no list any more has none. They are
 * wiped after a grace period: see cv_session_wait_wiped().
 *
 * Context: process, may sleep.
 */
void cv_reaper_wipe_all(struct cv_device *dev)
{
	struct cv_peer *peer;

	mutex_lock(&dev->lock);
	list_for_each_entry(peer, &dev->peer_list, link) {
		cv_reaper_wipe(peer);
		cv_timers_event(peer, CV_EVENT_WIPED);
	}
	list_for_each_entry(peer, &dev->reaper.waiting, link)
		cv_reaper_wipe(peer);
	mutex_lock(&dev->reaper.lock);
	list_for_each_entry(peer, &dev->reaper.working, link)
		cv_reaper_wipe(peer);
	mutex_unlock(&dev->reaper.lock);
	mutex_unlock(&dev->lock);
}

static void cv_reaper_tear_down(struct cv_peer *peer)
{
	struct cv_device *dev = peer->dev;

	/* Not there any more, unless all peers were removed at once. */
	cv_peers_remove(&dev->peers, peer);
	cv_timers_shutdown(peer);
	cv_notify_end(peer);
	cv_peering_stop(peer);
	mutex_lock(&dev->reaper.lock);
	/* Not before it has no keys any more: see cv_reaper_wipe_all(). */
	list_del(&peer->link);
	cv_allowedips_remove_peer(&dev->reaper.ips, &peer->allowed_ips);
	mutex_unlock(&dev->reaper.lock);
	cv_peer_put(peer);
}

static void cv_reaper_free_ips(struct work_struct *work)
{
	struct cv_reaper_ips *ips = container_of(to_rcu_work(work), struct cv_reaper_ips, work);

	mutex_lock(&ips->lock);
	cv_allowedips_free_orphans(&ips->table);
	mutex_unlock(&ips->lock);
	mutex_destroy(&ips->lock);
	kfree(ips);
}

/*
 * Each peer takes what it has out of a table that must hold together for readers, where a callback
 * frees one after the other. Very many allowed IPs leave as a whole instead: all that are set
 * aside are of peers that the reaper is at now.
 */
static void cv_reaper_detach_ips(struct cv_device *dev)
{
	struct cv_reaper *reaper = &dev->reaper;
	struct cv_reaper_ips *ips;
	struct cv_peer *peer;

	lockdep_assert_held(&dev->lock);
	/* Under this lock nothing but this work item changes it. */
	if (reaper->ips.count <= CV_REAPER_MANY_IPS)
		return;
	ips = kmalloc(sizeof(*ips), GFP_KERNEL);
	/* Then the peers do it. */
	if (!ips)
		return;
	mutex_init(&ips->lock);
	cv_allowedips_init(&ips->table, &ips->lock);
	INIT_RCU_WORK(&ips->work, cv_reaper_free_ips);
	mutex_lock(&reaper->lock);
	mutex_lock(&ips->lock);
	cv_allowedips_move(&ips->table, &reaper->ips);
	mutex_unlock(&ips->lock);
	mutex_unlock(&reaper->lock);
	/* Nothing but this work item adds or removes any. */
	list_for_each_entry(peer, &reaper->working, link) {
		if (peer->aside)
			INIT_LIST_HEAD(&peer->allowed_ips);
		cond_resched();
	}
	queue_rcu_work(cv_reaper_wq, &ips->work);
}

/* Tear some removed peers down, and come again for more. */
static void cv_reaper_run(struct work_struct *work)
{
	struct cv_device *dev = container_of(work, struct cv_device, reaper.work);
	unsigned int count = 0, aside = 0;
	struct cv_peer *peer;

	cv_reaper_remove_expired(dev);
	mutex_lock(&dev->lock);
	list_splice_tail_init(&dev->reaper.waiting, &dev->reaper.working);
	cv_reaper_detach_ips(dev);
	mutex_unlock(&dev->lock);

	for (; !list_empty(&dev->reaper.working) && count < CV_REAPER_RUN_BUDGET; count++) {
		peer = list_first_entry(&dev->reaper.working, struct cv_peer, link);
		aside += peer->aside;
		cv_reaper_tear_down(peer);
		cond_resched();
	}

	mutex_lock(&dev->lock);
	dev->reaper.count -= count;
	dev->reaper.aside -= aside;
	if (dev->reaper.count)
		cv_reaper_wake(dev);
	mutex_unlock(&dev->lock);
	cv_device_put(dev);
}
