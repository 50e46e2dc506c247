// SPDX-License-Identifier: GPL-2.0
/*
 * A crowd of peers, and what dealing with it takes: for bench/peers, in whose guest an
 * interpreter would take longer than what is measured.
 *
 *   crowd add DEV FIRST COUNT           adds peers FIRST, FIRST + 1, ...
 *   crowd remove DEV FIRST COUNT        removes them
 *   crowd dump KIND DEV                 reads all there are, and counts them
 *   crowd delete DEV                    deletes the link
 *   crowd packets FROM TO ADDRESS COUNT sends datagrams from a namespace to another
 *
 * Peer N has a key that follows from N and the allowed IP 10.0.0.0 + N. Each prints
 * "ns N", the time that it took by the monotonic clock; dump also prints "peers N".
 */
#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <libculvert.h>

#define PROGRAM "crowd"
#include "netlink.h"

/* Peers in one request of ours; the library makes messages of them. */
#define CROWD_CHUNK 500

/* So many datagrams any queue on the way can hold. */
#define CROWD_BURST 50
#define CROWD_BYTES 512
#define CROWD_PORT 9999

static void add_peer(struct cvl_device *change, uint32_t n, bool remove)
{
	struct cvl_allowed_ip ip = {
		.family = AF_INET,
		.prefix_bits = 32,
		.v4.s_addr = htonl(0x0a000000 + n),
	};
	struct cvl_peer *peer = cvl_peer_append(change);

	if (!peer)
		die("a peer", strerror(ENOMEM));
	make_key(peer->public_key, n);
	peer->remove = remove;
	if (!remove && !cvl_allowed_ip_append(peer, &ip))
		die("an allowed IP", strerror(ENOMEM));
}

/* One request after another: how long the kernel and the library took for them. */
static uint64_t change_peers(const char *dev, uint32_t first, uint32_t count, bool remove)
{
	struct cvl_error err = { 0 };
	struct cvl_netlink *nl = cvl_netlink_create(&err);
	uint64_t begin, took = 0;
	struct cvl_link link;
	uint32_t n = first, end = first + count;

	if (!nl || cvl_netlink_find(nl, &link, dev, &err))
		die(dev, err.text);
	while (n < end) {
		uint32_t chunk_end = end - n < CROWD_CHUNK ? end : n + CROWD_CHUNK;
		struct cvl_device *change = cvl_device_create();

		if (!change)
			die(dev, strerror(ENOMEM));
		while (n < chunk_end)
			add_peer(change, n++, remove);
		begin = now_ns();
		if (cvl_netlink_set(nl, &link, change, &err))
			die(dev, err.text);
		took += now_ns() - begin;
		cvl_device_destroy(change);
	}
	cvl_netlink_destroy(nl);
	return took;
}

static void say_ns(uint64_t ns)
{
	printf("ns %llu\n", (unsigned long long)ns);
}

/* Not by the library, which would make all peers of it. */
static void dump(const char *kind, const char *dev)
{
	struct mnl_socket *nl = open_netlink(NETLINK_GENERIC);
	struct family family = find_family(nl, kind);
	uint64_t begin = now_ns();
	uint32_t peers;
	int error;

	error = try_dump(nl, family.id, dev, &peers);
	if (error)
		die("dump", strerror(error));
	printf("ns %llu\npeers %u\n", (unsigned long long)(now_ns() - begin), peers);
}

static void delete(const char *dev)
{
	struct mnl_socket *nl = open_netlink(NETLINK_ROUTE);
	struct nlmsghdr *message;
	struct ifinfomsg *info;
	char buffer[1024];
	uint64_t begin;

	message = mnl_nlmsg_put_header(buffer);
	message->nlmsg_type = RTM_DELLINK;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	info = mnl_nlmsg_put_extra_header(message, sizeof(*info));
	info->ifi_index = if_nametoindex(dev);
	if (!info->ifi_index)
		die(dev, strerror(errno));
	begin = now_ns();
	request(nl, message, NULL, NULL);
	say_ns(now_ns() - begin);
}

static int socket_in(const char *namespace)
{
	int fd;

	enter_namespace(namespace);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0)
		die("a socket", strerror(errno));
	return fd;
}

/* Burst after burst, the next when all of the last has arrived. */
static void packets(const char *from, const char *to, const char *address, uint32_t count)
{
	struct sockaddr_in there = { .sin_family = AF_INET, .sin_port = htons(CROWD_PORT) };
	struct timeval patience = { .tv_sec = 5 };
	int far = socket_in(to), near = socket_in(from);
	char data[CROWD_BYTES] = { 0 };
	uint64_t begin;
	uint32_t n, i;

	if (bind(far, (struct sockaddr *)&there, sizeof(there)) ||
	    setsockopt(far, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)))
		die("the receiver", strerror(errno));
	if (inet_pton(AF_INET, address, &there.sin_addr) != 1)
		die(address, "expected an IPv4 address");
	begin = now_ns();
	for (n = 0; n < count; n += CROWD_BURST) {
		for (i = 0; i < CROWD_BURST; i++)
			if (sendto(near, data, sizeof(data), 0, (struct sockaddr *)&there,
				   sizeof(there)) < 0)
				die("sending", strerror(errno));
		for (i = 0; i < CROWD_BURST; i++)
			if (recv(far, data, sizeof(data), 0) != sizeof(data))
				die("receiving", strerror(errno));
	}
	say_ns(now_ns() - begin);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (argc == 5 && !strcmp(what, "add"))
		say_ns(change_peers(argv[2], to_number(argv[3]), to_number(argv[4]), false));
	else if (argc == 5 && !strcmp(what, "remove"))
		say_ns(change_peers(argv[2], to_number(argv[3]), to_number(argv[4]), true));
	else if (argc == 4 && !strcmp(what, "dump"))
		dump(argv[2], argv[3]);
	else if (argc == 3 && !strcmp(what, "delete"))
		delete(argv[2]);
	else if (argc == 6 && !strcmp(what, "packets"))
		packets(argv[2], argv[3], argv[4], to_number(argv[5]));
	else
		die(what, "expected add, remove, dump, delete or packets: see crowd.c");
	return 0;
}
