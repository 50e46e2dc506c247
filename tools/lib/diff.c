// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * The least change that turns one configuration into another, so that sessions
 * of peers that stay as they are go on undisturbed. The command syncconf calls
 * this with what the kernel has and what a file wants.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "internal.h"

/*
 * A peer of one side. A file may have several sections with one key: each adds to what
 * those before it say, as it does when the kernel gets them one after the other.
 */
struct cvl_diff_peer {
	const struct cvl_peer *peer;
	size_t section;
	/* position of the last list that replaces all before it, or 0 */
	size_t replaced_at;
	/* the last that has this field, or else one that leaves it off */
	const struct cvl_peer *preshared_from;
	const struct cvl_peer *endpoint_from;
	const struct cvl_peer *keepalive_from;
	const struct cvl_peer *candidates_from;
	const struct cvl_peer *follow_from;
	const struct cvl_peer *silent_from;
};

/* The owner of a prefix that no peer has. */
#define CVL_DIFF_NO_OWNER SIZE_MAX

/* A prefix of one side, masked, given to its owner or taken from it at a position. */
struct cvl_diff_ip {
	struct cvl_allowed_ip ip;
	size_t owner;
	size_t position;
};

/* One side: arrays sorted by public key, and by owner and prefix. */
struct cvl_diff_side {
	struct cvl_diff_peer *peers;
	size_t peer_count;
	struct cvl_diff_ip *ips;
	size_t ip_count;
};

static int cvl_diff_compare_peers(const void *a, const void *b)
{
	const struct cvl_diff_peer *x = a;
	const struct cvl_diff_peer *y = b;
	int order = memcmp(x->peer->public_key, y->peer->public_key,
			   CVL_KEY_BYTES);

	if (order)
		return order;
	return (x->section > y->section) - (x->section < y->section);
}

static int cvl_diff_compare_prefix(const struct cvl_allowed_ip *a,
				   const struct cvl_allowed_ip *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	if (a->prefix_bits != b->prefix_bits)
		return a->prefix_bits < b->prefix_bits ? -1 : 1;
	return memcmp(&a->v6, &b->v6, cvl_prefix_bytes(a));
}

static int cvl_diff_by_prefix(const void *a, const void *b)
{
	const struct cvl_diff_ip *x = a;
	const struct cvl_diff_ip *y = b;
	int order = cvl_diff_compare_prefix(&x->ip, &y->ip);

	if (order)
		return order;
	return (x->position > y->position) - (x->position < y->position);
}

static int cvl_diff_by_owner(const void *a, const void *b)
{
	const struct cvl_diff_ip *x = a;
	const struct cvl_diff_ip *y = b;

	if (x->owner != y->owner)
		return x->owner < y->owner ? -1 : 1;
	return cvl_diff_compare_prefix(&x->ip, &y->ip);
}

static void cvl_diff_free(struct cvl_diff_side *side)
{
	free(side->peers);
	free(side->ips);
}

static void cvl_diff_merge(struct cvl_diff_peer *into, const struct cvl_peer *peer)
{
	if (peer->has & CVL_PEER_PRESHARED_KEY)
		into->preshared_from = peer;
	if (peer->has & CVL_PEER_ENDPOINT)
		into->endpoint_from = peer;
	if (peer->has & CVL_PEER_KEEPALIVE)
		into->keepalive_from = peer;
	if (peer->has & CVL_PEER_CANDIDATES)
		into->candidates_from = peer;
	if (peer->has & CVL_PEER_FOLLOW)
		into->follow_from = peer;
	if (peer->has & CVL_PEER_SILENT)
		into->silent_from = peer;
}

/* Sorts the sections by key, makes one peer of those with the same, and tells each whose. */
static void cvl_diff_fold_peers(struct cvl_diff_side *side, size_t *owners)
{
	size_t kept = 0;
	size_t i;

	qsort(side->peers, side->peer_count, sizeof(*side->peers),
	      cvl_diff_compare_peers);
	for (i = 0; i < side->peer_count; i++) {
		struct cvl_diff_peer section = side->peers[i];

		if (!kept || memcmp(side->peers[kept - 1].peer->public_key,
				    section.peer->public_key, CVL_KEY_BYTES))
			side->peers[kept++] = section;
		cvl_diff_merge(&side->peers[kept - 1], section.peer);
		owners[section.section] = kept - 1;
	}
	side->peer_count = kept;
}

/*
 * Who has a prefix after all that happens to it, from @ip to @end: the last to get it,
 * unless it is taken away from that one or a full list of that one comes later.
 */
static size_t cvl_diff_owner(const struct cvl_diff_side *side,
			     const struct cvl_diff_ip *ip,
			     const struct cvl_diff_ip *end)
{
	size_t owner = CVL_DIFF_NO_OWNER;
	size_t since = 0;

	for (; ip < end; ip++) {
		if (!ip->ip.remove) {
			owner = ip->owner;
			since = ip->position;
		} else if (ip->owner == owner) {
			owner = CVL_DIFF_NO_OWNER;
		}
	}
	if (owner != CVL_DIFF_NO_OWNER && side->peers[owner].replaced_at > since)
		return CVL_DIFF_NO_OWNER;
	return owner;
}

/* Finds each prefix its one owner and sorts by owner. */
static void cvl_diff_fold_ips(struct cvl_diff_side *side)
{
	struct cvl_diff_ip *end = side->ips + side->ip_count;
	struct cvl_diff_ip *first = side->ips;
	struct cvl_diff_ip *kept = side->ips;
	struct cvl_diff_ip *next;

	qsort(side->ips, side->ip_count, sizeof(*side->ips),
	      cvl_diff_by_prefix);
	for (; first < end; first = next) {
		size_t owner;

		for (next = first + 1; next < end; next++) {
			if (cvl_diff_compare_prefix(&first->ip, &next->ip))
				break;
		}
		owner = cvl_diff_owner(side, first, next);
		if (owner == CVL_DIFF_NO_OWNER)
			continue;
		kept->ip = first->ip;
		kept->ip.remove = false;
		kept++->owner = owner;
	}
	side->ip_count = (size_t)(kept - side->ips);
	qsort(side->ips, side->ip_count, sizeof(*side->ips), cvl_diff_by_owner);
}

static void cvl_diff_add_ip(struct cvl_diff_side *side, const struct cvl_allowed_ip *ip,
			    size_t owner, size_t position)
{
	struct cvl_diff_ip *entry = &side->ips[side->ip_count++];

	entry->ip = *ip;
	cvl_address_mask(&entry->ip);
	entry->owner = owner;
	entry->position = position;
}

/* Where a peer's lists have signs only, they build on what it has now. */
static void cvl_diff_add_now(struct cvl_diff_side *side, const struct cvl_diff_side *now)
{
	const struct cvl_diff_ip *ip;
	size_t i = 0;

	for (ip = now->ips; ip < now->ips + now->ip_count; ip++) {
		const struct cvl_peer *owner = now->peers[ip->owner].peer;
		int order = 1;

		while (i < side->peer_count &&
		       (order = memcmp(side->peers[i].peer->public_key,
				       owner->public_key, CVL_KEY_BYTES)) < 0)
			i++;
		if (!order && !side->peers[i].replaced_at)
			cvl_diff_add_ip(side, &ip->ip, i, 0);
	}
}

static void cvl_diff_collect_ips(struct cvl_diff_side *side,
				 const struct cvl_device *dev,
				 const size_t *owners,
				 const struct cvl_diff_side *now)
{
	const struct cvl_allowed_ip *ip;
	const struct cvl_peer *peer;
	size_t position = 0;
	size_t section = 0;

	for (peer = dev->peers; peer; peer = peer->next) {
		size_t owner = owners[section++];

		position++;
		if (peer->replace_allowed_ips)
			side->peers[owner].replaced_at = position;
		for (ip = peer->allowed_ips; ip; ip = ip->next)
			cvl_diff_add_ip(side, ip, owner, ++position);
	}
	if (now)
		cvl_diff_add_now(side, now);
	cvl_diff_fold_ips(side);
}

static void cvl_diff_count(const struct cvl_device *dev, size_t *peers, size_t *ips)
{
	const struct cvl_allowed_ip *ip;
	const struct cvl_peer *peer;

	for (peer = dev->peers; peer; peer = peer->next) {
		++*peers;
		for (ip = peer->allowed_ips; ip; ip = ip->next)
			++*ips;
	}
}

static int cvl_diff_allocate(struct cvl_diff_side *side,
			     const struct cvl_device *dev,
			     const struct cvl_diff_side *now, size_t **owners)
{
	size_t ips = now ? now->ip_count : 0;
	size_t peers = 0;

	cvl_diff_count(dev, &peers, &ips);
	side->peers = calloc(peers + 1, sizeof(*side->peers));
	side->ips = calloc(ips + 1, sizeof(*side->ips));
	*owners = calloc(peers + 1, sizeof(**owners));
	return side->peers && side->ips && *owners ? 0 : -ENOMEM;
}

/* @now is what the other side builds on, or NULL for what the kernel has. */
static int cvl_diff_collect(struct cvl_diff_side *side,
			    const struct cvl_device *dev,
			    const struct cvl_diff_side *now)
{
	const struct cvl_peer *peer;
	size_t *owners = NULL;
	int ret = cvl_diff_allocate(side, dev, now, &owners);

	for (peer = dev->peers; peer && !ret; peer = peer->next) {
		struct cvl_diff_peer *p = &side->peers[side->peer_count];

		p->peer = peer;
		p->preshared_from = peer;
		p->endpoint_from = peer;
		p->keepalive_from = peer;
		p->candidates_from = peer;
		p->follow_from = peer;
		p->silent_from = peer;
		p->section = side->peer_count++;
	}
	if (!ret) {
		cvl_diff_fold_peers(side, owners);
		cvl_diff_collect_ips(side, dev, owners, now);
	}
	free(owners);
	return ret;
}

/* The range of a side's prefixes that one peer has. */
struct cvl_diff_range {
	const struct cvl_diff_ip *ip;
	const struct cvl_diff_ip *end;
};

/* Owners are asked for in ascending order: *cursor moves along. */
static struct cvl_diff_range cvl_diff_range(const struct cvl_diff_side *side,
					    size_t *cursor, size_t owner)
{
	struct cvl_diff_range range;

	while (*cursor < side->ip_count && side->ips[*cursor].owner < owner)
		++*cursor;
	range.ip = side->ips + *cursor;
	while (*cursor < side->ip_count && side->ips[*cursor].owner == owner)
		++*cursor;
	range.end = side->ips + *cursor;
	return range;
}

/*
 * Additions leave the rest alone. Where something must go, the family culvert
 * takes it away alone; for wireguard, which learned that late, the whole list
 * is replaced.
 */
static int cvl_diff_peer_ips(struct cvl_peer *out, struct cvl_diff_range now,
			     struct cvl_diff_range wanted, bool single)
{
	const struct cvl_diff_range all = wanted;

	while (now.ip < now.end || wanted.ip < wanted.end) {
		struct cvl_allowed_ip ip;
		int order = now.ip == now.end ? 1 : wanted.ip == wanted.end ? -1 :
			cvl_diff_compare_prefix(&now.ip->ip, &wanted.ip->ip);

		if (!order) {
			now.ip++;
			wanted.ip++;
			continue;
		}
		if (order < 0 && !single) {
			out->replace_allowed_ips = true;
			break;
		}
		ip = order < 0 ? now.ip++->ip : wanted.ip++->ip;
		ip.remove = order < 0;
		if (!cvl_allowed_ip_append(out, &ip))
			return -ENOMEM;
	}
	if (!out->replace_allowed_ips)
		return 0;
	/* what was appended so far is part of the list and harmless twice */
	for (wanted = all; wanted.ip < wanted.end; wanted.ip++) {
		if (!cvl_allowed_ip_append(out, &wanted.ip->ip))
			return -ENOMEM;
	}
	return 0;
}

/* Whether a peer works already where it is to be, though not at the endpoint that is wanted. */
static bool cvl_diff_at_candidate(const struct cvl_peer *now, const struct cvl_peer *wanted)
{
	const struct cvl_candidate *candidate = wanted->candidates;

	if (!(now->has & CVL_PEER_ENDPOINT))
		return false;
	while (candidate && !cvl_address_same_endpoint(&now->endpoint, &candidate->endpoint))
		candidate = candidate->next;
	return candidate;
}

static const struct cvl_peer cvl_diff_no_peer;

/* The fields in which a peer is to differ from what it is now. */
static void cvl_diff_peer_fields(struct cvl_peer *out,
				 const struct cvl_peer *now,
				 const struct cvl_diff_peer *wanted)
{
	const uint8_t *preshared_key = wanted->preshared_from->preshared_key;
	const struct cvl_peer *where = wanted->endpoint_from;

	memcpy(out->public_key, wanted->peer->public_key, CVL_KEY_BYTES);
	if (!cvl_key_equal(now->preshared_key, preshared_key)) {
		memcpy(out->preshared_key, preshared_key, CVL_KEY_BYTES);
		out->has |= CVL_PEER_PRESHARED_KEY;
	}
	if (where->has & CVL_PEER_ENDPOINT &&
	    !cvl_address_same_endpoint(&now->endpoint, &where->endpoint) &&
	    !cvl_diff_at_candidate(now, wanted->candidates_from)) {
		out->endpoint = where->endpoint;
		out->has |= CVL_PEER_ENDPOINT;
	}
	if (now->keepalive_s != wanted->keepalive_from->keepalive_s) {
		out->keepalive_s = wanted->keepalive_from->keepalive_s;
		out->has |= CVL_PEER_KEEPALIVE;
	}
}

/* In this order: that of the candidates of one class is the order of their turns. */
static bool cvl_diff_same_candidates(const struct cvl_peer *now, const struct cvl_peer *wanted)
{
	const struct cvl_candidate *a = now->candidates;
	const struct cvl_candidate *b = wanted->candidates;

	for (; a && b; a = a->next, b = b->next) {
		if (a->preference != b->preference ||
		    !cvl_address_same_endpoint(&a->endpoint, &b->endpoint))
			return false;
	}
	return !a && !b;
}

/* Whether each of the prefixes is one of the others. */
static bool cvl_diff_has_sources(const struct cvl_peer *peer, const struct cvl_allowed_ip *ip)
{
	for (; ip; ip = ip->next) {
		const struct cvl_allowed_ip *other = peer->sources;

		while (other && cvl_diff_compare_prefix(other, ip))
			other = other->next;
		if (!other)
			return false;
	}
	return true;
}

static bool cvl_diff_same_follow(const struct cvl_peer *a, const struct cvl_peer *b)
{
	if (a->follow != b->follow)
		return false;
	return a->follow != CVL_FOLLOW_WITHIN ||
	       (cvl_diff_has_sources(a, b->sources) && cvl_diff_has_sources(b, a->sources));
}

static int cvl_diff_copy_candidates(struct cvl_peer *out, const struct cvl_candidate *candidate)
{
	out->has |= CVL_PEER_CANDIDATES;
	for (; candidate; candidate = candidate->next) {
		struct cvl_candidate *copy = cvl_candidate_add(out, candidate->preference);

		if (!copy)
			return -ENOMEM;
		copy->endpoint = candidate->endpoint;
	}
	return 0;
}

static int cvl_diff_copy_follow(struct cvl_peer *out, const struct cvl_peer *wanted)
{
	const struct cvl_allowed_ip *ip;

	out->has |= CVL_PEER_FOLLOW;
	out->follow = wanted->follow;
	for (ip = wanted->sources; ip; ip = ip->next) {
		if (!cvl_source_append(out, ip))
			return -ENOMEM;
	}
	return 0;
}

/* Where else a peer may be, and where it is followed to. */
static int cvl_diff_peer_ways(struct cvl_peer *out, const struct cvl_peer *now,
			      const struct cvl_diff_peer *wanted)
{
	int ret = 0;

	if (now->silent_s != wanted->silent_from->silent_s) {
		out->silent_s = wanted->silent_from->silent_s;
		out->has |= CVL_PEER_SILENT;
	}
	if (!cvl_diff_same_candidates(now, wanted->candidates_from))
		ret = cvl_diff_copy_candidates(out, wanted->candidates_from->candidates);
	if (!ret && !cvl_diff_same_follow(now, wanted->follow_from))
		ret = cvl_diff_copy_follow(out, wanted->follow_from);
	return ret;
}

/* Takes the last peer of the change back if nothing about it changes. */
static int cvl_diff_peer(struct cvl_device *change, const struct cvl_peer *now,
			 const struct cvl_diff_peer *wanted,
			 struct cvl_diff_range now_ips,
			 struct cvl_diff_range wanted_ips)
{
	struct cvl_peer *before = change->last_peer;
	struct cvl_peer *out = cvl_peer_append(change);
	int ret;

	if (!out)
		return -ENOMEM;
	cvl_diff_peer_fields(out, now ? now : &cvl_diff_no_peer, wanted);
	ret = cvl_diff_peer_ways(out, now ? now : &cvl_diff_no_peer, wanted);
	if (!ret)
		ret = cvl_diff_peer_ips(out, now_ips, wanted_ips,
					change->kind == CVL_KIND_CULVERT);
	if (ret)
		return ret;
	if (now && !out->has && !out->allowed_ips && !out->replace_allowed_ips) {
		if (before)
			before->next = NULL;
		else
			change->peers = NULL;
		change->last_peer = before;
		free(out);
	}
	return 0;
}

/**
 * cvl_diff_remove() - a peer is to go
 * @change: gets that
 * @now: the peer
 *
 * Return: 0 or -ENOMEM.
 */
int cvl_diff_remove(struct cvl_device *change, const struct cvl_peer *now)
{
	struct cvl_peer *out = cvl_peer_append(change);

	if (!out)
		return -ENOMEM;
	memcpy(out->public_key, now->public_key, CVL_KEY_BYTES);
	out->remove = true;
	return 0;
}

/* Both sides are sorted by key: walk them together. */
static int cvl_diff_peers(struct cvl_device *change,
			  const struct cvl_diff_side *now,
			  const struct cvl_diff_side *wanted)
{
	size_t now_cursor = 0;
	size_t wanted_cursor = 0;
	size_t i = 0;
	size_t j = 0;
	int ret = 0;

	while (!ret && (i < now->peer_count || j < wanted->peer_count)) {
		struct cvl_diff_range now_ips = { NULL, NULL };
		const struct cvl_peer *current = NULL;
		int order = i == now->peer_count ? 1 :
			j == wanted->peer_count ? -1 :
			memcmp(now->peers[i].peer->public_key,
			       wanted->peers[j].peer->public_key,
			       CVL_KEY_BYTES);

		if (order < 0) {
			ret = cvl_diff_remove(change, now->peers[i++].peer);
			continue;
		}
		if (!order) {
			current = now->peers[i].peer;
			now_ips = cvl_diff_range(now, &now_cursor, i++);
		}
		ret = cvl_diff_peer(change, current, &wanted->peers[j], now_ips,
				    cvl_diff_range(wanted, &wanted_cursor, j));
		j++;
	}
	return ret;
}

/* A listen port that the file does not give is any port: the one there is. */
static void cvl_diff_device_fields(struct cvl_device *change,
				   const struct cvl_device *now,
				   const struct cvl_device *wanted)
{
	memcpy(change->name, now->name, sizeof(change->name));
	change->ifindex = now->ifindex;
	change->kind = now->kind;
	if (!cvl_key_equal(now->private_key, wanted->private_key)) {
		memcpy(change->private_key, wanted->private_key, CVL_KEY_BYTES);
		change->has |= CVL_DEVICE_PRIVATE_KEY;
	}
	if (wanted->listen_port && wanted->listen_port != now->listen_port) {
		change->listen_port = wanted->listen_port;
		change->has |= CVL_DEVICE_LISTEN_PORT;
	}
	if (wanted->fwmark != now->fwmark) {
		change->fwmark = wanted->fwmark;
		change->has |= CVL_DEVICE_FWMARK;
	}
}

/**
 * cvl_device_diff() - find the change from one configuration to another
 * @change: set to a new device for cvl_device_destroy(), or to NULL
 * @now: as the kernel gave it
 * @wanted: as a file gave it, endpoints resolved. What it does not say is off,
 *	but for the listen port and endpoints, which stay, as do settings that files
 *	do not have, and the endpoint of a peer that is at one of the candidates
 *	wanted; a list of allowed IPs with signs is a change to what the peer
 *	has now
 * @err: set on failure
 *
 * Return: 0 or -ENOMEM.
 */
int cvl_device_diff(struct cvl_device **change, const struct cvl_device *now,
		    const struct cvl_device *wanted, struct cvl_error *err)
{
	struct cvl_diff_side now_side = { 0 };
	struct cvl_diff_side wanted_side = { 0 };
	struct cvl_device *dev = cvl_device_create();
	int ret = -ENOMEM;

	if (dev) {
		cvl_diff_device_fields(dev, now, wanted);
		ret = cvl_diff_collect(&now_side, now, NULL);
		if (!ret)
			ret = cvl_diff_collect(&wanted_side, wanted, &now_side);
		if (!ret)
			ret = cvl_diff_peers(dev, &now_side, &wanted_side);
	}
	cvl_diff_free(&now_side);
	cvl_diff_free(&wanted_side);
	if (ret) {
		cvl_device_destroy(dev);
		dev = NULL;
		cvl_error_set(err, ret, "out of memory");
	}
	*change = dev;
	return ret;
}

/**
 * cvl_diff_is_same_peer() - is a peer as it is to be?
 * @now: as the kernel gave it
 * @wanted: as a file gave it, its only section
 *
 * Return: false if it is not, or if that takes more than a look at one after the other.
 */
bool cvl_diff_is_same_peer(const struct cvl_peer *now, const struct cvl_peer *wanted)
{
	const struct cvl_allowed_ip *a = now->allowed_ips, *b = wanted->allowed_ips;

	if (!cvl_key_equal(now->preshared_key, wanted->preshared_key) ||
	    now->keepalive_s != wanted->keepalive_s || now->silent_s != wanted->silent_s ||
	    now->candidates || wanted->candidates || now->follow != CVL_FOLLOW_ANYWHERE ||
	    wanted->follow != CVL_FOLLOW_ANYWHERE || !wanted->replace_allowed_ips ||
	    (wanted->has & CVL_PEER_ENDPOINT &&
	     !cvl_address_same_endpoint(&now->endpoint, &wanted->endpoint)))
		return false;
	for (; a && b; a = a->next, b = b->next) {
		struct cvl_allowed_ip masked = *b;

		cvl_address_mask(&masked);
		if (cvl_diff_compare_prefix(a, &masked))
			return false;
	}
	return !a && !b;
}

/**
 * cvl_diff_one_peer() - find the change of one peer
 * @change: gets it, if there is one
 * @now: as the kernel gave it, or NULL
 * @wanted: as a file gave it, resolved; no other section of the file has its key or one of its
 *	prefixes
 *
 * Neither is followed by another.
 *
 * Return: 0 or -ENOMEM.
 */
int cvl_diff_one_peer(struct cvl_device *change, struct cvl_peer *now, struct cvl_peer *wanted)
{
	const struct cvl_device now_dev = { .peers = now, .last_peer = now };
	const struct cvl_device wanted_dev = { .peers = wanted, .last_peer = wanted };
	struct cvl_diff_side now_side = { 0 };
	struct cvl_diff_side wanted_side = { 0 };
	int ret = cvl_diff_collect(&now_side, &now_dev, NULL);

	if (!ret)
		ret = cvl_diff_collect(&wanted_side, &wanted_dev, &now_side);
	if (!ret)
		ret = cvl_diff_peers(change, &now_side, &wanted_side);
	cvl_diff_free(&now_side);
	cvl_diff_free(&wanted_side);
	return ret;
}

/**
 * cvl_device_is_empty() - would this change do nothing?
 * @change: from cvl_device_diff()
 *
 * Return: whether it has no field and no peer.
 */
bool cvl_device_is_empty(const struct cvl_device *change)
{
	return !change->has && !change->replace_peers && !change->peers;
}
