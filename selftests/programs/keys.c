// SPDX-License-Identifier: GPL-2.0
/*
 * Sends netlink requests with private and pre-shared keys, and counts what copies of these
 * keys there are in the kernel's memory: for keys.sh.
 *
 *   keys send FAMILY DEV KIND PEERS   a request of that kind (see kinds[])
 *   keys print                        a key of kind "planted", for scan to find
 *   keys scan                         prints "KIND COUNT" for each, from /proc/kcore
 *
 * A key is 16 bytes that all keys here begin with, a number for the kind of request and one
 * for the peer, and an end that clamping does not change. Nothing here holds the first
 * 16 bytes other than in the request, which is wiped: they are kept inverted, and compared
 * 32 bits at a time, so that no register has more of them. They are one word four times:
 * wherever a key begins, every fourth word of memory has one of them, and no other is looked
 * at first.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PROGRAM "keys"
#include "program.h"

#define KEY_BYTES 32
#define KEY_WORDS (KEY_BYTES / 4)
#define TAG_WORDS 4
/* Clamping leaves it as it is. */
#define KEY_END 0x40302010
/* What fits into a processor's cache. */
#define SCAN_BYTES 65536
/* The direct map of x86-64, with and without KASLR. */
#define DIRECT_MAP 0xffff888000000000ULL
#define DIRECT_MAP_END 0xffffc88000000000ULL

/* Of linux/wireguard.h, which uapi/linux/culvert.h shares. */
enum {
	SET_DEVICE = 1,
	IFINDEX = 1,
	IFNAME = 2,
	PRIVATE_KEY = 3,
	FLAGS = 5,
	LISTEN_PORT = 6,
	PEERS = 8,
	PEER_KEY = 1,
	PEER_PSK = 2,
	PEER_FLAGS = 3,
	PEER_ENDPOINT = 4,
	PEER_VERSION = 10,
};

/* Inverted, and no constant, lest it be folded into code the right way round. */
static uint32_t tag = ~0x5ad3c168U;

struct kind {
	const char *name;
	/* What the kernel says of it. */
	int err;
};

static const struct kind kinds[] = {
	{ "accepted", 0 },
	{ "twice", 0 },
	{ "no-link", ENODEV },
	{ "both-names", EBADR },
	{ "device-flag", EOPNOTSUPP },
	{ "peer-version", EPFNOSUPPORT },
	{ "late-peer", EINVAL },
	{ "port-in-use", EADDRINUSE },
	{ "policy", EINVAL },
	{ "permission", EPERM },
	{ "planted", 0 },
};

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define KINDS ARRAY_SIZE(kinds)

static uint8_t *message;
static size_t at, size;

static void put(const void *data, size_t bytes)
{
	if (at + bytes > size)
		die("message", "too long");
	memcpy(message + at, data, bytes);
	at += (bytes + 3) & ~3UL;
}

static size_t begin(uint16_t type)
{
	struct nlattr header = { .nla_type = type };
	size_t where = at;

	put(&header, sizeof(header));
	return where;
}

static void end(size_t where)
{
	((struct nlattr *)(message + where))->nla_len = at - where;
}

static void put_attr(uint16_t type, const void *data, size_t bytes)
{
	size_t where = begin(type);

	put(data, bytes);
	((struct nlattr *)(message + where))->nla_len = sizeof(struct nlattr) + bytes;
}

static void put_u32(uint16_t type, uint32_t value)
{
	put_attr(type, &value, sizeof(value));
}

/* Word by word: what is atomic is not put together. */
static void put_word(uint32_t **word, uint32_t value)
{
	__atomic_store_n((*word)++, value, __ATOMIC_RELAXED);
}

static uint32_t tag_word(void)
{
	return __atomic_load_n(&tag, __ATOMIC_RELAXED);
}

static void put_secret(uint16_t type, uint32_t kind, uint32_t number)
{
	size_t where = begin(type);
	uint32_t *word = (uint32_t *)(message + at);
	unsigned int i;

	for (i = 0; i < TAG_WORDS; i++)
		put_word(&word, ~tag_word());
	put_word(&word, kind);
	put_word(&word, number);
	put_word(&word, number * 2654435761U);
	put_word(&word, KEY_END);
	at += KEY_BYTES;
	end(where);
}

static void put_peer(uint32_t kind, uint32_t number, const char *name)
{
	size_t nest = begin(0 | NLA_F_NESTED);
	uint32_t public[KEY_WORDS] = { 0x1234567, kind, number };

	put_attr(PEER_KEY, public, sizeof(public));
	put_secret(PEER_PSK, kind, 2 * number);
	if (!strcmp(name, "twice"))
		put_secret(PEER_PSK, kind, 2 * number + 1);
	if (!strcmp(name, "peer-version"))
		put_u32(PEER_VERSION, 7);
	if (!strcmp(name, "policy"))
		put_attr(PEER_FLAGS, "", 1);
	end(nest);
}

static void put_peers(uint32_t kind, uint32_t first, uint32_t count, const char *name)
{
	size_t nest = begin(PEERS | NLA_F_NESTED);
	uint32_t i;

	for (i = 0; i < count; i++)
		put_peer(kind, first + i, name);
	if (!strcmp(name, "late-peer"))
		end(begin(0 | NLA_F_NESTED));
	end(nest);
}

static void put_request(const char *dev, uint32_t kind, uint32_t peers)
{
	const char *name = kinds[kind].name;
	uint16_t port = 51999;

	put_secret(PRIVATE_KEY, kind, 1U << 31);
	if (!strcmp(name, "no-link"))
		put_attr(IFNAME, "nobody0", 8);
	else
		put_attr(IFNAME, dev, strlen(dev) + 1);
	if (!strcmp(name, "both-names"))
		put_u32(IFINDEX, 1);
	if (!strcmp(name, "device-flag"))
		put_u32(FLAGS, 1U << 30);
	if (!strcmp(name, "port-in-use"))
		put_attr(LISTEN_PORT, &port, sizeof(port));
	if (!strcmp(name, "twice")) {
		put_peers(kind, peers, peers, name);
		put_secret(PRIVATE_KEY, kind, (1U << 31) + 1);
	}
	put_peers(kind, 0, peers, name);
}

/* Sends what is in the message; the error that comes back. */
static int request(int fd, uint16_t family, uint8_t command, uint8_t *answer, size_t bytes)
{
	struct nlmsghdr *header = (struct nlmsghdr *)message;
	struct genlmsghdr *generic = NLMSG_DATA(header);
	const struct nlmsghdr *reply = (const struct nlmsghdr *)answer;
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	ssize_t got;

	header->nlmsg_len = at;
	header->nlmsg_type = family;
	header->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	generic->cmd = command;
	generic->version = 1;
	got = sendto(fd, message, at, 0, (struct sockaddr *)&kernel, sizeof(kernel));
	explicit_bzero(message, at);
	if (got < 0)
		die("sending", strerror(errno));
	got = recv(fd, answer, bytes, 0);
	if (got < (ssize_t)NLMSG_LENGTH(sizeof(int)))
		die("receiving", strerror(errno));
	if (reply->nlmsg_type == NLMSG_ERROR)
		return -*(const int *)NLMSG_DATA(reply);
	return 0;
}

static uint16_t find_family(int fd, const char *name)
{
	static uint8_t answer[8192];
	const struct nlmsghdr *reply = (const struct nlmsghdr *)answer;
	const uint8_t *where = answer + NLMSG_HDRLEN + GENL_HDRLEN;

	at = NLMSG_HDRLEN + GENL_HDRLEN;
	put_attr(CTRL_ATTR_FAMILY_NAME, name, strlen(name) + 1);
	if (request(fd, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, answer, sizeof(answer)))
		die(name, "no such generic netlink family");
	while (where < answer + reply->nlmsg_len) {
		const struct nlattr *attr = (const struct nlattr *)where;

		if (attr->nla_type == CTRL_ATTR_FAMILY_ID)
			return *(const uint16_t *)(attr + 1);
		where += (attr->nla_len + 3) & ~3;
	}
	die(name, "no number in the answer");
	return 0;
}

static int send_keys(const char *family, const char *dev, const char *name, uint32_t peers)
{
	static uint8_t answer[8192];
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC), on = 1, bytes = 1 << 20, err;
	uint16_t number;
	uint32_t kind;

	for (kind = 0; kind < KINDS && strcmp(kinds[kind].name, name); kind++)
		;
	if (kind == KINDS)
		die(name, "no such kind of request");
	size = 4096 + peers * 256;
	message = calloc(1, size);
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes));
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	number = find_family(fd, family);
	recv(fd, answer, sizeof(answer), MSG_DONTWAIT);
	at = NLMSG_HDRLEN + GENL_HDRLEN;
	put_request(dev, kind, peers);
	err = request(fd, number, SET_DEVICE, answer, sizeof(answer));
	printf("%s\n", err ? strerrorname_np(err) : "done");
	if (err != kinds[kind].err && !(kinds[kind].err == EINVAL && err == ERANGE))
		die(name, strerror(err));
	return 0;
}

static bool scan_is_key(const uint32_t *word)
{
	unsigned int i;

	for (i = 0; i < TAG_WORDS; i++)
		if (~__atomic_load_n(&word[i], __ATOMIC_RELAXED) != tag_word())
			return false;
	return word[TAG_WORDS] < KINDS && word[TAG_WORDS + 3] == KEY_END;
}

/* Keys that begin in the four words up to the one at LAST, and in BUFFER. Those found are
 * wiped, or they would be found again, here.
 */
static void scan_around(uint32_t *buffer, size_t last, size_t words, unsigned int *count)
{
	size_t i;

	for (i = last + 1 - TAG_WORDS; i <= last && i + KEY_WORDS <= words; i++)
		if (scan_is_key(buffer + i)) {
			count[buffer[i + TAG_WORDS]]++;
			explicit_bzero(buffer + i, KEY_BYTES);
		}
}

/* The ends overlap by a key, lest one lie across. */
static void scan_part(int fd, uint64_t offset, uint64_t bytes, unsigned int *count)
{
	static uint32_t buffer[(SCAN_BYTES + KEY_BYTES) / 4];
	const uint32_t first = tag_word();
	uint64_t done;
	ssize_t got;
	size_t i;

	for (done = 0; done + KEY_BYTES <= bytes; done += SCAN_BYTES) {
		uint64_t want = bytes - done;

		if (want > sizeof(buffer))
			want = sizeof(buffer);
		got = pread(fd, buffer, want, offset + done);
		for (i = TAG_WORDS - 1; i < SCAN_BYTES / 4 && (ssize_t)i < got / 4; i += TAG_WORDS)
			if (~buffer[i] == first)
				scan_around(buffer, i, got / 4, count);
		/* The first half of a key may be all of it that is here. */
		explicit_bzero(buffer + SCAN_BYTES / 4, KEY_BYTES);
	}
}

static int scan(void)
{
	int fd = open("/proc/kcore", O_RDONLY);
	unsigned int count[KINDS] = {}, i;
	Elf64_Ehdr header;
	Elf64_Phdr part;

	if (fd < 0 || pread(fd, &header, sizeof(header), 0) != sizeof(header))
		die("/proc/kcore", strerror(errno));
	for (i = 0; i < header.e_phnum; i++) {
		if (pread(fd, &part, sizeof(part), header.e_phoff + i * sizeof(part)) !=
		    sizeof(part))
			die("/proc/kcore", "cannot read its program headers");
		if (part.p_type == PT_LOAD && part.p_vaddr >= DIRECT_MAP &&
		    part.p_vaddr < DIRECT_MAP_END)
			scan_part(fd, part.p_offset, part.p_filesz, count);
	}
	for (i = 0; i < KINDS; i++)
		printf("%s %u\n", kinds[i].name, count[i]);
	return 0;
}

/* Where it goes, a scan must find it. */
static int print_key(void)
{
	ssize_t done;

	size = sizeof(struct nlattr) + KEY_BYTES;
	message = calloc(1, size);
	put_secret(PRIVATE_KEY, KINDS - 1, 0);
	done = write(STDOUT_FILENO, message + sizeof(struct nlattr), KEY_BYTES);
	explicit_bzero(message, size);
	return done == KEY_BYTES ? 0 : 1;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "scan"))
		return scan();
	if (argc == 2 && !strcmp(argv[1], "print"))
		return print_key();
	if (argc == 6 && !strcmp(argv[1], "send"))
		return send_keys(argv[2], argv[3], argv[4], to_number(argv[5]));
	die("usage", "keys send FAMILY DEV KIND PEERS | keys print | keys scan");
	return 1;
}
