// SPDX-License-Identifier: GPL-2.0
/*
 * Unit test of tools/lib/diff.c: the difference of two configurations, applied
 * to the first by a model of the kernel, gives the second, and what is the same
 * is not touched; selftests/check-unit runs it.
 */
#include <stdlib.h>

#include "ktap.h"
#include "libculvert.h"

static const char * const keys[] = {
	"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=",
	"AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=",
	"AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=",
	"BAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ=",
};

#define KEYS 4
#define PREFIXES 5

static struct cvl_device *parse(const char *text)
{
	const struct cvl_resolve_options options = { .retries = 0 };
	struct cvl_device *dev = cvl_device_create();
	struct cvl_error err;

	if (cvl_config_parse(dev, "f", text, strlen(text), &err) ||
	    cvl_endpoints_resolve(dev, &options, &err)) {
		printf("Bail out! %s\n", err.text);
		exit(1);
	}
	return dev;
}

/* How a device looks that has got a change: peers by key, prefixes by owner. */
struct state {
	uint16_t listen_port;
	uint32_t fwmark;
	bool present[KEYS];
	uint16_t keepalive_s[KEYS];
	uint16_t endpoint_port[KEYS];
	uint32_t silent_s[KEYS];
	/* all of them in one number: ports and classes, or prefixes */
	uint64_t candidates[KEYS];
	uint64_t follow[KEYS];
	/* owner of the prefix 10.x.0.0/16, or -1 */
	int owner[PREFIXES];
};

static int key_number(const struct cvl_peer *peer)
{
	return peer->public_key[0] - 1;
}

/* Candidates have ports and classes below 8. */
static uint64_t candidates_of(const struct cvl_peer *peer)
{
	const struct cvl_candidate *candidate;
	uint64_t number = 0;

	for (candidate = peer->candidates; candidate; candidate = candidate->next)
		number = number << 6 | (uint64_t)ntohs(candidate->endpoint.v4.sin_port) << 3 |
			 candidate->preference;
	return number;
}

/* As a set of prefixes; their second byte is below 8. */
static uint64_t follow_of(const struct cvl_peer *peer)
{
	const struct cvl_allowed_ip *ip;
	uint64_t number = (uint64_t)peer->follow << 8;

	for (ip = peer->sources; ip; ip = ip->next)
		number |= 1U << ((const uint8_t *)&ip->v4)[1];
	return number;
}

static void forget_ways(struct state *state, int key)
{
	state->silent_s[key] = 0;
	state->candidates[key] = 0;
	state->follow[key] = 0;
}

static void apply_ways(struct state *state, const struct cvl_peer *peer, int key)
{
	if (peer->has & CVL_PEER_SILENT)
		state->silent_s[key] = peer->silent_s;
	if (peer->has & CVL_PEER_CANDIDATES)
		state->candidates[key] = candidates_of(peer);
	if (peer->has & CVL_PEER_FOLLOW)
		state->follow[key] = follow_of(peer);
}

static void apply_peer(struct state *state, const struct cvl_peer *peer)
{
	const struct cvl_allowed_ip *ip;
	int key = key_number(peer);
	int i;

	for (i = 0; i < PREFIXES; i++) {
		if ((peer->remove || peer->replace_allowed_ips) &&
		    state->owner[i] == key)
			state->owner[i] = -1;
	}
	if (peer->remove || !state->present[key]) {
		state->keepalive_s[key] = 0;
		state->endpoint_port[key] = 0;
		forget_ways(state, key);
	}
	state->present[key] = !peer->remove;
	if (peer->remove)
		return;
	if (peer->has & CVL_PEER_KEEPALIVE)
		state->keepalive_s[key] = peer->keepalive_s;
	if (peer->has & CVL_PEER_ENDPOINT)
		state->endpoint_port[key] = peer->endpoint.v4.sin_port;
	apply_ways(state, peer, key);
	for (ip = peer->allowed_ips; ip; ip = ip->next) {
		int *owner = &state->owner[((uint8_t *)&ip->v4)[1]];

		if (!ip->remove)
			*owner = key;
		else if (*owner == key)
			*owner = -1;
	}
}

static void apply(struct state *state, const struct cvl_device *change)
{
	const struct cvl_peer *peer;
	int i;

	if (change->has & CVL_DEVICE_LISTEN_PORT)
		state->listen_port = change->listen_port;
	if (change->has & CVL_DEVICE_FWMARK)
		state->fwmark = change->fwmark;
	for (i = 0; change->replace_peers && i < KEYS; i++)
		state->present[i] = false;
	for (peer = change->peers; peer; peer = peer->next)
		apply_peer(state, peer);
}

static void start(struct state *state)
{
	int i;

	memset(state, 0, sizeof(*state));
	for (i = 0; i < PREFIXES; i++)
		state->owner[i] = -1;
}

static void dump_ways(struct cvl_peer *peer, const struct state *state, int key)
{
	uint64_t number = state->candidates[key];
	int i;

	peer->silent_s = state->silent_s[key];
	for (i = 54; i >= 0; i -= 6) {
		struct cvl_candidate *candidate;

		if (!(number >> i & 63))
			continue;
		candidate = cvl_candidate_add(peer, number >> i & 7);
		candidate->endpoint.v4.sin_family = AF_INET;
		candidate->endpoint.v4.sin_port = htons(number >> i >> 3 & 7);
		candidate->endpoint.v4.sin_addr.s_addr = htonl(0xc0000202);
	}
	peer->follow = (enum cvl_follow)(state->follow[key] >> 8);
	for (i = 7; i >= 0; i--) {
		struct cvl_allowed_ip ip = { .family = AF_INET, .prefix_bits = 16 };

		ip.v4.s_addr = htonl(0x0a000000U | (uint32_t)i << 16);
		if (state->follow[key] >> i & 1)
			cvl_source_append(peer, &ip);
	}
}

/* The state as the device that a dump would give. */
static struct cvl_device *dump(const struct state *state)
{
	struct cvl_device *dev = cvl_device_create();
	int key;
	int i;

	dev->listen_port = state->listen_port;
	dev->fwmark = state->fwmark;
	for (key = KEYS - 1; key >= 0; key--) {
		struct cvl_peer *peer;

		if (!state->present[key])
			continue;
		peer = cvl_peer_append(dev);
		memset(peer->public_key, key + 1, CVL_KEY_BYTES);
		peer->keepalive_s = state->keepalive_s[key];
		peer->has = CVL_PEER_PRESHARED_KEY | CVL_PEER_KEEPALIVE;
		if (state->endpoint_port[key]) {
			peer->endpoint.v4.sin_family = AF_INET;
			peer->endpoint.v4.sin_port = state->endpoint_port[key];
			peer->endpoint.v4.sin_addr.s_addr = htonl(0xc0000201);
			peer->has |= CVL_PEER_ENDPOINT;
		}
		dump_ways(peer, state, key);
		for (i = 0; i < PREFIXES; i++) {
			struct cvl_allowed_ip ip = {
				.family = AF_INET,
				.prefix_bits = 16,
			};

			if (state->owner[i] != key)
				continue;
			ip.v4.s_addr = htonl(0x0a000000U | (uint32_t)i << 16);
			cvl_allowed_ip_append(peer, &ip);
		}
	}
	return dev;
}

static uint32_t random_state = 1;

static unsigned int pick(unsigned int below)
{
	random_state = random_state * 1664525U + 1013904223U;
	return (random_state >> 8) % below;
}

static void random_ways(char *text, size_t size)
{
	static const char * const follow[] = {
		"anywhere", "never", "10.1.2.3/16", "10.1.0.0/16,10.2.0.0/16",
		"10.2.0.0/16,10.1.9.9/16,10.2.3.4/16",
	};
	unsigned int candidates = pick(4);
	size_t used = 0;

	if (!pick(3))
		used += (size_t)snprintf(text + used, size - used, "Silent=%u\n", pick(3));
	if (!pick(3))
		used += (size_t)snprintf(text + used, size - used, "Follow=%s\n", follow[pick(5)]);
	if (pick(2))
		return;
	used += (size_t)snprintf(text + used, size - used, "Candidates=");
	while (candidates--)
		used += (size_t)snprintf(text + used, size - used, "192.0.2.2:%u@%u%s",
					 1 + pick(3), pick(3), candidates ? "," : "");
	snprintf(text + used, size - used, "\n");
}

/* A random file; some peers and prefixes in it twice, and with signs. */
static void random_text(char *text, size_t size)
{
	static const char * const signs[] = { "", "", "+", "-" };
	unsigned int peers = pick(6);
	size_t used;

	used = (size_t)snprintf(text, size, "[Interface]\nListenPort=%u\nFwMark=%u\n",
				1 + pick(2), pick(2));
	while (peers--) {
		used += (size_t)snprintf(text + used, size - used,
					 "[Peer]\nPublicKey=%s\n", keys[pick(KEYS)]);
		if (pick(3))
			used += (size_t)snprintf(text + used, size - used,
						 "PersistentKeepalive=%u\n", pick(2));
		if (pick(2))
			used += (size_t)snprintf(text + used, size - used,
						 "Endpoint=192.0.2.1:%u\n",
						 1 + pick(2));
		random_ways(text + used, size - used);
		used += strlen(text + used);
		while (pick(3))
			used += (size_t)snprintf(text + used, size - used,
						 "AllowedIPs=%s10.%u.9.9/16\n",
						 signs[pick(4)], pick(PREFIXES));
	}
}

/* What the sections give one after the other, where peers that are in none have gone. */
static void expect(struct state *expected, const struct state *now,
		   const struct cvl_device *file)
{
	bool mentioned[KEYS] = { false };
	const struct cvl_peer *peer;
	int key;
	int i;

	*expected = *now;
	for (peer = file->peers; peer; peer = peer->next)
		mentioned[key_number(peer)] = true;
	for (key = 0; key < KEYS; key++) {
		expected->keepalive_s[key] = 0;
		forget_ways(expected, key);
		if (mentioned[key])
			continue;
		expected->present[key] = false;
		expected->endpoint_port[key] = 0;
		for (i = 0; i < PREFIXES; i++) {
			if (expected->owner[i] == key)
				expected->owner[i] = -1;
		}
	}
	apply(expected, file);
}

static bool one_change(struct state *state, const char *text,
		       enum cvl_kind kind)
{
	struct cvl_device *file = parse(text);
	struct cvl_device *now = dump(state);
	struct cvl_device *change;
	struct cvl_device *again;
	struct cvl_device *nothing;
	struct cvl_error err;
	struct state expected;
	bool good;

	now->kind = kind;
	expect(&expected, state, file);
	cvl_device_diff(&change, now, file, &err);
	apply(state, change);
	good = !memcmp(state, &expected, sizeof(expected));
	/* and then there is no difference any more */
	again = dump(state);
	again->kind = kind;
	cvl_device_diff(&nothing, again, file, &err);
	good = good && cvl_device_is_empty(nothing);
	cvl_device_destroy(file);
	cvl_device_destroy(now);
	cvl_device_destroy(change);
	cvl_device_destroy(again);
	cvl_device_destroy(nothing);
	return good;
}

static void test_random(enum cvl_kind kind, const char *name)
{
	struct state state;
	char text[8192];
	int wrong = 0;
	int i;

	start(&state);
	for (i = 0; i < 20000; i++) {
		random_text(text, sizeof(text));
		if (one_change(&state, text, kind))
			continue;
		if (!wrong++)
			printf("# change %d:\n# %s\n", i, strtok(text, "\n"));
	}
	ktap_equal(wrong, 0, name);
}

#define PEER_1 "[Peer]\nPublicKey=AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n"
#define PEER_2 "[Peer]\nPublicKey=AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=\n"

static struct cvl_device *diff(const char *from, const char *to)
{
	struct cvl_device *now = parse(from);
	struct cvl_device *wanted = parse(to);
	struct cvl_device *change;
	struct cvl_error err;

	cvl_device_diff(&change, now, wanted, &err);
	cvl_device_destroy(now);
	cvl_device_destroy(wanted);
	return change;
}

static void test_least(void)
{
	struct cvl_device *change = diff(PEER_1 PEER_2, PEER_2 PEER_1);

	ktap_ok(cvl_device_is_empty(change), "diff: another order of peers is no change");
	cvl_device_destroy(change);
	change = diff(PEER_1 "AllowedIPs=10.1.2.3/8,::/0\n",
		      PEER_1 "AllowedIPs=::1/0,10.0.0.0/8\n");
	ktap_ok(cvl_device_is_empty(change),
		"diff: order and host bits of allowed IPs are no change");
	cvl_device_destroy(change);
	change = diff("[Interface]\nListenPort=5\n", "[Interface]\n");
	ktap_ok(cvl_device_is_empty(change),
		"diff: a port that is not mentioned stays");
	cvl_device_destroy(change);
	change = diff(PEER_1 PEER_2, PEER_1 "AllowedIPs=10.0.0.0/8\n" PEER_2);
	ktap_ok(change->peers && !change->peers->next && !change->peers->has &&
		!change->peers->replace_allowed_ips,
		"diff: a new allowed IP changes nothing else");
	cvl_device_destroy(change);
	change = diff(PEER_1 "AllowedIPs=10.0.0.0/8,::/0\n",
		      PEER_1 "AllowedIPs=::/0\n");
	ktap_ok(change->peers && !change->peers->replace_allowed_ips &&
		change->peers->allowed_ips->remove &&
		!change->peers->allowed_ips->next,
		"diff: one allowed IP is removed alone");
	cvl_device_destroy(change);
	change = diff(PEER_1 "AllowedIPs=10.0.0.0/8,::/0\n",
		      PEER_1 "AllowedIPs=+10.0.0.0/8,-192.0.2.1\n");
	ktap_ok(cvl_device_is_empty(change),
		"diff: signs that change nothing are no change");
	cvl_device_destroy(change);
	change = diff(PEER_1 "PresharedKey=AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=\n"
		      "PersistentKeepalive=5\n", PEER_1);
	ktap_ok(change->peers && change->peers->has ==
		(CVL_PEER_PRESHARED_KEY | CVL_PEER_KEEPALIVE) &&
		cvl_key_is_zero(change->peers->preshared_key) &&
		!change->peers->keepalive_s,
		"diff: pre-shared key and keepalive not mentioned are removed");
	cvl_device_destroy(change);
	change = diff(PEER_1, PEER_1 "PersistentKeepalive=5\n" PEER_1
		      "PresharedKey=AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=\n");
	ktap_ok(change->peers && change->peers->has ==
		(CVL_PEER_PRESHARED_KEY | CVL_PEER_KEEPALIVE) &&
		change->peers->keepalive_s == 5 &&
		!cvl_key_is_zero(change->peers->preshared_key),
		"diff: two sections of one peer add up");
	cvl_device_destroy(change);
	change = diff(PEER_1, PEER_2);
	ktap_ok(change->peers && change->peers->remove && change->peers->next &&
		!change->peers->next->remove, "diff: one peer is removed, one added");
	cvl_device_destroy(change);
	change = diff("[Interface]\nPrivateKey=AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n",
		      "");
	ktap_ok(change->has == CVL_DEVICE_PRIVATE_KEY &&
		cvl_key_is_zero(change->private_key),
		"diff: a private key that is not mentioned is removed");
	cvl_device_destroy(change);
}

#define CANDIDATES "Candidates=192.0.2.1:1,192.0.2.2:2@9,192.0.2.3:3@9\n"

static void test_ways(void)
{
	struct cvl_device *change = diff(PEER_1 CANDIDATES "Follow=10.1.2.3/8,::/0\nSilent=5\n",
					 PEER_1 "Silent=05\nFollow=::/0,10.0.0.0/8,::1/0\n"
					 "Candidates=192.0.2.2:2@9,192.0.2.1:1,192.0.2.3:3@9\n");

	ktap_ok(cvl_device_is_empty(change),
		"diff: order of prefixes, and of candidates of other classes, is no change");
	cvl_device_destroy(change);
	change = diff(PEER_1 CANDIDATES,
		      PEER_1 "Candidates=192.0.2.1:1,192.0.2.3:3@9,192.0.2.2:2@9\n");
	ktap_ok(change->peers && change->peers->has == CVL_PEER_CANDIDATES &&
		change->peers->candidates->next->endpoint.v4.sin_port == htons(3),
		"diff: order of candidates of one class is a change");
	cvl_device_destroy(change);
	change = diff(PEER_1 CANDIDATES, PEER_1 CANDIDATES "Candidates=192.0.2.1:1@1\n");
	ktap_ok(change->peers && change->peers->has == CVL_PEER_CANDIDATES &&
		change->peers->candidates->preference == 1 && !change->peers->candidates->next &&
		change->peers->candidates->endpoint.v4.sin_addr.s_addr == htonl(0xc0000201),
		"diff: all candidates are replaced");
	cvl_device_destroy(change);
	change = diff(PEER_1 CANDIDATES "Follow=never\nSilent=5\n", PEER_1);
	ktap_ok(change->peers && change->peers->has ==
		(CVL_PEER_CANDIDATES | CVL_PEER_FOLLOW | CVL_PEER_SILENT) &&
		!change->peers->candidates && change->peers->follow == CVL_FOLLOW_ANYWHERE &&
		!change->peers->silent_s,
		"diff: candidates, follow and silent not mentioned are removed");
	cvl_device_destroy(change);
	change = diff(PEER_1 "Follow=10.0.0.0/8\n", PEER_1 "Follow=10.0.0.0/8,10.0.0.0/9\n");
	ktap_ok(change->peers && change->peers->has == CVL_PEER_FOLLOW &&
		change->peers->follow == CVL_FOLLOW_WITHIN && change->peers->sources->next,
		"diff: one prefix more to follow to replaces all");
	cvl_device_destroy(change);
	change = diff(PEER_1, PEER_1 "Candidates=\nFollow=anywhere\nSilent=off\n");
	ktap_ok(cvl_device_is_empty(change), "diff: what is not set already, and is not to be");
	cvl_device_destroy(change);
	change = diff("", PEER_1 "Silent=3\n" PEER_1 "Follow=never\n" PEER_1 CANDIDATES PEER_1);
	ktap_ok(change->peers && change->peers->has ==
		(CVL_PEER_CANDIDATES | CVL_PEER_FOLLOW | CVL_PEER_SILENT) &&
		change->peers->silent_s == 3 && change->peers->follow == CVL_FOLLOW_NEVER &&
		change->peers->candidates && !change->peers->next,
		"diff: sections of one new peer add up");
	cvl_device_destroy(change);
}

static bool moves(const char *from, const char *to, in_port_t port)
{
	struct cvl_device *change = diff(from, to);
	const struct cvl_peer *peer = change->peers;
	bool has = peer && peer->has & CVL_PEER_ENDPOINT;
	bool good = port ? has && peer->endpoint.v4.sin_port == htons(port) : !has;

	cvl_device_destroy(change);
	return good;
}

/* A peer is where it is by an authentic packet, and not where the file says. */
static void test_moved(void)
{
	static const char file[] = PEER_1 "Endpoint=192.0.2.9:9\n" CANDIDATES;
	struct cvl_device *change = diff(PEER_1 "Endpoint=192.0.2.2:2\n" CANDIDATES, file);

	ktap_ok(cvl_device_is_empty(change), "diff: a peer at a candidate is not moved");
	cvl_device_destroy(change);
	change = diff(PEER_1 "Endpoint=192.0.2.3:3\n", file);
	ktap_ok(change->peers && change->peers->has == CVL_PEER_CANDIDATES,
		"diff: a peer at what becomes a candidate is not moved");
	cvl_device_destroy(change);
	ktap_ok(moves(PEER_1 "Endpoint=192.0.2.2:3\n" CANDIDATES, file, 9),
		"diff: a peer at another port of a candidate is moved");
	ktap_ok(moves(PEER_1 "Endpoint=[2001:db8::1]:2\n" CANDIDATES, file, 9),
		"diff: a peer at an address of another family is moved");
	ktap_ok(moves(PEER_1 CANDIDATES, file, 9), "diff: a peer that is nowhere is moved");
	ktap_ok(moves("", file, 9), "diff: a new peer gets an endpoint beside candidates");
	ktap_ok(moves(PEER_1 "Endpoint=192.0.2.2:2\n" CANDIDATES,
		      PEER_1 "Endpoint=192.0.2.9:9\n", 9),
		"diff: a peer at what is no candidate any more is moved");
	ktap_ok(moves(PEER_1 "Endpoint=192.0.2.2:2\n",
		      PEER_1 "Endpoint=192.0.2.9:9\n" PEER_1 CANDIDATES, 0),
		"diff: candidates of another section of the peer count, too");
}

int main(void)
{
	test_ways();
	test_moved();
	test_least();
	test_random(CVL_KIND_CULVERT, "diff: 20000 random changes, single allowed IPs removed");
	test_random(CVL_KIND_WIREGUARD, "diff: 20000 random changes, whole lists of allowed IPs");
	return ktap_finish();
}
