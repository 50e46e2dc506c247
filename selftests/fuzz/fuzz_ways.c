// SPDX-License-Identifier: GPL-2.0
/*
 * A model of the ways to a peer, see fuzz_ways.h.
 *
 * The rules: a dump has candidates by preference, those of one preference in the order of the
 * request, and says of the one that the peer is at that it is in use; it has sources if the peer is
 * followed within them, without host bits, and no candidate outside of them; it has nothing that
 * says nothing. What is granted names each place once, and places that one host can be at. Of when
 * and why the peer has moved there is both or nothing, and nothing of a peer that has neither
 * candidates nor limits.
 */
#include <linux/mutex.h>
#include <net/genetlink.h>

#include <fake_kernel.h>
#include <core/device.h>
#include <core/peer.h>
#include <events/netlink_put.h>

#include "fuzz.h"
#include "fuzz_events.h"
#include "fuzz_ways.h"

/* The last attribute of a type, or NULL. */
static const struct nlattr *find_attr(const struct nlattr *nest, int type)
{
	const struct nlattr *attr, *found = NULL;
	int rest;

	nla_for_each_nested(attr, nest, rest)
		if (nla_type(attr) == type)
			found = attr;
	return found;
}

static unsigned int count_attrs(const struct nlattr *nest)
{
	const struct nlattr *attr;
	unsigned int count = 0;
	int rest;

	nla_for_each_nested(attr, nest, rest)
		count++;
	return count;
}

bool fuzz_ways_read_place(struct fuzz_place *place, const void *address, size_t bytes)
{
	sa_family_t family;

	memset(place, 0, sizeof(*place));
	if (bytes < sizeof(family))
		return false;
	memcpy(&family, address, sizeof(family));
	if (!(family == AF_INET && bytes == sizeof(struct sockaddr_in)) &&
	    !(family == AF_INET6 && bytes == sizeof(struct sockaddr_in6)))
		return false;
	memcpy(&place->v6, address, bytes);
	place->size = bytes;
	return true;
}

/* By address and port, which of a link-local address includes the interface. */
static bool is_same_place(const struct fuzz_place *one, const struct fuzz_place *other)
{
	if (one->size != other->size)
		return false;
	if (one->size == sizeof(one->v4))
		return one->v4.sin_port == other->v4.sin_port &&
		       one->v4.sin_addr.s_addr == other->v4.sin_addr.s_addr;
	return one->v6.sin6_port == other->v6.sin6_port &&
	       one->v6.sin6_scope_id == other->v6.sin6_scope_id &&
	       !memcmp(&one->v6.sin6_addr, &other->v6.sin6_addr, sizeof(one->v6.sin6_addr));
}

/* Neither a port of 0 nor an address that is not that of one host. */
static bool is_of_host(const struct fuzz_place *place)
{
	const struct in6_addr *v6 = &place->v6.sin6_addr;
	u32 v4 = ntohl(place->v4.sin_addr.s_addr);

	/* It is at the same place in both. */
	if (!place->v4.sin_port)
		return false;
	if (place->size == sizeof(place->v4))
		return v4 && v4 != INADDR_BROADCAST && !IN_MULTICAST(v4);
	return !IN6_IS_ADDR_UNSPECIFIED(v6) && !IN6_IS_ADDR_MULTICAST(v6) &&
	       !IN6_IS_ADDR_V4MAPPED(v6);
}

static bool has_place(const struct fuzz_ways *ways, const struct fuzz_place *place)
{
	unsigned int i;

	for (i = 0; i < ways->candidate_count; i++)
		if (is_same_place(&ways->candidates[i].place, place))
			return true;
	return false;
}

/* Without its host bits. */
static bool read_source(struct fuzz_source *source, const struct nlattr *nest)
{
	const struct nlattr *family = find_attr(nest, CVALLOWEDIP_A_FAMILY);
	const struct nlattr *addr = find_attr(nest, CVALLOWEDIP_A_IPADDR);
	const struct nlattr *cidr = find_attr(nest, CVALLOWEDIP_A_CIDR_MASK);
	unsigned int bit;
	int bytes;

	memset(source, 0, sizeof(*source));
	if (!family || !addr || !cidr)
		return false;
	source->family = nla_get_u16(family);
	source->cidr = nla_get_u8(cidr);
	bytes = source->family == AF_INET ? 4 : 16;
	if ((source->family != AF_INET && source->family != AF_INET6) ||
	    nla_len(addr) != bytes || source->cidr > 8 * bytes)
		return false;
	memcpy(source->addr, nla_data(addr), bytes);
	for (bit = source->cidr; bit < 128; bit++)
		source->addr[bit / 8] &= ~(0x80 >> bit % 8);
	return true;
}

/*
 * What a dump says.
 */
static void read_candidate(struct fuzz_ways *ways, const struct nlattr *nest,
			   const struct fuzz_place *here)
{
	const struct nlattr *endpoint = find_attr(nest, CVCANDIDATE_A_ENDPOINT);
	const struct nlattr *preference = find_attr(nest, CVCANDIDATE_A_PREFERENCE);
	const struct nlattr *in_use = find_attr(nest, CVCANDIDATE_A_IN_USE);
	struct fuzz_candidate *candidate = &ways->candidates[ways->candidate_count];

	FUZZ_CHECK(ways->candidate_count < CV_CANDIDATES_MAX, "expected 8 candidates, got more");
	FUZZ_CHECK(endpoint && preference && count_attrs(nest) == 2 + !!in_use,
		   "expected endpoint and preference of a candidate, and perhaps that it is in use");
	FUZZ_CHECK(fuzz_ways_read_place(&candidate->place, nla_data(endpoint), nla_len(endpoint)),
		   "expected a whole sockaddr of a candidate");
	candidate->preference = nla_get_u8(preference);
	FUZZ_CHECK(!in_use || !nla_len(in_use), "expected a flag without a value");
	FUZZ_CHECK(!!in_use == is_same_place(&candidate->place, here),
		   "expected the candidate that the peer is at to be in use, and no other");
	ways->candidate_count++;
}

static void read_candidates(struct fuzz_ways *ways, const struct nlattr *candidates,
			    const struct cv_peer *peer)
{
	const struct cv_endpoint *endpoint = &peer->path.endpoint;
	const struct nlattr *nest;
	struct fuzz_place here;
	int rest;

	fuzz_ways_read_place(&here, &endpoint->remote, cv_endpoint_sockaddr_bytes(endpoint));
	nla_for_each_nested(nest, candidates, rest)
		read_candidate(ways, nest, &here);
	FUZZ_CHECK(ways->candidate_count, "expected no empty nest of candidates in a dump");
}

static void read_sources(struct fuzz_ways *ways, const struct nlattr *sources)
{
	struct fuzz_source *source;
	const struct nlattr *nest;
	int rest;

	nla_for_each_nested(nest, sources, rest) {
		FUZZ_CHECK(ways->source_count < CV_SOURCES_MAX, "expected 8 sources, got more");
		source = &ways->sources[ways->source_count++];
		FUZZ_CHECK(read_source(source, nest) && count_attrs(nest) == 3,
			   "expected a prefix without flags as a source");
		FUZZ_CHECK(!memcmp(source->addr, nla_data(find_attr(nest, CVALLOWEDIP_A_IPADDR)),
				   source->family == AF_INET ? 4 : 16),
			   "expected the host bits of a source to be 0");
	}
}

static bool is_in_source(const struct fuzz_source *source, const struct fuzz_place *place)
{
	bool is_v4 = place->size == sizeof(place->v4);
	const u8 *addr = is_v4 ? (const void *)&place->v4.sin_addr :
				 (const void *)&place->v6.sin6_addr;
	unsigned int bit;

	if (source->family != (is_v4 ? AF_INET : AF_INET6))
		return false;
	for (bit = 0; bit < source->cidr; bit++)
		if ((source->addr[bit / 8] ^ addr[bit / 8]) & 0x80 >> bit % 8)
			return false;
	return true;
}

static bool is_within(const struct fuzz_ways *ways, const struct fuzz_place *place)
{
	unsigned int i;

	for (i = 0; i < ways->source_count; i++)
		if (is_in_source(&ways->sources[i], place))
			return true;
	return false;
}

static void check_within(const struct fuzz_ways *ways)
{
	unsigned int i;

	for (i = 0; ways->source_count && i < ways->candidate_count; i++)
		FUZZ_CHECK(is_within(ways, &ways->candidates[i].place),
			   "expected candidate %u to be within the sources", i);
}

/* What was dumped, by enum cv_peer_attr. */
static void read_attrs(struct fuzz_ways *ways, const struct nlattr *const *attrs,
		       const struct cv_peer *peer)
{
	const struct nlattr *reason = attrs[CVPEER_A_ENDPOINT_REASON];

	if (attrs[CVPEER_A_CANDIDATES])
		read_candidates(ways, attrs[CVPEER_A_CANDIDATES], peer);
	if (attrs[CVPEER_A_SOURCES])
		read_sources(ways, attrs[CVPEER_A_SOURCES]);
	if (attrs[CVPEER_A_FOLLOW])
		ways->follow = nla_get_u8(attrs[CVPEER_A_FOLLOW]);
	if (attrs[CVPEER_A_SILENT_S])
		ways->silent_s = nla_get_u32(attrs[CVPEER_A_SILENT_S]);
	if (reason)
		ways->reason = nla_get_u8(reason);
	FUZZ_CHECK(!attrs[CVPEER_A_FOLLOW] == !ways->follow && ways->follow <= CVFOLLOW_MAX,
		   "expected where it is followed to unless that is anywhere, got %u",
		   ways->follow);
	FUZZ_CHECK(!attrs[CVPEER_A_SOURCES] == (ways->follow != CVFOLLOW_WITHIN) &&
		   !attrs[CVPEER_A_SOURCES] == !ways->source_count,
		   "expected sources of a peer that is followed within them, got %u",
		   ways->source_count);
	FUZZ_CHECK(!attrs[CVPEER_A_SILENT_S] == !ways->silent_s &&
		   ways->silent_s <= CV_SILENT_S_MAX,
		   "expected when it is silent unless that is 0, got %u", ways->silent_s);
	FUZZ_CHECK(!attrs[CVPEER_A_ENDPOINT_SINCE] == !reason,
		   "expected to be told when and why a peer has moved, or neither");
	FUZZ_CHECK(!reason || ways->candidate_count || ways->follow,
		   "expected no reason of a peer without candidates and limits");
	FUZZ_CHECK(!reason || (ways->reason > CVENDPOINT_UNSPEC &&
			       ways->reason <= CVENDPOINT_MAX &&
			       nla_len(attrs[CVPEER_A_ENDPOINT_SINCE]) == 16),
		   "expected a reason that there is, and a time; got %u", ways->reason);
	FUZZ_CHECK(!attrs[CVPEER_A_REKEY_NOW], "expected nothing in a dump that is for requests");
	check_within(ways);
}

void fuzz_ways_read(struct fuzz_ways *ways, struct cv_peer *peer)
{
	const struct nlattr *attrs[CVPEER_A_OWN_MAX + 1];
	struct sk_buff *skb = genlmsg_new(2048, GFP_KERNEL);

	assert(skb);
	mutex_lock(&peer->dev->lock);
	FUZZ_CHECK(!cv_netlink_put_own(skb, peer), "expected room for what is said of a peer");
	mutex_unlock(&peer->dev->lock);
	fuzz_events_read(attrs, CVPEER_A_OWN_MAX, skb->data, skb->len);
	read_attrs(ways, attrs, peer);
	nlmsg_free(skb);
}

/*
 * What a request does.
 */

/* As packets have it that come from there. */
static void strip_place(struct fuzz_place *place)
{
	if (place->size != sizeof(place->v6))
		return;
	place->v6.sin6_flowinfo = 0;
	if (!IN6_IS_ADDR_LINKLOCAL(&place->v6.sin6_addr))
		place->v6.sin6_scope_id = 0;
}

/* Before the first that is less preferred. */
static void set_candidate(struct fuzz_ways *ways, const struct nlattr *nest)
{
	const struct nlattr *endpoint = find_attr(nest, CVCANDIDATE_A_ENDPOINT);
	const struct nlattr *preference = find_attr(nest, CVCANDIDATE_A_PREFERENCE);
	u8 class = preference ? nla_get_u8(preference) : 0;
	struct fuzz_candidate *at = ways->candidates;
	struct fuzz_place place;

	FUZZ_CHECK(ways->candidate_count < CV_CANDIDATES_MAX,
		   "expected more than 8 candidates to be refused");
	FUZZ_CHECK(endpoint, "expected a candidate without an endpoint to be refused");
	FUZZ_CHECK(fuzz_ways_read_place(&place, nla_data(endpoint), nla_len(endpoint)) &&
		   is_of_host(&place), "expected a candidate that no host is at to be refused");
	FUZZ_CHECK(!find_attr(nest, CVCANDIDATE_A_IN_USE),
		   "expected a request not to say what is in use");
	strip_place(&place);
	FUZZ_CHECK(!has_place(ways, &place),
		   "expected a candidate that comes twice to be refused");
	while (at < ways->candidates + ways->candidate_count && at->preference <= class)
		at++;
	memmove(at + 1, at, (u8 *)&ways->candidates[ways->candidate_count++] - (u8 *)at);
	at->place = place;
	at->preference = class;
}

static void set_candidates(struct fuzz_ways *ways, const struct nlattr *candidates)
{
	const struct nlattr *nest;
	int rest;

	memset(ways->candidates, 0, sizeof(ways->candidates));
	ways->candidate_count = 0;
	nla_for_each_nested(nest, candidates, rest)
		set_candidate(ways, nest);
}

static void set_source(struct fuzz_ways *ways, const struct nlattr *nest)
{
	const struct nlattr *flags = find_attr(nest, CVALLOWEDIP_A_FLAGS);

	FUZZ_CHECK(ways->source_count < CV_SOURCES_MAX,
		   "expected more than 8 sources to be refused");
	FUZZ_CHECK(read_source(&ways->sources[ways->source_count++], nest),
		   "expected what is no prefix to be refused");
	FUZZ_CHECK(!flags || !nla_get_u32(flags), "expected flags of a source to be refused");
}

static void set_follow(struct fuzz_ways *ways, const struct nlattr *follow,
		       const struct nlattr *sources)
{
	const struct nlattr *nest;
	int rest;

	ways->follow = follow ? nla_get_u8(follow) : CVFOLLOW_WITHIN;
	memset(ways->sources, 0, sizeof(ways->sources));
	ways->source_count = 0;
	if (sources)
		nla_for_each_nested(nest, sources, rest)
			set_source(ways, nest);
	FUZZ_CHECK(ways->follow <= CVFOLLOW_MAX, "expected follow %u to be refused", ways->follow);
	FUZZ_CHECK(!sources || ways->follow == CVFOLLOW_WITHIN,
		   "expected sources to be refused with follow %u", ways->follow);
	FUZZ_CHECK(!ways->source_count == (ways->follow != CVFOLLOW_WITHIN),
		   "expected sources if a peer is followed within them");
}

void fuzz_ways_set(struct fuzz_ways *ways, const struct nlattr *nest)
{
	const struct nlattr *candidates = find_attr(nest, CVPEER_A_CANDIDATES);
	const struct nlattr *sources = find_attr(nest, CVPEER_A_SOURCES);
	const struct nlattr *follow = find_attr(nest, CVPEER_A_FOLLOW);
	const struct nlattr *silent = find_attr(nest, CVPEER_A_SILENT_S);

	if (candidates)
		set_candidates(ways, candidates);
	if (follow || sources)
		set_follow(ways, follow, sources);
	if (silent)
		ways->silent_s = nla_get_u32(silent);
	FUZZ_CHECK(ways->silent_s <= CV_SILENT_S_MAX, "expected %u s to be refused",
		   ways->silent_s);
	if (!ways->candidate_count && !ways->follow)
		ways->reason = CVENDPOINT_UNSPEC;
}

/*
 * The peer moves.
 */
static bool is_followed(const struct fuzz_ways *ways, const struct fuzz_place *from,
			const struct fuzz_place *to)
{
	if (ways->follow == CVFOLLOW_WITHIN)
		return is_within(ways, to);
	/* One that is nowhere comes to be where its packets come from. */
	return ways->follow == CVFOLLOW_ANYWHERE || !from->size || has_place(ways, to);
}

void fuzz_ways_learn(struct fuzz_ways *ways, struct fuzz_place *at, const struct fuzz_place *to)
{
	FUZZ_CHECK(is_same_place(at, to) || is_followed(ways, at, to),
		   "expected a peer to stay where it is with follow %u", ways->follow);
	fuzz_ways_move(ways, at, to, CVENDPOINT_HANDSHAKE);
}

void fuzz_ways_move(struct fuzz_ways *ways, struct fuzz_place *at, const struct fuzz_place *to,
		    u8 reason)
{
	if ((ways->candidate_count || ways->follow) && !is_same_place(at, to))
		ways->reason = reason;
	*at = *to;
}
