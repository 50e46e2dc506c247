/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Netlink as crowd.c and admission.c need it: requests that are made by hand, since what is
 * measured is the kernel's part and not the library's. Ends the program when something fails.
 */
#ifndef BENCH_NETLINK_H
#define BENCH_NETLINK_H

#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <sched.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include <linux/culvert.h>

#include "../programs/program.h"

/* From here on sockets are made in this namespace. */
static inline void enter_namespace(const char *name)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		die(name, strerror(errno));
	close(fd);
}

static inline struct mnl_socket *open_netlink(int protocol)
{
	struct mnl_socket *nl = mnl_socket_open(protocol);

	if (!nl || mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID))
		die("netlink", strerror(errno));
	return nl;
}

static inline struct nlmsghdr *begin_request(void *buffer, uint16_t type, uint16_t flags,
					     uint8_t command)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *header;

	message->nlmsg_type = type;
	message->nlmsg_flags = NLM_F_REQUEST | flags;
	header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
	header->cmd = command;
	header->version = 1;
	return message;
}

/* Sends a request and hands all answers to @see. Returns 0, or the errno of a refusal. */
static inline int try_request(struct mnl_socket *nl, struct nlmsghdr *message, mnl_cb_t see,
			      void *arg)
{
	static char buffer[1 << 16];
	int got;

	if (mnl_socket_sendto(nl, message, message->nlmsg_len) < 0)
		die("netlink", strerror(errno));
	do {
		got = mnl_socket_recvfrom(nl, buffer, sizeof(buffer));
		if (got < 0)
			die("netlink", strerror(errno));
		got = mnl_cb_run(buffer, got, 0, mnl_socket_get_portid(nl), see, arg);
	} while (got > MNL_CB_STOP);
	return got < 0 ? errno : 0;
}

static inline void request(struct mnl_socket *nl, struct nlmsghdr *message, mnl_cb_t see,
			   void *arg)
{
	int error = try_request(nl, message, see, arg);

	if (error)
		die("the kernel refuses", strerror(error));
}

/* A family of generic netlink, and of its multicast groups the one that knocks ring at. */
struct family {
	uint16_t id;
	uint32_t knock_group;
};

static inline void see_group(const struct nlattr *group, struct family *family)
{
	const struct nlattr *attr;
	uint32_t id = 0;
	bool is_knock = false;

	mnl_attr_for_each_nested(attr, group) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_ID)
			id = mnl_attr_get_u32(attr);
		else if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_NAME)
			is_knock = !strcmp(mnl_attr_get_str(attr), CV_MCGRP_KNOCK);
	}
	if (is_knock)
		family->knock_group = id;
}

static inline int see_family(const struct nlmsghdr *message, void *arg)
{
	const struct nlattr *attr, *group;
	struct family *family = arg;

	mnl_attr_for_each(attr, message, GENL_HDRLEN) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
			family->id = mnl_attr_get_u16(attr);
		if (mnl_attr_get_type(attr) != CTRL_ATTR_MCAST_GROUPS)
			continue;
		mnl_attr_for_each_nested(group, attr)
			see_group(group, family);
	}
	return MNL_CB_OK;
}

static inline struct family find_family(struct mnl_socket *nl, const char *name)
{
	struct family family = { .id = 0 };
	struct nlmsghdr *message;
	char buffer[1024];

	message = begin_request(buffer, GENL_ID_CTRL, NLM_F_ACK, CTRL_CMD_GETFAMILY);
	mnl_attr_put_strz(message, CTRL_ATTR_FAMILY_NAME, name);
	request(nl, message, see_family, &family);
	return family;
}

/* A peer whose allowed IPs are many is in more than one message: told by its key. */
struct tally {
	uint8_t last_key[CV_KEY_LEN];
	uint32_t peers;
};

static inline void see_peer(const struct nlattr *peer, struct tally *tally)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, peer) {
		if (mnl_attr_get_type(attr) != CVPEER_A_PUBLIC_KEY)
			continue;
		if (!tally->peers || memcmp(tally->last_key, mnl_attr_get_payload(attr),
					    sizeof(tally->last_key)))
			tally->peers++;
		memcpy(tally->last_key, mnl_attr_get_payload(attr), sizeof(tally->last_key));
		break;
	}
}

static inline int see_device(const struct nlmsghdr *message, void *arg)
{
	const struct nlattr *attr, *peer;

	mnl_attr_for_each(attr, message, GENL_HDRLEN) {
		if (mnl_attr_get_type(attr) != CVDEVICE_A_PEERS)
			continue;
		mnl_attr_for_each_nested(peer, attr)
			see_peer(peer, arg);
	}
	return MNL_CB_OK;
}

/* Reads all peers. A socket whose dump was interrupted, EINTR, has to be closed. */
static inline int try_dump(struct mnl_socket *nl, uint16_t family, const char *dev,
			   uint32_t *peers)
{
	struct tally tally = { .peers = 0 };
	struct nlmsghdr *message;
	char buffer[1024];
	int error;

	message = begin_request(buffer, family, NLM_F_DUMP, CV_CMD_GET_DEVICE);
	mnl_attr_put_strz(message, CVDEVICE_A_IFNAME, dev);
	error = try_request(nl, message, see_device, &tally);
	*peers = tally.peers;
	return error;
}

#endif /* BENCH_NETLINK_H */
