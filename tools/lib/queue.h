/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * What queues of the kernel for a program have in common, those of knocks and of wants; internal
 * to the library.
 */
#ifndef LIBCULVERT_QUEUE_H
#define LIBCULVERT_QUEUE_H

#include "netlink.h"

/**
 * struct cvl_queue_kind - what one queue differs by from another
 * @what: what waits in it, for people
 * @group: multicast group that tells that something has come
 * @listen: command that opens it
 * @get: command for the oldest that has not been asked for
 * @answer: attribute of the answer to @get
 */
struct cvl_queue_kind {
	const char *what;
	const char *group;
	uint8_t listen;
	uint8_t get;
	uint16_t answer;
};

/**
 * struct cvl_queue - a queue that is listened to
 * @kind: its kind
 * @link: of this link
 * @nl: what listens is its generic netlink socket
 * @family_id: of family culvert
 * @bell: socket that is told when something has come
 * @links: socket that is told when links change, as when this one is deleted
 * @fd: readable when one of the two is
 */
struct cvl_queue {
	const struct cvl_queue_kind *kind;
	struct cvl_link link;
	struct cvl_netlink *nl;
	uint16_t family_id;
	struct mnl_socket *bell;
	struct mnl_socket *links;
	int fd;
};

typedef bool (*cvl_queue_take_t)(void *arg, const struct nlattr *attr);

int cvl_queue_open(struct cvl_queue *queue, const struct cvl_link *link,
		   const struct cvl_queue_kind *kind, struct cvl_error *err);
void cvl_queue_close(struct cvl_queue *queue);
int cvl_queue_next(struct cvl_queue *queue, cvl_queue_take_t take, void *arg,
		   struct cvl_error *err);
void cvl_queue_begin(const struct cvl_queue *queue, struct nlmsghdr *nlh, uint8_t command);
int cvl_queue_run(struct cvl_queue *queue, struct nlmsghdr *nlh, struct cvl_error *err);

#endif /* LIBCULVERT_QUEUE_H */
