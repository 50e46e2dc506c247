// SPDX-License-Identifier: GPL-2.0
/*
 * How a netlink request ends: the kernel's answers, above all the last one of a dump, which has
 * an errno when the dump was not finished. libmnl's functions that reach a socket are defined
 * here instead.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <string.h>

#include "ktap.h"
#include "request.h"

#define ANSWER_TYPE 0x20

/* What the kernel answers next; an answer more is an error. */
static struct nlmsghdr answers[256];
static size_t answer_bytes;
static unsigned int taken;

ssize_t mnl_socket_sendto(const struct mnl_socket *socket, const void *message, size_t bytes)
{
	(void)socket;
	(void)message;
	return (ssize_t)bytes;
}

ssize_t mnl_socket_recvfrom(const struct mnl_socket *socket, void *buffer, size_t room)
{
	size_t bytes = answer_bytes;

	(void)socket;
	if (!bytes || bytes > room) {
		errno = ENOBUFS;
		return -1;
	}
	memcpy(buffer, answers, bytes);
	answer_bytes = 0;
	return (ssize_t)bytes;
}

static int take(const struct nlmsghdr *nlh, void *arg, struct cvl_error *err)
{
	(void)nlh;
	(void)arg;
	(void)err;
	taken++;
	return 0;
}

/* One more message of the datagram that comes next. */
static void answer(uint16_t type, uint16_t flags, uint32_t sequence, const void *payload,
		   size_t bytes)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header((char *)answers + answer_bytes);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = flags;
	nlh->nlmsg_seq = sequence;
	if (bytes)
		memcpy(mnl_nlmsg_put_extra_header(nlh, bytes), payload, bytes);
	answer_bytes += NLMSG_ALIGN(nlh->nlmsg_len);
}

/* Return: as cvl_request_run(). */
static int run(struct cvl_request *request, struct cvl_error *err)
{
	static struct nlmsghdr message[4];
	static struct cvl_channel channel;

	taken = 0;
	channel.sequence = 0;
	*request = (struct cvl_request){ .nlh = message, .take = take };
	mnl_nlmsg_put_header(message);
	*err = (struct cvl_error){ 0 };
	return cvl_request_run(request, &channel, err);
}

static void test_done(void)
{
	static const int none, gone = -ENOENT;
	struct cvl_request request;
	struct cvl_error err;

	answer(ANSWER_TYPE, NLM_F_MULTI, 1, "data", 4);
	answer(NLMSG_DONE, NLM_F_MULTI, 1, &none, sizeof(none));
	ktap_equal(run(&request, &err), 0, "a dump that was finished");
	ktap_equal(taken, 1, "a dump that was finished: its answer is taken");

	answer(ANSWER_TYPE, NLM_F_MULTI, 1, "data", 4);
	answer(NLMSG_DONE, NLM_F_MULTI, 1, &gone, sizeof(gone));
	ktap_equal(run(&request, &err), -ENOENT, "a dump that ended with an errno is refused");
	ktap_has(err.text, "No such file", "a dump that ended with an errno: it is named");

	answer(NLMSG_DONE, NLM_F_MULTI, 1, NULL, 0);
	ktap_equal(run(&request, &err), 0, "an end without an errno");
}

static void test_interrupted(void)
{
	static const int none;
	struct cvl_request request;
	struct cvl_error err;

	answer(ANSWER_TYPE, NLM_F_MULTI | NLM_F_DUMP_INTR, 1, "data", 4);
	answer(ANSWER_TYPE, NLM_F_MULTI, 1, "data", 4);
	answer(NLMSG_DONE, NLM_F_MULTI, 1, &none, sizeof(none));
	ktap_equal(run(&request, &err), 0, "an interrupted dump is read to its end");
	ktap_ok(request.interrupted, "an interrupted dump is said to be one");
	ktap_equal(taken, 0, "an interrupted dump: nothing of it is taken");
}

static void test_others(void)
{
	static const int none, gone = -ENOENT;
	struct cvl_request request;
	struct cvl_error err;

	answer(NLMSG_DONE, NLM_F_MULTI, 9, &gone, sizeof(gone));
	answer(NLMSG_ERROR, 0, 1, &none, sizeof(none));
	ktap_equal(run(&request, &err), 0, "the end of an earlier request is passed over");

	answer(NLMSG_ERROR, 0, 1, NULL, 0);
	ktap_equal(run(&request, &err), -EBADMSG, "an error without an errno is refused");
	ktap_has(err.text, "malformed", "an error without an errno: it is said");

	answer(NLMSG_OVERRUN, 0, 1, NULL, 0);
	ktap_equal(run(&request, &err), -ENOBUFS, "lost answers are refused");
}

int main(void)
{
	test_done();
	test_interrupted();
	test_others();
	return ktap_finish();
}
