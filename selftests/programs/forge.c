// SPDX-License-Identifier: GPL-2.0
/*
 * Sends datagrams with forged sources as fast as it can, or at a rate: the flood of
 * flood-*.sh and of bench/flood, for which an interpreter is too slow.
 *
 *   forge DEV MAC ADDRESS PORT RATE MS FILE...
 *
 * Sends by DEV, whose other end has the link-layer address MAC, to the IPv4 ADDRESS and
 * PORT: what is in the FILEs, one after another, each from another source in 10.66.0.0/16
 * and from another port. RATE is a second's number, 0 for as many as it can. Ends after MS
 * milliseconds, or on SIGTERM, and prints "sent N in NS ns".
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PROGRAM "forge"
#include "program.h"

#define BATCH 64
#define MOST_FILES 16
#define MOST_BYTES 1500
#define MS_NS 1000000ULL
#define HEADER_WORDS (sizeof(struct iphdr) / 2)

#pragma pack(push, 1)
/* A whole packet, of which only the source changes. */
struct frame {
	struct ether_header ether;
	struct iphdr ip;
	struct udphdr udp;
	uint8_t message[MOST_BYTES];
};

#pragma pack(pop)

static struct frame frames[BATCH];
static struct iovec pieces[BATCH];
static struct mmsghdr messages[BATCH];
static atomic_bool ended;

static void end_early(int signo)
{
	(void)signo;
	ended = 1;
}

static uint16_t header_sum(const struct frame *frame)
{
	uint16_t word[HEADER_WORDS];
	uint32_t sum = 0;
	size_t i;

	memcpy(word, &frame->ip, sizeof(word));
	for (i = 0; i < HEADER_WORDS; i++)
		sum += word[i];
	sum = (sum & 0xffff) + (sum >> 16);
	return ~(sum + (sum >> 16));
}

/* The message of a file in a packet of its own. */
static void load(struct frame *frame, size_t *bytes, const char *path)
{
	FILE *file = fopen(path, "rb");

	if (!file)
		die(path, strerror(errno));
	*bytes = fread(frame->message, 1, sizeof(frame->message), file);
	if (!feof(file) && fgetc(file) != EOF)
		die(path, "expected at most 1500 bytes");
	fclose(file);
}

static void address_frame(struct frame *frame, size_t bytes, const char *mac,
			  const char *address, uint16_t port)
{
	struct ether_addr to;

	if (!ether_aton_r(mac, &to))
		die(mac, "expected a link-layer address");
	memcpy(frame->ether.ether_dhost, &to, ETH_ALEN);
	frame->ether.ether_type = htons(ETHERTYPE_IP);
	frame->ip.version = 4;
	frame->ip.ihl = 5;
	frame->ip.ttl = 64;
	frame->ip.protocol = IPPROTO_UDP;
	frame->ip.tot_len = htons(sizeof(frame->ip) + sizeof(frame->udp) + bytes);
	if (inet_pton(AF_INET, address, &frame->ip.daddr) != 1)
		die(address, "expected an IPv4 address");
	frame->udp.dest = htons(port);
	frame->udp.len = htons(sizeof(frame->udp) + bytes);
}

/* A source that none of the last 65,000 had; no checksum is one, too, for UDP. */
static void forge(struct frame *frame, uint64_t serial)
{
	frame->ip.saddr = htonl(0x0a420000 | (serial * 40503 & 0xffff));
	frame->udp.source = htons(1024 + serial % 60000);
	frame->ip.check = 0;
	frame->ip.check = header_sum(frame);
}

static int open_socket(const char *dev)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET };
	int fd = socket(AF_PACKET, SOCK_RAW, 0), on = 1;

	to.sll_ifindex = if_nametoindex(dev);
	if (fd < 0 || !to.sll_ifindex || bind(fd, (struct sockaddr *)&to, sizeof(to)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on)))
		die(dev, strerror(errno));
	return fd;
}

/* How many may be sent by now; waits when none. */
static uint64_t allowed(uint64_t begin, uint64_t sent, unsigned long rate)
{
	struct timespec pause = { .tv_nsec = MS_NS / 4 };
	uint64_t due;

	if (!rate)
		return BATCH;
	due = (now_ns() - begin) / 1000 * rate / 1000000;
	if (due <= sent) {
		nanosleep(&pause, NULL);
		return 0;
	}
	return due - sent < BATCH ? due - sent : BATCH;
}

static uint64_t flood(int fd, unsigned long rate, uint64_t begin, uint64_t end)
{
	uint64_t sent = 0, count, i;
	int done;

	while (!ended && now_ns() < end) {
		count = allowed(begin, sent, rate);
		for (i = 0; i < count; i++)
			forge(&frames[i], sent + i);
		done = count ? sendmmsg(fd, messages, count, 0) : 0;
		if (done < 0 && errno != ENOBUFS && errno != EAGAIN && errno != EINTR)
			die("sending", strerror(errno));
		sent += done > 0 ? done : 0;
	}
	return sent;
}

int main(int argc, char **argv)
{
	uint64_t begin, sent;
	size_t bytes;
	int fd, i;

	if (argc < 8 || argc - 7 > MOST_FILES)
		die("usage", "forge DEV MAC ADDRESS PORT RATE MS FILE...");
	signal(SIGTERM, end_early);
	for (i = 0; i < BATCH; i++) {
		load(&frames[i], &bytes, argv[7 + i % (argc - 7)]);
		address_frame(&frames[i], bytes, argv[2], argv[3], to_number(argv[4]));
		pieces[i].iov_base = &frames[i];
		pieces[i].iov_len = offsetof(struct frame, message) + bytes;
		messages[i].msg_hdr.msg_iov = &pieces[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	fd = open_socket(argv[1]);
	begin = now_ns();
	sent = flood(fd, to_number(argv[5]), begin, begin + to_number(argv[6]) * MS_NS);
	printf("sent %llu in %llu ns\n", (unsigned long long)sent,
	       (unsigned long long)(now_ns() - begin));
	return 0;
}
