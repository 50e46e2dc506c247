/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What listeners are told of a link: uapi/linux/culvert.h, DOC: Events.
 */
#ifndef CV_EVENTS_NOTIFY_H
#define CV_EVENTS_NOTIFY_H

#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <uapi/linux/culvert.h>

struct cv_device;
struct cv_endpoint;
struct cv_notify_box;
struct cv_peer;
struct genl_family;

/**
 * struct cv_notify_state - the events of one device
 */
struct cv_notify_state {
	/** @lock: events leave one at a time, in the order of their numbers */
	struct mutex lock;
	/** @number: of the last one; one that could not be told has a number too */
	atomic_t number;
};

/**
 * struct cv_notify_asked - who or what is behind a change of the configuration
 */
struct cv_notify_asked {
	/** @reason: of a removal */
	enum cv_event_reason reason;
	/** @portid: netlink port id of the request, 0: none */
	u32 portid;
};

int cv_notify_init(void);
void cv_notify_exit(void);
void cv_notify_set_family(const struct genl_family *family);
void cv_notify_init_device(struct cv_device *dev);
u32 cv_notify_last_number(const struct cv_device *dev);

void cv_notify_tell_device(struct cv_device *dev, enum cv_event_kind kind, u32 portid);
void cv_notify_tell_peer(struct cv_peer *peer, enum cv_event_kind kind,
			 const struct cv_notify_asked *asked);

void cv_notify_raise(struct cv_peer *peer, enum cv_event_kind kind, enum cv_event_reason reason);
void cv_notify_raise_moved(struct cv_peer *peer, const struct cv_endpoint *before);
void cv_notify_session_ended(struct cv_peer *peer, enum cv_event_reason reason);
void cv_notify_close(struct cv_peer *peer);
void cv_notify_box_received(struct cv_notify_box *box);

/**
 * cv_notify_received() - something authentic came from a peer
 * @box: &cv_peer.events, NULL for a peer nobody was told of
 *
 * Context: any but hard interrupts.
 */
static inline void cv_notify_received(struct cv_notify_box *box)
{
	if (unlikely(box))
		cv_notify_box_received(box);
}

#endif /* CV_EVENTS_NOTIFY_H */
