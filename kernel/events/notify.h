/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What listeners are told of a link: uapi/linux/culvert.h, DOC: Events.
 */
#ifndef CV_EVENTS_NOTIFY_H
#define CV_EVENTS_NOTIFY_H

#include <linux/atomic.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <uapi/linux/culvert.h>

struct cv_device;
struct cv_endpoint;
struct cv_notify_box;
struct cv_peer;
struct genl_family;
struct list_head;

/**
 * struct cv_notify_state - the events of one device
 */
struct cv_notify_state {
	/** @lock: events leave one at a time, in the order of their numbers */
	struct mutex lock;
	/** @config_number: of the last one of group config; under @lock */
	u32 config_number;
	/** @session_number: of the last one of group session; one that got lost has one, too */
	atomic_t session_number;
	/** @boxes: a peer has had a box, see notify.c */
	bool boxes;
};

/**
 * struct cv_notify_asked - the cause of a removal
 */
struct cv_notify_asked {
	/** @reason: why */
	enum cv_event_reason reason;
	/** @portid: netlink port id of the request, 0: none */
	u32 portid;
};

int cv_notify_init(void);
void cv_notify_exit(void);
void cv_notify_set_family(const struct genl_family *family);
void cv_notify_init_device(struct cv_device *dev);

bool cv_notify_is_config_heard(const struct cv_device *dev);
void cv_notify_tell_device(struct cv_device *dev, enum cv_event_kind kind, u32 portid);
void cv_notify_tell_peer(struct cv_peer *peer, enum cv_event_kind kind, u32 portid,
			 bool with_ips);
bool cv_notify_ring(struct cv_device *dev, enum cv_event_kind kind);

void cv_notify_raise(struct cv_peer *peer, enum cv_event_kind kind, enum cv_event_reason reason);
void cv_notify_raise_moved(struct cv_peer *peer, const struct cv_endpoint *before);
void cv_notify_silent(struct cv_peer *peer);
void cv_notify_back(struct cv_peer *peer);

void cv_notify_removed(struct cv_peer *peer, const struct cv_notify_asked *asked,
		       bool had_session);
void cv_notify_all_removed(struct cv_device *dev, struct list_head *peers,
			   const struct cv_notify_asked *asked);
void cv_notify_end(struct cv_peer *peer);

#endif /* CV_EVENTS_NOTIFY_H */
