// SPDX-License-Identifier: GPL-2.0
/*
 * Clients that come and go, and what it takes to let them in: for bench/peers. This program is
 * both the clients and the doorkeeper.
 *
 *   admission knocks NEAR FAR DEV KEY CLIENTS ALIVE
 *   admission known KIND NEAR FAR DEV KEY CLIENTS
 *
 * NEAR and FAR are namespaces: in NEAR is the link DEV, which has the public key KEY, no peer,
 * and port 1000 at 192.0.2.1; in FAR every address of 10.0.0.0/8 is local. Client N is at an
 * address of its own, as clients are: 16 knocks of a /24 are kept.
 *
 * knocks: CLIENTS clients, no two with the same key, knock in batches, and are let in with an
 * allowed IP of their own. Nothing more comes from them, and after a minute they expire. A batch
 * knocks as often as it takes to have ALIVE of them there at once. Prints "alive N", "used KIB"
 * whenever memory is looked at, and at the end
 *
 *   admit NS      for each: from the first of a batch that knocks to the last response, by
 *                 the clock; what the clients have in hand before and after is not in it
 *   sustained NS  for each: all that the CPU, the only one, was busy with, expired peers
 *                 included, but for making initiations and for looking at memory
 *   left KIB      memory that is used when all have expired
 *
 * known: the same clients are peers before they come. Prints "known NS", which is what the same
 * handshakes take without a decision.
 *
 * Each client has to get its own response; one of each batch also decrypts it.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>

#include <libculvert.h>

#define PROGRAM "admission"
#include "netlink.h"
#include "stranger.h"

/* Below 512, from which on a link demands cookies. */
#define BATCH 500
/* Peers in one request. */
#define CHUNK 64
#define IDLE_S 60
#define NS 1000000000ULL
#define PATIENCE_MS 5000
#define NEAR_PORT 1000
#define FAR_PORT 1001
/* What waits for the clients in their socket: all responses of a batch. */
#define SOCKET_BYTES (4 << 20)
/* How often memory is looked at from when all that are to be there at once are. */
#define LOOKS 8
/* Rounds on which the known clients' figure is a mean. */
#define KNOWN_ROUNDS 4

struct knock {
	uint64_t id;
	uint8_t public_key[CV_KEY_LEN];
};

/* The doorkeeper. */
struct door {
	struct mnl_socket *nl;
	struct mnl_socket *bell;
	struct family family;
	const char *dev;
	uint8_t public_key[CV_KEY_LEN];
	/* the next allowed IP, less 10.0.0.0 */
	uint32_t next_ip;
};

/* A batch of clients, and their socket. */
struct crowd {
	int socket;
	struct sockaddr_in to;
	/* the number of the first, and how many have been answered */
	uint32_t first;
	uint32_t answered;
	struct stranger_batch batch;
	struct stranger strangers[BATCH];
	uint8_t responses[BATCH][STRANGER_RESPONSE_BYTES];
	bool has_response[BATCH];
};

static struct door door;
static struct crowd crowd;

/* ------------------------------------------------------------- doorkeeper */

static struct nlmsghdr *begin_culvert(void *buffer, uint16_t flags, uint8_t command)
{
	struct nlmsghdr *message = begin_request(buffer, door.family.id, flags, command);

	mnl_attr_put_strz(message, CVDEVICE_A_IFNAME, door.dev);
	return message;
}

/* Last: sockets that are opened later are the doorkeeper's. */
static void open_door(const char *kind, const char *near, const char *dev, const char *key)
{
	enter_namespace(near);
	door.dev = dev;
	door.nl = open_netlink(NETLINK_GENERIC);
	door.bell = open_netlink(NETLINK_GENERIC);
	door.family = find_family(door.nl, kind);
	if (!cvl_key_from_text(door.public_key, key))
		die(key, "expected a public key");
}

static void listen_at_door(void)
{
	char buffer[1024];

	if (mnl_socket_setsockopt(door.bell, NETLINK_ADD_MEMBERSHIP, &door.family.knock_group,
				  sizeof(door.family.knock_group)))
		die("group knock", strerror(errno));
	request(door.nl, begin_culvert(buffer, NLM_F_ACK, CV_CMD_KNOCK_LISTEN), NULL, NULL);
}

static int see_knock(const struct nlmsghdr *message, void *arg)
{
	const struct nlattr *nest, *attr;
	struct knock *knock = arg;

	mnl_attr_for_each(nest, message, GENL_HDRLEN) {
		if (mnl_attr_get_type(nest) != CVDEVICE_A_KNOCK)
			continue;
		mnl_attr_for_each_nested(attr, nest) {
			if (mnl_attr_get_type(attr) == CVKNOCK_A_ID)
				knock->id = mnl_attr_get_u64(attr);
			else if (mnl_attr_get_type(attr) == CVKNOCK_A_PUBLIC_KEY)
				memcpy(knock->public_key, mnl_attr_get_payload(attr),
				       sizeof(knock->public_key));
		}
	}
	return MNL_CB_STOP;
}

static void put_peer(struct nlmsghdr *message, const struct knock *knock)
{
	struct nlattr *peer = mnl_attr_nest_start(message, 0), *ips, *ip;

	mnl_attr_put(message, CVPEER_A_PUBLIC_KEY, CV_KEY_LEN, knock->public_key);
	if (knock->id) {
		mnl_attr_put_u64(message, CVPEER_A_KNOCK_ID, knock->id);
		mnl_attr_put_u32(message, CVPEER_A_IDLE_S, IDLE_S);
	}
	ips = mnl_attr_nest_start(message, CVPEER_A_ALLOWEDIPS);
	ip = mnl_attr_nest_start(message, 0);
	mnl_attr_put_u16(message, CVALLOWEDIP_A_FAMILY, AF_INET);
	mnl_attr_put_u32(message, CVALLOWEDIP_A_IPADDR, htonl(0x0a000000 + door.next_ip++));
	mnl_attr_put_u8(message, CVALLOWEDIP_A_CIDR_MASK, 32);
	mnl_attr_nest_end(message, ip);
	mnl_attr_nest_end(message, ips);
	mnl_attr_nest_end(message, peer);
}

static void add_peers(const struct knock *knocks, unsigned int count)
{
	static char buffer[1 << 15];
	struct nlmsghdr *message = begin_culvert(buffer, NLM_F_ACK, CV_CMD_SET_DEVICE);
	struct nlattr *peers = mnl_attr_nest_start(message, CVDEVICE_A_PEERS);
	unsigned int i;

	for (i = 0; i < count; i++)
		put_peer(message, &knocks[i]);
	mnl_attr_nest_end(message, peers);
	request(door.nl, message, NULL, NULL);
}

static void remove_all_peers(void)
{
	char buffer[1024];
	struct nlmsghdr *message = begin_culvert(buffer, NLM_F_ACK, CV_CMD_SET_DEVICE);

	mnl_attr_put_u32(message, CVDEVICE_A_FLAGS, CVDEVICE_F_REPLACE_PEERS);
	request(door.nl, message, NULL, NULL);
}

/* It has rung: lets in all that there are. Returns how many. */
static unsigned int answer_door(void)
{
	struct knock knocks[CHUNK];
	unsigned int count, all = 0;
	char buffer[1024];
	int error;

	/* What it says is known; ENOBUFS would mean that it has rung more often than that. */
	while (recv(mnl_socket_get_fd(door.bell), buffer, sizeof(buffer), MSG_DONTWAIT) > 0)
		;
	do {
		for (error = 0, count = 0; count < CHUNK; count++) {
			error = try_request(door.nl, begin_culvert(buffer, 0, CV_CMD_KNOCK_GET),
					    see_knock, &knocks[count]);
			if (error)
				break;
		}
		if (error && error != EAGAIN)
			die("KNOCK_GET", strerror(error));
		if (count)
			add_peers(knocks, count);
		all += count;
	} while (!error);
	return all;
}

static uint32_t count_peers(void)
{
	struct mnl_socket *nl;
	uint32_t peers;
	int error;

	/* Peers expire meanwhile. */
	do {
		nl = open_netlink(NETLINK_GENERIC);
		error = try_dump(nl, door.family.id, door.dev, &peers);
		mnl_socket_close(nl);
	} while (error == EINTR);
	if (error)
		die("dump", strerror(error));
	return peers;
}

/* ---------------------------------------------------------------- clients */

static void open_crowd(const char *far)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(FAR_PORT) };
	int bytes = SOCKET_BYTES;

	enter_namespace(far);
	crowd.to = (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(NEAR_PORT),
		.sin_addr.s_addr = htonl(0xc0000201),
	};
	crowd.socket = socket(AF_INET, SOCK_DGRAM, 0);
	if (crowd.socket < 0 || bind(crowd.socket, (struct sockaddr *)&any, sizeof(any)) ||
	    setsockopt(crowd.socket, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)))
		die("the clients' socket", strerror(errno));
}

/* Clients @first to @first + @count - 1, ready to send. A key is made of @key_number + N. */
static void make_crowd(uint32_t first, uint32_t count, uint64_t key_number)
{
	uint8_t key[CV_KEY_LEN];
	uint32_t i;

	crowd.first = first;
	crowd.answered = 0;
	memset(crowd.has_response, 0, sizeof(crowd.has_response));
	make_key(key, ~(uint64_t)first);
	stranger_batch_init(&crowd.batch, door.public_key, key);
	for (i = 0; i < count; i++) {
		make_key(key, key_number + i);
		if (!stranger_init(&crowd.strangers[i], &crowd.batch, key, first + i))
			die("a client", "expected a key pair");
	}
}

/* In another /24 than the 65,535 before it. */
static in_addr_t address_of(uint32_t n)
{
	return htonl(0x0a000000 | (n & 0xffff) << 8 | (1 + (n >> 16)));
}

static void send_initiation(uint32_t i)
{
	union {
		char bytes[CMSG_SPACE(sizeof(struct in_pktinfo))];
		struct cmsghdr header;
	} control = { .bytes = { 0 } };
	struct iovec data = {
		.iov_base = crowd.strangers[i].initiation,
		.iov_len = STRANGER_INITIATION_BYTES,
	};
	struct msghdr message = {
		.msg_name = &crowd.to, .msg_namelen = sizeof(crowd.to),
		.msg_iov = &data, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	struct in_pktinfo info = { .ipi_spec_dst.s_addr = address_of(crowd.first + i) };

	control.header.cmsg_level = IPPROTO_IP;
	control.header.cmsg_type = IP_PKTINFO;
	control.header.cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(&control.header), &info, sizeof(info));
	if (sendmsg(crowd.socket, &message, 0) < 0)
		die("sending", strerror(errno));
}

static void take_responses(void)
{
	uint32_t message[64];
	ssize_t bytes;
	uint32_t index;

	while ((bytes = recv(crowd.socket, message, sizeof(message), MSG_DONTWAIT)) >= 0) {
		if (!stranger_read_index(&index, message, bytes))
			die("an answer", "expected a response");
		index -= crowd.first;
		if (index >= BATCH || crowd.has_response[index])
			die("a response", "expected one for each client of the batch");
		crowd.has_response[index] = true;
		memcpy(crowd.responses[index], message, sizeof(crowd.responses[index]));
		crowd.answered++;
	}
}

/* Sends all, and lets them in if they have to be. Returns when the last response is there. */
static uint64_t meet(uint32_t count)
{
	struct pollfd fds[] = {
		{ .fd = crowd.socket, .events = POLLIN },
		{ .fd = mnl_socket_get_fd(door.bell), .events = POLLIN },
	};
	uint64_t begin = now_ns(), took;
	unsigned int let_in = 0;
	char text[100];
	uint32_t i;

	for (i = 0; i < count; i++)
		send_initiation(i);
	while (crowd.answered < count) {
		if (poll(fds, 2, PATIENCE_MS) <= 0) {
			snprintf(text, sizeof(text),
				 "expected %u of clients from %u on, got %u, %u were let in",
				 count, crowd.first, crowd.answered, let_in);
			die("responses", text);
		}
		if (fds[1].revents)
			let_in += answer_door();
		if (fds[0].revents)
			take_responses();
	}
	took = now_ns() - begin;
	i = crowd.first % count;
	if (!stranger_is_answered(&crowd.strangers[i], &crowd.batch, crowd.responses[i]))
		die("a response", "expected the client to decrypt it");
	return took;
}

/* ------------------------------------------------------------------ rounds */

static void sleep_till(uint64_t ns)
{
	struct timespec when = { .tv_sec = ns / NS, .tv_nsec = ns % NS };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, NULL) == EINTR)
		;
}

/* How long the CPU, the only one, was not idle. */
static uint64_t busy_ns(void)
{
	FILE *file = fopen("/proc/uptime", "r");
	double up, idle;

	if (!file || fscanf(file, "%lf %lf", &up, &idle) != 2)
		die("/proc/uptime", "expected two numbers");
	fclose(file);
	return (up - idle) * NS;
}

static void write_word(const char *path, const char *word)
{
	FILE *file = fopen(path, "w");

	if (!file || fputs(word, file) < 0 || fclose(file))
		die(path, strerror(errno));
}

/*
 * Memory that is free when nothing is in between that could be given back. A CPU's own list of
 * free pages, which "MemFree" leaves out, holds more than some thousand peers have had.
 */
static long free_kib(void)
{
	long page_kib = sysconf(_SC_PAGESIZE) / 1024, sum = 0, pages;
	char line[200];
	FILE *file;
	int i;

	for (i = 0; i < 2; i++) {
		write_word("/proc/sys/vm/drop_caches", "3");
		sleep_till(now_ns() + NS / 2);
	}
	write_word("/proc/sys/vm/stat_refresh", "1");
	file = fopen("/proc/zoneinfo", "r");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, " pages free %ld", &pages) == 1 ||
		    sscanf(line, " count: %ld", &pages) == 1)
			sum += pages;
	if (!sum)
		die("/proc/zoneinfo", "expected free pages");
	fclose(file);
	return sum * page_kib;
}

static void say(const char *what, uint64_t value)
{
	printf("%s %llu\n", what, (unsigned long long)value);
	fflush(stdout);
}

static void look(long free_before)
{
	printf("used %ld\n", free_before - free_kib());
	/* By now those of the batch that this one follows have expired. */
	say("alive", count_peers());
}

/* Whether memory is looked at after round @n of @rounds; all are there after @full. */
static bool is_look(uint32_t n, uint32_t full, uint32_t rounds)
{
	uint32_t apart = rounds > full + LOOKS ? (rounds - full) / LOOKS : 1;

	return n > full && ((n - full - 1) % apart == 0 || n == rounds);
}

static void knocks(uint32_t clients, uint32_t alive)
{
	uint32_t rounds = clients / BATCH, full = alive / BATCH, n;
	uint64_t begin, part, busy, own = 0, took = 0;
	long free_before;

	if (!full || rounds <= full)
		die("ALIVE", "expected 500 or more, and less than CLIENTS");
	listen_at_door();
	free_before = free_kib();
	begin = now_ns();
	busy = busy_ns();
	for (n = 1; n <= rounds; n++) {
		part = now_ns();
		make_crowd((n - 1) * BATCH, BATCH, (n - 1) * BATCH);
		own += now_ns() - part;
		took += meet(BATCH);
		if (is_look(n, full, rounds)) {
			part = busy_ns();
			look(free_before);
			own += busy_ns() - part;
		}
		sleep_till(begin + n * IDLE_S * NS / full);
	}
	/* Till the last have expired, of which some more milliseconds are no matter. */
	sleep_till(begin + rounds * IDLE_S * NS / full + (IDLE_S + 5) * NS);
	busy = busy_ns() - busy - own;
	if (count_peers())
		die("expired peers", "expected that all are gone 65 s after the last has knocked");
	say("admit", took / (rounds * BATCH));
	say("sustained", busy / (rounds * BATCH));
	printf("left %ld\n", free_before - free_kib());
}

static void known(uint32_t clients)
{
	struct knock peers[BATCH];
	uint64_t took = 0;
	uint32_t n, i;

	if (!clients || clients > BATCH)
		die("CLIENTS", "expected 1 to 500");
	for (n = 0; n < KNOWN_ROUNDS; n++) {
		make_crowd(n * clients, clients, n * clients);
		for (i = 0; i < clients; i++) {
			peers[i].id = 0;
			memcpy(peers[i].public_key, crowd.strangers[i].public_key, CV_KEY_LEN);
		}
		for (i = 0; i < clients; i += CHUNK)
			add_peers(peers + i, clients - i < CHUNK ? clients - i : CHUNK);
		took += meet(clients);
		remove_all_peers();
	}
	say("known", took / (KNOWN_ROUNDS * clients));
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (argc == 8 && !strcmp(what, "knocks")) {
		open_crowd(argv[3]);
		open_door(CV_GENL_NAME, argv[2], argv[4], argv[5]);
		knocks(to_number(argv[6]), to_number(argv[7]));
	} else if (argc == 8 && !strcmp(what, "known")) {
		open_crowd(argv[4]);
		open_door(argv[2], argv[3], argv[5], argv[6]);
		known(to_number(argv[7]));
	} else {
		die(what, "expected knocks or known: see admission.c");
	}
	return 0;
}
