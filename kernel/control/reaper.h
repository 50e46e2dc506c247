/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Peers that have been removed, and how they are taken apart.
 */
#ifndef CV_CONTROL_REAPER_H
#define CV_CONTROL_REAPER_H

#include <linux/list.h>
#include <linux/llist.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>

#include "../tables/allowedips.h"

struct cv_device;
struct cv_notify_asked;
struct cv_peer;

/**
 * struct cv_reaper - the removed peers of one device
 */
struct cv_reaper {
	/** @waiting: those that @work has not come to yet, under &cv_device.lock */
	struct list_head waiting;
	/** @working: those that @work is at; added under &cv_device.lock, removed under @lock */
	struct list_head working;
	/** @count: of those that have not been torn down yet, under &cv_device.lock */
	unsigned int count;
	/** @aside: of these, those that are still in tables, under &cv_device.lock */
	unsigned int aside;
	/** @work: tears them down; counts in &cv_device.alive while it is queued */
	struct work_struct work;
	/** @expired: these peers, referenced, by &cv_peer.expired; @work looks at them */
	struct llist_head expired;
	/** @lock: @ips and what leaves @working; taken inside &cv_device.lock */
	struct mutex lock;
	/** @ips: allowed IPs of peers removed all at once, out of use */
	struct cv_allowedips ips;
};

int cv_reaper_init_wq(void);
void cv_reaper_exit_wq(void);
void cv_reaper_init(struct cv_reaper *reaper);
void cv_reaper_remove(struct cv_peer *peer, const struct cv_notify_asked *asked);
void cv_reaper_remove_all(struct cv_device *dev, const struct cv_notify_asked *asked);
void cv_reaper_wipe_all(struct cv_device *dev);

#endif /* CV_CONTROL_REAPER_H */
