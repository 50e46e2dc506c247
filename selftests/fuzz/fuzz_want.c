// SPDX-License-Identifier: GPL-2.0
/*
 * Packets that want a peer, and the model of it, see fuzz_want.h. It stands for datapath/tx.c, too.
 *
 * The rules: a packet waits if it may: a program listens, the link is up, it is for one host, and
 * there is room: 256 addresses, 4 MiB; of 17 to an address the oldest is dropped and counted. While
 * it waits it has no socket, route or tracked connection, and no memory of a program. It leaves
 * once, in the order of its address and with what it came with, when a peer is there that has an
 * endpoint, after 5 s, or when the program has gone; at once then. It is dropped and counted when
 * the link goes down, and in no other case. The program is told of each address that waits, the
 * oldest first, once in a second at most, and rung for when there is one.
 */
#include <arpa/inet.h>

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/genetlink.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/route.h>

#include <uapi/linux/culvert.h>

#include <fake_kernel.h>
#include <core/device.h>
#include <core/drop.h>
#include <core/peer.h>
#include <datapath/tx.h>
#include <datapath/want.h>

#include "fuzz_events.h"
#include "fuzz_link.h"
#include "fuzz_want.h"

#define GROUP_WANT 3
#define ADDRESSES_MAX 256
#define WAITING_MAX 16
#define BYTES_MAX (4U << 20)
#define WAIT_NS (5 * NSEC_PER_SEC)
#define APART_NS ((u64)NSEC_PER_SEC)
/* In one input. */
#define PACKETS_MAX 1536
/* What is in front of an IP header. */
#define HEADROOM 16

/* Bits of what packets are like, see fuzz_want_packets(). */
enum {
	LIKE_V6 = 1,
	LIKE_CROWD = 2,
	LIKE_ROUTED = 4,
	LIKE_BROADCAST = 8,
	LIKE_TRANSLATED = 0x10,
	LIKE_ZEROCOPY = 0x20,
	LIKE_NO_MEMORY = 0x40,
	LIKE_LOCAL = 0x80,
};

struct address {
	u16 family;
	u8 bytes[16];
};

/* An address that is wanted, until none waits for it and it may be told of again. */
struct wanted {
	struct address address;
	/* packets that wait; the first, and how many */
	unsigned int first;
	unsigned int last;
	unsigned int count;
	/* the program has not asked for it yet; of several the one of least @place is told */
	bool untold;
	u64 place;
	u64 told_ns;
};

enum state {
	/* not sent yet, or it is no more */
	PACKET_GONE,
	PACKET_WAITS,
	/* waits no more: its peer is there, its time is up, or the program has gone */
	PACKET_LEAVES,
};

struct packet {
	enum state state;
	u8 like;
	u8 depth;
	struct address to;
	/* translated; and before that */
	struct address from;
	struct address from_before;
	u64 since_ns;
	unsigned int bytes;
	/* the next one for the same address */
	unsigned int next;
};

static struct cv_device *device;
static struct packet packets[PACKETS_MAX];
static unsigned int sent_count;
/* How many are in either state but PACKET_GONE, and the memory of those that wait. */
static unsigned int here_count;
static unsigned int waiting_bytes;
static struct wanted wanteds[ADDRESSES_MAX];
static unsigned int wanted_count;
static u64 last_place;
/* The socket that listens, or 0. */
static u32 listener;
/* It has been rung for since it has found nothing. */
static bool rung;
static bool may_lose;
static bool memory_fails;
/* The link goes down when the next packet leaves. */
static bool goes_down;
/* It is known which packets leave. */
static bool visited;

/* What packets have when they are sent. */
static struct nf_conn connection;
static struct rtable routes[2] = { {}, { .rt_flags = RTCF_BROADCAST } };
static unsigned int socket_packets;

static void send_packet(const struct packet *model);

void fuzz_want_begin(struct cv_device *dev)
{
	device = dev;
	memset(packets, 0, sent_count * sizeof(*packets));
	sent_count = 0;
	here_count = 0;
	waiting_bytes = 0;
	wanted_count = 0;
	last_place = 0;
	listener = 0;
	rung = false;
	may_lose = true;
	goes_down = false;
	visited = false;
	fake_route_missing = false;
}

static bool is_same(const struct address *a, const struct address *b)
{
	return a->family == b->family && !memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

static struct wanted *find_wanted(const struct address *address)
{
	unsigned int i;

	for (i = 0; i < wanted_count; i++)
		if (is_same(&wanteds[i].address, address))
			return &wanteds[i];
	return NULL;
}

static void drop_wanted(struct wanted *wanted)
{
	memmove(wanted, wanted + 1, (u8 *)&wanteds[wanted_count] - (u8 *)(wanted + 1));
	wanted_count--;
}

static bool is_listening(void)
{
	return listener && device->netdev->net == &fake_net;
}

static struct cv_peer *find_peer(const struct address *address)
{
	struct cv_peer *peer;

	rcu_read_lock();
	peer = cv_allowedips_find(&device->allowed_ips, address->family, address->bytes);
	rcu_read_unlock();
	return peer;
}

static bool is_ready(const struct address *address)
{
	struct cv_peer *peer = find_peer(address);

	/* One with candidates needs no endpoint: initiations go to these. */
	return peer && (peer->path.endpoint.remote.any.sa_family ||
			(peer->path.ways && peer->path.ways->candidate_count));
}

static bool may_tell(const struct wanted *wanted)
{
	return !wanted->told_ns || fake_boottime_ns - wanted->told_ns >= APART_NS;
}

/* The one that the program is told of next, or NULL. */
static struct wanted *first_untold(void)
{
	struct wanted *wanted, *first = NULL;

	for (wanted = wanteds; wanted < wanteds + wanted_count; wanted++)
		if (wanted->untold && wanted->count && may_tell(wanted) &&
		    (!first || wanted->place < first->place) && !is_ready(&wanted->address))
			first = wanted;
	return first;
}

static void check_drops(const struct cv_drop_counts *before, enum cv_drop reason, unsigned int n)
{
	enum cv_drop other;

	for (other = CV_DROP_NONE + 1; other < CV_DROP_COUNT; other++) {
		u64 expected = before->n[other] + (other == reason ? n : 0);

		FUZZ_CHECK(device->drops->n[other] == expected,
			   "expected %llu drops for reason %u, got %llu",
			   (unsigned long long)expected, other,
			   (unsigned long long)device->drops->n[other]);
	}
}

/*
 * Packets leave.
 */

/* The oldest of an address waits no more. */
static void take_first(struct wanted *wanted, enum state state)
{
	struct packet *packet = &packets[wanted->first];

	FUZZ_CHECK(wanted->count && packet->state == PACKET_WAITS,
		   "expected a packet to wait for the address");
	packet->state = state;
	waiting_bytes -= packet->bytes;
	here_count -= state == PACKET_GONE;
	wanted->first = packet->next;
	wanted->count--;
}

static bool is_due(const struct packet *packet)
{
	return packet->since_ns + WAIT_NS <= fake_boottime_ns;
}

/* The link looks at all of them: some leave, and make room for others at once. */
static void visit(void)
{
	struct wanted *wanted = wanteds;

	visited = true;
	while (wanted < wanteds + wanted_count) {
		bool ready = wanted->count && is_ready(&wanted->address);

		while (wanted->count && (ready || is_due(&packets[wanted->first])))
			take_first(wanted, PACKET_LEAVES);
		if (!wanted->count && may_tell(wanted))
			drop_wanted(wanted);
		else
			wanted++;
	}
}

static void *source_of(struct sk_buff *skb)
{
	return skb->protocol == htons(ETH_P_IP) ? (void *)&ip_hdr(skb)->saddr :
						  (void *)&ipv6_hdr(skb)->saddr;
}

static size_t address_bytes(const struct address *address)
{
	return address->family == AF_INET ? 4 : 16;
}

/* As tx.c has it: ICMP goes to the source, perhaps by this link. */
static void refuse(struct sk_buff *skb, const struct packet *packet)
{
	const struct packet answer = {
		.like = packet->like & LIKE_V6, .depth = packet->depth, .bytes = 1,
		.to = packet->from_before, .from = packet->to, .from_before = packet->to,
	};
	struct cv_peer *peer = find_peer(&packet->to);

	if (packet->like & LIKE_LOCAL && !memory_fails)
		send_packet(&answer);
	cv_drop_skb(device, skb, peer ? CV_DROP_TX_NO_ENDPOINT : CV_DROP_TX_NO_PEER, 1);
}

static struct packet *packet_of(const struct sk_buff *skb)
{
	unsigned int number;

	memcpy(&number, skb->data + skb->len - sizeof(number), sizeof(number));
	FUZZ_CHECK(number < sent_count, "expected a packet that was sent, got %u", number);
	return &packets[number];
}

/* It may leave now, and is as it came. */
static void check_leaves(struct sk_buff *skb, struct packet *packet, u8 depth)
{
	unsigned int refs = fake_route_missing || !(packet->like & LIKE_ROUTED) ? 0 : 1;
	const struct packet *older;

	FUZZ_CHECK(packet->state != PACKET_GONE, "expected packet %u to leave once",
		   (unsigned int)(packet - packets));
	FUZZ_CHECK(packet->state == PACKET_LEAVES,
		   "expected a packet to wait on, got it after %llu ns",
		   (unsigned long long)(fake_boottime_ns - packet->since_ns));
	FUZZ_CHECK(fake_bh_off[fake_cpu], "expected packets to leave with BH off");
	FUZZ_CHECK(device->netdev->running, "expected none to leave when the link is down");
	FUZZ_CHECK(depth == packet->depth, "expected depth %u, got %u", packet->depth, depth);
	FUZZ_CHECK(!!skb->dst == !!refs && fake_route_refs() == refs,
		   "expected %u routes, got %u", refs, fake_route_refs());
	FUZZ_CHECK(!memcmp(source_of(skb), packet->from.bytes, address_bytes(&packet->from)),
		   "expected the source that the packet came with");
	for (older = packets; older < packet; older++)
		FUZZ_CHECK(older->state != PACKET_LEAVES || !is_same(&older->to, &packet->to),
			   "expected packets to one address to leave in their order");
}

/* ICMP goes to the source as it was before it was translated, if there is memory for that. */
static void show_source(struct sk_buff *skb, const struct packet *packet)
{
	const struct address *source = &packet->from_before;

	if (packet->like & LIKE_NO_MEMORY) {
		source = &packet->from;
		fuzz_events_no_memory(0);
	}
	cv_want_show_source(skb);
	if (packet->like & LIKE_NO_MEMORY)
		fuzz_events_no_memory(-1);
	FUZZ_CHECK(!memcmp(source_of(skb), source->bytes, address_bytes(source)),
		   "expected ICMP to go to another source");
}

/* cv_want_ops.leave(): tx.c gets a packet back. */
static void on_leave(struct cv_device *dev, struct sk_buff *skb, u8 depth)
{
	struct packet *packet = packet_of(skb);

	FUZZ_CHECK(dev == device, "expected a packet of this link");
	if (packet->state == PACKET_WAITS || !visited)
		visit();
	check_leaves(skb, packet, depth);
	packet->state = PACKET_GONE;
	here_count--;
	if (is_ready(&packet->to)) {
		kfree_skb(skb);
	} else {
		show_source(skb, packet);
		refuse(skb, packet);
	}
	if (goes_down)
		device->netdev->running = false;
}

const struct cv_want_ops cv_tx_want_ops = {
	.leave = on_leave,
};

/*
 * Packets come.
 */
static void on_orphan(struct sk_buff *skb)
{
	socket_packets--;
}

static void put_headers(struct sk_buff *skb, const struct packet *packet, unsigned int number)
{
	skb_reserve(skb, HEADROOM);
	skb_reset_network_header(skb);
	if (packet->to.family == AF_INET) {
		struct iphdr header = { .version = 4, .ihl = 5 };

		memcpy(&header.saddr, packet->from.bytes, sizeof(header.saddr));
		memcpy(&header.daddr, packet->to.bytes, sizeof(header.daddr));
		skb_put_data(skb, &header, sizeof(header));
		skb->protocol = htons(ETH_P_IP);
	} else {
		struct ipv6hdr header = { .version = 6 };

		memcpy(&header.saddr, packet->from.bytes, sizeof(header.saddr));
		memcpy(&header.daddr, packet->to.bytes, sizeof(header.daddr));
		skb_put_data(skb, &header, sizeof(header));
		skb->protocol = htons(ETH_P_IPV6);
	}
	skb_put_data(skb, &number, sizeof(number));
}

static struct sk_buff *make_skb(const struct packet *packet, unsigned int number)
{
	struct rtable *route = &routes[packet->like & LIKE_BROADCAST ? 1 : 0];
	struct sk_buff *skb = netdev_alloc_skb(device->netdev, HEADROOM + sizeof(struct ipv6hdr) +
					       sizeof(number));

	assert(skb);
	put_headers(skb, packet, number);
	skb->truesize = packet->bytes;
	skb->zerocopy = packet->like & LIKE_ZEROCOPY;
	skb->destructor = on_orphan;
	socket_packets++;
	if (packet->like & LIKE_ROUTED) {
		route->dst.refs++;
		skb_dst_set(skb, &route->dst);
	}
	connection.translated = packet->like & LIKE_TRANSLATED;
	memset(&connection.source, 0, sizeof(connection.source));
	memcpy(&connection.source, packet->from_before.bytes, address_bytes(&packet->from_before));
	connection.users++;
	skb->ct = &connection;
	return skb;
}

static bool is_for_many(const struct packet *packet)
{
	static const u8 all[4] = { 255, 255, 255, 255 };
	const u8 *to = packet->to.bytes;

	if (packet->to.family == AF_INET6)
		return to[0] == 0xff;
	return to[0] >> 4 == 14 || !memcmp(to, all, sizeof(all)) ||
	       (packet->like & LIKE_ROUTED && packet->like & LIKE_BROADCAST);
}

/* The address of a packet that waits from now on, or NULL if there are too many. */
static struct wanted *take_wanted(const struct packet *packet)
{
	struct wanted *wanted = find_wanted(&packet->to);
	struct wanted *other, *idle = NULL;

	if (wanted)
		return wanted;
	if (wanted_count == ADDRESSES_MAX) {
		for (other = wanteds; other < wanteds + wanted_count; other++)
			if (!other->count && (!idle || other->place < idle->place))
				idle = other;
		if (!idle)
			return NULL;
		drop_wanted(idle);
	}
	wanted = &wanteds[wanted_count++];
	*wanted = (struct wanted){ .address = packet->to };
	return wanted;
}

/* Where a packet should wait, or NULL. */
static struct wanted *expect_wait(const struct packet *packet)
{
	if (!is_listening() || !device->netdev->running || is_for_many(packet) ||
	    waiting_bytes + packet->bytes > BYTES_MAX ||
	    (packet->like & LIKE_ZEROCOPY && memory_fails))
		return NULL;
	return take_wanted(packet);
}

static bool rings_well(void)
{
	return fake_genl_heard & 1UL << GROUP_WANT && !fake_genl_deaf && !memory_fails;
}

/* The packet of the greatest number waits for an address. */
static void add_packet(struct wanted *wanted)
{
	unsigned int number = sent_count - 1;
	struct packet *packet = &packets[number];

	if (!wanted->untold && (may_tell(wanted) || !wanted->count)) {
		wanted->untold = true;
		wanted->place = ++last_place;
		if (may_tell(wanted) && rings_well())
			may_lose = false;
	}
	if (wanted->count)
		packets[wanted->last].next = number;
	else
		wanted->first = number;
	wanted->last = number;
	wanted->count++;
	packet->state = PACKET_WAITS;
	waiting_bytes += packet->bytes;
	here_count++;
	FUZZ_CHECK(wanted->count <= WAITING_MAX && wanted_count <= ADDRESSES_MAX &&
		   waiting_bytes <= BYTES_MAX, "the model lets too much wait");
}

/* A packet for which there is no way, as tx.c has it. */
static void want_packet(struct sk_buff *skb, struct packet *packet)
{
	struct cv_drop_counts before = *device->drops;
	struct wanted *wanted = expect_wait(packet);
	bool waits = device->want && cv_want_hold(device, skb, packet->depth);
	bool full = wanted && wanted->count == WAITING_MAX;

	FUZZ_CHECK(waits == !!wanted, "expected a packet to %s, with %u to %u addresses, %u bytes",
		   wanted ? "wait" : "be refused", here_count, wanted_count, waiting_bytes);
	check_drops(&before, full ? CV_DROP_TX_WANT_FULL : CV_DROP_NONE, 1);
	if (!waits) {
		FUZZ_CHECK(!!skb->dst == !!(packet->like & LIKE_ROUTED) && skb->ct,
			   "expected a packet that is refused to be as it came");
		refuse(skb, packet);
		return;
	}
	FUZZ_CHECK(!skb->destructor && !skb->dst && !skb->ct && !skb->zerocopy,
		   "expected a packet to have nothing of others while it waits");
	if (full)
		take_first(wanted, PACKET_GONE);
	add_packet(wanted);
}

static void send_packet(const struct packet *model)
{
	struct packet *packet = &packets[sent_count];
	bool failed = memory_fails;
	struct sk_buff *skb;

	if (sent_count == PACKETS_MAX)
		return;
	*packet = *model;
	packet->since_ns = fake_boottime_ns;
	skb = make_skb(packet, sent_count++);
	memory_fails = packet->like & LIKE_NO_MEMORY;
	if (memory_fails)
		fuzz_events_no_memory(0);
	rcu_read_lock();
	local_bh_disable();
	if (is_ready(&packet->to))
		kfree_skb(skb);
	else
		want_packet(skb, packet);
	local_bh_enable();
	rcu_read_unlock();
	if (memory_fails)
		fuzz_events_no_memory(-1);
	memory_fails = failed;
}

static void set_address(struct address *address, bool v6, const u8 bytes[4])
{
	*address = (struct address){ .family = v6 ? AF_INET6 : AF_INET };
	memcpy(address->bytes + (v6 ? 12 : 0), bytes, 4);
	if (!v6)
		return;
	assert(inet_pton(AF_INET6, "2001:db8::", address->bytes) == 1);
	memcpy(address->bytes + 12, bytes, 4);
	if (bytes[0] == 0xff)
		address->bytes[0] = 0xff;
}

void fuzz_want_packets(struct fuzz_input *in)
{
	static const u8 from[4] = { 10, 99, 0, 1 }, from_before[4] = { 10, 98, 0, 1 };
	struct packet packet = { .like = fuzz_u8(in) };
	unsigned int count = fuzz_u8(in);
	bool v6 = packet.like & LIKE_V6;
	unsigned int i;
	u8 to[4];

	packet.bytes = 1024 * fuzz_u8(in) + 512;
	packet.depth = packet.bytes >> 10 & 3;
	fuzz_bytes(in, to, sizeof(to));
	set_address(&packet.from, v6, from);
	set_address(&packet.from_before, v6, packet.like & LIKE_TRANSLATED ? from_before : from);
	for (i = 0; i < count; i++) {
		set_address(&packet.to, v6, to);
		send_packet(&packet);
		if (packet.like & LIKE_CROWD && !++to[3] && !++to[2])
			to[1]++;
	}
}

/*
 * What happens to all of them.
 */
static void forget(enum state state)
{
	unsigned int i;

	for (i = 0; i < sent_count; i++)
		if (packets[i].state != PACKET_GONE)
			packets[i].state = state;
	if (state == PACKET_GONE)
		here_count = 0;
	wanted_count = 0;
	waiting_bytes = 0;
}

void fuzz_want_down(bool meanwhile)
{
	u64 before = device->drops->n[CV_DROP_TX_LINK_DOWN];
	u64 dropped;

	goes_down = meanwhile;
	if (meanwhile)
		fake_deferred_run_all();
	goes_down = false;
	fuzz_link_down(device);
	dropped = device->drops->n[CV_DROP_TX_LINK_DOWN] - before;
	FUZZ_CHECK(dropped == here_count, "expected %u packets to be dropped, got %llu",
		   here_count, (unsigned long long)dropped);
	forget(PACKET_GONE);
	rung = false;
	FUZZ_CHECK(!fake_route_refs() && !routes[0].dst.refs && !routes[1].dst.refs &&
		   !connection.users && !socket_packets,
		   "expected packets to have nothing of others when all have gone");
}

void fuzz_want_closed(u32 portid)
{
	if (listener != portid)
		return;
	listener = 0;
	forget(PACKET_LEAVES);
	visited = false;
}

void fuzz_want_may_lose(void)
{
	may_lose = true;
}

void fuzz_want_rung(void)
{
	FUZZ_CHECK(is_listening(), "expected no bell when no program listens");
	FUZZ_CHECK(!rung, "expected one bell until the program has found nothing, got two");
	FUZZ_CHECK(first_untold(), "expected a bell to be for an address that may be told of");
	rung = true;
}

void fuzz_want_settle(void)
{
	unsigned int i;

	visit();
	visited = false;
	for (i = 0; i < sent_count; i++)
		FUZZ_CHECK(packets[i].state != PACKET_LEAVES,
			   "expected packet %u to leave, for its peer, its time, or the program",
			   i);
	FUZZ_CHECK(may_lose || rung || !is_listening() || !rings_well() || !first_untold(),
		   "expected the program to be rung for");
}

/*
 * What the program does.
 */
void fuzz_want_listened(int err, bool may_fail)
{
	if (err == -EBUSY) {
		FUZZ_CHECK(listener && listener != fake_portid,
			   "expected a socket to be let listen when no other does");
		return;
	}
	FUZZ_CHECK(err != -ENOMEM || may_fail, "expected memory for a listener");
	if (err)
		return;
	FUZZ_CHECK(!listener || listener == fake_portid, "expected one socket to listen, got two");
	if (!listener)
		rung = false;
	listener = fake_portid;
}

static void check_key(const struct nlattr *key, const struct wanted *wanted)
{
	struct cv_peer *peer = find_peer(&wanted->address);

	FUZZ_CHECK(!key == !peer, "expected the key of the peer that has the address");
	FUZZ_CHECK(!key || (nla_len(key) == CV_KEY_LEN &&
			    !memcmp(nla_data(key), peer->public_key, CV_KEY_LEN)),
		   "expected the key of another peer");
}

static void check_told(const struct nlattr *nest, struct wanted *wanted)
{
	const struct nlattr *attrs[CVWANT_A_MAX + 1];
	const struct nlattr *destination;
	u64 age_ms;

	fuzz_events_read(attrs, CVWANT_A_MAX, nla_data(nest), nla_len(nest));
	destination = attrs[CVWANT_A_DESTINATION];
	FUZZ_CHECK(destination && attrs[CVWANT_A_AGE_MS] && attrs[CVWANT_A_PACKETS],
		   "expected a want to have an address, its age and a number of packets");
	FUZZ_CHECK(nla_len(destination) == (int)address_bytes(&wanted->address) &&
		   !memcmp(nla_data(destination), wanted->address.bytes, nla_len(destination)),
		   "expected the address that the program has not been told of for the longest");
	check_key(attrs[CVWANT_A_PUBLIC_KEY], wanted);
	FUZZ_CHECK(nla_get_u32(attrs[CVWANT_A_PACKETS]) == wanted->count,
		   "expected %u packets, got %u", wanted->count,
		   nla_get_u32(attrs[CVWANT_A_PACKETS]));
	age_ms = (fake_boottime_ns - packets[wanted->first].since_ns) / NSEC_PER_MSEC;
	FUZZ_CHECK(nla_get_u32(attrs[CVWANT_A_AGE_MS]) == age_ms, "expected %llu ms, got %u",
		   (unsigned long long)age_ms, nla_get_u32(attrs[CVWANT_A_AGE_MS]));
	wanted->untold = false;
	wanted->told_ns = fake_boottime_ns;
}

void fuzz_want_got(int err, bool may_fail)
{
	const struct nlattr *attrs[CVDEVICE_A_OWN_MAX + 1];
	struct wanted *wanted = first_untold();

	FUZZ_CHECK(err != -ENOTCONN || listener != fake_portid,
		   "expected the program that listens to be told");
	FUZZ_CHECK(err != -EAGAIN || !wanted, "expected a want, got none");
	FUZZ_CHECK(err != -ENOMEM || may_fail, "expected memory for an answer");
	FUZZ_CHECK(err != -ENOBUFS || (wanted && fuzz_events_refuse_answer),
		   "expected room for an answer");
	if (err == -EAGAIN)
		rung = false;
	if (err)
		return;
	FUZZ_CHECK(listener == fake_portid, "expected only the program that listens to be told");
	FUZZ_CHECK(wanted, "expected no want, got one");
	fuzz_events_read(attrs, CVDEVICE_A_OWN_MAX, fuzz_events_answer, fuzz_events_answer_bytes);
	FUZZ_CHECK(attrs[CVDEVICE_A_WANT] && attrs[CVDEVICE_A_IFINDEX] && attrs[CVDEVICE_A_IFNAME],
		   "expected a link and a want in an answer");
	check_told(attrs[CVDEVICE_A_WANT], wanted);
}

void fuzz_want_drain(void)
{
	unsigned int count = 0;
	int err;

	if (!listener)
		return;
	fake_portid = listener;
	do {
		err = fuzz_events_ask(CV_CMD_WANT_GET, device->netdev->ifindex);
		fuzz_want_got(err, false);
		FUZZ_CHECK(count++ <= ADDRESSES_MAX, "expected 256 addresses, got more");
	} while (!err);
}
