// SPDX-License-Identifier: GPL-2.0
/*
 * A listener for fuzz targets, see fuzz_events.h.
 *
 * The rules: an event is whole, of its group, and has no secret; its number is greater than that
 * of the one before it, by one if nothing may have been lost; those of a session come at most ten
 * times a second for each peer and kind, and once more when the peer is removed; a knock or want
 * has nothing but where it is.
 */
#include <linux/bits.h>
#include <net/genetlink.h>

#include <uapi/linux/culvert.h>

#include <fake_kernel.h>

#include "fuzz_events.h"
#include "fuzz_link.h"
#include "fuzz_want.h"

#define EVENTS_APART_NS (100 * NSEC_PER_MSEC)
#define EVENTS_HISTORY 64

enum {
	EVENTS_CONFIG,
	EVENTS_SESSION,
	EVENTS_KNOCK,
	EVENTS_WANT,
	EVENTS_GROUPS,
};

/* When an event of a kind was told of a peer: last, and the time before. */
struct told {
	u8 public_key[CV_KEY_LEN];
	unsigned int kind;
	u64 last_ns;
	u64 before_ns;
};

uint8_t fuzz_events_answer[4096];
size_t fuzz_events_answer_bytes;
bool fuzz_events_refuse_answer;

static u32 numbers[FUZZ_LINKS + 1][EVENTS_GROUPS];
/* by group: an event may be missing before the next one, of each link */
static bool lost[FUZZ_LINKS + 1][EVENTS_GROUPS];
static bool no_memory;
static struct told history[EVENTS_HISTORY];
static unsigned int history_count;

void fuzz_events_may_lose(void)
{
	memset(lost, 1, sizeof(lost));
	fuzz_want_may_lose();
}

void fuzz_events_no_memory(long allocations)
{
	no_memory = allocations >= 0;
	fuzz_events_may_lose();
	fake_memory_fail_after(allocations);
}

void fuzz_events_forget(void)
{
	history_count = 0;
}

void fuzz_events_listen(uint8_t how)
{
	fake_genl_heard = (how & 7) | (how & 0x20 ? BIT(EVENTS_WANT) : 0);
	fake_genl_deaf = how & 8;
	fuzz_events_refuse_answer = how & 0x10;
	fuzz_events_may_lose();
}

int fuzz_events_ask(uint8_t command, uint32_t ifindex)
{
	struct {
		struct nlattr attr;
		u32 ifindex;
	} which = { { NLA_HDRLEN + sizeof(u32), CVDEVICE_A_IFINDEX }, ifindex };
	struct netlink_ext_ack extack;

	return fake_genl_request(FAMILY_CULVERT, command, &which, sizeof(which), &extack);
}

void fuzz_events_read(const struct nlattr **table, unsigned int max, const void *attrs,
		      size_t bytes)
{
	const struct nlattr *attr;
	int rest;

	memset(table, 0, (max + 1) * sizeof(*table));
	nla_for_each_attr(attr, attrs, (int)bytes, rest) {
		FUZZ_CHECK(nla_type(attr) && nla_type(attr) <= max,
			   "expected no attribute of type %u in a message", nla_type(attr));
		FUZZ_CHECK(!table[nla_type(attr)], "expected one attribute of type %u, got two",
			   nla_type(attr));
		table[nla_type(attr)] = attr;
	}
}

static unsigned int group_of(unsigned int kind)
{
	FUZZ_CHECK(kind > CVEVENT_UNSPEC && kind <= CVEVENT_MAX, "expected a kind, got %u", kind);
	if (kind == CVEVENT_KNOCK)
		return EVENTS_KNOCK;
	if (kind == CVEVENT_WANT)
		return EVENTS_WANT;
	return kind <= CVEVENT_PEER_REMOVED ? EVENTS_CONFIG : EVENTS_SESSION;
}

static void check_number(unsigned int link, unsigned int group, u32 number)
{
	u32 before = numbers[link][group];

	FUZZ_CHECK(number > before && (lost[link][group] || number == before + 1),
		   "expected number %u of group %u, got %u", before + 1, group, number);
	numbers[link][group] = number;
	lost[link][group] = no_memory;
}

static void check_pace(const u8 *public_key, unsigned int kind)
{
	struct told *told;

	for (told = history; told < history + history_count; told++)
		if (told->kind == kind && !memcmp(told->public_key, public_key, CV_KEY_LEN))
			break;
	if (told == history + EVENTS_HISTORY)
		return;
	if (told == history + history_count) {
		history_count++;
		*told = (struct told){ .kind = kind };
		memcpy(told->public_key, public_key, CV_KEY_LEN);
	}
	FUZZ_CHECK(!told->before_ns || fake_boottime_ns - told->before_ns >= EVENTS_APART_NS,
		   "expected events of kind %u 100 ms apart, got three in %llu ns", kind,
		   (unsigned long long)(fake_boottime_ns - told->before_ns));
	told->before_ns = told->last_ns;
	told->last_ns = fake_boottime_ns;
}

static void check_peer(const struct nlattr *nest, unsigned int kind)
{
	const struct nlattr *attrs[CVPEER_A_OWN_MAX + 1];

	/* Types of 0 fill up before a u64: there are none on x86. */
	fuzz_events_read(attrs, CVPEER_A_OWN_MAX, nla_data(nest), nla_len(nest));
	FUZZ_CHECK(attrs[CVPEER_A_PUBLIC_KEY] &&
		   nla_len(attrs[CVPEER_A_PUBLIC_KEY]) == CV_KEY_LEN,
		   "expected each peer of an event to have a key");
	FUZZ_CHECK(!attrs[CVPEER_A_PRESHARED_KEY], "expected no pre-shared key in an event");
	FUZZ_CHECK(!attrs[CVPEER_A_KNOCK_ID] && !attrs[CVPEER_A_FLAGS] &&
		   !attrs[CVPEER_A_REKEY_NOW],
		   "expected nothing in an event that is for requests");
	FUZZ_CHECK(!attrs[CVPEER_A_ENDPOINT_BEFORE] || kind == CVEVENT_ENDPOINT_MOVED,
		   "expected only a move to say where the peer was, got kind %u", kind);
	if (group_of(kind) == EVENTS_SESSION)
		check_pace(nla_data(attrs[CVPEER_A_PUBLIC_KEY]), kind);
}

static void check_peers(const struct nlattr *peers, unsigned int kind)
{
	const struct nlattr *nest;
	unsigned int count = 0;
	int rest;

	nla_for_each_nested(nest, peers, rest) {
		check_peer(nest, kind);
		count++;
	}
	FUZZ_CHECK(count == 1 || (count && kind == CVEVENT_PEER_REMOVED),
		   "expected one peer in an event of kind %u, got %u", kind, count);
}

static void check_event(unsigned int group, const void *data, size_t bytes)
{
	const struct nlattr *attrs[CVDEVICE_A_OWN_MAX + 1];
	unsigned int kind, link;

	fuzz_events_read(attrs, CVDEVICE_A_OWN_MAX, data, bytes);
	FUZZ_CHECK(attrs[CVDEVICE_A_IFINDEX] && attrs[CVDEVICE_A_IFNAME] && attrs[CVDEVICE_A_EVENT],
		   "expected the link and the kind in an event");
	kind = nla_get_u16(attrs[CVDEVICE_A_EVENT]);
	link = nla_get_u32(attrs[CVDEVICE_A_IFINDEX]);
	FUZZ_CHECK(link && link <= FUZZ_LINKS, "expected a link that there is, got %u", link);
	FUZZ_CHECK(group_of(kind) == group, "expected kind %u not to go to group %u", kind, group);
	FUZZ_CHECK(!attrs[CVDEVICE_A_PRIVATE_KEY], "expected no private key in an event");
	FUZZ_CHECK(!attrs[CVDEVICE_A_FLAGS], "expected no flags in an event");
	if (kind == CVEVENT_KNOCK || kind == CVEVENT_WANT) {
		FUZZ_CHECK(!attrs[CVDEVICE_A_EVENT_NUMBER] && !attrs[CVDEVICE_A_PEERS] &&
			   !attrs[CVDEVICE_A_KNOCK] && !attrs[CVDEVICE_A_WANT],
			   "expected nothing more of a knock or want");
		if (kind == CVEVENT_WANT)
			fuzz_want_rung();
		return;
	}
	FUZZ_CHECK(attrs[CVDEVICE_A_EVENT_NUMBER] && attrs[CVDEVICE_A_EVENT_TIME],
		   "expected an event to have its number and time");
	check_number(link, group, nla_get_u32(attrs[CVDEVICE_A_EVENT_NUMBER]));
	FUZZ_CHECK(!attrs[CVDEVICE_A_PEERS] == (kind == CVEVENT_DEVICE_CHANGED ||
						kind == CVEVENT_SOCKET_LOST),
		   "expected peers in events about peers, kind %u", kind);
	if (attrs[CVDEVICE_A_PEERS])
		check_peers(attrs[CVDEVICE_A_PEERS], kind);
}

static int on_told(int group, u8 cmd, const void *attrs, size_t bytes)
{
	if (group >= 0) {
		FUZZ_CHECK(cmd == CV_CMD_EVENT, "expected an event, got command %u", cmd);
		check_event(group, attrs, bytes);
		return 0;
	}
	if (fuzz_events_refuse_answer)
		return -EAGAIN;
	FUZZ_CHECK(bytes <= sizeof(fuzz_events_answer), "expected a short answer, got %zu bytes",
		   bytes);
	memcpy(fuzz_events_answer, attrs, bytes);
	fuzz_events_answer_bytes = bytes;
	return 0;
}

void fuzz_events_begin(void)
{
	memset(numbers, 0, sizeof(numbers));
	fuzz_events_forget();
	fuzz_events_listen(0);
	fake_genl_told = on_told;
	fake_portid = 1;
}
