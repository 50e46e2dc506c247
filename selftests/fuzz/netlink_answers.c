// SPDX-License-Identifier: GPL-2.0
/*
 * A kernel that answers netlink requests as an input says, see netlink_answers.h.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <sanitizer/asan_interface.h>

#include "netlink_answers.h"
#include "netlink_build.h"

#define ANSWER_BYTES 16384

static const struct netlink_answer *answers;
static unsigned int answer_count;
static struct fuzz_input answers_input;
static uint32_t answers_sequence;
static int answers_socket;
/* The buffer whose end must not be read now. */
static void *answers_buffer;
static size_t answers_room;

/**
 * netlink_answers_begin() - be ready to answer
 * @table: what may come
 * @count: how many of them
 * @data: the input
 * @size: of it
 */
void netlink_answers_begin(const struct netlink_answer *table, unsigned int count,
			   const uint8_t *data, size_t size)
{
	answers = table;
	answer_count = count;
	answers_input = (struct fuzz_input){ data, size };
}

/**
 * netlink_answers_u8() - what the input has next
 *
 * Return: one byte.
 */
uint8_t netlink_answers_u8(void)
{
	return fuzz_u8(&answers_input);
}

/**
 * netlink_answers_bytes() - what the input has next
 * @out: where to
 * @bytes: how many
 */
void netlink_answers_bytes(void *out, size_t bytes)
{
	fuzz_bytes(&answers_input, out, bytes);
}

/**
 * netlink_answers_fill_errno() - an errno
 * @header: an int
 */
void netlink_answers_fill_errno(uint8_t *header)
{
	*(int *)header = -(int)netlink_answers_u8();
}

/**
 * netlink_answers_fill_error() - an errno, and the length of the request that is refused
 * @header: a struct nlmsgerr
 */
void netlink_answers_fill_error(uint8_t *header)
{
	netlink_answers_fill_errno(header);
	((struct nlmsgerr *)header)->msg.nlmsg_len = netlink_answers_u8();
}

static void answers_unpoison(void)
{
	if (answers_buffer)
		ASAN_UNPOISON_MEMORY_REGION(answers_buffer, answers_room);
	answers_buffer = NULL;
}

struct mnl_socket *mnl_socket_open2(int bus, int flags)
{
	(void)bus;
	(void)flags;
	return (struct mnl_socket *)&answers_socket;
}

int mnl_socket_bind(struct mnl_socket *socket, unsigned int groups, pid_t pid)
{
	(void)socket;
	(void)groups;
	(void)pid;
	return 0;
}

int mnl_socket_setsockopt(const struct mnl_socket *socket, int type, void *value, socklen_t size)
{
	(void)socket;
	(void)type;
	(void)value;
	(void)size;
	return 0;
}

int mnl_socket_close(struct mnl_socket *socket)
{
	(void)socket;
	answers_unpoison();
	return 0;
}

/* A request is well formed, whatever was answered before. */
ssize_t mnl_socket_sendto(const struct mnl_socket *socket, const void *message, size_t bytes)
{
	const struct nlmsghdr *nlh = message;

	(void)socket;
	FUZZ_CHECK(bytes >= sizeof(*nlh) && nlh->nlmsg_len == bytes,
		   "expected a request of %u bytes, got %zu", nlh->nlmsg_len, bytes);
	answers_sequence = nlh->nlmsg_seq;
	return (ssize_t)bytes;
}

static size_t answers_build(uint8_t *out, const struct netlink_answer *answer)
{
	size_t bytes = NLMSG_HDRLEN + NLMSG_ALIGN(answer->header_bytes);
	struct nlmsghdr nlh = { .nlmsg_type = answer->type };

	nlh.nlmsg_flags = fuzz_u16(&answers_input);
	memset(out, 0, bytes);
	if (answer->fill)
		answer->fill(out + NLMSG_HDRLEN);
	bytes += netlink_build(out + bytes, ANSWER_BYTES - bytes, &answers_input,
			       answer->own_first ? answer->own_first : NETLINK_BUILD_OWN);
	nlh.nlmsg_len = (uint32_t)bytes;
	nlh.nlmsg_seq = answers_sequence;
	memcpy(out, &nlh, sizeof(nlh));
	return bytes;
}

/* Bytes as they are; the number of the request, which is no secret, may be put in. */
static size_t answers_raw(uint8_t *out)
{
	size_t bytes = fuzz_u8(&answers_input) * 4;

	fuzz_bytes(&answers_input, out, bytes);
	if (bytes >= sizeof(struct nlmsghdr) && fuzz_u8(&answers_input))
		((struct nlmsghdr *)out)->nlmsg_seq = answers_sequence;
	return bytes;
}

ssize_t mnl_socket_recvfrom(const struct mnl_socket *socket, void *buffer, size_t room)
{
	struct nlmsghdr out[ANSWER_BYTES / sizeof(struct nlmsghdr)];
	const struct netlink_answer *answer;
	size_t bytes;

	(void)socket;
	answers_unpoison();
	if (!answers_input.size) {
		errno = ENOBUFS;
		return -1;
	}
	answer = &answers[fuzz_u8(&answers_input) % answer_count];
	bytes = answer->is_raw ? answers_raw((uint8_t *)out) :
				 answers_build((uint8_t *)out, answer);
	FUZZ_CHECK(bytes <= room, "expected room for %zu bytes, got %zu", bytes, room);
	memcpy(buffer, out, bytes);
	answers_buffer = buffer;
	answers_room = room;
	ASAN_POISON_MEMORY_REGION((uint8_t *)buffer + bytes, room - bytes);
	return (ssize_t)bytes;
}
