// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Knocks for a program that decides about them: initiations of keys that no peer has, in
 * linux/culvert.h, DOC: Knocks.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/culvert.h>
#include <linux/genetlink.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "queue.h"

/* Room that a request leaves for the id of the knock that it answers. */
#define CVL_KNOCK_ID_BYTES 32

/* The knock is what was handed out last. */
struct cvl_knocks {
	struct cvl_queue queue;
	struct cvl_knock knock;
};

static const struct cvl_queue_kind cvl_knock_kind = {
	.what = "knocks",
	.group = CV_MCGRP_KNOCK,
	.listen = CV_CMD_KNOCK_LISTEN,
	.get = CV_CMD_KNOCK_GET,
	.answer = CVDEVICE_A_KNOCK,
};

/**
 * cvl_knocks_create() - begin to decide about knocks at a link
 * @link: from cvl_netlink_find() or cvl_netlink_list()
 * @err: set on failure: -EBUSY if another program does
 *
 * Belongs to the network namespace of the calling thread. Needs CAP_NET_ADMIN.
 *
 * Return: a queue for cvl_knocks_destroy(), or NULL.
 */
struct cvl_knocks *cvl_knocks_create(const struct cvl_link *link, struct cvl_error *err)
{
	struct cvl_knocks *knocks = calloc(1, sizeof(*knocks));

	if (!knocks) {
		cvl_error_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	if (cvl_queue_open(&knocks->queue, link, &cvl_knock_kind, err)) {
		cvl_knocks_destroy(knocks);
		return NULL;
	}
	return knocks;
}

/**
 * cvl_knocks_destroy() - decide no more: unknown keys are dropped as before
 * @knocks: may be NULL
 */
void cvl_knocks_destroy(struct cvl_knocks *knocks)
{
	if (!knocks)
		return;
	cvl_queue_close(&knocks->queue);
	free(knocks);
}

/**
 * cvl_knocks_fd() - the descriptor to wait for
 * @knocks: the queue
 *
 * Readable when cvl_knocks_next() may have something, or the link may have gone; call that until
 * it returns something else than 1.
 *
 * Return: a descriptor for poll(2), owned by the queue.
 */
int cvl_knocks_fd(const struct cvl_knocks *knocks)
{
	return knocks->queue.fd;
}

static bool cvl_knock_take(void *arg, const struct nlattr *attr)
{
	struct cvl_knock *knock = arg;

	switch (mnl_attr_get_type(attr)) {
	case CVKNOCK_A_ID:
		return cvl_decode_bytes(&knock->id, attr, sizeof(knock->id));
	case CVKNOCK_A_PUBLIC_KEY:
		return cvl_decode_bytes(knock->public_key, attr, sizeof(knock->public_key));
	case CVKNOCK_A_ENDPOINT:
		return cvl_decode_address(&knock->endpoint, attr);
	case CVKNOCK_A_TIME:
		return cvl_decode_time(&knock->time_s, &knock->time_ns, attr);
	case CVKNOCK_A_AGE_MS:
		return cvl_decode_bytes(&knock->age_ms, attr, sizeof(knock->age_ms));
	default:
		return true;
	}
}

/**
 * cvl_knocks_next() - take the next knock
 * @knocks: the queue
 * @knock: set to the knock, or to NULL; borrowed until the next call for @knocks
 * @err: set on failure: -ENODEV if the link has gone
 *
 * Does not wait. For 5 s after it came a knock can be answered, by cvl_knocks_accept() or
 * cvl_knocks_refuse(); after that the next initiation of its key is another one.
 *
 * Return: 1 if there is one, 0 if there is none now, or a negative errno.
 */
int cvl_knocks_next(struct cvl_knocks *knocks, const struct cvl_knock **knock,
		    struct cvl_error *err)
{
	int ret;

	memset(&knocks->knock, 0, sizeof(knocks->knock));
	ret = cvl_queue_next(&knocks->queue, cvl_knock_take, &knocks->knock, err);
	*knock = ret == 1 ? &knocks->knock : NULL;
	return ret;
}

/*
 * Puts the id into the only peer of a request. That is the last element of the last attribute, so
 * that what is added at the end belongs to both once they are so much longer.
 */
static void cvl_knock_put_id(struct nlmsghdr *nlh, uint64_t id)
{
	uint32_t bytes = nlh->nlmsg_len;
	struct nlattr *peers = NULL;
	struct nlattr *peer;
	struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		peers = attr;
	peer = mnl_attr_get_payload(peers);
	mnl_attr_put_u64(nlh, CVPEER_A_KNOCK_ID, id);
	bytes = nlh->nlmsg_len - bytes;
	peers->nla_len = (uint16_t)(peers->nla_len + bytes);
	peer->nla_len = (uint16_t)(peer->nla_len + bytes);
}

/* The first message lets the peer in; allowed IPs that it has no room for come after it. */
static int cvl_knocks_send(struct cvl_knocks *knocks, uint64_t id,
			   const struct cvl_device *change, struct cvl_error *err)
{
	struct cvl_encoder encoder;
	void *message = malloc(CVL_MESSAGE_BYTES);
	unsigned int sent = 0;
	bool first = true;
	int ret = 0;

	if (!message)
		return cvl_error_set(err, -ENOMEM, "out of memory");
	cvl_encoder_begin(&encoder, change, knocks->queue.family_id);
	while (!ret && cvl_encoder_next(&encoder, message,
					CVL_MESSAGE_BYTES - CVL_KNOCK_ID_BYTES)) {
		if (first)
			cvl_knock_put_id(message, id);
		first = false;
		ret = cvl_queue_run(&knocks->queue, message, err);
		sent += !ret;
	}
	if (ret && sent)
		cvl_error_prefix(err, "(the first %u parts of the change are in effect) ", sent);
	explicit_bzero(message, CVL_MESSAGE_BYTES);
	free(message);
	return ret;
}

/**
 * cvl_knocks_accept() - let in who knocks: its handshake is answered at once
 * @knocks: the queue
 * @id: of the knock
 * @change: has one peer, with the public key of the knock and what else that is to have; its
 *	endpoint, if there is one, must be resolved. What it says of the device does not matter
 * @err: set on failure: -ESTALE if that knock is over
 *
 * Return: 0 or a negative errno.
 */
int cvl_knocks_accept(struct cvl_knocks *knocks, uint64_t id, const struct cvl_device *change,
		      struct cvl_error *err)
{
	struct cvl_device head = {
		.ifindex = knocks->queue.link.ifindex,
		.peers = change->peers,
		.last_peer = change->last_peer,
	};

	if (!head.peers || head.peers->next)
		return cvl_error_set(err, -EINVAL,
				     "%s: a knock lets in one peer; expected a change with one",
				     knocks->queue.link.name);
	if (cvl_device_check(&head, err))
		return err->code;
	return cvl_knocks_send(knocks, id, &head, err);
}

/**
 * cvl_knocks_refuse() - refuse a knock
 * @knocks: the queue
 * @id: of the knock
 * @seconds: for which its key is dropped without being told of, at most a year
 * @err: set on failure: -ESTALE if that knock is over
 *
 * Return: 0 or a negative errno.
 */
int cvl_knocks_refuse(struct cvl_knocks *knocks, uint64_t id, uint32_t seconds,
		      struct cvl_error *err)
{
	struct nlmsghdr message[CVL_HEADERS(CVL_MESSAGE_MIN_BYTES)];
	struct nlattr *nest;

	cvl_queue_begin(&knocks->queue, message, CV_CMD_KNOCK_REFUSE);
	nest = mnl_attr_nest_start(message, CVDEVICE_A_KNOCK);
	mnl_attr_put_u64(message, CVKNOCK_A_ID, id);
	mnl_attr_put_u32(message, CVKNOCK_A_SECONDS, seconds);
	mnl_attr_nest_end(message, nest);
	return cvl_queue_run(&knocks->queue, message, err);
}
