// SPDX-License-Identifier: GPL-2.0
/*
 * The active look at a peer: a handshake is begun, and for five seconds it is watched what comes
 * of it, by events if the module tells them, and by counters before and after.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "address.h"
#include "common/clock.h"
#include "common/ethtool.h"
#include "why/why.h"

/*
 * So long a look takes, and as much longer if nothing has come: an initiation is not sent
 * before 5 s and up to a third of a second have passed since the one before it.
 */
#define WHY_LOOK_MS 5000
#define WHY_LOOK_MORE_MS 1000

/* With so young a session, an answer in the tunnel says as much as a handshake. */
#define WHY_LOOK_FRESH_S 5

/* Where no event says it: how often the peer is read. */
#define WHY_LOOK_STEP_MS 250

/* So young a session still takes packets. */
#define WHY_LOOK_SESSION_S 180

/**
 * struct why_look - a look that goes on
 * @facts: what it has shown
 * @nl: to ask by
 * @link: the link
 * @watch: events, or NULL: the module tells none
 * @before: the peer as it was then
 * @began_ms: when
 * @is_fresh: there is a session that is too young for another handshake
 * @inner: an address that the peer has in the tunnel; the family is 0 if none is known
 */
struct why_look {
	struct why_facts *facts;
	struct cvl_netlink *nl;
	const struct cvl_link *link;
	struct cvl_watch *watch;
	const struct cvl_peer *before;
	int64_t began_ms;
	bool is_fresh;
	union cvl_address inner;
};

/* Adds to what there was, or to what has come since. */
static void why_look_count(struct why_look *look, bool is_after)
{
	struct why_facts *facts = look->facts;
	const struct {
		const char *name;
		struct why_count *count;
	} counts[] = {
		{ "hs_bad_response", &facts->response }, { "hs_bad_mac1", &facts->mac1 },
		{ "hs_unknown_peer", &facts->unknown }, { "hs_replay", &facts->replay },
		{ "hs_from_elsewhere", &facts->elsewhere },
		{ "rx_from_elsewhere", &facts->elsewhere },
	};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct cmd_ethtool_counters all;
	uint64_t value;
	size_t i;

	if (fd >= 0 && cmd_ethtool_counters(&all, fd, facts->dev)) {
		for (i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
			if (!cmd_ethtool_find(&value, &all, counts[i].name))
				continue;
			if (is_after)
				counts[i].count->now += value;
			else
				counts[i].count->before += value;
		}
		cmd_ethtool_free(&all);
	}
	if (fd >= 0)
		close(fd);
}

/* What has been counted at the end is what there was before and what has come since. */
static void why_look_subtract(struct why_facts *facts)
{
	struct why_count *counts[] = {
		&facts->response, &facts->mac1, &facts->unknown, &facts->replay,
		&facts->elsewhere, &facts->source,
	};
	size_t i;

	for (i = 0; i < sizeof(counts) / sizeof(*counts); i++)
		counts[i]->now -= counts[i]->now < counts[i]->before ? counts[i]->now :
				  counts[i]->before;
}

/* The first address of a prefix that a host may have. */
static void why_look_address(union cvl_address *address, const struct cvl_allowed_ip *ip)
{
	bool ipv6 = ip->family == AF_INET6;

	memset(address, 0, sizeof(*address));
	address->any.sa_family = ip->family;
	if (ipv6)
		address->v6.sin6_addr = ip->v6;
	else
		address->v4.sin_addr = ip->v4;
	if (ip->prefix_bits >= (ipv6 ? 127 : 31))
		return;
	if (ipv6)
		address->v6.sin6_addr.s6_addr[15] |= 1;
	else
		address->v4.sin_addr.s_addr |= htonl(1);
}

/* A host that has a prefix for itself is the peer. */
static void why_look_choose(struct why_look *look, const struct cvl_peer *peer)
{
	struct why_facts *facts = look->facts;
	const struct cvl_allowed_ip *ip;

	for (ip = peer->allowed_ips; ip && !*facts->inner_address; ip = ip->next) {
		if (ip->prefix_bits != (ip->family == AF_INET6 ? 128 : 32))
			continue;
		why_look_address(&look->inner, ip);
		inet_ntop(ip->family, cvl_address_ip(&look->inner), facts->inner_address,
			  sizeof(facts->inner_address));
	}
}

static void why_look_asked(struct why_look *look)
{
	union cvl_address *inner = &look->inner;
	const char *text = look->facts->inner_address;

	memset(inner, 0, sizeof(*inner));
	if (inet_pton(AF_INET, text, &inner->v4.sin_addr) == 1)
		inner->any.sa_family = AF_INET;
	else if (inet_pton(AF_INET6, text, &inner->v6.sin6_addr) == 1)
		inner->any.sa_family = AF_INET6;
}

/* Where no request begins a handshake, a packet does; to any address that the peer has. */
static int why_look_begin(struct why_look *look, const struct cvl_peer *peer,
			  struct cvl_error *err)
{
	union cvl_address address;
	struct cvl_device *change;
	struct cvl_peer *one;
	int ret;

	if (!look->watch) {
		if (peer->allowed_ips) {
			why_look_address(&address, peer->allowed_ips);
			why_ping_inner_once(look->inner.any.sa_family ? &look->inner : &address,
					    look->facts->dev);
		}
		return 0;
	}
	if (!peer->endpoint.any.sa_family && !peer->candidates)
		return 0;
	change = cvl_device_create();
	one = change ? cvl_peer_append(change) : NULL;
	if (!one) {
		cvl_device_destroy(change);
		return cvl_error_set(err, -ENOMEM, "out of memory");
	}
	memcpy(one->public_key, peer->public_key, sizeof(one->public_key));
	one->update_only = true;
	one->rekey_now = true;
	look->facts->is_begun = true;
	ret = cvl_netlink_set(look->nl, look->link, change, err);
	cvl_device_destroy(change);
	return ret;
}

static void why_look_made(struct why_look *look)
{
	if (!look->facts->handshake)
		look->facts->handshake_ms = (unsigned int)(cmd_clock_ms() - look->began_ms) + 1;
	look->facts->handshake = true;
}

static bool why_look_is_later(const struct cvl_peer *peer, const struct cvl_peer *before)
{
	return peer->handshake_s != before->handshake_s ?
	       peer->handshake_s > before->handshake_s :
	       peer->handshake_ns > before->handshake_ns;
}

/* Reads the peer again. */
static int why_look_read(struct why_look *look, struct cvl_error *err)
{
	struct cvl_device *dev;
	const struct cvl_peer *peer;
	int ret = cvl_netlink_get(look->nl, look->link, &dev, err);

	if (ret)
		return ret;
	for (peer = dev->peers; peer; peer = peer->next) {
		if (!cvl_key_equal(peer->public_key, look->before->public_key))
			continue;
		if (why_look_is_later(peer, look->before))
			why_look_made(look);
		look->facts->heard |= peer->heard_s > look->before->heard_s ||
				      peer->rx_bytes > look->before->rx_bytes;
		look->facts->source.now = peer->drops_source;
	}
	cvl_device_destroy(dev);
	return 0;
}

static int64_t why_look_rest_ms(const struct why_look *look)
{
	return look->began_ms + WHY_LOOK_MS + (look->facts->handshake ? 0 : WHY_LOOK_MORE_MS) -
	       cmd_clock_ms();
}

static int why_look_events(struct why_look *look, struct cvl_error *err)
{
	struct cvl_event *event;
	int ret = 0;

	/* those of other peers may come without an end */
	while (why_look_rest_ms(look) > 0 &&
	       (ret = cvl_watch_next(look->watch, &event, err)) > 0) {
		const struct cvl_peer *peer = event->dev ? event->dev->peers : NULL;

		if (event->kind == CVL_EVENT_SESSION_MADE && peer &&
		    event->dev->ifindex == look->link->ifindex &&
		    cvl_key_equal(peer->public_key, look->before->public_key))
			why_look_made(look);
		cvl_event_destroy(event);
	}
	return ret < 0 ? ret : 0;
}

/* Until the time is over, or an address in the tunnel has answered. */
static int why_look_wait(struct why_look *look, struct cvl_error *err)
{
	struct why_facts *facts = look->facts;
	bool is_asked = !look->inner.any.sa_family;
	int64_t rest_ms;
	int ret = 0;

	while (!ret && (rest_ms = why_look_rest_ms(look)) > 0) {
		struct pollfd wait = {
			.fd = look->watch ? cvl_watch_fd(look->watch) : -1,
			.events = POLLIN,
		};

		if ((facts->handshake || look->is_fresh) && !is_asked) {
			facts->inner = why_ping_inner(&look->inner, facts->dev, facts->mtu);
			if (facts->inner == WHY_INNER_LONG)
				break;
			look->is_fresh = false;
			is_asked = facts->handshake;
			continue;
		}
		poll(&wait, 1, look->watch || rest_ms < WHY_LOOK_STEP_MS ? (int)rest_ms :
		     WHY_LOOK_STEP_MS);
		ret = look->watch ? why_look_events(look, err) : why_look_read(look, err);
	}
	return ret;
}

/* Where the module does not tell of sessions, by the time of the last handshake. */
static bool why_look_has_session(const struct why_look *look, const struct cvl_peer *peer)
{
	int64_t age_s = time(NULL) - peer->handshake_s;

	if (look->watch)
		return peer->session && peer->session_age_s < WHY_LOOK_SESSION_S;
	return peer->handshake_s && age_s >= 0 && age_s < WHY_LOOK_SESSION_S;
}

/* What is asked of the family culvert only, its own links have. */
static void why_look_watch(struct why_look *look)
{
	struct cvl_error ignored;

	if (look->link->kind == CVL_KIND_CULVERT)
		look->watch = cvl_watch_create(CVL_WATCH_SESSION, &ignored);
}

/**
 * why_look() - look at a peer for five seconds
 * @facts: has what is set of the link and the peer; what the look shows is set
 * @nl: to ask by
 * @link: the link
 * @peer: the peer as it is
 * @err: set on failure
 *
 * Return: 0 or a negative errno.
 */
int why_look(struct why_facts *facts, struct cvl_netlink *nl, const struct cvl_link *link,
	     const struct cvl_peer *peer, struct cvl_error *err)
{
	struct why_look look = { .facts = facts, .nl = nl, .link = link, .before = peer };
	int ret;

	if (facts->inner_is_asked)
		why_look_asked(&look);
	else
		why_look_choose(&look, peer);
	facts->source.before = peer->drops_source;
	why_look_count(&look, false);
	why_look_watch(&look);
	look.began_ms = cmd_clock_ms();
	facts->session = why_look_has_session(&look, peer);
	look.is_fresh = facts->session && (!look.watch || peer->session_age_s < WHY_LOOK_FRESH_S);
	ret = why_look_begin(&look, peer, err);
	if (!ret)
		ret = why_look_wait(&look, err);
	if (!ret)
		ret = why_look_read(&look, err);
	facts->handshake |= facts->inner == WHY_INNER_SHORT || facts->inner == WHY_INNER_LONG;
	why_look_count(&look, true);
	why_look_subtract(facts);
	/* Within two minutes of the last handshake packets alone begin none. */
	if (!look.watch && facts->session && facts->heard)
		facts->handshake = true;
	cvl_watch_destroy(look.watch);
	return ret;
}
