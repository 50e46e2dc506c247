// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Wants for a program that knows where peers are: addresses that packets wait for, in
 * linux/culvert.h, DOC: Wants.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/culvert.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "queue.h"

/* The want is what was handed out last. */
struct cvl_wants {
	struct cvl_queue queue;
	struct cvl_want want;
};

static const struct cvl_queue_kind cvl_want_kind = {
	.what = "wants",
	.group = CV_MCGRP_WANT,
	.listen = CV_CMD_WANT_LISTEN,
	.get = CV_CMD_WANT_GET,
	.answer = CVDEVICE_A_WANT,
};

/**
 * cvl_wants_create() - begin to be asked for peers of a link
 * @link: from cvl_netlink_find() or cvl_netlink_list()
 * @err: set on failure: -EBUSY if another program is
 *
 * Belongs to the network namespace of the calling thread. Needs CAP_NET_ADMIN.
 *
 * Return: a queue for cvl_wants_destroy(), or NULL.
 */
struct cvl_wants *cvl_wants_create(const struct cvl_link *link, struct cvl_error *err)
{
	struct cvl_wants *wants = calloc(1, sizeof(*wants));

	if (!wants) {
		cvl_error_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	if (cvl_queue_open(&wants->queue, link, &cvl_want_kind, err)) {
		cvl_wants_destroy(wants);
		return NULL;
	}
	return wants;
}

/**
 * cvl_wants_destroy() - be asked no more: packets that wait are refused
 * @wants: may be NULL
 */
void cvl_wants_destroy(struct cvl_wants *wants)
{
	if (!wants)
		return;
	cvl_queue_close(&wants->queue);
	free(wants);
}

/**
 * cvl_wants_fd() - the descriptor to wait for
 * @wants: the queue
 *
 * Readable when cvl_wants_next() may have something, or the link may have gone; call that until it
 * returns something else than 1.
 *
 * Return: a descriptor for poll(2), owned by the queue.
 */
int cvl_wants_fd(const struct cvl_wants *wants)
{
	return wants->queue.fd;
}

static bool cvl_want_take(void *arg, const struct nlattr *attr)
{
	struct cvl_want *want = arg;

	switch (mnl_attr_get_type(attr)) {
	case CVWANT_A_DESTINATION:
		if (cvl_decode_bytes(&want->v4, attr, sizeof(want->v4)))
			want->family = AF_INET;
		else if (cvl_decode_bytes(&want->v6, attr, sizeof(want->v6)))
			want->family = AF_INET6;
		return want->family;
	case CVWANT_A_PUBLIC_KEY:
		want->has_public_key = true;
		return cvl_decode_bytes(want->public_key, attr, sizeof(want->public_key));
	case CVWANT_A_AGE_MS:
		return cvl_decode_bytes(&want->age_ms, attr, sizeof(want->age_ms));
	case CVWANT_A_PACKETS:
		return cvl_decode_bytes(&want->packets, attr, sizeof(want->packets));
	default:
		return true;
	}
}

/**
 * cvl_wants_next() - take the next want
 * @wants: the queue
 * @want: set to the want, or to NULL; borrowed until the next call for @wants
 * @err: set on failure: -ENODEV if the link has gone
 *
 * Does not wait. It is answered by cvl_netlink_set(): a peer gets the address among its allowed
 * IPs, or an endpoint. Packets wait for 5 s.
 *
 * Return: 1 if there is one, 0 if there is none now, or a negative errno.
 */
int cvl_wants_next(struct cvl_wants *wants, const struct cvl_want **want, struct cvl_error *err)
{
	int ret;

	memset(&wants->want, 0, sizeof(wants->want));
	ret = cvl_queue_next(&wants->queue, cvl_want_take, &wants->want, err);
	*want = ret == 1 ? &wants->want : NULL;
	return ret;
}
