// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Read a device one peer after another, however many it has: the dump is taken message by message
 * as the caller asks for more. The last peer of a message waits for the next one, which may go on
 * with it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "netlink.h"

/**
 * struct cvl_reader - a dump that is being read
 * @nl: its own, for no other request may come between
 * @link: what is read
 * @request: the dump
 * @message: of @request
 * @status: 1 while there are messages to come, 0 after the last, or a negative errno
 * @restarts: how often it was begun again
 * @dev: the device, without peers
 * @waiting: peers of the messages so far that are still to be handed out
 * @peer: the one that was handed out last, or NULL
 */
struct cvl_reader {
	struct cvl_netlink *nl;
	struct cvl_link link;
	struct cvl_request request;
	struct nlmsghdr message[CVL_HEADERS(CVL_MESSAGE_MIN_BYTES)];
	int status;
	unsigned int restarts;
	struct cvl_device *dev;
	struct cvl_device *waiting;
	struct cvl_peer *peer;
};

static int cvl_reader_take(const struct nlmsghdr *nlh, void *arg, struct cvl_error *err)
{
	const struct cvl_reader *reader = arg;

	return cvl_decode_device(reader->waiting, nlh, err);
}

static void cvl_reader_clear(struct cvl_reader *reader)
{
	if (reader->peer)
		cvl_peer_destroy(reader->peer);
	cvl_device_destroy(reader->dev);
	cvl_device_destroy(reader->waiting);
	reader->peer = NULL;
	reader->dev = NULL;
	reader->waiting = NULL;
}

/* Takes what the kernel says next; as cvl_request_receive(). */
static int cvl_reader_receive(struct cvl_reader *reader, struct cvl_error *err)
{
	reader->status = cvl_request_receive(&reader->request, &reader->nl->channel, err);
	if (reader->status < 0)
		cvl_netlink_explain(&reader->link, err);
	return reader->status;
}

/* The first message has the device; what comes later is about peers. */
static int cvl_reader_begin(struct cvl_reader *reader, struct cvl_error *err)
{
	cvl_reader_clear(reader);
	reader->dev = cvl_device_create();
	reader->waiting = cvl_device_create();
	if (!reader->dev || !reader->waiting) {
		reader->status = cvl_error_set(err, -ENOMEM, "out of memory");
		return reader->status;
	}
	memcpy(reader->waiting->name, reader->link.name, sizeof(reader->link.name));
	reader->waiting->ifindex = reader->link.ifindex;
	reader->waiting->kind = reader->link.kind;
	reader->status = cvl_request_send(&reader->request, &reader->nl->channel, err);
	if (reader->status)
		return reader->status;
	if (cvl_reader_receive(reader, err) < 0)
		return reader->status;
	*reader->dev = *reader->waiting;
	reader->dev->peers = NULL;
	reader->dev->last_peer = NULL;
	return 0;
}

/* Takes the rest of a dump that is of no use, without which the next one is refused. */
static int cvl_reader_drain(struct cvl_reader *reader, struct cvl_error *err)
{
	reader->request.interrupted = true;
	while (reader->status > 0)
		cvl_reader_receive(reader, err);
	return reader->status;
}

/**
 * cvl_reader_create() - begin to read a device, one peer after another
 * @link: from cvl_netlink_find() or cvl_netlink_list()
 * @err: set on failure
 *
 * It holds no more than the peers of one message, and one with all of its allowed IPs, however
 * many peers there are. Belongs to the network namespace of the calling thread. Needs
 * CAP_NET_ADMIN.
 *
 * Return: a reader for cvl_reader_destroy(), or NULL.
 */
struct cvl_reader *cvl_reader_create(const struct cvl_link *link, struct cvl_error *err)
{
	struct cvl_reader *reader = calloc(1, sizeof(*reader));
	uint16_t family_id;

	if (!reader) {
		cvl_error_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	reader->link = *link;
	reader->nl = cvl_netlink_create(err);
	if (!reader->nl || cvl_netlink_family(reader->nl, link, &family_id, err))
		goto failed;
	cvl_encode_get(reader->message, family_id, link);
	reader->request.socket = reader->nl->generic;
	reader->request.nlh = reader->message;
	reader->request.take = cvl_reader_take;
	reader->request.arg = reader;
	if (cvl_reader_begin(reader, err))
		goto failed;
	return reader;

failed:
	cvl_reader_destroy(reader);
	return NULL;
}

/**
 * cvl_reader_destroy() - end reading, at its end or before
 * @reader: may be NULL
 */
void cvl_reader_destroy(struct cvl_reader *reader)
{
	if (!reader)
		return;
	cvl_reader_clear(reader);
	cvl_netlink_destroy(reader->nl);
	free(reader);
}

/**
 * cvl_reader_device() - the device that is read
 * @reader: the reader
 *
 * When the dump was spoilt at its very beginning, this is empty, and cvl_reader_next() says so.
 *
 * Return: the device, without peers; borrowed until cvl_reader_restart() or cvl_reader_destroy().
 */
const struct cvl_device *cvl_reader_device(const struct cvl_reader *reader)
{
	return reader->dev;
}

/* Takes messages until the first peer that waits is whole. */
static int cvl_reader_fill(struct cvl_reader *reader, struct cvl_error *err)
{
	const struct cvl_device *waiting = reader->waiting;

	while (reader->status > 0 && !reader->request.interrupted &&
	       waiting->peers == waiting->last_peer)
		cvl_reader_receive(reader, err);
	if (reader->status < 0)
		return reader->status;
	if (reader->request.interrupted)
		return cvl_error_set(err, -EINTR, "%s: the device was changed while it was read",
				     reader->link.name);
	/* this one was read to its end: the next one is another matter */
	if (!reader->status)
		reader->restarts = 0;
	return 0;
}

/**
 * cvl_reader_next() - take the next peer
 * @reader: the reader
 * @peer: set to the peer, or to NULL; borrowed until the next call for @reader
 * @err: set on failure
 *
 * When the device is changed by another program in the middle of a dump, peers may have been left
 * out or told twice: then this fails with -EINTR. A program that needs all of them throws away what
 * it has and calls cvl_reader_restart().
 *
 * Return: 1 if there is one, 0 after the last one, or a negative errno.
 */
int cvl_reader_next(struct cvl_reader *reader, struct cvl_peer **peer, struct cvl_error *err)
{
	struct cvl_device *waiting = reader->waiting;
	int ret;

	*peer = NULL;
	if (reader->peer)
		cvl_peer_destroy(reader->peer);
	reader->peer = NULL;
	if (reader->status < 0)
		return cvl_error_set(err, reader->status, "%s: reading it has failed before",
				     reader->link.name);
	ret = cvl_reader_fill(reader, err);
	if (ret || !waiting->peers)
		return ret;
	reader->peer = waiting->peers;
	waiting->peers = reader->peer->next;
	if (!waiting->peers)
		waiting->last_peer = NULL;
	reader->peer->next = NULL;
	*peer = reader->peer;
	return 1;
}

/**
 * cvl_reader_restart() - read the device from its beginning
 * @reader: the reader; not after a failure other than -EINTR
 * @err: set on failure
 *
 * Return: 0 or a negative errno: -EBUSY if the device changes all the time.
 */
int cvl_reader_restart(struct cvl_reader *reader, struct cvl_error *err)
{
	if (reader->status < 0)
		return cvl_error_set(err, reader->status, "%s: reading it has failed before",
				     reader->link.name);
	if (reader->restarts == CVL_DUMP_TRIES)
		return cvl_error_set(err, -EBUSY,
				     "%s: the configuration keeps changing while it is read",
				     reader->link.name);
	reader->restarts++;
	if (cvl_reader_drain(reader, err))
		return reader->status;
	return cvl_reader_begin(reader, err);
}
