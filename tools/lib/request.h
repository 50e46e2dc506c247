/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/* Netlink requests and their answers; internal to the library. */
#ifndef LIBCULVERT_REQUEST_H
#define LIBCULVERT_REQUEST_H

#include <linux/netlink.h>

#include "libculvert.h"

struct mnl_socket;

/* The kernel never makes a message of a dump larger than 32 KiB. */
#define CVL_RECEIVE_BYTES 65536

/* Room for so many bytes, aligned as a message must be. */
#define CVL_HEADERS(bytes) ((bytes) / sizeof(struct nlmsghdr))

/* What changes under this many dumps in a row is too busy to read. */
#define CVL_DUMP_TRIES 100

/**
 * struct cvl_channel - what one request after the other uses
 * @sequence: number of the latest request
 * @buffer: where answers are received
 */
struct cvl_channel {
	uint32_t sequence;
	struct nlmsghdr buffer[CVL_HEADERS(CVL_RECEIVE_BYTES)];
};

/**
 * struct cvl_request - one request, and what is done with the answers
 * @socket: to send it by
 * @nlh: the message; must be a dump or ask for an ACK, so that the answers have an end
 * @take: called for each answer, may be NULL; returns 0 or a negative errno to stop
 * @arg: handed to @take
 * @is_change: it is a cvl_encoder's: an offset in it can be explained
 * @goes_on: answers are taken even if the dump is not consistent
 * @interrupted: set: the kernel said that the dump is not consistent
 */
struct cvl_request {
	struct mnl_socket *socket;
	struct nlmsghdr *nlh;
	int (*take)(const struct nlmsghdr *nlh, void *arg,
		    struct cvl_error *err);
	void *arg;
	bool is_change;
	bool goes_on;
	bool interrupted;
};

/* names of the multicast groups of a family, at most */
#define CVL_FAMILY_GROUPS_MAX 2

/**
 * struct cvl_family - a generic netlink family
 * @name: its name
 * @id: set, 0 if there is none
 * @group_names: of the groups that are looked for, may end early with NULL
 * @groups: set: their numbers, 0 for what it does not have
 */
struct cvl_family {
	const char *name;
	uint16_t id;
	const char *group_names[CVL_FAMILY_GROUPS_MAX];
	uint32_t groups[CVL_FAMILY_GROUPS_MAX];
};

int cvl_family_find(struct cvl_family *family, struct mnl_socket *socket,
		    struct cvl_channel *channel, struct cvl_error *err);
struct mnl_socket *cvl_request_open(int bus, struct cvl_error *err);
bool cvl_request_ok(const struct nlmsghdr *nlh, int bytes);
int cvl_request_send(struct cvl_request *request, struct cvl_channel *channel,
		     struct cvl_error *err);
int cvl_request_receive(struct cvl_request *request, struct cvl_channel *channel,
			struct cvl_error *err);
int cvl_request_run(struct cvl_request *request, struct cvl_channel *channel,
		    struct cvl_error *err);

#endif /* LIBCULVERT_REQUEST_H */
