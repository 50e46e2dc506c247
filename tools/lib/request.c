// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Send one netlink request and take the answers to it, whatever it is about.
 * netlink.c and route.c build on this.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <string.h>

#include "internal.h"
#include "request.h"

/**
 * cvl_request_open() - open a netlink socket
 * @bus: NETLINK_*
 * @err: set on failure
 *
 * Return: a socket for mnl_socket_close(), or NULL.
 */
struct mnl_socket *cvl_request_open(int bus, struct cvl_error *err)
{
	struct mnl_socket *socket = mnl_socket_open2(bus, SOCK_CLOEXEC);
	int on = 1;

	if (!socket || mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		cvl_error_set(err, -errno, "cannot open a netlink socket: %s",
			      strerror(errno));
		if (socket)
			mnl_socket_close(socket);
		return NULL;
	}
	/* an old kernel knows neither: then there is an errno and no sentence */
	mnl_socket_setsockopt(socket, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(socket, NETLINK_CAP_ACK, &on, sizeof(on));
	return socket;
}

/* What the kernel said of a refusal, as the end of a sentence. */
static int cvl_request_refused(const struct cvl_request *request,
			       const struct nlmsghdr *answer, int code,
			       struct cvl_error *err)
{
	struct cvl_extack extack;
	char place[160];

	cvl_decode_extack(&extack, answer);
	cvl_error_set(err, code, "%s%s%s", strerror(-code),
		      extack.text ? ": " : "", extack.text ? extack.text : "");
	if (extack.has_offset && request->is_change &&
	    cvl_decode_place(place, sizeof(place), request->nlh, extack.offset))
		cvl_error_prefix(err, "%s: ", place);
	return code;
}

/* Return: 1 to go on, 0 at the end, or a negative errno. */
static int cvl_request_take(struct cvl_request *request,
			    const struct nlmsghdr *nlh, struct cvl_error *err)
{
	int code;

	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		request->interrupted = true;
	switch (nlh->nlmsg_type) {
	case NLMSG_NOOP:
		return 1;
	case NLMSG_OVERRUN:
		return cvl_error_set(err, -ENOBUFS, "the kernel reported that replies were lost");
	case NLMSG_ERROR:
	case NLMSG_DONE:
		/* both begin with an errno */
		if (mnl_nlmsg_get_payload_len(nlh) < sizeof(code))
			return nlh->nlmsg_type == NLMSG_DONE ? 0 :
			       cvl_error_set(err, -EBADMSG, "the kernel sent a malformed error");
		memcpy(&code, mnl_nlmsg_get_payload(nlh), sizeof(code));
		if (code < 0)
			return cvl_request_refused(request, nlh, code, err);
		return 0;
	default:
		/* an interrupted dump is tried again or given up: its rest is of no use */
		code = request->take && (!request->interrupted || request->goes_on) ?
		       request->take(nlh, request->arg, err) : 0;
		return code ? code : 1;
	}
}

/**
 * cvl_request_ok() - whether a whole message is there
 * @nlh: where it begins
 * @bytes: how many there are
 *
 * libmnl by itself takes a length of 2 GiB and more for a negative one, which fits.
 *
 * Return: whether it is.
 */
bool cvl_request_ok(const struct nlmsghdr *nlh, int bytes)
{
	return mnl_nlmsg_ok(nlh, bytes) && nlh->nlmsg_len <= (unsigned int)bytes;
}

/* Takes the messages of one datagram; as cvl_request_take(). */
static int cvl_request_take_all(struct cvl_request *request, const struct nlmsghdr *nlh,
				int bytes, struct cvl_error *err)
{
	for (; cvl_request_ok(nlh, bytes); nlh = mnl_nlmsg_next(nlh, &bytes)) {
		int ret;

		/* a late answer to a request that was given up */
		if (nlh->nlmsg_seq != request->nlh->nlmsg_seq)
			continue;
		ret = cvl_request_take(request, nlh, err);
		if (ret <= 0)
			return ret;
	}
	return 1;
}

/**
 * cvl_request_send() - send a request; cvl_request_receive() takes the answers
 * @request: sent
 * @channel: used
 * @err: set on failure
 *
 * Return: 0 or a negative errno.
 */
int cvl_request_send(struct cvl_request *request, struct cvl_channel *channel,
		     struct cvl_error *err)
{
	request->nlh->nlmsg_seq = ++channel->sequence;
	request->interrupted = false;
	if (mnl_socket_sendto(request->socket, request->nlh,
			      request->nlh->nlmsg_len) < 0)
		return cvl_error_set(err, -errno, "cannot send a request to the kernel: %s",
				     strerror(errno));
	return 0;
}

/**
 * cvl_request_receive() - take the answers that come together
 * @request: was sent
 * @channel: used
 * @err: set on failure
 *
 * Return: 1 if there are more to come, 0 if these were the last, or a negative errno.
 */
int cvl_request_receive(struct cvl_request *request, struct cvl_channel *channel,
			struct cvl_error *err)
{
	ssize_t bytes;

	do {
		bytes = mnl_socket_recvfrom(request->socket, channel->buffer,
					    sizeof(channel->buffer));
	} while (bytes < 0 && errno == EINTR);
	if (bytes < 0)
		return cvl_error_set(err, -errno, "no reply from the kernel: %s",
				     strerror(errno));
	return cvl_request_take_all(request, channel->buffer, (int)bytes, err);
}

/**
 * cvl_request_run() - send a request and take all of its answers
 * @request: sent
 * @channel: used
 * @err: set on failure
 *
 * Return: 0 or a negative errno: the kernel's, or that of @request->take.
 */
int cvl_request_run(struct cvl_request *request, struct cvl_channel *channel,
		    struct cvl_error *err)
{
	int ret = cvl_request_send(request, channel, err);

	if (ret)
		return ret;
	do {
		ret = cvl_request_receive(request, channel, err);
	} while (ret > 0);
	return ret;
}
