// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Events in memory, and the words for what they tell; watch.c makes them. */
#include <linux/culvert.h>
#include <stdlib.h>

#include "internal.h"

/* By the kernel's number. What is not here has a number that means nothing to us. */
static const struct {
	enum cvl_event_kind kind;
	unsigned int group;
} cvl_event_kinds[] = {
	[CVEVENT_DEVICE_CHANGED] = { CVL_EVENT_DEVICE_CHANGED, CVL_WATCH_CONFIG },
	[CVEVENT_PEER_ADDED] = { CVL_EVENT_PEER_ADDED, CVL_WATCH_CONFIG },
	[CVEVENT_PEER_CHANGED] = { CVL_EVENT_PEER_CHANGED, CVL_WATCH_CONFIG },
	[CVEVENT_PEER_REMOVED] = { CVL_EVENT_PEER_REMOVED, CVL_WATCH_CONFIG },
	[CVEVENT_SESSION_MADE] = { CVL_EVENT_SESSION_MADE, CVL_WATCH_SESSION },
	[CVEVENT_SESSION_OVER] = { CVL_EVENT_SESSION_OVER, CVL_WATCH_SESSION },
	[CVEVENT_KEYS_WIPED] = { CVL_EVENT_KEYS_WIPED, CVL_WATCH_SESSION },
	[CVEVENT_ENDPOINT_MOVED] = { CVL_EVENT_ENDPOINT_MOVED, CVL_WATCH_SESSION },
	[CVEVENT_PEER_SILENT] = { CVL_EVENT_PEER_SILENT, CVL_WATCH_SESSION },
	[CVEVENT_PEER_BACK] = { CVL_EVENT_PEER_BACK, CVL_WATCH_SESSION },
	[CVEVENT_SOCKET_LOST] = { CVL_EVENT_SOCKET_LOST, CVL_WATCH_SESSION },
};

static const enum cvl_event_reason cvl_event_reasons[] = {
	[CVREASON_ASKED] = CVL_REASON_ASKED,
	[CVREASON_REPLACED] = CVL_REASON_REPLACED,
	[CVREASON_LINK_GONE] = CVL_REASON_LINK_GONE,
	[CVREASON_LINK_DOWN] = CVL_REASON_LINK_DOWN,
	[CVREASON_TIME] = CVL_REASON_TIME,
	[CVREASON_KEY] = CVL_REASON_KEY,
	[CVREASON_SLEEP] = CVL_REASON_SLEEP,
	[CVREASON_REMOVED] = CVL_REASON_REMOVED,
	[CVREASON_EXPIRED] = CVL_REASON_EXPIRED,
};

static const char * const cvl_event_words[] = {
	[CVL_EVENT_UNKNOWN] = "unknown",
	[CVL_EVENT_LOST] = "lost",
	[CVL_EVENT_DEVICE_CHANGED] = "device-changed",
	[CVL_EVENT_PEER_ADDED] = "peer-added",
	[CVL_EVENT_PEER_CHANGED] = "peer-changed",
	[CVL_EVENT_PEER_REMOVED] = "peer-removed",
	[CVL_EVENT_SESSION_MADE] = "session-made",
	[CVL_EVENT_SESSION_OVER] = "session-over",
	[CVL_EVENT_KEYS_WIPED] = "keys-wiped",
	[CVL_EVENT_ENDPOINT_MOVED] = "endpoint-moved",
	[CVL_EVENT_PEER_SILENT] = "peer-silent",
	[CVL_EVENT_PEER_BACK] = "peer-back",
	[CVL_EVENT_SOCKET_LOST] = "socket-lost",
};

static const char * const cvl_event_reason_words[] = {
	[CVL_REASON_NONE] = "",
	[CVL_REASON_ASKED] = "asked",
	[CVL_REASON_REPLACED] = "replaced",
	[CVL_REASON_LINK_GONE] = "link-gone",
	[CVL_REASON_LINK_DOWN] = "link-down",
	[CVL_REASON_TIME] = "time",
	[CVL_REASON_KEY] = "key",
	[CVL_REASON_SLEEP] = "sleep",
	[CVL_REASON_REMOVED] = "removed",
	[CVL_REASON_EXPIRED] = "expired",
};

#define CVL_EVENT_COUNT(array) (sizeof(array) / sizeof(*(array)))

/**
 * cvl_event_set_kind() - take the kernel's number for what has happened
 * @event: its kind and group are set
 * @kind: number of &enum cv_event_kind, or one of a newer kernel
 */
void cvl_event_set_kind(struct cvl_event *event, uint16_t kind)
{
	event->kind = CVL_EVENT_UNKNOWN;
	event->group = 0;
	if (kind >= CVL_EVENT_COUNT(cvl_event_kinds))
		return;
	event->kind = cvl_event_kinds[kind].kind;
	event->group = cvl_event_kinds[kind].group;
}

/**
 * cvl_event_set_reason() - take the kernel's number for a reason
 * @event: its reason is set
 * @reason: number of &enum cv_event_reason, or one of a newer kernel
 */
void cvl_event_set_reason(struct cvl_event *event, uint16_t reason)
{
	event->reason = reason < CVL_EVENT_COUNT(cvl_event_reasons) ?
			cvl_event_reasons[reason] : CVL_REASON_NONE;
}

/**
 * cvl_event_create() - make an event with an empty device
 *
 * Return: an event for cvl_event_destroy(), or NULL if there is no memory.
 */
struct cvl_event *cvl_event_create(void)
{
	struct cvl_event *event = calloc(1, sizeof(*event));

	if (!event)
		return NULL;
	event->dev = cvl_device_create();
	if (!event->dev) {
		free(event);
		return NULL;
	}
	return event;
}

/**
 * cvl_event_destroy() - free an event with what it tells
 * @event: may be NULL
 */
void cvl_event_destroy(struct cvl_event *event)
{
	if (!event)
		return;
	cvl_device_destroy(event->dev);
	free(event);
}

/**
 * cvl_event_word() - the word for what has happened, as culvert monitor prints it
 * @kind: that
 *
 * Return: a constant.
 */
const char *cvl_event_word(enum cvl_event_kind kind)
{
	return kind < CVL_EVENT_COUNT(cvl_event_words) ? cvl_event_words[kind] : "unknown";
}

/**
 * cvl_reason_word() - the word for a reason
 * @reason: that
 *
 * Return: a constant, "" if there is no reason.
 */
const char *cvl_reason_word(enum cvl_event_reason reason)
{
	return reason < CVL_EVENT_COUNT(cvl_event_reason_words) ?
	       cvl_event_reason_words[reason] : "";
}
