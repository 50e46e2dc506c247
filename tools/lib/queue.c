// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Queues of the kernel for a program that decides: knock.c and want.c. One socket listens and
 * asks, another hears the bell, so that no answer is taken for a bell or waits behind some. A bell
 * says no more than that it is time to ask; one that is lost is therefore like one that came.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/culvert.h>
#include <linux/genetlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "internal.h"
#include "queue.h"

static int cvl_queue_join(struct mnl_socket *socket, int group, const struct cvl_queue *queue,
			  struct cvl_error *err)
{
	if (mnl_socket_setsockopt(socket, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) == 0)
		return 0;
	if (errno == EPERM)
		return cvl_error_set(err, -EPERM,
				     "%s: listening for %s needs CAP_NET_ADMIN, for example as root",
				     queue->link.name, queue->kind->what);
	return cvl_error_set(err, -errno, "%s: cannot listen for %s: %s", queue->link.name,
			     queue->kind->what, strerror(errno));
}

/* The bell, which needs the number of its group. */
static int cvl_queue_open_bell(struct cvl_queue *queue, struct cvl_error *err)
{
	struct cvl_family family = {
		.name = CV_GENL_NAME,
		.group_names = { queue->kind->group },
	};
	int ret;

	queue->bell = cvl_request_open(NETLINK_GENERIC, err);
	if (!queue->bell)
		return err->code;
	ret = cvl_family_find(&family, queue->bell, &queue->nl->channel, err);
	if (ret == -ENOENT)
		return cvl_error_set(err, ret,
				     "%s: the kernel has no netlink family '%s'; try: modprobe culvert",
				     queue->link.name, family.name);
	if (ret)
		return ret;
	if (!family.groups[0])
		return cvl_error_set(err, -EOPNOTSUPP,
				     "%s: the module culvert that is loaded tells of no %s; upgrade it",
				     queue->link.name, queue->kind->what);
	queue->family_id = family.id;
	return cvl_queue_join(queue->bell, (int)family.groups[0], queue, err);
}

static int cvl_queue_open_fd(struct cvl_queue *queue, struct cvl_error *err)
{
	struct epoll_event event = { .events = EPOLLIN };

	queue->fd = epoll_create1(EPOLL_CLOEXEC);
	if (queue->fd < 0 ||
	    epoll_ctl(queue->fd, EPOLL_CTL_ADD, mnl_socket_get_fd(queue->bell), &event) ||
	    epoll_ctl(queue->fd, EPOLL_CTL_ADD, mnl_socket_get_fd(queue->links), &event))
		return cvl_error_set(err, -errno, "%s: cannot make a descriptor to wait for: %s",
				     queue->link.name, strerror(errno));
	return 0;
}

/**
 * cvl_queue_open() - begin to listen
 * @queue: starts as zeros; is for cvl_queue_close(), on failure too
 * @link: at which
 * @kind: for what
 * @err: set on failure
 *
 * The bell is there before something can ring.
 *
 * Return: 0 or a negative errno.
 */
int cvl_queue_open(struct cvl_queue *queue, const struct cvl_link *link,
		   const struct cvl_queue_kind *kind, struct cvl_error *err)
{
	struct nlmsghdr message[CVL_HEADERS(CVL_MESSAGE_MIN_BYTES)];
	int ret;

	queue->kind = kind;
	queue->link = *link;
	queue->fd = -1;
	queue->nl = cvl_netlink_create(err);
	if (!queue->nl)
		return err->code;
	ret = cvl_queue_open_bell(queue, err);
	if (ret)
		return ret;
	queue->links = cvl_request_open(NETLINK_ROUTE, err);
	if (!queue->links)
		return err->code;
	ret = cvl_queue_join(queue->links, RTNLGRP_LINK, queue, err);
	if (!ret)
		ret = cvl_queue_open_fd(queue, err);
	if (ret)
		return ret;
	cvl_queue_begin(queue, message, kind->listen);
	return cvl_queue_run(queue, message, err);
}

/**
 * cvl_queue_close() - listen no more
 * @queue: with what it holds; the structure itself is the caller's
 */
void cvl_queue_close(struct cvl_queue *queue)
{
	cvl_netlink_destroy(queue->nl);
	if (queue->bell)
		mnl_socket_close(queue->bell);
	if (queue->links)
		mnl_socket_close(queue->links);
	if (queue->fd >= 0)
		close(queue->fd);
}

/**
 * cvl_queue_begin() - begin a request about the link
 * @queue: the queue
 * @nlh: buffer for the request
 * @command: the request
 */
void cvl_queue_begin(const struct cvl_queue *queue, struct nlmsghdr *nlh, uint8_t command)
{
	struct genlmsghdr *genl;

	mnl_nlmsg_put_header(nlh);
	nlh->nlmsg_type = queue->family_id;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = command;
	genl->version = CV_GENL_VERSION;
	mnl_attr_put_u32(nlh, CVDEVICE_A_IFINDEX, queue->link.ifindex);
}

/**
 * cvl_queue_run() - send a request that has no answer, by the socket that listens
 * @queue: the queue
 * @nlh: the request
 * @err: set on failure
 *
 * Return: 0 or a negative errno.
 */
int cvl_queue_run(struct cvl_queue *queue, struct nlmsghdr *nlh, struct cvl_error *err)
{
	struct cvl_request request = {
		.socket = queue->nl->generic,
		.nlh = nlh,
		.is_change = true,
	};
	int ret = cvl_request_run(&request, &queue->nl->channel, err);

	if (ret)
		cvl_netlink_explain(&queue->link, err);
	return ret;
}

/* Takes all that a socket was told; what was lost (ENOBUFS) said no more than that. */
static void cvl_queue_drain(struct cvl_queue *queue, struct mnl_socket *socket)
{
	ssize_t bytes;

	do {
		bytes = recv(mnl_socket_get_fd(socket), queue->nl->channel.buffer,
			     sizeof(queue->nl->channel.buffer), MSG_DONTWAIT);
	} while (bytes >= 0 || errno == EINTR || errno == ENOBUFS);
}

/* Takes an answer: what is in the attribute of this kind. */
struct cvl_queue_taker {
	const struct cvl_queue *queue;
	cvl_queue_take_t take;
	void *arg;
	bool is_taken;
};

static int cvl_queue_take(const struct nlmsghdr *nlh, void *arg, struct cvl_error *err)
{
	struct cvl_queue_taker *taker = arg;
	const struct nlattr *attr;
	const struct nlattr *item;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) != taker->queue->kind->answer)
			continue;
		taker->is_taken = true;
		mnl_attr_for_each_nested(item, attr) {
			if (!taker->take(taker->arg, item))
				return cvl_error_set(err, -EBADMSG,
						     "the kernel sent a malformed answer");
		}
	}
	return 0;
}

/**
 * cvl_queue_next() - take the oldest that has not been asked for
 * @queue: the queue
 * @take: called for each attribute of the answer; returns false if that is malformed
 * @arg: handed to @take
 * @err: set on failure
 *
 * What comes while it asks rings again, since the bells before are taken first.
 *
 * Return: 1 if there was one, 0 if there is none now, or a negative errno.
 */
int cvl_queue_next(struct cvl_queue *queue, cvl_queue_take_t take, void *arg,
		   struct cvl_error *err)
{
	struct nlmsghdr message[CVL_HEADERS(CVL_MESSAGE_MIN_BYTES)];
	struct cvl_queue_taker taker = { .queue = queue, .take = take, .arg = arg };
	struct cvl_request request = {
		.socket = queue->nl->generic,
		.nlh = message,
		.take = cvl_queue_take,
		.arg = &taker,
	};
	int ret;

	cvl_queue_drain(queue, queue->bell);
	cvl_queue_drain(queue, queue->links);
	cvl_queue_begin(queue, message, queue->kind->get);
	ret = cvl_request_run(&request, &queue->nl->channel, err);
	if (ret == -EAGAIN)
		return 0;
	if (!ret && !taker.is_taken)
		ret = cvl_error_set(err, -EBADMSG, "the kernel sent an empty answer");
	if (ret)
		cvl_netlink_explain(&queue->link, err);
	return ret ? ret : 1;
}
