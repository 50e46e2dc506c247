// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Events of the kernel for a program that waits for them: a descriptor for poll(2), and the next
 * event. What was lost is an event, too.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/culvert.h>
#include <linux/genetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "internal.h"
#include "request.h"

/* Room for bursts: some ten thousand events. The kernel takes memory for what is there only. */
#define CVL_WATCH_ROOM_BYTES (8 << 20)

/* Of so many devices the last numbers are known; beyond that, of those heard of last. */
#define CVL_WATCH_DEVICES 256

/* The number of the last event of a device, by group. */
struct cvl_watch_numbers {
	unsigned int ifindex;
	bool known[CVL_FAMILY_GROUPS_MAX];
	uint32_t last[CVL_FAMILY_GROUPS_MAX];
};

/* An event waits while that some before it were lost is told. */
struct cvl_watch {
	struct mnl_socket *socket;
	uint16_t family_id;
	struct cvl_event *held;
	/* The socket was full: all events are lost from then on until it is empty. */
	bool overrun;
	size_t device_count;
	struct cvl_watch_numbers devices[CVL_WATCH_DEVICES];
	/* what of the buffer is still to be read */
	const struct nlmsghdr *next;
	int rest_bytes;
	struct cvl_channel channel;
};

static int cvl_watch_join(struct cvl_watch *watch, const struct cvl_family *family,
			  unsigned int groups, struct cvl_error *err)
{
	unsigned int i;

	for (i = 0; i < CVL_FAMILY_GROUPS_MAX; i++) {
		int group = (int)family->groups[i];

		if (!(groups & 1U << i))
			continue;
		if (!group)
			return cvl_error_set(err, -EOPNOTSUPP,
					     "the module culvert that is loaded tells no events; upgrade it");
		if (mnl_socket_setsockopt(watch->socket, NETLINK_ADD_MEMBERSHIP, &group,
					  sizeof(group)) < 0)
			return cvl_error_set(err, -errno, errno == EPERM ?
					     "watching needs CAP_NET_ADMIN, for example as root" :
					     "cannot join the group of events: %s",
					     strerror(errno));
	}
	return 0;
}

static int cvl_watch_open(struct cvl_watch *watch, unsigned int groups, struct cvl_error *err)
{
	struct cvl_family family = {
		.name = CV_GENL_NAME,
		/* by the bits of CVL_WATCH_* */
		.group_names = { CV_MCGRP_CONFIG, CV_MCGRP_SESSION },
	};
	int bytes = CVL_WATCH_ROOM_BYTES;
	int fd, ret;

	watch->socket = cvl_request_open(NETLINK_GENERIC, err);
	if (!watch->socket)
		return err->code;
	ret = cvl_family_find(&family, watch->socket, &watch->channel, err);
	if (ret == -ENOENT)
		return cvl_error_set(err, ret,
				     "the kernel has no netlink family '%s'; try: modprobe culvert",
				     family.name);
	if (ret)
		return ret;
	watch->family_id = family.id;
	fd = mnl_socket_get_fd(watch->socket);
	/* in a user namespace only the limit of the machine */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	return cvl_watch_join(watch, &family, groups, err);
}

/**
 * cvl_watch_create() - begin to watch the devices of kind culvert
 * @groups: CVL_WATCH_CONFIG, CVL_WATCH_SESSION or both
 * @err: set on failure
 *
 * Tells of all links in the network namespace that the calling thread is in now, those that
 * come later too. Needs CAP_NET_ADMIN there. Events come from now on: read the devices after this
 * call, and nothing is missed.
 *
 * Return: a watch for cvl_watch_destroy(), or NULL.
 */
struct cvl_watch *cvl_watch_create(unsigned int groups, struct cvl_error *err)
{
	struct cvl_watch *watch = calloc(1, sizeof(*watch));

	if (!watch) {
		cvl_error_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	if (cvl_watch_open(watch, groups, err)) {
		cvl_watch_destroy(watch);
		return NULL;
	}
	return watch;
}

/**
 * cvl_watch_destroy() - end a watch
 * @watch: may be NULL
 */
void cvl_watch_destroy(struct cvl_watch *watch)
{
	if (!watch)
		return;
	if (watch->socket)
		mnl_socket_close(watch->socket);
	cvl_event_destroy(watch->held);
	free(watch);
}

/**
 * cvl_watch_fd() - the descriptor to wait for
 * @watch: the watch
 *
 * Readable when cvl_watch_next() may have something; call that until it returns 0.
 *
 * Return: a descriptor for poll(2), owned by the watch.
 */
int cvl_watch_fd(const struct cvl_watch *watch)
{
	return mnl_socket_get_fd(watch->socket);
}

/* The numbers of a device, the latest first; a new one takes the place of the oldest. */
static struct cvl_watch_numbers *cvl_watch_numbers(struct cvl_watch *watch,
						   unsigned int ifindex)
{
	struct cvl_watch_numbers found = { .ifindex = ifindex };
	size_t i;

	for (i = 0; i < watch->device_count; i++) {
		if (watch->devices[i].ifindex == ifindex)
			break;
	}
	if (i < watch->device_count)
		found = watch->devices[i];
	else if (i < CVL_WATCH_DEVICES)
		watch->device_count++;
	else
		i--;
	memmove(&watch->devices[1], &watch->devices[0], i * sizeof(found));
	watch->devices[0] = found;
	return &watch->devices[0];
}

/* Whether events of the device were lost before this one. */
static bool cvl_watch_gap(struct cvl_watch *watch, const struct cvl_event *event)
{
	struct cvl_watch_numbers *numbers;
	unsigned int i;
	bool gap;

	if (!event->group)
		return false;
	numbers = cvl_watch_numbers(watch, event->dev->ifindex);
	i = event->group == CVL_WATCH_CONFIG ? 0 : 1;
	gap = numbers->known[i] && event->number != numbers->last[i] + 1;
	numbers->known[i] = true;
	numbers->last[i] = event->number;
	return gap;
}

/* Tells that events were lost: of all devices, or of that of the event that is held. */
static int cvl_watch_lost(struct cvl_watch *watch, struct cvl_event **event,
			  struct cvl_error *err)
{
	struct cvl_event *lost = cvl_event_create();
	const struct cvl_event *held = watch->held;

	if (!lost)
		return cvl_error_set(err, -ENOMEM, "out of memory");
	lost->kind = CVL_EVENT_LOST;
	if (held && !watch->overrun) {
		lost->dev->ifindex = held->dev->ifindex;
		memcpy(lost->dev->name, held->dev->name, sizeof(lost->dev->name));
		lost->time_s = held->time_s;
		lost->time_ns = held->time_ns;
	} else {
		cvl_device_destroy(lost->dev);
		lost->dev = NULL;
		watch->device_count = 0;
	}
	watch->overrun = false;
	*event = lost;
	return 1;
}

static int cvl_watch_take(struct cvl_watch *watch, const struct nlmsghdr *nlh,
			  struct cvl_event **event, struct cvl_error *err)
{
	struct cvl_event *fresh = cvl_event_create();
	int ret;

	if (!fresh)
		return cvl_error_set(err, -ENOMEM, "out of memory");
	ret = cvl_decode_event(fresh, nlh, err);
	if (ret) {
		cvl_event_destroy(fresh);
		return ret;
	}
	if (cvl_watch_gap(watch, fresh)) {
		watch->held = fresh;
		return cvl_watch_lost(watch, event, err);
	}
	*event = fresh;
	return 1;
}

/* Return: 1 if there is a message, 0 if not, or a negative errno. */
static int cvl_watch_receive(struct cvl_watch *watch, struct cvl_error *err)
{
	ssize_t bytes;

	do {
		bytes = recv(mnl_socket_get_fd(watch->socket), watch->channel.buffer,
			     sizeof(watch->channel.buffer), MSG_DONTWAIT);
		/* What is in the socket came before what was lost. */
		watch->overrun |= bytes < 0 && errno == ENOBUFS;
	} while (bytes < 0 && (errno == EINTR || errno == ENOBUFS));
	if (bytes < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return 0;
	if (bytes < 0)
		return cvl_error_set(err, -errno, "cannot receive events: %s", strerror(errno));
	watch->next = watch->channel.buffer;
	watch->rest_bytes = (int)bytes;
	return 1;
}

/* The next event of what has been received, or NULL. */
static const struct nlmsghdr *cvl_watch_message(struct cvl_watch *watch)
{
	while (watch->next && cvl_request_ok(watch->next, watch->rest_bytes)) {
		const struct nlmsghdr *nlh = watch->next;
		const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);

		watch->next = mnl_nlmsg_next(nlh, &watch->rest_bytes);
		if (nlh->nlmsg_type == watch->family_id &&
		    mnl_nlmsg_get_payload_len(nlh) >= sizeof(*genl) &&
		    genl->cmd == CV_CMD_EVENT)
			return nlh;
	}
	watch->next = NULL;
	return NULL;
}

/**
 * cvl_watch_next() - take the next event
 * @watch: the watch
 * @event: set to an event for cvl_event_destroy(), or to NULL
 * @err: set on failure
 *
 * Does not wait. When events were lost it says so by one of kind CVL_EVENT_LOST before what came
 * after them: read the devices, or the one that it names, again.
 *
 * Return: 1 if there is one, 0 if there is none now, or a negative errno.
 */
int cvl_watch_next(struct cvl_watch *watch, struct cvl_event **event, struct cvl_error *err)
{
	*event = watch->held;
	watch->held = NULL;
	if (*event)
		return 1;
	while (true) {
		const struct nlmsghdr *nlh = cvl_watch_message(watch);
		int ret;

		if (nlh)
			return cvl_watch_take(watch, nlh, event, err);
		ret = cvl_watch_receive(watch, err);
		if (!ret && watch->overrun)
			return cvl_watch_lost(watch, event, err);
		if (ret <= 0)
			return ret;
	}
}
