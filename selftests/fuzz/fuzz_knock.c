// SPDX-License-Identifier: GPL-2.0
/*
 * Strangers that knock, and the model of it, see fuzz_knock.h.
 *
 * The rules: what is kept may be kept: a program listens, there is room for the link, the network
 * and the key, the sender has shown a cookie if half the room is taken, it is no replay, and its
 * key is not refused; what is dropped is dropped for a reason that holds. The program is told of
 * each knock once, the oldest first. A verdict is granted to the program that listens, for a
 * knock that is there. What answers a knock is a response that its sender can read, and both
 * ends have the same keys.
 */
#include <arpa/inet.h>

#include <linux/bits.h>
#include <linux/unaligned.h>
#include <net/genetlink.h>

#include <uapi/linux/culvert.h>

#include <fake_kernel.h>
#include <handshake/cookie.h>
#include <handshake/exchange.h>
#include <handshake/inbox.h>
#include <handshake/knock.h>
#include <handshake/noise.h>
#include <handshake/session.h>
#include <tables/peers.h>

#include "fuzz_events.h"
#include "fuzz_knock.h"
#include "fuzz_link.h"

#define KNOCKS_MAX 1024
#define NETWORK_MAX 16
#define ADDRESSES 8
#define LOG_MAX 64
/* Indices of strangers' sessions: this and their number in the log. */
#define FIRST_INDEX 0x57000000
/* Ids of the crowd: the link's own begin at 1. */
#define FIRST_CROWD_ID BIT_ULL(32)
#define HELD_NS (CV_KNOCK_HELD_S * NSEC_PER_SEC)
/* When those whose time is up are certainly freed. */
#define TIDY_NS (HELD_NS + 2 * NSEC_PER_SEC)

struct stranger {
	u8 private_key[CV_WIRE_KEY_BYTES];
	u8 public_key[CV_WIRE_KEY_BYTES];
	/* of what was refused, or of its last peer; and until when it is refused */
	u8 remembered[CV_WIRE_TIMESTAMP_BYTES];
	u64 refused_until_ns;
	/* the greatest that was kept or answered */
	u8 greatest[CV_WIRE_TIMESTAMP_BYTES];
	/* of the initiation that was answered last, and where to */
	u8 answered[CV_WIRE_TIMESTAMP_BYTES];
	struct cv_endpoint answered_at;
	bool is_answered;
};

/* An initiation of a stranger's. */
struct logged {
	unsigned int who;
	unsigned int address;
	struct cv_wire_initiation message;
	struct cv_noise noise;
	u8 stamp[CV_WIRE_TIMESTAMP_BYTES];
	u32 generation;
	/* it shows the cookie of an address, which was got then */
	unsigned int cookie_address;
	u64 cookie_ns;
};

struct held {
	u8 public_key[CV_WIRE_KEY_BYTES];
	u8 stamp[CV_WIRE_TIMESTAMP_BYTES];
	struct cv_endpoint from;
	u64 id;
	u64 since_ns;
	u32 generation;
	bool told;
};

struct address {
	struct cv_endpoint from;
	/* messages from it, and from what has the same rate limit */
	unsigned int sent;
	u8 cookie[CV_WIRE_COOKIE_BYTES];
	bool has_cookie;
	u64 cookie_ns;
};

static struct stranger strangers[FUZZ_STRANGERS];
static struct address addresses[ADDRESSES];
static struct logged sent[LOG_MAX];
static unsigned int sent_count;
/* The oldest first. */
static struct held helds[2 * KNOCKS_MAX];
static unsigned int held_count;
static u64 last_id;
static u64 crowd_id;
/* The socket that listens, or 0. */
static u32 listener;
static unsigned int foreign;
static struct net elsewhere;

static const struct {
	const char *text;
	u16 port;
} address_texts[ADDRESSES] = {
	{ "198.51.100.2", 1 }, { "198.51.100.3", 1 }, { "198.51.101.2", 1 },
	{ "2001:db8::2", 1 }, { "2001:db8::1:2", 1 }, { "2001:db8:0:1::2", 1 },
	{ "198.51.100.2", 2 }, { "203.0.113.9", 1 },
};

static void set_address(struct cv_endpoint *from, const char *text, u16 port)
{
	memset(from, 0, sizeof(*from));
	if (inet_pton(AF_INET, text, &from->remote.v4.sin_addr) == 1) {
		from->remote.v4.sin_family = AF_INET;
		from->remote.v4.sin_port = htons(port);
		return;
	}
	from->remote.v6.sin6_family = AF_INET6;
	from->remote.v6.sin6_port = htons(port);
	assert(inet_pton(AF_INET6, text, &from->remote.v6.sin6_addr) == 1);
}

void fuzz_knock_begin(unsigned int others)
{
	unsigned int i;

	for (i = 0; !strangers[FUZZ_STRANGERS - 1].public_key[0] && i < FUZZ_STRANGERS; i++) {
		memset(strangers[i].private_key, 0x60 + i, CV_WIRE_KEY_BYTES);
		strangers[i].private_key[0] &= 248;
		strangers[i].private_key[31] = (strangers[i].private_key[31] & 127) | 64;
		fuzz_link_public_key(strangers[i].public_key, 0x60 + i);
	}
	for (i = 0; i < FUZZ_STRANGERS; i++)
		memset(strangers[i].remembered, 0,
		       sizeof(strangers[i]) - offsetof(struct stranger, remembered));
	memset(addresses, 0, sizeof(addresses));
	for (i = 0; i < ADDRESSES; i++)
		set_address(&addresses[i].from, address_texts[i].text, address_texts[i].port);
	sent_count = 0;
	held_count = 0;
	last_id = 0;
	crowd_id = FIRST_CROWD_ID;
	listener = 0;
	foreign = others;
}

const u8 *fuzz_knock_key(unsigned int who)
{
	return strangers[who % FUZZ_STRANGERS].public_key;
}

void fuzz_knock_fill(void *attrs, size_t bytes)
{
	u8 *at = attrs, *end = at + bytes;
	u8 key[CV_WIRE_KEY_BYTES];
	unsigned int i;

	for (; at + sizeof(key) <= end; at += NLA_ALIGNTO) {
		if (*at < 0xa0 || *at >= 0xa0 + FUZZ_STRANGERS)
			continue;
		memset(key, *at, sizeof(key));
		i = *at - 0xa0;
		if (!memcmp(at, key, sizeof(key)))
			memcpy(at, strangers[i].public_key, sizeof(key));
	}
}

static struct stranger *find_stranger(const u8 *public_key)
{
	unsigned int i;

	for (i = 0; i < FUZZ_STRANGERS; i++)
		if (!memcmp(strangers[i].public_key, public_key, CV_WIRE_KEY_BYTES))
			return &strangers[i];
	return NULL;
}

/*
 * What is kept.
 */
static bool is_over(const struct held *held)
{
	return fake_boottime_ns - held->since_ns >= HELD_NS;
}

static void drop(struct held *held)
{
	memmove(held, held + 1, (u8 *)&helds[held_count] - (u8 *)(held + 1));
	held_count--;
}

/* Those that are over are kept for a while: the link may still have them, too. */
static void drop_old(void)
{
	while (held_count && fake_boottime_ns - helds->since_ns >= TIDY_NS)
		drop(helds);
}

static struct held *find_held(const u8 *public_key)
{
	unsigned int i;

	for (i = 0; i < held_count; i++)
		if (!is_over(&helds[i]) &&
		    !memcmp(helds[i].public_key, public_key, CV_WIRE_KEY_BYTES))
			return &helds[i];
	return NULL;
}

static struct held *find_id(u64 id)
{
	unsigned int i;

	for (i = 0; i < held_count; i++)
		if (!is_over(&helds[i]) && helds[i].id == id)
			return &helds[i];
	return NULL;
}

static bool is_same_network(const struct cv_endpoint *a, const struct cv_endpoint *b)
{
	const u8 *one = cv_endpoint_address(a), *other = cv_endpoint_address(b);

	return a->remote.any.sa_family == b->remote.any.sa_family &&
	       !memcmp(one, other, a->remote.any.sa_family == AF_INET ? 3 : 8);
}

static unsigned int count_network(const struct cv_endpoint *from)
{
	unsigned int i, count = 0;

	for (i = 0; i < held_count; i++)
		count += !is_over(&helds[i]) && is_same_network(&helds[i].from, from);
	return count;
}

static unsigned int count_all(void)
{
	unsigned int i, count = 0;

	for (i = 0; i < held_count; i++)
		count += !is_over(&helds[i]);
	return count;
}

static bool is_listening(const struct cv_device *dev)
{
	return listener && dev->netdev->net == &fake_net;
}

static void hold(const struct held *held)
{
	FUZZ_CHECK(held_count < ARRAY_SIZE(helds), "the model has no room for more knocks");
	helds[held_count++] = *held;
}

static bool is_after(const u8 *one, const u8 *other)
{
	return memcmp(one, other, CV_WIRE_TIMESTAMP_BYTES) > 0;
}

/*
 * A stranger knocks.
 */

/* What the link counts while it handles a message; CV_DROP_NONE for nothing. */
static enum cv_drop receive(struct cv_device *dev, const struct cv_endpoint *from,
			    const struct cv_wire_initiation *message)
{
	struct cv_drop_counts before;
	enum cv_drop reason, found = CV_DROP_NONE;

	/* Those that are due first, so that it is known what is there. */
	fake_deferred_run_all();
	before = *dev->drops;
	cv_inbox_receive(dev, from, message, sizeof(*message));
	fake_deferred_run_all();
	for (reason = CV_DROP_NONE + 1; reason < CV_DROP_COUNT; reason++) {
		if (dev->drops->n[reason] == before.n[reason])
			continue;
		FUZZ_CHECK(found == CV_DROP_NONE && dev->drops->n[reason] == before.n[reason] + 1,
			   "expected a message to be counted once");
		found = reason;
	}
	return found;
}

static void check_kept(struct cv_device *dev, const struct logged *log, bool has_cookie)
{
	const struct cv_endpoint *from = &addresses[log->address].from;
	const struct stranger *stranger = &strangers[log->who];
	struct held *old = find_held(stranger->public_key);
	struct held held = {
		.from = *from, .since_ns = fake_boottime_ns, .generation = log->generation,
	};

	FUZZ_CHECK(is_listening(dev), "expected nothing to be kept when no program listens");
	FUZZ_CHECK(dev->netdev->running, "expected nothing to be kept when the link is down");
	FUZZ_CHECK(has_cookie || count_all() < KNOCKS_MAX / 2,
		   "expected nothing to be kept without a cookie, got %u of them", count_all() + 1);
	FUZZ_CHECK(stranger->refused_until_ns <= fake_boottime_ns,
		   "expected a key that is refused not to be kept");
	FUZZ_CHECK(is_after(log->stamp, stranger->remembered) &&
		   (!old || is_after(log->stamp, old->stamp)), "expected no replay to be kept");
	FUZZ_CHECK((old && is_same_network(&old->from, from)) || count_network(from) < NETWORK_MAX,
		   "expected 16 of a network to be kept, got one more");
	FUZZ_CHECK(old || count_all() < KNOCKS_MAX, "expected 1024 to be kept, got one more");
	held.id = old ? old->id : ++last_id;
	held.told = old && old->told && old->generation == held.generation &&
		    cv_endpoint_same_remote(&old->from, from);
	memcpy(held.public_key, stranger->public_key, CV_WIRE_KEY_BYTES);
	memcpy(held.stamp, log->stamp, CV_WIRE_TIMESTAMP_BYTES);
	if (old)
		drop(old);
	hold(&held);
}

static void check_dropped(struct cv_device *dev, const struct logged *log, enum cv_drop reason,
			  bool fresh_cookie)
{
	const struct address *address = &addresses[log->address];
	const struct stranger *stranger = &strangers[log->who];
	const struct held *old = find_held(stranger->public_key);

	switch (reason) {
	case CV_DROP_HS_UNKNOWN_PEER:
		FUZZ_CHECK(!is_listening(dev) || !dev->netdev->running,
			   "expected the program that listens to be asked");
		break;
	case CV_DROP_HS_NO_COOKIE:
		FUZZ_CHECK(!fresh_cookie, "expected a cookie that was made now to be good");
		break;
	case CV_DROP_HS_RATE_LIMITED:
		FUZZ_CHECK(address->sent > CV_WIRE_SOURCE_BURST,
			   "expected %u messages of a source, got %u", CV_WIRE_SOURCE_BURST,
			   address->sent - 1);
		break;
	case CV_DROP_HS_REFUSED:
		FUZZ_CHECK(stranger->refused_until_ns > fake_boottime_ns,
			   "expected a key that is not refused to be kept");
		break;
	case CV_DROP_HS_REPLAY:
		FUZZ_CHECK(!is_after(log->stamp, stranger->greatest),
			   "expected the newest of a key to be no replay");
		break;
	case CV_DROP_HS_KNOCKS_FULL:
		FUZZ_CHECK(count_all() + foreign >= KNOCKS_MAX ||
			   (!(old && is_same_network(&old->from, &address->from)) &&
			    count_network(&address->from) + foreign >= NETWORK_MAX),
			   "expected room for one more, got %u and %u of the network",
			   count_all(), count_network(&address->from));
		break;
	case CV_DROP_HS_NO_IDENTITY:
		FUZZ_CHECK(!dev->identity, "expected a link with a key to have one");
		break;
	default:
		FUZZ_CHECK(false, "expected no stranger to be dropped for reason %u", reason);
	}
}

/* One more from an address, and from those that share its rate limit. */
static void count_sent(const struct address *from)
{
	struct address *address;

	for (address = addresses; address < addresses + ADDRESSES; address++)
		address->sent += !memcmp(cv_endpoint_address(&address->from),
					 cv_endpoint_address(&from->from),
					 address->from.remote.any.sa_family == AF_INET ? 4 : 8);
}

/* A whole initiation comes in; false if its key is a peer's. */
static bool knock(struct cv_device *dev, struct logged *log, bool may_fail)
{
	struct address *address = &addresses[log->address];
	struct stranger *stranger = &strangers[log->who];
	bool has_cookie = memchr_inv(log->message.macs.mac2, 0, sizeof(log->message.macs.mac2));
	bool fresh_cookie = has_cookie && log->cookie_address == log->address &&
			    log->cookie_ns == fake_boottime_ns;
	bool is_peer = cv_peers_find(&dev->peers, stranger->public_key);
	enum cv_drop reason;

	drop_old();
	count_sent(address);
	reason = receive(dev, &address->from, &log->message);
	if (reason == CV_DROP_NONE && is_after(log->stamp, stranger->greatest))
		memcpy(stranger->greatest, log->stamp, CV_WIRE_TIMESTAMP_BYTES);
	if (is_peer || (may_fail && reason == CV_DROP_HS_NO_MEMORY))
		return false;
	/* It was written for another key. */
	if (log->generation != dev->key_generation)
		return false;
	if (reason == CV_DROP_NONE)
		check_kept(dev, log, has_cookie);
	else
		check_dropped(dev, log, reason, fresh_cookie);
	return true;
}

static void put_macs(struct cv_wire_initiation *message, const u8 *public_key,
		     const struct address *address)
{
	struct cv_cookie_keys keys;

	cv_cookie_keys_init(&keys, public_key);
	cv_cookie_mac1(message->macs.mac1, message, sizeof(*message) - sizeof(message->macs),
		       keys.mac1_key);
	memset(message->macs.mac2, 0, sizeof(message->macs.mac2));
	if (address && address->has_cookie)
		cv_cookie_mac2(message->macs.mac2, message,
			       sizeof(*message) - sizeof(message->macs.mac2), address->cookie);
}

/*
 * A new initiation, or NULL: no key, or too many.
 * @how: bits 0 to 2: who; 3 to 5: from which address; 6: with the cookie that it has
 */
static struct logged *write_initiation(struct cv_device *dev, u8 how)
{
	struct logged *log = &sent[sent_count];
	struct stranger *stranger = &strangers[how & 7];
	u8 secret[CV_WIRE_KEY_BYTES];
	const struct cv_noise_initiator initiator = {
		.static_public = stranger->public_key, .static_static = secret,
		.remote_static = dev->identity ? dev->identity->public_key : NULL,
		.timestamp = log->stamp,
	};

	if (!dev->identity || sent_count == LOG_MAX)
		return NULL;
	*log = (struct logged){
		.who = how & 7, .address = how >> 3 & 7, .generation = dev->key_generation,
	};
	put_unaligned_be64(1000 + sent_count, log->stamp);
	if (!cv_noise_static_static(secret, stranger->private_key, initiator.remote_static) ||
	    !cv_noise_write_initiation(&log->noise, &log->message, &initiator))
		return NULL;
	log->message.type = cpu_to_le32(CV_WIRE_INITIATION);
	log->message.sender = cpu_to_le32(FIRST_INDEX + sent_count++);
	log->cookie_address = log->address;
	log->cookie_ns = addresses[log->address].cookie_ns;
	put_macs(&log->message, initiator.remote_static,
		 how & 0x40 ? &addresses[log->address] : NULL);
	return log;
}

void fuzz_knock_stranger(struct cv_device *dev, u8 how)
{
	struct logged *log = write_initiation(dev, how);

	if (log)
		knock(dev, log, false);
}

/* One that was sent, perhaps from elsewhere. */
void fuzz_knock_replay(struct cv_device *dev, u8 back, u8 from)
{
	struct logged *log;
	unsigned int address;

	if (!sent_count)
		return;
	log = &sent[sent_count - 1 - back % sent_count];
	address = log->address;
	if (from & 0x80)
		log->address = from & 7;
	knock(dev, log, false);
	log->address = address;
}

/* A new one, damaged on its way by someone who knows the link's public key. */
void fuzz_knock_damage(struct cv_device *dev, struct fuzz_input *in)
{
	struct logged *log = write_initiation(dev, fuzz_u8(in));
	unsigned int offset = fuzz_u8(in);
	struct cv_wire_initiation message;
	u8 flip = fuzz_u8(in);
	enum cv_drop reason;

	if (!log)
		return;
	message = log->message;
	/* What Noise protects. */
	offset = offsetof(struct cv_wire_initiation, ephemeral) +
		 offset % (offsetof(struct cv_wire_initiation, macs) -
			   offsetof(struct cv_wire_initiation, ephemeral));
	((u8 *)&message)[offset] ^= flip ?: 1;
	put_macs(&message, dev->identity->public_key, NULL);
	count_sent(&addresses[log->address]);
	reason = receive(dev, &addresses[log->address].from, &message);
	FUZZ_CHECK(reason != CV_DROP_NONE ||
		   /* The top bit of a public key is not looked at, but hashed. */
		   !message.sender, "expected a damaged initiation to be dropped");
}

void fuzz_knock_without_memory(struct cv_device *dev, u8 how, unsigned int allocations)
{
	struct logged *log = write_initiation(dev, how);

	if (!log)
		return;
	fuzz_events_no_memory(allocations);
	knock(dev, log, true);
	fuzz_events_no_memory(-1);
}

/*
 * Many at once, of keys and networks that all differ, but for 16 of address 7's: put where the
 * link keeps them, since a Diffie-Hellman for each would take too long.
 */
void fuzz_knock_crowd(struct cv_device *dev, unsigned int count)
{
	drop_old();
	for (; count && is_listening(dev) && count_all() + foreign < KNOCKS_MAX; count--) {
		struct cv_knock_held *held = kzalloc(sizeof(*held), GFP_KERNEL);
		struct held model = { .since_ns = fake_boottime_ns };
		u32 number;

		assert(held);
		model.id = crowd_id++;
		number = model.id - FIRST_CROWD_ID;
		memset(model.public_key, 0xc0, CV_WIRE_KEY_BYTES);
		put_unaligned_be32(number, model.public_key);
		set_address(&model.from, "10.0.0.1", 1);
		model.from.remote.v4.sin_addr.s_addr = htonl(0x0a000001 + (number << 8));
		if (count_network(&addresses[7].from) < NETWORK_MAX)
			model.from.remote.v4.sin_addr.s_addr = htonl(0xcb007101 + number % 200);
		model.generation = dev->key_generation;
		hold(&model);
		held->id = model.id;
		held->since_ns = model.since_ns;
		held->from = model.from;
		held->generation = model.generation;
		memcpy(held->public_key, model.public_key, CV_WIRE_KEY_BYTES);
		cv_knock_unclaim(dev, held);
	}
}

/*
 * What comes back.
 */
static void read_cookie(struct logged *log, const struct cv_wire_cookie *reply,
			const u8 *public_key)
{
	struct address *address = &addresses[log->address];
	struct cv_cookie_keys keys;

	cv_cookie_keys_init(&keys, public_key);
	address->has_cookie = cv_cookie_open(address->cookie, reply, keys.cookie_key,
					     log->message.macs.mac1);
	address->cookie_ns = fake_boottime_ns;
}

static void read_response(struct logged *log, const struct cv_wire_response *response,
			  struct cv_peer *peer)
{
	struct stranger *stranger = &strangers[log->who];
	const struct cv_session *session = peer->sessions[CV_SLOT_NEXT];
	u8 first[CV_WIRE_KEY_BYTES], second[CV_WIRE_KEY_BYTES];
	struct cv_noise noise = log->noise;

	FUZZ_CHECK(!memcmp(peer->public_key, stranger->public_key, CV_WIRE_KEY_BYTES),
		   "expected the peer of the key that has knocked to be answered");
	FUZZ_CHECK(cv_noise_read_response(&noise, response, stranger->private_key,
					  peer->preshared_key),
		   "expected a response that who has knocked can read");
	cv_noise_keys(&noise, first, second);
	FUZZ_CHECK(session && session->entry.index == response->sender &&
		   session->remote_index == log->message.sender &&
		   !memcmp(session->receive_key, first, sizeof(first)) &&
		   !memcmp(session->send_key, second, sizeof(second)),
		   "expected both ends to have the same keys");
	memcpy(stranger->answered, log->stamp, CV_WIRE_TIMESTAMP_BYTES);
	stranger->answered_at = peer->path.endpoint;
	stranger->is_answered = true;
}

bool fuzz_knock_sent(struct cv_device *dev, struct cv_peer *peer, const void *message,
		     size_t bytes)
{
	const struct cv_wire_response *response = message;
	u32 number = le32_to_cpu(response->receiver) - FIRST_INDEX;

	if (response->type == cpu_to_le32(CV_WIRE_COOKIE)) {
		const struct cv_wire_cookie *reply = message;

		number = le32_to_cpu(reply->receiver) - FIRST_INDEX;
		if (number >= sent_count)
			return false;
		read_cookie(&sent[number], reply, dev->identity->public_key);
		return true;
	}
	if (!peer || !find_stranger(peer->public_key))
		return false;
	if (response->type != cpu_to_le32(CV_WIRE_RESPONSE))
		return true;
	FUZZ_CHECK(number < sent_count, "expected a response to what was sent, got %x",
		   le32_to_cpu(response->receiver));
	read_response(&sent[number], response, peer);
	return true;
}

bool fuzz_knock_answered_at(const u8 *public_key, struct cv_endpoint *from)
{
	struct stranger *stranger = find_stranger(public_key);

	if (!stranger || !stranger->is_answered)
		return false;
	stranger->is_answered = false;
	*from = stranger->answered_at;
	return true;
}

/*
 * What the program does.
 */
void fuzz_knock_forget(void)
{
	held_count = 0;
}

void fuzz_knock_removed(const u8 *public_key)
{
	struct stranger *stranger = find_stranger(public_key);

	if (stranger && is_after(stranger->answered, stranger->remembered))
		memcpy(stranger->remembered, stranger->answered, CV_WIRE_TIMESTAMP_BYTES);
}

void fuzz_knock_close(u32 portid)
{
	fake_netlink_close(portid);
	if (listener != portid)
		return;
	listener = 0;
	fuzz_knock_forget();
}

void fuzz_knock_move(struct cv_device *dev)
{
	dev->netdev->net = dev->netdev->net == &fake_net ? &elsewhere : &fake_net;
	fuzz_events_may_lose();
}

void fuzz_knock_listened(int err, bool memory_fails)
{
	if (err == -EBUSY) {
		FUZZ_CHECK(listener && listener != fake_portid,
			   "expected a socket to be let listen when no other does");
		return;
	}
	FUZZ_CHECK(err != -ENOMEM || memory_fails, "expected memory for a listener");
	if (err)
		return;
	FUZZ_CHECK(!listener || listener == fake_portid, "expected one socket to listen, got two");
	if (!listener)
		fuzz_knock_forget();
	listener = fake_portid;
}

static struct held *first_untold(void)
{
	unsigned int i;

	for (i = 0; i < held_count; i++)
		if (!is_over(&helds[i]) && !helds[i].told)
			return &helds[i];
	return NULL;
}

static const struct nlattr *find_attr(const void *attrs, size_t bytes, int type)
{
	const struct nlattr *attr, *found = NULL;
	int rest;

	nla_for_each_attr(attr, attrs, (int)bytes, rest)
		if (nla_type(attr) == type)
			found = attr;
	return found;
}

static void check_told(void)
{
	const struct nlattr *knock = find_attr(fuzz_events_answer, fuzz_events_answer_bytes,
					       CVDEVICE_A_KNOCK);
	const struct nlattr *key, *id, *endpoint;
	const struct held *first = first_untold();
	struct held *held;

	FUZZ_CHECK(knock, "expected a knock in an answer");
	key = find_attr(nla_data(knock), nla_len(knock), CVKNOCK_A_PUBLIC_KEY);
	id = find_attr(nla_data(knock), nla_len(knock), CVKNOCK_A_ID);
	endpoint = find_attr(nla_data(knock), nla_len(knock), CVKNOCK_A_ENDPOINT);
	FUZZ_CHECK(key && id && endpoint, "expected a knock to have id, key and endpoint");
	held = find_held(nla_data(key));
	if (foreign && !held)
		return;
	/* Of those that came at the same time, any: one that was claimed in vain is the last. */
	FUZZ_CHECK(first && held && !held->told && held->since_ns == first->since_ns,
		   "expected the oldest knock, got key %02x", *(u8 *)nla_data(key));
	FUZZ_CHECK(foreign || nla_get_u64(id) == held->id, "expected knock %llu, got %llu",
		   (unsigned long long)held->id, (unsigned long long)nla_get_u64(id));
	FUZZ_CHECK(!memcmp(nla_data(endpoint), &held->from.remote, nla_len(endpoint)),
		   "expected another endpoint of the knock");
	held->id = nla_get_u64(id);
	held->told = true;
}

void fuzz_knock_got(int err, bool may_fail)
{
	drop_old();
	FUZZ_CHECK(err != -ENOTCONN || listener != fake_portid,
		   "expected the program that listens to be told");
	FUZZ_CHECK(err != -EAGAIN || !first_untold(), "expected a knock, got none");
	FUZZ_CHECK(err != -ENOMEM || may_fail, "expected memory for an answer");
	FUZZ_CHECK(err != -ENOBUFS || fuzz_events_refuse_answer, "expected room for an answer");
	if (err)
		return;
	FUZZ_CHECK(listener == fake_portid, "expected only the program that listens to be told");
	check_told();
}

void fuzz_knock_refused(int err, const void *attrs, size_t bytes)
{
	const struct nlattr *knock = find_attr(attrs, bytes, CVDEVICE_A_KNOCK);
	const struct nlattr *id, *seconds;
	struct stranger *stranger;
	struct held *held;
	u64 for_s;

	if (err && err != -ESTALE)
		return;
	id = find_attr(nla_data(knock), nla_len(knock), CVKNOCK_A_ID);
	seconds = find_attr(nla_data(knock), nla_len(knock), CVKNOCK_A_SECONDS);
	FUZZ_CHECK(listener == fake_portid, "expected no verdict from another socket");
	held = find_id(nla_get_u64(id));
	/* Its id is not known before it was told, if the model does not know all. */
	FUZZ_CHECK(!held == !!err || foreign, "expected error %d of a refusal, got %d",
		   held ? 0 : -ESTALE, err);
	if (err || !held)
		return;
	for_s = seconds ? nla_get_u32(seconds) : 0;
	stranger = find_stranger(held->public_key);
	if (stranger) {
		stranger->refused_until_ns = fake_boottime_ns + for_s * NSEC_PER_SEC;
		if (is_after(held->stamp, stranger->remembered))
			memcpy(stranger->remembered, held->stamp, CV_WIRE_TIMESTAMP_BYTES);
	}
	drop(held);
}

void fuzz_knock_set(const u8 *public_key, const struct nlattr *id)
{
	struct held *held = find_held(public_key);

	FUZZ_CHECK(listener == fake_portid, "expected no verdict from another socket");
	if (foreign && !held)
		return;
	FUZZ_CHECK(held && held->id == nla_get_u64(id),
		   "expected only a knock that is there to be answered, got %llu",
		   (unsigned long long)nla_get_u64(id));
	drop(held);
}

bool fuzz_knock_may_claim(struct cv_device *dev, const u8 *public_key, u64 id)
{
	struct held *held = find_held(public_key);

	return held && held->id == id && held->generation == dev->key_generation &&
	       is_listening(dev) && listener == fake_portid;
}

void fuzz_knock_returned(const u8 *public_key, void (*meanwhile)(void))
{
	struct held *held = find_held(public_key), copy = *held;
	unsigned int at;

	drop(held);
	meanwhile();
	if (count_network(&copy.from) >= NETWORK_MAX || count_all() >= KNOCKS_MAX)
		return;
	hold(&copy);
	/* Behind those that came before it, or with it. */
	for (at = held_count - 1; at && helds[at - 1].since_ns > copy.since_ns; at--)
		helds[at] = helds[at - 1];
	helds[at] = copy;
}

u64 fuzz_knock_told(unsigned int back, u8 public_key[CV_WIRE_KEY_BYTES])
{
	unsigned int i, count = 0;

	for (i = held_count; i; i--) {
		if (!helds[i - 1].told || count++ != back)
			continue;
		memcpy(public_key, helds[i - 1].public_key, CV_WIRE_KEY_BYTES);
		return helds[i - 1].id;
	}
	return 0;
}

bool fuzz_knock_is_crowd(const u8 *public_key)
{
	return !find_stranger(public_key);
}

void fuzz_knock_drain(int ifindex)
{
	unsigned int count = 0;
	int err;

	if (!listener)
		return;
	fake_portid = listener;
	do {
		err = fuzz_events_ask(CV_CMD_KNOCK_GET, ifindex);
		fuzz_knock_got(err, false);
		FUZZ_CHECK(count++ <= KNOCKS_MAX, "expected 1024 knocks, got more");
	} while (!err);
}
