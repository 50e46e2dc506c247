// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz target: what the kernel answers. The input is a kernel that answers the whole of
 * libculvert (list, find, get, set) as it likes: the functions of libmnl that reach a
 * socket are defined here instead.
 *
 * Input: what is asked; then datagrams, each a byte by enum reply_type, the message's
 * flags, and what it holds: raw, or a header and attributes as in netlink_build.h.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/culvert.h>
#include <linux/genetlink.h>
#include <linux/rtnetlink.h>

#include "fuzz.h"
#include "internal.h"
#include "netlink_build.h"

/* Kinds of datagrams: the first byte of each. */
enum reply_type {
	REPLY_RAW,
	REPLY_ERROR,
	REPLY_DONE,
	REPLY_NOOP,
	REPLY_OVERRUN,
	REPLY_LINK,
	REPLY_FAMILY,
	REPLY_DEVICE,
	REPLY_TYPES,
};

#define REPLY_FAMILY_ID 0x1f
#define REPLY_BYTES 16384

static struct fuzz_input reply_input;
static uint32_t reply_sequence;
static int reply_socket;

struct mnl_socket *mnl_socket_open2(int bus, int flags)
{
	(void)bus;
	(void)flags;
	return (struct mnl_socket *)&reply_socket;
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
	return 0;
}

/* A request is well formed, whatever was answered before. */
ssize_t mnl_socket_sendto(const struct mnl_socket *socket, const void *message, size_t bytes)
{
	const struct nlmsghdr *nlh = message;

	(void)socket;
	FUZZ_CHECK(bytes >= sizeof(*nlh) && nlh->nlmsg_len == bytes,
		   "expected a request of %u bytes, got %zu", nlh->nlmsg_len, bytes);
	reply_sequence = nlh->nlmsg_seq;
	return (ssize_t)bytes;
}

/* What stands between the header of a message and its attributes. */
static size_t reply_extra_bytes(enum reply_type type)
{
	switch (type) {
	case REPLY_ERROR:
		return sizeof(struct nlmsgerr);
	case REPLY_DONE:
		return sizeof(int);
	case REPLY_LINK:
		return sizeof(struct ifinfomsg);
	case REPLY_FAMILY:
	case REPLY_DEVICE:
		return sizeof(struct genlmsghdr);
	default:
		return 0;
	}
}

static size_t reply_build(uint8_t *out, enum reply_type type)
{
	static const uint16_t types[REPLY_TYPES] = {
		[REPLY_ERROR] = NLMSG_ERROR, [REPLY_DONE] = NLMSG_DONE,
		[REPLY_NOOP] = NLMSG_NOOP, [REPLY_OVERRUN] = NLMSG_OVERRUN,
		[REPLY_LINK] = RTM_NEWLINK, [REPLY_FAMILY] = GENL_ID_CTRL,
		[REPLY_DEVICE] = REPLY_FAMILY_ID,
	};
	struct nlmsghdr nlh = { .nlmsg_type = types[type] };
	size_t extra = reply_extra_bytes(type);
	size_t bytes = NLMSG_HDRLEN + NLMSG_ALIGN(extra);

	nlh.nlmsg_flags = fuzz_u16(&reply_input);
	memset(out, 0, bytes);
	/* An errno or an index: the rest of what stands there is nobody's business. */
	if (type == REPLY_ERROR || type == REPLY_DONE)
		*(int *)(out + NLMSG_HDRLEN) = -(int)fuzz_u8(&reply_input);
	else if (type == REPLY_LINK)
		((struct ifinfomsg *)(out + NLMSG_HDRLEN))->ifi_index = fuzz_u8(&reply_input);
	if (type == REPLY_ERROR)
		((struct nlmsgerr *)(out + NLMSG_HDRLEN))->msg.nlmsg_len =
			fuzz_u8(&reply_input);
	bytes += netlink_build(out + bytes, REPLY_BYTES - bytes, &reply_input);
	nlh.nlmsg_len = (uint32_t)bytes;
	nlh.nlmsg_seq = reply_sequence;
	memcpy(out, &nlh, sizeof(nlh));
	return bytes;
}

/* Bytes as they are; the number of the request, which is no secret, may be put in. */
static size_t reply_raw(uint8_t *out)
{
	size_t bytes = fuzz_u8(&reply_input) * 4;

	fuzz_bytes(&reply_input, out, bytes);
	if (bytes >= sizeof(struct nlmsghdr) && fuzz_u8(&reply_input))
		((struct nlmsghdr *)out)->nlmsg_seq = reply_sequence;
	return bytes;
}

ssize_t mnl_socket_recvfrom(const struct mnl_socket *socket, void *buffer, size_t room)
{
	struct nlmsghdr out[REPLY_BYTES / sizeof(struct nlmsghdr)];
	enum reply_type type;
	size_t bytes;

	(void)socket;
	if (!reply_input.size) {
		errno = ENOBUFS;
		return -1;
	}
	type = fuzz_u8(&reply_input) % REPLY_TYPES;
	bytes = type == REPLY_RAW ? reply_raw((uint8_t *)out) : reply_build((uint8_t *)out, type);
	FUZZ_CHECK(bytes <= room, "expected room for %zu bytes, got %zu", bytes, room);
	memcpy(buffer, out, bytes);
	return (ssize_t)bytes;
}

/* A refusal says why, in one line, without what terminals obey. */
static void reply_check_error(int code, const struct cvl_error *err)
{
	const char *c;

	FUZZ_CHECK(code < 0, "expected a negative code, got %d", code);
	FUZZ_CHECK(*err->text, "expected words with error %d", code);
	for (c = err->text; *c; c++)
		FUZZ_CHECK((unsigned char)*c >= ' ' && *c != 0x7f,
			   "expected no control characters, got byte %u in: %s",
			   (unsigned char)*c, err->text);
}

/* A device that came can be printed, and what was printed be read. */
static void reply_check_device(const struct cvl_device *dev)
{
	struct cvl_device *again = cvl_device_create();
	const struct cvl_peer *peer;
	struct cvl_error err;
	char *text = NULL;
	size_t bytes;
	FILE *file = open_memstream(&text, &bytes);

	for (peer = dev->peers; peer; peer = peer->next) {
		char endpoint[CVL_ENDPOINT_TEXT_SIZE];

		if (peer->has & CVL_PEER_ENDPOINT)
			cvl_endpoint_to_text(endpoint, &peer->endpoint);
	}
	if (!cvl_config_print(file, dev)) {
		fclose(file);
		FUZZ_CHECK(!cvl_config_parse(again, "again", text, bytes, &err),
			   "expected to read what was printed, got: %s\n%s", err.text, text);
	} else {
		fclose(file);
	}
	free(text);
	cvl_device_destroy(again);
}

/* A change like the device that came, which the kernel may refuse. */
static void reply_set(struct cvl_netlink *nl, const struct cvl_link *link,
		      struct cvl_device *dev)
{
	struct cvl_error err = { 0 };
	int code = cvl_netlink_set(nl, link, dev, &err);

	if (code)
		reply_check_error(code, &err);
}

/**
 * LLVMFuzzerTestOneInput() - ask, and be answered by one input
 * @data: anything
 * @size: of it
 *
 * Return: 0. Aborts if a rule is broken.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cvl_link link = { .ifindex = 7, .name = "cv0" };
	struct cvl_link *links = NULL;
	struct cvl_device *dev = NULL;
	struct cvl_error err = { 0 };
	struct cvl_netlink *nl = cvl_netlink_create(&err);
	size_t link_count;
	uint8_t what;
	int code;

	FUZZ_CHECK(nl, "out of memory");
	reply_input = (struct fuzz_input){ data, size };
	what = fuzz_u8(&reply_input);
	link.kind = what & 1 ? CVL_KIND_WIREGUARD : CVL_KIND_CULVERT;
	if (what & 2) {
		code = cvl_netlink_list(nl, &links, &link_count, &err);
		FUZZ_CHECK(code || !link_count == !links, "expected links or no links");
	} else if (what & 4) {
		code = cvl_netlink_find(nl, &link, "cv0", &err);
	} else {
		code = cvl_netlink_get(nl, &link, &dev, &err);
		FUZZ_CHECK(!code == !!dev, "expected a device or an error, got code %d", code);
	}
	if (code)
		reply_check_error(code, &err);
	if (dev) {
		reply_check_device(dev);
		reply_set(nl, &link, dev);
	}
	free(links);
	cvl_device_destroy(dev);
	cvl_netlink_destroy(nl);
	return 0;
}
