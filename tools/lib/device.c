// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * struct cvl_device in memory: create it, append peers and what they have, destroy it.
 * The parsers of files, command lines and netlink messages fill it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/**
 * cvl_device_create() - make an empty model
 *
 * Return: a device without fields and peers, for cvl_device_destroy(), or NULL
 * if there is no memory.
 */
struct cvl_device *cvl_device_create(void)
{
	return calloc(1, sizeof(struct cvl_device));
}

static void cvl_device_free_ips(struct cvl_allowed_ip *ip)
{
	while (ip) {
		struct cvl_allowed_ip *next = ip->next;

		free(ip);
		ip = next;
	}
}

/* Frees what a peer holds, and wipes it. */
static void cvl_device_clear_peer(struct cvl_peer *peer)
{
	cvl_device_free_ips(peer->allowed_ips);
	cvl_candidates_clear(peer);
	cvl_sources_clear(peer);
	free(peer->endpoint_host);
	free(peer->endpoint_service);
	free(peer->endpoint_place);
	free(peer->candidates_place);
	explicit_bzero(peer, sizeof(*peer));
}

/**
 * cvl_peer_destroy() - wipe and free a peer that is in no list
 * @peer: with what it holds
 */
void cvl_peer_destroy(struct cvl_peer *peer)
{
	cvl_device_clear_peer(peer);
	free(peer);
}

/**
 * cvl_device_destroy() - wipe and free a model with all it holds
 * @dev: may be NULL
 */
void cvl_device_destroy(struct cvl_device *dev)
{
	if (!dev)
		return;
	while (dev->peers)
		free(cvl_device_take_peer(dev));
	explicit_bzero(dev, sizeof(*dev));
	free(dev);
}

/**
 * cvl_device_take_peer() - take the first peer away
 * @dev: no longer has it
 *
 * Return: the memory of the peer, all zero, for cvl_device_append_peer() or free(), or NULL if
 * there is none.
 */
struct cvl_peer *cvl_device_take_peer(struct cvl_device *dev)
{
	struct cvl_peer *peer = dev->peers;

	if (!peer)
		return NULL;
	dev->peers = peer->next;
	if (!dev->peers)
		dev->last_peer = NULL;
	cvl_device_clear_peer(peer);
	return peer;
}

/**
 * cvl_device_append_peer() - add a peer at the end, in memory that there is
 * @dev: owns the peer
 * @peer: all zero
 *
 * Return: @peer.
 */
struct cvl_peer *cvl_device_append_peer(struct cvl_device *dev, struct cvl_peer *peer)
{
	if (dev->last_peer)
		dev->last_peer->next = peer;
	else
		dev->peers = peer;
	dev->last_peer = peer;
	return peer;
}

/**
 * cvl_peer_append() - add an empty peer at the end
 * @dev: owns the new peer
 *
 * Return: the peer, borrowed, or NULL if there is no memory.
 */
struct cvl_peer *cvl_peer_append(struct cvl_device *dev)
{
	struct cvl_peer *peer = calloc(1, sizeof(*peer));

	return peer ? cvl_device_append_peer(dev, peer) : NULL;
}

/**
 * cvl_allowed_ip_append() - add a copy of a prefix at the end
 * @peer: owns the copy
 * @ip: its next pointer does not matter
 *
 * Return: the copy, borrowed, or NULL if there is no memory.
 */
struct cvl_allowed_ip *cvl_allowed_ip_append(struct cvl_peer *peer,
					     const struct cvl_allowed_ip *ip)
{
	struct cvl_allowed_ip *copy = malloc(sizeof(*copy));

	if (!copy)
		return NULL;
	*copy = *ip;
	copy->next = NULL;
	if (peer->last_allowed_ip)
		peer->last_allowed_ip->next = copy;
	else
		peer->allowed_ips = copy;
	peer->last_allowed_ip = copy;
	return copy;
}

/**
 * cvl_candidate_add() - add an empty candidate, by its class
 * @peer: owns the candidate
 * @preference: its class; it comes last of this one, as in the kernel
 *
 * Return: the candidate, borrowed, or NULL if there is no memory.
 */
struct cvl_candidate *cvl_candidate_add(struct cvl_peer *peer, uint8_t preference)
{
	struct cvl_candidate *candidate = calloc(1, sizeof(*candidate));
	struct cvl_candidate **place = &peer->candidates;

	if (!candidate)
		return NULL;
	while (*place && (*place)->preference <= preference)
		place = &(*place)->next;
	candidate->preference = preference;
	candidate->next = *place;
	*place = candidate;
	return candidate;
}

/**
 * cvl_candidates_clear() - free all candidates
 * @peer: has none afterwards
 */
void cvl_candidates_clear(struct cvl_peer *peer)
{
	while (peer->candidates) {
		struct cvl_candidate *next = peer->candidates->next;

		free(peer->candidates->host);
		free(peer->candidates->service);
		free(peer->candidates);
		peer->candidates = next;
	}
}

/**
 * cvl_source_append() - add a copy of a prefix that a peer is followed to
 * @peer: owns the copy
 * @ip: its next pointer does not matter
 *
 * Return: the copy, borrowed, or NULL if there is no memory.
 */
struct cvl_allowed_ip *cvl_source_append(struct cvl_peer *peer,
					 const struct cvl_allowed_ip *ip)
{
	struct cvl_allowed_ip *copy = malloc(sizeof(*copy));
	struct cvl_allowed_ip **place = &peer->sources;

	if (!copy)
		return NULL;
	*copy = *ip;
	copy->next = NULL;
	while (*place)
		place = &(*place)->next;
	*place = copy;
	return copy;
}

/**
 * cvl_sources_clear() - free all prefixes that a peer is followed to
 * @peer: has none afterwards
 */
void cvl_sources_clear(struct cvl_peer *peer)
{
	cvl_device_free_ips(peer->sources);
	peer->sources = NULL;
}

/**
 * cvl_device_check() - whether each peer of a change fits into a message
 * @change: what is to be sent
 * @err: set on failure
 *
 * Parsers look at that; a program may append what it likes.
 *
 * Return: 0 or -EINVAL.
 */
int cvl_device_check(const struct cvl_device *change, struct cvl_error *err)
{
	const struct cvl_candidate *candidate;
	const struct cvl_allowed_ip *source;
	const struct cvl_peer *peer;

	for (peer = change->peers; peer; peer = peer->next) {
		size_t candidates = 0, sources = 0;

		for (candidate = peer->candidates; candidate; candidate = candidate->next)
			candidates++;
		for (source = peer->sources; source; source = source->next)
			sources++;
		if (candidates > CVL_CANDIDATES_MAX)
			return cvl_error_set(err, -EINVAL,
					     "a peer has %zu candidates; expected at most %d",
					     candidates, CVL_CANDIDATES_MAX);
		if (sources > CVL_SOURCES_MAX)
			return cvl_error_set(err, -EINVAL,
					     "a peer has %zu prefixes that it may be followed to; expected at most %d",
					     sources, CVL_SOURCES_MAX);
	}
	return 0;
}
