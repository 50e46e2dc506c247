// SPDX-License-Identifier: GPL-2.0
/*
 * How a watch tells of events that were lost: by the gap in their numbers, and by the socket that
 * was full. What reaches a socket is defined here instead.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/culvert.h>
#include <linux/genetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "ktap.h"
#include "libculvert.h"

#define FAMILY 0x21

/* What the socket has next: an error, or an event of one group of a device. */
struct step {
	int error;
	uint16_t kind;
	uint32_t ifindex;
	uint32_t number;
};

static const struct step *steps;
static size_t step_count;
/* the answer to the question for the family */
static struct nlmsghdr answer[64];
static uint32_t asked;
/* an old module has none */
static bool has_groups = true;

struct mnl_socket *mnl_socket_open2(int bus, int flags)
{
	static char socket;

	(void)bus;
	(void)flags;
	return (struct mnl_socket *)&socket;
}

int mnl_socket_bind(struct mnl_socket *socket, unsigned int groups, pid_t pid)
{
	(void)socket;
	(void)groups;
	(void)pid;
	return 0;
}

int mnl_socket_setsockopt(const struct mnl_socket *socket, int type, void *value, socklen_t bytes)
{
	(void)socket;
	(void)type;
	(void)value;
	(void)bytes;
	return 0;
}

int mnl_socket_get_fd(const struct mnl_socket *socket)
{
	(void)socket;
	return -1;
}

int mnl_socket_close(struct mnl_socket *socket)
{
	(void)socket;
	return 0;
}

ssize_t mnl_socket_sendto(const struct mnl_socket *socket, const void *message, size_t bytes)
{
	(void)socket;
	asked = ((const struct nlmsghdr *)message)->nlmsg_seq;
	return (ssize_t)bytes;
}

static void put_group(struct nlmsghdr *nlh, const char *name, uint32_t number)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, 1);

	mnl_attr_put_strz(nlh, CTRL_ATTR_MCAST_GRP_NAME, name);
	mnl_attr_put_u32(nlh, CTRL_ATTR_MCAST_GRP_ID, number);
	mnl_attr_nest_end(nlh, nest);
}

ssize_t mnl_socket_recvfrom(const struct mnl_socket *socket, void *buffer, size_t room)
{
	static const int none;
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(answer);
	struct nlattr *nest;
	size_t bytes;

	(void)socket;
	nlh->nlmsg_type = GENL_ID_CTRL;
	nlh->nlmsg_seq = asked;
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct genlmsghdr));
	mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, FAMILY);
	nest = mnl_attr_nest_start(nlh, CTRL_ATTR_MCAST_GROUPS);
	if (has_groups) {
		put_group(nlh, CV_MCGRP_CONFIG, 7);
		put_group(nlh, CV_MCGRP_SESSION, 8);
	}
	mnl_attr_nest_end(nlh, nest);
	bytes = nlh->nlmsg_len;
	nlh = mnl_nlmsg_put_header((char *)answer + bytes);
	nlh->nlmsg_type = NLMSG_ERROR;
	nlh->nlmsg_seq = asked;
	memcpy(mnl_nlmsg_put_extra_header(nlh, sizeof(struct nlmsgerr)), &none, sizeof(none));
	bytes += nlh->nlmsg_len;
	memcpy(buffer, answer, bytes < room ? bytes : room);
	return (ssize_t)bytes;
}

ssize_t recv(int fd, void *buffer, size_t room, int flags)
{
	struct nlmsghdr *nlh;
	struct genlmsghdr *genl;

	(void)fd;
	(void)room;
	(void)flags;
	errno = EAGAIN;
	if (!step_count)
		return -1;
	step_count--;
	errno = steps->error;
	if (steps++->error)
		return -1;
	nlh = mnl_nlmsg_put_header(buffer);
	nlh->nlmsg_type = FAMILY;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = CV_CMD_EVENT;
	mnl_attr_put_u32(nlh, CVDEVICE_A_IFINDEX, steps[-1].ifindex);
	mnl_attr_put_strz(nlh, CVDEVICE_A_IFNAME, steps[-1].ifindex == 1 ? "cv1" : "cv2");
	mnl_attr_put_u16(nlh, CVDEVICE_A_EVENT, steps[-1].kind);
	mnl_attr_put_u32(nlh, CVDEVICE_A_EVENT_NUMBER, steps[-1].number);
	return nlh->nlmsg_len;
}

/* Writes what is taken: "3" for an event of that number, "lost", "lost(cv1)", "." for none. */
static void take_until_empty(struct cvl_watch *watch, FILE *told)
{
	struct cvl_error err = { 0 };
	struct cvl_event *event;
	int ret;

	while ((ret = cvl_watch_next(watch, &event, &err)) > 0) {
		if (event->kind != CVL_EVENT_LOST)
			fprintf(told, "%u ", event->number);
		else if (event->dev)
			fprintf(told, "lost(%s) ", event->dev->name);
		else
			fputs("lost ", told);
		cvl_event_destroy(event);
	}
	fputs(ret ? err.text : ".", told);
}

/* All that is told ends with END. */
static void tells(const char *name, const struct step *script, size_t count, const char *end)
{
	struct cvl_error err = { 0 };
	struct cvl_watch *watch = cvl_watch_create(CVL_WATCH_CONFIG | CVL_WATCH_SESSION, &err);
	char *text = NULL;
	size_t bytes = 0;
	FILE *told = open_memstream(&text, &bytes);

	if (!watch || !told) {
		ktap_is(err.text, "", name);
		return;
	}
	steps = script;
	step_count = count;
	do {
		take_until_empty(watch, told);
	} while (step_count);
	fclose(told);
	ktap_is(strlen(end) < bytes ? text + bytes - strlen(end) : text, end, name);
	free(text);
	cvl_watch_destroy(watch);
}

#define TELLS(name, expected, ...) do {						\
	static const struct step script[] = { __VA_ARGS__ };			\
										\
	tells(name, script, sizeof(script) / sizeof(*script), expected);	\
} while (0)

#define FULL { .error = ENOBUFS }
#define EMPTY { .error = EAGAIN }
#define CONFIG(ifindex, number) { 0, CVEVENT_PEER_ADDED, ifindex, number }
#define SESSION(ifindex, number) { 0, CVEVENT_SESSION_MADE, ifindex, number }

static void test_gaps(void)
{
	TELLS("nothing is lost", "5 6 7 .", CONFIG(1, 5), CONFIG(1, 6), CONFIG(1, 7));
	TELLS("a gap", "5 lost(cv1) 7 8 .", CONFIG(1, 5), CONFIG(1, 7), CONFIG(1, 8));
	TELLS("each device has its numbers", "5 1 6 2 .", CONFIG(1, 5), CONFIG(2, 1),
	      CONFIG(1, 6), CONFIG(2, 2));
	TELLS("each group has its numbers", "5 1 6 2 .", CONFIG(1, 5), SESSION(1, 1),
	      CONFIG(1, 6), SESSION(1, 2));
	TELLS("the number after the greatest is 0", "4294967295 0 .", CONFIG(1, 0xffffffff),
	      CONFIG(1, 0));
	TELLS("an event that a newer kernel has", "5 9 6 .", CONFIG(1, 5), { 0, 500, 1, 9 },
	      CONFIG(1, 6));
}

/* The kernel drops all from when the socket is full until it is empty, and says so once. */
static void test_overrun(void)
{
	TELLS("a full socket: told when it is empty", "5 6 7 lost 8 .", CONFIG(1, 5), FULL,
	      CONFIG(1, 6), CONFIG(1, 7), EMPTY, CONFIG(1, 8));
	TELLS("a full socket, and a gap after it was empty: told once", "5 6 lost 9 10 .",
	      CONFIG(1, 5), FULL, CONFIG(1, 6), CONFIG(1, 9), CONFIG(1, 10));
	TELLS("full twice: told twice", "5 lost 9 lost .", CONFIG(1, 5), FULL, EMPTY,
	      CONFIG(1, 9), FULL);
	TELLS("a signal is none of its business", "5 6 .", CONFIG(1, 5), { .error = EINTR },
	      CONFIG(1, 6));
	TELLS("an error is said", "5 cannot receive events: Bad file descriptor", CONFIG(1, 5),
	      { .error = EBADF });
}

/* Of 256 devices the numbers are known. */
static void test_many_devices(void)
{
	static struct step script[302];
	uint32_t i;

	for (i = 0; i < 300; i++)
		script[i] = (struct step)CONFIG(i + 2, 1);
	script[300] = (struct step)CONFIG(301, 3);
	script[301] = (struct step)CONFIG(2, 5);
	tells("many devices: a gap, and one that has been forgotten", script, 302,
	      "1 1 lost(cv2) 3 5 .");
}

static void test_old_module(void)
{
	struct cvl_error err = { 0 };
	struct cvl_watch *watch;

	has_groups = false;
	watch = cvl_watch_create(CVL_WATCH_SESSION, &err);
	has_groups = true;
	ktap_ok(!watch, "a module without events");
	ktap_equal(err.code, -EOPNOTSUPP, "a module without events: errno");
	ktap_has(err.text, "tells no events; upgrade it", "a module without events: it is said");
	cvl_watch_destroy(watch);
}

int main(void)
{
	test_old_module();
	test_gaps();
	test_overrun();
	test_many_devices();
	return ktap_finish();
}
