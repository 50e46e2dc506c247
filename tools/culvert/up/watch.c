// SPDX-License-Identifier: GPL-2.0
/*
 * up --watch: while a peer is silent, the name of its endpoint is resolved again, for a peer that
 * has got another address. Events tell of silence; as long as all goes well nothing is done.
 */
#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "address.h"
#include "common/clock.h"
#include "common/message.h"
#include "internal.h"
#include "up/peers.h"
#include "up/watch.h"

/* So long it takes until a name is asked for again, which may still be the old address. */
#define UP_WATCH_AGAIN_MS 30000

struct up_watch {
	struct up *up;
	struct cvl_watch *events;
	/* those of the file; seen are those that are silent */
	struct up_peers peers;
	int64_t next_ms;
};

/* Whether there is a name, and not an address. */
static bool up_watch_is_named(const struct cvl_peer *peer)
{
	union cvl_address address;

	return peer->endpoint_host &&
	       !cvl_endpoint_is_literal(&address, peer->endpoint_host, peer->endpoint_service);
}

static void up_watch_set(struct up_watch *watch, struct up_peer_place *place, bool silent)
{
	if (silent && (place->is_seen || !up_watch_is_named(place->peer)))
		return;
	if (silent)
		watch->next_ms = cmd_clock_ms();
	place->is_seen = silent;
}

static void up_watch_event(struct up_watch *watch, const struct cvl_event *event)
{
	const struct cvl_peer *peer = event->dev ? event->dev->peers : NULL;
	struct up_peer_place *place;
	size_t i;

	if (event->dev && event->dev->ifindex != watch->up->link.ifindex)
		return;
	/* what was lost may have been silence */
	for (i = 0; event->kind == CVL_EVENT_LOST && i < watch->peers.count; i++)
		up_watch_set(watch, &watch->peers.places[i], true);
	for (; peer; peer = peer->next) {
		place = up_peers_find(&watch->peers, peer);
		if (place && event->kind == CVL_EVENT_PEER_SILENT)
			up_watch_set(watch, place, true);
		else if (place && (event->kind == CVL_EVENT_PEER_BACK ||
				   event->kind == CVL_EVENT_SESSION_MADE))
			up_watch_set(watch, place, false);
	}
}

static int up_watch_drain(struct up_watch *watch, struct cvl_error *err)
{
	struct cvl_event *event;
	int ret;

	while ((ret = cvl_watch_next(watch->events, &event, err)) > 0) {
		up_watch_event(watch, event);
		cvl_event_destroy(event);
	}
	return ret;
}

/* Adds the peer to the change if its name is another place than where the kernel has it. */
static int up_watch_resolve(struct cvl_device *change, const struct cvl_peer *now,
			    const struct cvl_peer *peer)
{
	const struct cvl_resolve_options once = { .retries = 0 };
	struct cvl_peer alone = *peer;
	struct cvl_error err = { 0 };
	char text[CVL_ENDPOINT_TEXT_SIZE];
	struct cvl_peer *moved;

	alone.candidates = NULL;
	if (cvl_endpoint_resolve_peer(&alone, &once, &err)) {
		cmd_note(err.text);
		return 0;
	}
	if (!now || (now->has & CVL_PEER_ENDPOINT &&
		     cvl_address_same_endpoint(&now->endpoint, &alone.endpoint)))
		return 0;
	moved = cvl_peer_append(change);
	if (!moved)
		return -ENOMEM;
	memcpy(moved->public_key, peer->public_key, CVL_KEY_BYTES);
	moved->update_only = true;
	moved->rekey_now = true;
	moved->endpoint = alone.endpoint;
	moved->has = CVL_PEER_ENDPOINT;
	if (!cvl_endpoint_to_text(text, &alone.endpoint)) {
		printf("%s is at %s\n", peer->endpoint_host, text);
		fflush(stdout);
	}
	return 0;
}

/* Names are asked for where the sockets of the link are. */
static int up_watch_look(struct up_watch *watch, struct cvl_device *change,
			 const struct cvl_device *now, struct cvl_error *err)
{
	const struct up_peer_place *place;
	struct up_peers peers;
	int ret = up_peers_sort(&peers, now);
	size_t i;

	if (ret)
		return cvl_error_set(err, ret, "out of memory");
	ret = up_place_go(watch->up, true, err);
	for (i = 0; i < watch->peers.count && !ret; i++) {
		if (!watch->peers.places[i].is_seen)
			continue;
		place = up_peers_find(&peers, watch->peers.places[i].peer);
		if (up_watch_resolve(change, place ? place->peer : NULL,
				     watch->peers.places[i].peer))
			ret = cvl_error_set(err, -ENOMEM, "out of memory");
	}
	up_peers_clear(&peers);
	return ret ? ret : up_place_go(watch->up, false, err);
}

static int up_watch_again(struct up_watch *watch, struct cvl_error *err)
{
	struct cvl_device *change = cvl_device_create(), *now = NULL;
	struct cvl_error refused = { 0 };
	int ret = change ? cvl_netlink_get(watch->up->there, &watch->up->link, &now, err) :
			   cvl_error_set(err, -ENOMEM, "out of memory");

	if (!ret)
		ret = up_watch_look(watch, change, now, err);
	/* such as an address that the kernel takes no peer at: the next one may be better */
	if (!ret && change->peers &&
	    cvl_netlink_set(watch->up->there, &watch->up->link, change, &refused))
		cmd_note(refused.text);
	cvl_device_destroy(change);
	cvl_device_destroy(now);
	watch->next_ms = cmd_clock_ms() + UP_WATCH_AGAIN_MS;
	return ret;
}

static bool up_watch_has_silent(const struct up_watch *watch)
{
	size_t i;

	for (i = 0; i < watch->peers.count; i++) {
		if (watch->peers.places[i].is_seen)
			return true;
	}
	return false;
}

/* Signals come while it waits, and at no other time. */
static int up_watch_loop(struct up_watch *watch, struct cvl_error *err)
{
	struct pollfd fd = { .fd = cvl_watch_fd(watch->events), .events = POLLIN };
	struct cvl_error ended = { 0 };
	sigset_t blocked, before;
	int64_t wait_ms;
	int ret = 0;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGINT);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGHUP);
	sigprocmask(SIG_BLOCK, &blocked, &before);
	while (!ret && !up_check_signal(&ended)) {
		if (if_nametoindex(watch->up->name) != watch->up->link.ifindex)
			break;
		wait_ms = UP_WATCH_AGAIN_MS;
		if (up_watch_has_silent(watch))
			wait_ms = watch->next_ms - cmd_clock_ms();
		if (wait_ms > 0) {
			const struct timespec wait = {
				.tv_sec = wait_ms / 1000, .tv_nsec = wait_ms % 1000 * 1000000,
			};

			if (ppoll(&fd, 1, &wait, &before) < 0 && errno != EINTR)
				return cvl_error_set(err, -errno, "cannot wait for events: %s",
						     strerror(errno));
		}
		ret = up_watch_drain(watch, err);
		if (!ret && up_watch_has_silent(watch) && cmd_clock_ms() >= watch->next_ms)
			ret = up_watch_again(watch, err);
	}
	return ret;
}

/* Tells systemd, if that waits for it, that the tunnel is up: one datagram, as of sd_notify(3). */
static void up_watch_notify(void)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	const char *path = getenv("NOTIFY_SOCKET");
	size_t length = path ? strlen(path) : 0;
	int fd;

	if (!length || length >= sizeof(to.sun_path))
		return;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	memcpy(to.sun_path, path, length);
	/* an abstract one begins with a zero */
	if (*path == '@')
		to.sun_path[0] = '\0';
	sendto(fd, "READY=1", 7, MSG_NOSIGNAL, (struct sockaddr *)&to,
	       (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
	close(fd);
}

/**
 * up_watch() - resolve names again while peers are silent
 * @up: is up
 * @err: set on failure
 *
 * Return: 0 when a signal has come or the link has gone, or a negative errno.
 */
int up_watch(struct up *up, struct cvl_error *err)
{
	struct up_watch watch = { .up = up };
	int ret;

	watch.events = cvl_watch_create(CVL_WATCH_SESSION, err);
	if (!watch.events)
		return err->code;
	ret = up_peers_sort(&watch.peers, up->file.dev);
	if (ret) {
		cvl_error_set(err, ret, "out of memory");
	} else {
		printf("watching %s\n", up->name);
		fflush(stdout);
		up_watch_notify();
		ret = up_watch_loop(&watch, err);
	}
	up_peers_clear(&watch.peers);
	cvl_watch_destroy(watch.events);
	return ret;
}
