// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz target: the way in. Datagrams, alone and as super-packets in any number of pieces,
 * go to the module's own rx.c, open.c and merge.c under sessions whose keys are known here,
 * so that what is inside gets past the authentication; what is handed up is compared
 * with a model that looks at each datagram by itself.
 *
 * The rules: every datagram is handed up or counted once, under the reason that it has;
 * what is handed up is, super-packets split again, what the peer has sealed, bit for bit
 * and in its order, and nothing else; whenever memory runs out, fewer. Nothing is left.
 *
 * Input: steps (enum datagram_step), each a byte and what it takes.
 */
#include <crypto/chacha20poly1305.h>

#include <linux/bottom_half.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <linux/unaligned.h>

#include <net/ip.h>
#include <net/ipv6.h>

#include <fake_kernel.h>
#include <datapath/aead.h>
#include <datapath/batch.h>
#include <datapath/place.h>
#include <datapath/policy.h>
#include <datapath/queue.h>
#include <datapath/worker.h>
#include <datapath/lane.h>
#include <datapath/merge.h>
#include <datapath/open.h>
#include <datapath/rx.h>
#include <datapath/scratch.h>
#include <datapath/socket.h>
#include <handshake/exchange.h>
#include <handshake/session.h>
#include <tables/index.h>

#include "fuzz.h"
#include "fuzz_link.h"

enum datagram_step {
	STEP_PACKET,
	STEP_PACKET_AGAIN,
	STEP_RUN,
	STEP_WAIT,
	STEP_NO_MEMORY,
	STEP_SMALL_CHUNKS,
	STEP_NO_GRO,
	STEP_LANE_FULL,
	STEP_DROP,
	STEPS,
};

/* What a datagram is; the rest of its byte is what is done with it. */
enum datagram_kind {
	KIND_TCP,
	KIND_TCP_V6,
	KIND_ODD_TCP,
	KIND_INNER,
	KIND_KEEPALIVE,
	KIND_WIRE,
	KIND_MASK = 7,
	KIND_DAMAGED = 8,
	KIND_OTHER_PEER = 16,
	KIND_UNKNOWN = 32,
	KIND_AGAIN = 64,
};

#define STEPS_MAX 24
#define PEERS 2
#define DATAGRAMS_MAX 140
#define STRIDE_MAX 1700
#define WIRE_MAX (DATAGRAMS_MAX * STRIDE_MAX)
#define EXPECTED_MAX (STEPS_MAX * DATAGRAMS_MAX)
#define COUNTERS 65536
/* protocol.md: Reject-After-Time */
#define OPENS_NS (180ULL * NSEC_PER_SEC)

/* A packet that must come up. */
struct packet {
	u16 bytes;
	u8 data[STRIDE_MAX];
};

struct sender {
	struct cv_peer *peer;
	struct cv_session *session;
	__le32 index;
	u64 born_ns;
	u64 counter;
	u8 key[CV_WIRE_KEY_BYTES];
	/* the stream: what its next segment has */
	u32 seq;
	u16 id;
	bool seen[COUNTERS];
	struct packet expected[EXPECTED_MAX];
	unsigned int expected_count, arrived_count;
};

static struct sender senders[PEERS];
static struct cv_device *device;
static struct cv_socket listener;
static struct pcpu_sw_netstats stats;
static struct cv_drop_counts expected_drops;
/* what came in, was handed up, was a keepalive, was for the handshake */
static unsigned int sent_count, arrived_count, keepalive_count, handshake_count;
/* memory ran out, or a session was dropped: nothing but the rules for that */
static bool lossy, dropped, lane_full;
/* what was delivered last */
static u8 wire[WIRE_MAX];
static unsigned int wire_bytes, wire_stride;

/*
 * What stands for the rooms between: batches wait in their queue until they are run, all
 * in the order they came.
 */
struct cv_batch *cv_batch_create(struct cv_session *session, const struct cv_batch_ops *ops)
{
	struct cv_batch *batch = kzalloc(sizeof(*batch), GFP_ATOMIC);

	if (!batch)
		return NULL;
	batch->ops = ops;
	batch->session = session;
	batch->order = &session->peer->rx;
	batch->state = CV_BATCH_WAITING;
	__skb_queue_head_init(&batch->in);
	__skb_queue_head_init(&batch->out);
	return batch;
}

void cv_batch_free(struct cv_batch *batch)
{
	__skb_queue_purge(&batch->in);
	__skb_queue_purge(&batch->out);
	cv_session_put(batch->session);
	kfree(batch);
}

struct cv_batch *cv_order_growing(struct cv_order *order, const struct cv_session *session)
{
	struct cv_batch *tail;

	if (list_empty(&order->batches))
		return NULL;
	tail = list_last_entry(&order->batches, struct cv_batch, order_link);
	return tail->session == session ? tail : NULL;
}

void cv_order_add(struct cv_batch *batch)
{
	list_add_tail(&batch->order_link, &batch->order->batches);
}

void cv_worker_add(struct cv_batch *batch)
{
}

void cv_worker_kick(int cpu, enum cv_batch_level level)
{
}

void cv_worker_help(struct cv_order *order, unsigned int batches)
{
}

bool cv_queue_has_discipline(const struct cv_device *dev)
{
	return false;
}

unsigned int cv_queue_sent(struct cv_device *dev, unsigned int bytes)
{
	return 0;
}

/* The library's, and the room that the real one may write to is written to. */
bool cv_aead_open(u8 *dst, u8 *src, unsigned int bytes, u64 counter,
		  const u8 key[CV_WIRE_KEY_BYTES])
{
	u8 *plain = malloc(bytes + 1);
	bool authentic;

	authentic = chacha20poly1305_decrypt(plain, src, bytes + CV_WIRE_TAG_BYTES, NULL, 0,
					     counter, key);
	memset(src - CV_AEAD_BEFORE_BYTES, 0xa5, CV_AEAD_BEFORE_BYTES);
	memset(src + bytes, 0xa5, CV_AEAD_BEHIND_BYTES);
	if (authentic)
		memcpy(dst, plain, bytes);
	free(plain);
	return authentic;
}

bool cv_lane_is_full(struct cv_device *dev, u32 id)
{
	return lane_full;
}

static struct sender *sender_of(u32 id)
{
	unsigned int i;

	for (i = 0; i < PEERS; i++)
		if (senders[i].peer->id == id)
			return &senders[i];
	FUZZ_CHECK(false, "expected a peer's number, got %u", id);
	return NULL;
}

/*
 * What comes up.
 */
static void check_arrived(struct sender *sender, const u8 *data, unsigned int bytes, bool summed)
{
	const struct packet *expected = &sender->expected[sender->arrived_count];
	u8 wanted[STRIDE_MAX];
	unsigned int network;

	arrived_count++;
	if (lossy)
		return;
	FUZZ_CHECK(sender->arrived_count < sender->expected_count,
		   "expected no more packets of peer %u, got one of %u bytes",
		   sender->peer->id, bytes);
	sender->arrived_count++;
	FUZZ_CHECK(bytes == expected->bytes, "expected a packet of %u bytes, got %u",
		   expected->bytes, bytes);
	memcpy(wanted, expected->data, bytes);
	if (!summed) {
		/* That of a super-packet is made when it is split. */
		network = wanted[0] >> 4 == 4 ? 20 : 40;
		memset(wanted + network + offsetof(struct tcphdr, check), 0, 2);
	}
	FUZZ_CHECK(!memcmp(wanted, data, bytes), "expected a packet of %u bytes as it was sealed",
		   bytes);
}

static void check_super_packet(const struct sk_buff *skb, const u8 *data)
{
	unsigned int network = data[0] >> 4 == 4 ? 20 : 40, bytes = skb->len - network;
	const struct tcphdr *tcp = (const struct tcphdr *)(data + network);
	const u8 *addresses = data + (network == 20 ? 12 : 8);
	unsigned int payload = bytes - tcp->doff * 4, size = skb_shinfo(skb)->gso_size;

	FUZZ_CHECK(skb->ip_summed == CHECKSUM_PARTIAL && skb->csum_offset == 16 &&
		   skb->csum_start == skb->data - skb->head + network &&
		   skb->transport_header == skb->csum_start,
		   "expected the sum to be wanted of TCP's header on");
	FUZZ_CHECK(tcp->check == fake_tcp_pseudo_checksum(bytes, addresses, network == 20 ? 8 : 32),
		   "expected the sum of the pseudo header");
	FUZZ_CHECK(skb_shinfo(skb)->gso_segs == DIV_ROUND_UP(payload, size) && payload > size,
		   "expected %u segments of %u bytes, got %u", DIV_ROUND_UP(payload, size), size,
		   skb_shinfo(skb)->gso_segs);
	FUZZ_CHECK(skb->len <= IP_MAX_MTU, "expected at most 65535 bytes, got %u", skb->len);
}

/* As whoever sends a super-packet on would split it. */
static void split(struct sender *sender, const struct sk_buff *skb, const u8 *data)
{
	unsigned int network = data[0] >> 4 == 4 ? 20 : 40, size = skb_shinfo(skb)->gso_size;
	unsigned int header = network + ((const struct tcphdr *)(data + network))->doff * 4;
	bool same_id = skb_shinfo(skb)->gso_type & SKB_GSO_TCP_FIXEDID;
	u8 segment[STRIDE_MAX];
	unsigned int at, n = 0;

	for (at = header; at < skb->len; at += size, n++) {
		unsigned int bytes = min(size, skb->len - at);
		struct tcphdr *tcp = (struct tcphdr *)(segment + network);
		struct ipv6hdr *v6 = (struct ipv6hdr *)segment;
		struct iphdr *v4 = (struct iphdr *)segment;

		FUZZ_CHECK(header + bytes <= sizeof(segment), "expected a segment as it came");
		memcpy(segment, data, header);
		memcpy(segment + header, data + at, bytes);
		tcp->check = 0;
		tcp->seq = htonl(ntohl(tcp->seq) + n * size);
		tcp->psh = tcp->psh && at + bytes == skb->len;
		if (network == 20) {
			v4->tot_len = htons(header + bytes);
			v4->id = htons(ntohs(v4->id) + (same_id ? 0 : n));
			ip_send_check(v4);
		} else {
			v6->payload_len = htons(header - network + bytes);
		}
		check_arrived(sender, segment, header + bytes, false);
	}
}

void cv_lane_push(struct cv_device *dev, u32 id, struct sk_buff_head *packets,
		  unsigned int bytes)
{
	struct sender *sender = sender_of(id);
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(packets))) {
		u8 *data = malloc(skb->len);

		FUZZ_CHECK(!skb_copy_bits(skb, 0, data, skb->len), "expected all bytes");
		if (skb_is_gso(skb)) {
			check_super_packet(skb, data);
			split(sender, skb, data);
		} else {
			FUZZ_CHECK(skb->ip_summed == CHECKSUM_UNNECESSARY,
				   "expected the peer's word for the sum");
			check_arrived(sender, data, skb->len, true);
		}
		free(data);
		kfree_skb(skb);
	}
}

/*
 * The model: what has to become of a datagram.
 */
static void expect_drop(enum cv_drop reason, unsigned int n)
{
	expected_drops.n[reason] += n;
}

static enum cv_drop inner_fault(const struct sender *sender, const u8 *inner, unsigned int bytes,
				unsigned int *own_bytes)
{
	unsigned int version = bytes ? inner[0] >> 4 : 0, length, peer;

	if (bytes < 20)
		return CV_DROP_RX_INNER_SHORT;
	if (version == 4) {
		length = inner[2] << 8 | inner[3];
		if (length < 20)
			return CV_DROP_RX_INNER_LENGTH;
		peer = inner[12] == 10 ? inner[13] : 0;
	} else if (version == 6) {
		if (bytes < 40)
			return CV_DROP_RX_INNER_SHORT;
		length = (inner[4] << 8 | inner[5]) + 40;
		peer = inner[8] == 0xfd ? inner[9] : 0;
	} else {
		return CV_DROP_RX_INNER_VERSION;
	}
	if (length > bytes)
		return CV_DROP_RX_INNER_LENGTH;
	*own_bytes = length;
	return peer == sender - senders + 1 ? CV_DROP_NONE : CV_DROP_RX_INNER_SOURCE;
}

static void expect_inner(struct sender *sender, const u8 *inner, unsigned int bytes)
{
	unsigned int own_bytes = 0;
	struct packet *packet = &sender->expected[sender->expected_count];
	enum cv_drop reason;

	if (!bytes) {
		keepalive_count++;
		return;
	}
	reason = inner_fault(sender, inner, bytes, &own_bytes);
	if (reason != CV_DROP_NONE) {
		expect_drop(reason, 1);
		return;
	}
	FUZZ_CHECK(sender->expected_count < EXPECTED_MAX, "the model has no more room");
	sender->expected_count++;
	packet->bytes = own_bytes;
	memcpy(packet->data, inner, own_bytes);
}

static struct sender *sender_at(__le32 index)
{
	unsigned int i;

	for (i = 0; i < PEERS; i++)
		if (senders[i].index == index)
			return &senders[i];
	return NULL;
}

static void expect_data(const u8 *datagram, unsigned int bytes)
{
	struct sender *sender = sender_at(cpu_to_le32(get_unaligned_le32(datagram + 4)));
	u64 counter = get_unaligned_le64(datagram + 8);
	u8 inner[STRIDE_MAX];

	if (!sender) {
		expect_drop(CV_DROP_RX_UNKNOWN_INDEX, 1);
	} else if (fake_boottime_ns - sender->born_ns >= OPENS_NS) {
		expect_drop(CV_DROP_RX_EXPIRED, 1);
	} else if (!chacha20poly1305_decrypt(inner, datagram + 16, bytes - 16, NULL, 0, counter,
					     sender->key)) {
		expect_drop(CV_DROP_RX_TAG, 1);
	} else if (sender->seen[counter % COUNTERS]) {
		expect_drop(CV_DROP_RX_REPLAY, 1);
	} else {
		sender->seen[counter % COUNTERS] = true;
		expect_inner(sender, inner, bytes - CV_WIRE_DATA_OVERHEAD_BYTES);
	}
}

static void expect_datagram(const u8 *datagram, unsigned int bytes)
{
	static const unsigned int sizes[] = {
		[CV_WIRE_INITIATION] = 148, [CV_WIRE_RESPONSE] = 92, [CV_WIRE_COOKIE] = 64,
	};
	u32 type;

	sent_count++;
	if (bytes < sizeof(type)) {
		expect_drop(CV_DROP_RX_SHORT, 1);
		return;
	}
	type = get_unaligned_le32(datagram);
	if (type == CV_WIRE_DATA && bytes >= CV_WIRE_DATA_OVERHEAD_BYTES)
		expect_data(datagram, bytes);
	else if (type == CV_WIRE_DATA)
		expect_drop(CV_DROP_RX_SHORT, 1);
	else if (!type || type > CV_WIRE_DATA)
		expect_drop(CV_DROP_RX_TYPE, 1);
	else if (bytes != sizes[type])
		expect_drop(CV_DROP_RX_LENGTH, 1);
	else
		handshake_count++;
}

/* All datagrams of a super-packet; refused whole, if it is none that there can be. */
static void expect_packet(const u8 *data, unsigned int bytes, unsigned int stride)
{
	unsigned int at;

	if (bytes < 4 || stride < 4 || bytes / stride > 128) {
		sent_count += bytes < 4 ? 1 : DIV_ROUND_UP(bytes, max(stride, 1U));
		expect_drop(CV_DROP_RX_SHORT,
			    bytes < 4 ? 1 : DIV_ROUND_UP(bytes, max(stride, 1U)));
		return;
	}
	for (at = 0; at < bytes; at += stride)
		expect_datagram(data + at, min(stride, bytes - at));
}

/*
 * Making datagrams.
 */

/* A segment's fields as streams do not have them, one at a time. */
static void tweak(u8 *inner, unsigned int network, unsigned int how)
{
	struct tcphdr *tcp = (struct tcphdr *)(inner + network);
	bool summed = !(how & 0x8000);
	u8 bit = 1 << how % 8;

	how = (how & 0x7fff) / 8;
	switch (how % 4) {
	case 0:
		inner[network + 12 + how / 4 % 8] ^= bit;
		break;
	case 1:
		inner[how / 4] ^= bit;
		break;
	case 2:
		tcp->seq = htonl(ntohl(tcp->seq) + (signed char)(how * 8 + bit));
		break;
	default:
		tcp->psh = 1;
		break;
	}
	if (network == 20 && inner[0] == 0x45 && summed)
		ip_send_check((struct iphdr *)inner);
}

/* The next segment of a sender's stream, of @bytes with some padding. */
static void make_segment(struct sender *sender, struct fuzz_input *in, u8 *inner,
			 unsigned int bytes, unsigned int kind)
{
	unsigned int network = kind == KIND_TCP_V6 ? 40 : 20, options, header, length, i;
	u8 peer = sender - senders + 1, how = fuzz_u8(in);
	struct tcphdr *tcp = (struct tcphdr *)(inner + network);

	options = how & 16 ? 12 : 0;
	header = network + sizeof(*tcp) + options;
	length = bytes - (how & 15) % (bytes - header + 1);
	memset(inner, 0, bytes);
	if (network == 20) {
		struct iphdr *v4 = (struct iphdr *)inner;

		inner[0] = 0x45;
		v4->tot_len = htons(length);
		v4->id = htons(how & 32 ? sender->id : sender->id++);
		v4->frag_off = htons(how & 64 ? 0 : IP_DF);
		v4->ttl = 64;
		v4->protocol = IPPROTO_TCP;
		memcpy(&v4->saddr, (u8[]){ 10, peer, 0, 1 }, 4);
		memcpy(&v4->daddr, (u8[]){ 10, 9, 0, 1 }, 4);
		ip_send_check(v4);
	} else {
		inner[0] = 0x60;
		inner[4] = (length - network) >> 8;
		inner[5] = length - network;
		inner[6] = IPPROTO_TCP;
		inner[7] = 64;
		memcpy(inner + 8, (u8[]){ 0xfd, peer }, 2);
		memcpy(inner + 24, (u8[]){ 0xfd, 9 }, 2);
	}
	tcp->source = htons(1000);
	tcp->dest = htons(2000);
	tcp->seq = htonl(sender->seq);
	tcp->ack = 1;
	tcp->psh = how >> 7;
	tcp->doff = (sizeof(*tcp) + options) / 4;
	tcp->check = htons(0x1234);
	memset(tcp + 1, 1, options);
	for (i = header; i < length; i++)
		inner[i] = sender->seq + i * 7;
	sender->seq += length - header;
	if (kind == KIND_ODD_TCP)
		tweak(inner, network, fuzz_u16(in));
}

static void seal(struct sender *sender, u8 *datagram, const u8 *inner, unsigned int bytes,
		 u64 counter, __le32 index)
{
	struct cv_wire_data header = {
		.type = cpu_to_le32(CV_WIRE_DATA), .receiver = index, .counter = htole64(counter),
	};

	memcpy(datagram, &header, sizeof(header));
	chacha20poly1305_encrypt(datagram + sizeof(header), inner, bytes, NULL, 0, counter,
				 sender->key);
}

/* One datagram of @bytes. */
static void make_datagram(struct fuzz_input *in, u8 *datagram, unsigned int bytes)
{
	unsigned int kind = fuzz_u8(in), inner_bytes = bytes - CV_WIRE_DATA_OVERHEAD_BYTES;
	struct sender *sender = &senders[!!(kind & KIND_OTHER_PEER)];
	u8 inner[STRIDE_MAX];
	u64 counter;

	if (bytes < CV_WIRE_DATA_OVERHEAD_BYTES || (kind & KIND_MASK) >= KIND_WIRE) {
		unsigned int given = min_t(unsigned int, bytes, fuzz_u8(in));

		memset(datagram, kind & KIND_AGAIN, bytes);
		fuzz_bytes(in, datagram, given);
		return;
	}
	memset(inner, 0, inner_bytes);
	if ((kind & KIND_MASK) <= KIND_ODD_TCP && inner_bytes > 40 + sizeof(struct tcphdr) + 12)
		make_segment(sender, in, inner, inner_bytes, kind & KIND_MASK);
	else if ((kind & KIND_MASK) <= KIND_INNER)
		fuzz_bytes(in, inner, min_t(unsigned int, inner_bytes, fuzz_u8(in)));
	counter = sender->counter;
	if (kind & KIND_AGAIN && counter)
		counter -= 1 + fuzz_u8(in) % counter;
	else
		sender->counter++;
	seal(sender, datagram, inner, inner_bytes, counter,
	     kind & KIND_UNKNOWN ? ~sender->index : sender->index);
	if (kind & KIND_DAMAGED)
		datagram[fuzz_u16(in) % bytes] ^= 1 << fuzz_u8(in) % 8;
}

/* One or several, as large as one another but for the last. */
static void make_packet(struct fuzz_input *in)
{
	unsigned int count, bytes, i;

	wire_stride = fuzz_u16(in) % STRIDE_MAX;
	wire_bytes = 0;
	count = 1 + fuzz_u8(in) % DATAGRAMS_MAX;
	for (i = 0; i < count && (i < 4 || in->size); i++) {
		bytes = wire_stride;
		if (i + 1 == count || in->size <= 8)
			bytes = fuzz_u16(in) % (wire_stride + 1);
		make_datagram(in, wire + wire_bytes, bytes);
		wire_bytes += bytes;
		if (bytes < wire_stride)
			break;
	}
}

/*
 * Delivering.
 */
static struct sk_buff *make_skb(struct fuzz_input *in, const u8 *data, unsigned int bytes)
{
	u8 how = fuzz_u8(in);
	unsigned int network = how & 1 ? 40 : 20, pieces = 0, linear, at;
	unsigned int piece = max(64U, DIV_ROUND_UP(bytes, MAX_SKB_FRAGS));
	struct sk_buff *skb;

	linear = how & 2 ? fuzz_u16(in) % (bytes + 1) : bytes;
	skb = netdev_alloc_skb(NULL, network + sizeof(struct udphdr) + linear);
	assert(skb);
	memset(skb_put(skb, network + sizeof(struct udphdr)), 0,
	       network + sizeof(struct udphdr));
	skb->head[0] = network == 20 ? 0x45 : 0x60;
	skb_put_data(skb, data, linear);
	skb->data += network;
	skb->len -= network;
	skb->transport_header = network;
	for (at = linear; at < bytes; at += piece) {
		struct page *page = kzalloc(sizeof(*page), GFP_ATOMIC);
		unsigned int n = min(piece, bytes - at);

		page->refs = 1;
		page->memory = kmalloc(n, GFP_ATOMIC);
		memcpy(page->memory, data + at, n);
		skb_fill_page_desc(skb, pieces++, page, 0, n);
		skb->len += n;
		skb->data_len += n;
	}
	return skb;
}

static void deliver(struct fuzz_input *in, long memory)
{
	struct sk_buff *skb = make_skb(in, wire, wire_bytes);
	unsigned int flight_bytes = skb->truesize, i;

	if (wire_stride < wire_bytes)
		skb_shinfo(skb)->gso_size = wire_stride;
	expect_packet(wire, wire_bytes, min(wire_stride, wire_bytes));
	fake_memory_fail_after(memory);
	local_bh_disable();
	cv_rx_receive(&listener, skb);
	local_bh_enable();
	fake_memory_fail_after(-1);
	/* The bounds of what is in flight: how many were refused is not the model's to know. */
	if (atomic_read(&device->rx_flight_bytes) + flight_bytes > CV_POLICY_FLIGHT_BYTES)
		lossy = true;
	for (i = 0; i < PEERS; i++)
		if (!cv_place_admits(senders[i].peer, DATAGRAMS_MAX))
			lossy = true;
}

static void run_batches(long memory)
{
	unsigned int i;

	fake_memory_fail_after(memory);
	for (i = 0; i < PEERS; i++) {
		struct list_head *batches = &senders[i].peer->rx.batches;

		while (!list_empty(batches)) {
			struct cv_batch *batch = list_first_entry(batches, struct cv_batch,
								  order_link);

			list_del(&batch->order_link);
			batch->order->packets -= batch->packets;
			batch->state = CV_BATCH_RUNNING;
			batch->ops->run(batch);
			batch->ops->finish(batch);
		}
	}
	fake_memory_fail_after(-1);
	FUZZ_CHECK(!atomic_read(&device->rx_flight_bytes), "expected no bytes in flight, got %d",
		   atomic_read(&device->rx_flight_bytes));
	for (i = 0; i < PEERS; i++)
		FUZZ_CHECK(!senders[i].peer->rx.packets, "expected no packets in flight, got %u",
			   senders[i].peer->rx.packets);
}

static void drop_sessions(struct cv_peer *peer)
{
	mutex_lock(&device->lock);
	cv_session_drop_all(peer);
	mutex_unlock(&device->lock);
	lossy = true;
	dropped = true;
}

static void step(struct fuzz_input *in)
{
	unsigned int what = fuzz_u8(in) % STEPS;
	long memory = -1;

	if (what == STEP_NO_MEMORY) {
		memory = fuzz_u8(in) % 32;
		lossy = true;
		what = fuzz_u8(in) % STEP_WAIT;
	}
	switch (what) {
	case STEP_PACKET:
		make_packet(in);
		deliver(in, memory);
		break;
	case STEP_PACKET_AGAIN:
		deliver(in, memory);
		break;
	case STEP_RUN:
		run_batches(memory);
		break;
	case STEP_WAIT:
		/* What was received in time is opened in time. */
		run_batches(-1);
		fake_boottime_ns += fuzz_u8(in) * NSEC_PER_SEC;
		break;
	case STEP_SMALL_CHUNKS:
		fake_page_frag_bytes = fake_page_frag_bytes == 4096 ? 32768 : 4096;
		break;
	case STEP_NO_GRO:
		device->netdev->has_gro = !device->netdev->has_gro;
		break;
	case STEP_LANE_FULL:
		lane_full = !lane_full;
		lossy = true;
		break;
	case STEP_DROP:
		drop_sessions(senders[fuzz_u8(in) % PEERS].peer);
		break;
	}
}

/* Each reason's count; once something was lost that need not be, only their sum. */
static void check_counts(void)
{
	unsigned int reason, refused = 0;

	for (reason = CV_DROP_RX_SHORT; reason <= CV_DROP_RX_INNER_SOURCE; reason++) {
		unsigned int got = device->drops->n[reason];

		refused += got;
		FUZZ_CHECK(lossy || got == expected_drops.n[reason],
			   "expected %u of reason %u, got %u",
			   (unsigned int)expected_drops.n[reason], reason, got);
	}
	/* What is under way when its session ends is nobody's any more. */
	if (dropped)
		return;
	if (lossy) {
		/* Which keepalives came is not known. */
		FUZZ_CHECK(refused + arrived_count + handshake_count <= sent_count,
			   "expected %u datagrams to be counted once, got %u refused, %u arrived",
			   sent_count, refused, arrived_count);
		return;
	}
	FUZZ_CHECK(refused + arrived_count + handshake_count + keepalive_count == sent_count,
		   "expected %u datagrams to be counted, got %u refused, %u arrived, %u for the handshake and %u keepalives",
		   sent_count, refused, arrived_count, handshake_count, keepalive_count);
}

static void make_sender(unsigned int number)
{
	struct sender *sender = &senders[number];
	u8 v6[16] = { 0xfd, number + 1 }, v4[4] = { 10, number + 1 }, public_key[32];
	const struct cv_allowedips_prefix prefixes[2] = {
		{ .family = AF_INET, .addr = v4, .cidr = 16 },
		{ .family = AF_INET6, .addr = v6, .cidr = 16 },
	};
	struct cv_allowedips_spare spare = {};
	unsigned int i;

	memset(sender, 0, offsetof(struct sender, expected));
	sender->expected_count = 0;
	sender->arrived_count = 0;
	fuzz_link_public_key(public_key, 2 + number);
	sender->peer = fuzz_link_add_peer(device, public_key);
	memset(sender->key, 0x10 + number, sizeof(sender->key));
	sender->born_ns = fake_boottime_ns;
	assert(!cv_allowedips_prealloc(&spare, 2, GFP_KERNEL));
	mutex_lock(&device->lock);
	for (i = 0; i < 2; i++)
		cv_allowedips_insert(&device->allowed_ips, &spare, &prefixes[i], sender->peer,
				     &sender->peer->allowed_ips);
	mutex_unlock(&device->lock);
	cv_allowedips_spare_free(&spare);
	mutex_lock(&sender->peer->exchange_lock);
	sender->session = cv_session_create(sender->peer, GFP_KERNEL);
	assert(sender->session && !cv_index_insert(&device->index, &sender->session->entry));
	memcpy(sender->session->receive_key, sender->key, sizeof(sender->key));
	sender->index = sender->session->entry.index;
	sender->session->generation = device->identity->generation;
	sender->session->initiator = number;
	cv_session_install(sender->session);
	mutex_unlock(&sender->peer->exchange_lock);
}

/**
 * LLVMFuzzerTestOneInput() - deliver the datagrams of one input
 * @data: anything
 * @size: of it
 *
 * Return: 0. Aborts if a rule is broken.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, size };
	unsigned int steps, i;

	fuzz_link_init();
	fake_random_seed(0);
	fake_boottime_ns = 1000 * NSEC_PER_SEC;
	fake_page_frag_bytes = 32768;
	lossy = false;
	dropped = false;
	lane_full = false;
	memset(&expected_drops, 0, sizeof(expected_drops));
	wire_bytes = 0;
	wire_stride = 0;
	sent_count = 0;
	arrived_count = 0;
	keepalive_count = 0;
	handshake_count = 0;
	device = fuzz_link_create(0);
	fuzz_link_set_key(device, 1);
	device->netdev->tstats = &stats;
	listener.dev = device;
	assert(!cv_scratch_init());
	for (i = 0; i < PEERS; i++)
		make_sender(i);
	for (steps = 0; steps < STEPS_MAX && in.size; steps++)
		step(&in);
	run_batches(-1);
	check_counts();
	for (i = 0; i < PEERS; i++)
		FUZZ_CHECK(lossy || senders[i].arrived_count == senders[i].expected_count,
			   "expected %u packets of peer %u, got %u", senders[i].expected_count, i,
			   senders[i].arrived_count);
	fake_deferred_run_all();
	cv_merge_exit();
	cv_scratch_exit();
	fuzz_link_destroy();
	return 0;
}
